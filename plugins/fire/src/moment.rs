//! Time tags: second, minute, hour, day, month, year, in Beijing time.

use tocsin_sdk::{Timestamp, time};

/// The moment a six-byte tag says, or `None` where it says none: an impossible
/// date, or year 99, which is what a clock shows that was never set.
pub fn read(tag: &[u8]) -> Option<Timestamp> {
    let &[second, minute, hour, day, month, year] = tag else {
        return None;
    };
    if year > 98 {
        return None;
    }
    time::beijing(2000 + i32::from(year), month, day, hour, minute, second)
}

/// The tag of a moment.
pub fn write(at: Timestamp) -> [u8; 6] {
    let at = time::Beijing::of(at);
    [at.second, at.minute, at.hour, at.day, at.month, at.year.rem_euclid(100) as u8]
}

/// Whether the tag could be one, real date or not: what tells a header from garbage.
pub fn plausible(tag: &[u8]) -> bool {
    matches!(tag, &[second, minute, hour, day, month, year]
        if second < 60 && minute < 60 && hour < 24 && day < 32 && month < 13 && year < 100)
}
