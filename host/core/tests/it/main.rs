//! The core as its callers see it.

mod accident;
mod cases;
mod facts;
mod fixture;
mod grid;
mod properties;
mod storm;
mod table;
