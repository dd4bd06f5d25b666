//! The core as its callers see it.

mod facts;
mod fixture;
mod plan;
mod properties;
mod storm;
mod table;
