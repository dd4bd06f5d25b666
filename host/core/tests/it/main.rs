//! The core as its callers see it.

mod facts;
mod fixture;
mod properties;
mod storm;
mod table;
mod warning;
