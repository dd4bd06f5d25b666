//! The core as its callers see it.

mod advice;
mod duty;
mod facts;
mod fixture;
mod order;
mod properties;
mod room;
mod storm;
mod table;
