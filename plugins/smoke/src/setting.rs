//! The operator's numbers.

use tocsin_sdk::{city, log};

/// The whole number of a setting within its range, else the default, which is logged.
pub fn number(name: &str, default: i64, least: i64, most: i64) -> i64 {
    let Some(text) = city::setting(name) else { return default };
    match text.trim().parse() {
        Ok(value) if (least..=most).contains(&value) => value,
        _ => {
            log::warn(&format!("setting {name} is `{text}`; it takes {least} to {most}, {default} counts"));
            default
        }
    }
}
