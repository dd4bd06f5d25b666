//! What a plugin may import: the whole of what it can do.

use super::{MAJOR, PackageError};
use crate::border::text::escaped;

/// Interfaces that the host links, and nothing else.
const GRANTED: [&str; 5] = ["types", "state", "timers", "log", "city"];

/// `decoder` of `tocsin:plugin/decoder@1.0.0`; `None` for any other name.
pub(super) fn interface(name: &str) -> Option<&str> {
    let (interface, version) = name.strip_prefix("tocsin:plugin/")?.split_once('@')?;
    (version.split('.').next() == Some(MAJOR)).then_some(interface)
}

pub(super) fn check(import: &str) -> Result<(), PackageError> {
    match interface(import) {
        Some(interface) if GRANTED.contains(&interface) => Ok(()),
        _ => Err(PackageError::Import(escaped(import))),
    }
}
