//! The sandbox with real components, most of which misbehave.

#[allow(dead_code)]
mod fixture;

mod border;
mod cache;
mod contract;
mod misbehaviour;
mod refusal;
mod roles;
mod support;
