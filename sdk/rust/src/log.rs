//! Lines for the operator's log. They are diagnostics, never part of the outcome.

use crate::Level;
use crate::import::log;

/// Writes a line at `level`.
pub fn write(level: Level, text: &str) {
    log::write(level, text);
}

/// For the author of the plugin.
pub fn debug(text: &str) {
    log::write(Level::Debug, text);
}

/// Worth knowing.
pub fn info(text: &str) {
    log::write(Level::Info, text);
}

/// Something was not as it should be.
pub fn warn(text: &str) {
    log::write(Level::Warn, text);
}

/// Something failed.
pub fn error(text: &str) {
    log::write(Level::Error, text);
}
