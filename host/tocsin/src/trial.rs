//! A plugin on its author's desk: the real sandbox, inputs from files, no city.
//!
//! ```text
//! vectors/  ──read──▶ Case ──▶ Rig (sandbox, rooms, timers) ──▶ output ──compare──▶ expectation
//! ```
//!
//! What holds at the desk holds in a host: packages, limits, rooms, timers and
//! the border are the host's own code. Missing are only the log and the bus.

mod case;
mod compare;
mod conform;
mod header;
mod output;
mod replay;
mod rig;
mod round;
mod stream;

pub use case::cases;
pub use conform::{Conformance, Effort, Finding, conform};
pub use replay::{Around as Trace, Replay, Replayed};
pub use rig::load;
pub use round::{Report, StepReport, run};
