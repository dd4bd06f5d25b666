//! The core as its callers see it.

mod accident;
mod cases;
mod cases_properties;
mod duty;
mod facts;
mod fixture;
mod grid;
mod invariants;
mod order;
mod properties;
mod room;
mod storm;
mod table;
