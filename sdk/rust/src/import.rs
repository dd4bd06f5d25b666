//! The four imports as one set of functions: the host's own in WASM, the mock's
//! on a developer's machine. Everything else in the SDK calls these.

#[cfg(target_arch = "wasm32")]
pub(crate) use crate::bindings::tocsin::plugin::{city, log, state, timers};

#[cfg(not(target_arch = "wasm32"))]
pub(crate) use crate::mock::{city, log, state, timers};
