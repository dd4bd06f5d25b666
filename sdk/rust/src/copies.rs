//! Which reports were told before: a station sends again, byte for byte, what it saw no
//! answer to.

use crate::hash::FixedHasher;
use crate::{Timestamp, memory};
use std::hash::Hasher;

/// Room key.
const COPIES: &str = "copies";
/// What was not answered is sent again with the next report at the latest, and the rarest
/// of them is daily. Later it is a station without clock and serial number.
const WITHIN_MS: i64 = 24 * 3_600_000;
/// More than an hour of reports every five minutes.
const KEPT: usize = 16;
/// When it was told, and its digest: a checksum of two bytes is soon that of another.
const MARK: usize = 16;

/// Whether the same report came from this device within a day; the last 16 are remembered,
/// in 256 bytes of its room. What did not come is remembered from now on.
pub fn is_copy<const N: usize>(report: [&[u8]; N], received: Timestamp) -> bool {
    let digest = digest(report).to_le_bytes();
    let stored = memory::get(COPIES).unwrap_or_default();
    let marks = stored.as_chunks::<MARK>().0;
    let is_it = |mark: &[u8; MARK]| {
        let (told, known) = mark.as_chunks::<8>().0.split_at(1);
        known[0] == digest && received - Timestamp::from_le_bytes(told[0]) < WITHIN_MS
    };
    if marks.iter().any(is_it) {
        return true;
    }
    let newest = marks[marks.len().saturating_sub(KEPT - 1)..].as_flattened();
    memory::put(COPIES, &[newest, &received.to_le_bytes(), &digest].concat());
    false
}

fn digest<const N: usize>(report: [&[u8]; N]) -> u64 {
    let mut hasher = FixedHasher::default();
    for part in report {
        hasher.write_u64(part.len() as u64);
        hasher.write(part);
    }
    hasher.finish()
}
