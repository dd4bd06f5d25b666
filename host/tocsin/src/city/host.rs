//! What the city file asks of the host: plugins to load and doors to open.

pub use tocsin_runtime::door::{DoorKind, DoorSpec, LaneRule as Lane, PluginSpec};
