//! The core as its callers see it.

mod advice;
mod facts;
mod fixture;
mod properties;
mod storm;
mod table;
