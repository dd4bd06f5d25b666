//! The core as its callers see it.

mod depot;
mod duty;
mod facts;
mod fixture;
mod order;
mod properties;
mod race;
mod room;
mod storm;
mod supply;
mod table;
mod team;
