//! What a source said under numbers of its own: the same once more is a copy.
//!
//! A gateway that heard no answer sends a frame again, byte for byte, when the alarm in
//! it may be closed by then. Only a number tells such a copy from a new alarm: a signal
//! whose `data` has a `serial` is a copy of another that says exactly the same under the
//! same number. Nothing is believed to be a copy where the clock was wrong when it was
//! first told: a device that begins anew each night at its factory date says the same of
//! every fire.

use crate::moment::AGREE_MS;
use crate::signal::Signal;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Remembered of one row, 45 bytes each: what a gateway keeps of one detector while its
/// line is down.
const KEPT: usize = 16;

/// Marks in order of their time; the youngest are kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Told(Vec<Mark>);

/// A time by the source's clock, a digest of all that was said, and when a door had it first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Mark(Timestamp, u64, Timestamp);

impl Told {
    /// One signal's mark; none where it has no time or no number.
    pub fn of(signal: &Signal, received: Timestamp) -> Told {
        let observed = signal.observed.filter(|_| signal.data.contains("\"serial\":"));
        Told(observed.map(|observed| Mark(observed, digest(signal), received)).into_iter().collect())
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether all of `later` was told before, by a clock that was right.
    pub fn has(&self, later: &Told) -> bool {
        let is_copy = |Mark(observed, digest, received): &Mark| {
            self.0.iter().any(|Mark(at, known, first)| {
                (at, known) == (observed, digest)
                    && first <= received
                    && first.since(*at).saturating_abs() <= AGREE_MS
            })
        };
        !later.is_empty() && later.0.iter().all(is_copy)
    }

    pub fn take(&mut self, other: &Told) {
        self.0.extend(&other.0);
        self.0.sort_unstable();
        // A copy is the same mark received later; the first counts.
        self.0.dedup_by_key(|Mark(observed, digest, _)| (*observed, *digest));
        self.0.drain(..self.0.len().saturating_sub(KEPT));
    }
}

/// The fingerprint covers the rest; 53 bits, which every reader of JSON can hold.
fn digest(signal: &Signal) -> u64 {
    let mut hash = Sha256::new();
    for part in [&signal.title, &signal.data] {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    let bytes: [u8; 32] = hash.finalize().into();
    bytes[..8].iter().fold(0_u64, |number, byte| number << 8 | u64::from(*byte)) >> 11
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signal::Kind;

    const MINUTE: i64 = 60_000;

    fn told(serial: u16, observed: i64, received: i64) -> Told {
        let signal = Signal {
            observed: Some(Timestamp(observed)),
            data: format!("{{\"state\":2,\"serial\":{serial}}}"),
            ..Signal::of_device(Kind::Alarm, "d")
        };
        Told::of(&signal, Timestamp(received))
    }

    #[test]
    fn a_copy_says_the_same_under_the_same_number() {
        let first = told(7, 0, 1_000);
        let check = |later: Told, is_copy: bool| assert_eq!(first.has(&later), is_copy, "{later:?}");
        check(told(7, 0, 1_000), true);
        check(told(7, 0, 40 * MINUTE), true);
        check(told(8, 0, MINUTE), false);
        check(told(7, 1_000, MINUTE), false);
        check(told(7, 0, 500), false);
        check(Told::default(), false);
    }

    #[test]
    fn a_wrong_clock_or_no_number_tells_no_copy() {
        let wrong = told(7, 0, 6 * MINUTE);
        assert!(!wrong.has(&told(7, 0, 7 * MINUTE)));
        let mut signal = Signal::of_device(Kind::Alarm, "d");
        signal.observed = Some(Timestamp(0));
        assert!(Told::of(&signal, Timestamp(0)).is_empty());
    }

    #[test]
    fn the_youngest_are_kept_in_any_order() {
        let marks: Vec<Told> = (0..18).map(|n| told(n, i64::from(n) * 1_000, i64::from(n) * 1_000)).collect();
        let all = |order: &mut dyn Iterator<Item = usize>| {
            order.fold(Told::default(), |mut all, n| {
                all.take(&marks[n]);
                all
            })
        };
        let told = all(&mut (0..18));
        assert_eq!(told, all(&mut (0..18).rev().chain([5, 17])));
        assert_eq!((told.has(&marks[1]), told.has(&marks[2])), (false, true));
    }
}
