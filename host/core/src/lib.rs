//! What Tocsin decides: pure functions over facts. No I/O, no clock, no
//! randomness, no async; time is part of every input.

pub mod accident;
pub mod city;
pub mod command;
pub mod core;
pub mod danger;
pub mod device;
pub mod duty;
pub mod event;
pub mod fact;
mod fold;
pub mod frame;
pub mod grid;
pub mod incident;
pub mod input;
pub mod inspection;
pub mod moment;
pub mod now;
pub mod order;
pub mod outcome;
pub mod place;
pub mod plan;
pub mod record;
pub mod region;
pub mod registry;
pub mod report;
pub mod risk;
pub mod rule;
pub mod sharing;
pub mod signal;
pub mod state;
pub mod supervision;
pub mod supply;
pub mod team;
pub mod thing;
pub mod time;
pub mod unit;
pub mod warning;

pub use crate::core::Core;
pub use command::{Command, Reply};
pub use event::Event;
pub use fact::{Cause, Entry, Fact};
pub use incident::{Evidence, Incident};
pub use input::{Advised, Heard, Input, Observed};
pub use record::Record;
pub use state::State;
