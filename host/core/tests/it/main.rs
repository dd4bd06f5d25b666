//! The core as its callers see it.

mod duty;
mod facts;
mod fixture;
mod order;
mod plan;
mod properties;
mod room;
mod storm;
mod table;
