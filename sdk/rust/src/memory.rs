//! What a plugin remembers between calls: one room per device, keys to bytes.
//!
//! A call sees the room of its input's device and no other. Changes take effect
//! when the call answers `Ok`. The room has a quota; a write beyond it ends the
//! call by name, so no plugin needs to handle it.

use crate::import::{log, state};
use serde::{Serialize, de::DeserializeOwned};

/// The value under `key`, or `None` where there is none.
///
/// A value that does not read as `T` (an older version of the plugin wrote it)
/// counts as none and is logged; the next [`save`] replaces it.
pub fn load<T: DeserializeOwned>(key: &str) -> Option<T> {
    let bytes = state::get(key)?;
    match serde_json::from_slice(&bytes) {
        Ok(value) => Some(value),
        Err(error) => {
            log::write(
                crate::Level::Warn,
                &format!("state `{key}` is unreadable and was left aside: {error}"),
            );
            None
        }
    }
}

/// Keeps `value` under `key`, as JSON.
///
/// # Panics
/// When `T` cannot be JSON at all (a map whose keys are no strings).
pub fn save<T: Serialize>(key: &str, value: &T) {
    let bytes = serde_json::to_vec(value).expect("a plugin's own state is JSON by its type");
    state::put(key, &bytes);
}

/// The bytes under `key`, for state that is not JSON.
pub fn get(key: &str) -> Option<Vec<u8>> {
    state::get(key)
}

/// Keeps bytes under `key`.
pub fn put(key: &str, value: &[u8]) {
    state::put(key, value);
}

/// Forgets `key`; nothing happens where it is not known.
pub fn forget(key: &str) {
    state::delete(key);
}
