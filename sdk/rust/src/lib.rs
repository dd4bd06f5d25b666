//! Write a Tocsin plugin in Rust: one trait a role, one macro, nothing about WASM.
//!
//! A plugin is a pure function: (state, input) → (state', outcome). Every input
//! carries its time; there is no clock, no randomness and no I/O, so whatever a
//! plugin ever said can be asked again on a developer's machine, byte for byte.
//!
//! This is a whole plugin, with its test:
//!
//! ```
//! use serde::Deserialize;
//! use tocsin_sdk::{Answer, Decoder, Message, Rejection, Signal};
//!
//! /// What the visitor counter of a scenic spot posts.
//! #[derive(Deserialize)]
//! struct Count {
//!     gate: String,
//!     inside: u32,
//!     at: String,
//! }
//!
//! struct Tourism;
//!
//! impl Decoder for Tourism {
//!     fn decode(message: Message) -> Answer {
//!         let count: Count = message.json()?; // what is no such JSON becomes a dead letter
//!         let Some(at) = tocsin_sdk::time::parse(&count.at) else {
//!             return Err(Rejection::malformed(format!("`at` is `{}`, no time", count.at)));
//!         };
//!         Signal::reading("crowd.inside", count.inside.into(), "{person}")
//!             .device(format!("{}/{}", message.device, count.gate))
//!             .observed(at)
//!             .title(format!("景区内 {} 人", count.inside))
//!             .into()
//!     }
//! }
//!
//! tocsin_sdk::export!(Tourism: decoder);
//!
//! // The host's imports are mocked natively, so a test is plain Rust.
//! let host = tocsin_sdk::mock::Host::fresh();
//! let body = r#"{"gate": "east", "inside": 1200, "at": "2026-07-12 14:30:20"}"#;
//! let outcome = host.decode::<Tourism>(tocsin_sdk::mock::Host::message("longtan", body.as_bytes())).unwrap();
//! assert_eq!(outcome.signals[0].device, "longtan/east");
//! assert_eq!(outcome.signals[0].value, Some(1200.0));
//! assert!(host.decode::<Tourism>(tocsin_sdk::mock::Host::message("longtan", b"<xml/>")).is_err());
//! ```
//!
//! The crate is a `cdylib` (add `rlib` to test and benchmark it natively), built
//! with `tocsin plugin build` beside its `plugin.toml`.
//!
//! - Roles: [`Decoder`], [`Framer`], [`Timekeeper`], [`Connector`], [`Advisor`];
//!   [`export!`] names those that the plugin has.
//! - What the host offers: [`memory`] (one room per device), [`timers`],
//!   [`city`] (registrations and settings), [`log`].
//! - Tools: [`framing`] for byte streams, [`time`] for Beijing time, [`datum`]
//!   for positions, [`field`] for JSON as departments send it, [`json`] for `data`, [`text`] for short texts, [`hash`] for maps of one order,
//!   [`mock`] for tests.

#[cfg(any(target_arch = "wasm32", test))]
mod allocator;
#[doc(hidden)]
pub mod bindings;
pub mod city;
pub mod copies;
mod copy;
mod coverage;
pub mod datum;
mod export;
pub mod field;
pub mod framing;
pub mod hash;
mod import;
mod input;
pub mod json;
pub mod log;
pub mod memory;
#[cfg(not(target_arch = "wasm32"))]
pub mod mock;
mod outcome;
mod panic;
mod role;
mod signal;
pub mod text;
pub mod time;
pub mod timers;

pub use bindings::tocsin::plugin::city::Registration;
pub use bindings::tocsin::plugin::log::Level;
pub use bindings::tocsin::plugin::types::{
    Act, Advice, Certainty, Datum, Event, Kind, Message, Outcome, Piece, PieceKind, Position, Rejection,
    RejectionKind, Send, Severity, Signal, Tick, Timestamp, Urgency,
};
pub use role::{Advisor, Answer, Connector, Decoder, Framer, Timekeeper};
