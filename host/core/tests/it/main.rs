//! The core as its callers see it.

mod accident;
mod advice;
mod cases;
mod cases_properties;
mod danger;
mod depot;
mod device;
mod duty;
mod facts;
mod fixture;
mod grid;
mod invariants;
mod order;
mod plan;
mod properties;
mod race;
mod report;
mod risk;
mod room;
mod silence;
mod storm;
mod supervision;
mod supply;
mod table;
mod team;
mod warning;
