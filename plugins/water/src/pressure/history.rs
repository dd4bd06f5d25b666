//! Which samples were told before: a terminal that got no answer sends its cache again.

use std::collections::BTreeSet;
use tocsin_sdk::{Timestamp, memory};

/// Times of the newest samples told, four bytes each.
const KEY: &str = "told";
/// More than one frame holds: a cache that comes again is known to its end.
const KEPT: usize = 2_048;

/// The samples that are new, in order; they count as told from now on. Times after
/// `limit` are those of a wrong clock: they hide nothing and are forgotten first.
pub fn unseen(
    samples: impl Iterator<Item = (Timestamp, i16)> + Clone,
    limit: Timestamp,
) -> Vec<(Timestamp, i16)> {
    let stored = memory::get(KEY).unwrap_or_default();
    let mut told: BTreeSet<u32> =
        stored.as_chunks::<4>().0.iter().map(|bytes| u32::from_le_bytes(*bytes)).collect();
    // What is older than all that is remembered of a full memory was told long ago.
    let seconds = |at: Timestamp| u32::try_from(at / 1_000).unwrap_or(0);
    let limit = seconds(limit);
    let oldest = told.first().copied().filter(|at| told.len() >= KEPT && *at <= limit);
    let horizon = oldest.unwrap_or(0);
    let fresh: Vec<(Timestamp, i16)> =
        samples.filter(|(at, _)| seconds(*at) >= horizon && told.insert(seconds(*at))).collect();
    if !fresh.is_empty() {
        while told.len() > KEPT {
            match told.last() {
                Some(last) if *last > limit => told.pop_last(),
                _ => told.pop_first(),
            };
        }
        let bytes: Vec<u8> = told.into_iter().flat_map(u32::to_le_bytes).collect();
        memory::put(KEY, &bytes);
    }
    fresh
}
