//! The core as its callers see it.

mod duty;
mod facts;
mod fixture;
mod order;
mod properties;
mod room;
mod storm;
mod table;
mod warning;
