//! The sandbox: the only crate that names wasmtime, and the only place where a
//! department's code runs.
//!
//! ```text
//! package ──inspect──▶ compile or cache ──▶ Plugin ──▶ Guest ──▶ stack ──▶ instance
//!  bytes    (no code     (own folder,        (shared)   (one a     permit, breaker, deadline,
//!            is made)      by digest)                    thread)   memory, span, classify, run
//! ```
//!
//! What holds here:
//! - A guest can do what the contract says and nothing else: no WASI is linked,
//!   and a component that imports more is refused by name before it is compiled.
//! - Guest code runs in one function (`guest::run`), which takes only requests
//!   that carry a permit, a deadline and a memory cap; leaving out a layer does
//!   not compile.
//! - A call is a transaction: its changes are in the room together, or none is.
//! - Nothing that a guest returns passes the border unchecked, and a bad
//!   optional field never costs the signal it stood in.
//! - An instance that trapped is never entered again.

mod bindings;
mod border;
mod cache;
mod call;
mod guest;
mod manifest;
pub mod package;
mod plugin;
mod pool;
mod registry;
mod room;
mod sandbox;
mod verdict;
mod ward;

pub use call::{Answer, Call, Event, Level, Message, Piece, PieceKind, Tick};
pub use guest::Guest;
pub use guest::account::Account;
pub use guest::breaker::State as Breaker;
pub use manifest::{DOORS, Limits, Manifest, ManifestError, Role, Setting, Wish};
pub use package::PackageError;
pub use plugin::Plugin;
pub use registry::{Native, Nowhere, Registration, Registry, Surroundings};
pub use room::{Change, Room};
pub use sandbox::{Config, Sandbox, StartError};
pub use verdict::{Verdict, VerdictKind};
