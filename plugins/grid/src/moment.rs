//! Times as telephones and desks write them; without a zone it is Beijing time.

use tocsin_sdk::Timestamp;
use tocsin_sdk::time::{beijing, parse};

/// A civil time as [`parse`] reads it, `20260712143020`, or seconds or
/// milliseconds since 1970.
pub fn read(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return parse(text);
    }
    match text.len() {
        14 => compact(text),
        // 1973 to 2286, in seconds and in milliseconds.
        9 | 10 => Some(text.parse::<i64>().ok()? * 1000),
        12 | 13 => text.parse().ok(),
        _ => None,
    }
}

fn compact(text: &str) -> Option<Timestamp> {
    let part = |from: usize| text.get(from..from + 2)?.parse::<u8>().ok();
    beijing(text.get(..4)?.parse().ok()?, part(4)?, part(6)?, part(8)?, part(10)?, part(12)?)
}
