//! Being called again later: one timer per device and key.

use crate::Timestamp;
use crate::import::timers;

/// Calls the plugin's [`crate::Timekeeper`] at `at` (milliseconds, granularity
/// one second) with the state of this call's device. Setting a key again moves it.
pub fn set(key: &str, at: Timestamp) {
    timers::set(key, at);
}

/// Takes the timer `key` back; nothing happens where there is none.
pub fn cancel(key: &str) {
    timers::cancel(key);
}
