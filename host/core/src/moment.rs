//! When something happened: the source's clock against the door's.
//!
//! Three cases, and no fourth. The clocks agree within five minutes: the source
//! is right. The source is off: either its clock is wrong (the alarm is *now*)
//! or it tells late what happened long ago (it must not raise a live siren).
//! Lateness is believed only between an hour and thirty days back, because a
//! transmitter's buffer holds no more, and never of a device whose clock is
//! known to be wrong: off by the same amount, within half a minute, over three
//! minutes and more. A buffer that is played back cannot look like that: its
//! messages happened at different times and arrive together. In doubt an alarm
//! is live: a fire is never muted.

use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// Up to here two clocks agree (fusion, DESIGN of the whole).
pub const AGREE_MS: i64 = 5 * 60_000;
/// From here on an alarm is told late rather than slowly.
pub const LATE_MS: i64 = 60 * 60_000;
/// Beyond it the source's clock is wrong: factory dates, flat batteries.
pub const LATEST_MS: i64 = 30 * 24 * 60 * 60_000;
/// What people recorded under a number of its own is handed on for a quarter.
const RECORDED_MS: i64 = 92 * 24 * 60 * 60_000;
const SAME_SKEW_MS: i64 = 30_000;
const SKEW_PROVED_MS: i64 = 3 * 60_000;

/// A device's clock that is off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skew {
    /// Received less observed.
    pub by_ms: i64,
    /// Received time since which it has been off by that much.
    pub since: Timestamp,
}

/// The time that counts, and whether it lies in the past.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    pub at: Timestamp,
    pub historic: bool,
}

pub fn of(observed: Option<Timestamp>, received: Timestamp, known: Option<Skew>) -> Moment {
    within(LATEST_MS, observed, received, known)
}

/// The same of a record of people, which is older and no less true.
pub fn of_record(observed: Option<Timestamp>, received: Timestamp, known: Option<Skew>) -> Moment {
    within(RECORDED_MS, observed, received, known)
}

fn within(latest_ms: i64, observed: Option<Timestamp>, received: Timestamp, known: Option<Skew>) -> Moment {
    let live = |at| Moment { at, historic: false };
    let Some(observed) = observed else {
        return live(received);
    };
    let skew = received.since(observed);
    if skew.saturating_abs() <= AGREE_MS {
        return live(observed);
    }
    match (LATE_MS..=latest_ms).contains(&skew) && !is_wrong(skew, received, known) {
        true => Moment { at: observed, historic: true },
        false => live(received),
    }
}

/// A reading is no siren: what was measured some minutes ago was measured then, or the
/// first samples of a frame would stand for now and the last one for history.
pub fn of_reading(observed: Option<Timestamp>, received: Timestamp, known: Option<Skew>) -> Moment {
    let slow = observed.filter(|observed| {
        let skew = received.since(*observed);
        (AGREE_MS..LATE_MS).contains(&skew) && !is_wrong(skew, received, known)
    });
    slow.map_or_else(|| of(observed, received, known), |at| Moment { at, historic: false })
}

fn is_wrong(skew: i64, received: Timestamp, known: Option<Skew>) -> bool {
    known.is_some_and(|known| same(known.by_ms, skew) && received.since(known.since) >= SKEW_PROVED_MS)
}

/// What is known of a device's clock after one more message.
pub fn learn(observed: Option<Timestamp>, received: Timestamp, known: Option<Skew>) -> Option<Skew> {
    let Some(observed) = observed else {
        return known;
    };
    let by_ms = received.since(observed);
    if by_ms.saturating_abs() <= AGREE_MS {
        return None;
    }
    match known {
        Some(known) if same(known.by_ms, by_ms) => Some(known),
        _ => Some(Skew { by_ms, since: received }),
    }
}

fn same(a: i64, b: i64) -> bool {
    a.saturating_sub(b).saturating_abs() <= SAME_SKEW_MS
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: i64 = 60_000;
    const NOW: i64 = 1_783_800_000_000;

    fn check(observed_ago: i64, known: Option<(i64, i64)>, at_ago: i64, historic: bool) {
        let known = known.map(|(by, since_ago)| Skew { by_ms: by, since: Timestamp(NOW - since_ago) });
        let found = of(Some(Timestamp(NOW - observed_ago)), Timestamp(NOW), known);
        assert_eq!(found, Moment { at: Timestamp(NOW - at_ago), historic }, "observed {observed_ago} ms ago");
    }

    #[test]
    fn which_clock_counts() {
        check(0, None, 0, false);
        check(5 * MINUTE, None, 5 * MINUTE, false);
        check(-5 * MINUTE, None, -5 * MINUTE, false);
        check(6 * MINUTE, None, 0, false);
        check(-6 * MINUTE, None, 0, false);
        check(59 * MINUTE, None, 0, false);
        check(60 * MINUTE, None, 60 * MINUTE, true);
        check(29 * 24 * 60 * MINUTE, None, 29 * 24 * 60 * MINUTE, true);
        // A clock that stands at its factory date is no lateness.
        check(31 * 24 * 60 * MINUTE, None, 0, false);
        check(i64::MAX, None, 0, false);
    }

    #[test]
    fn a_reading_was_measured_when_it_was() {
        let reading = |ago: i64, known: Option<Skew>| {
            let found = of_reading(Some(Timestamp(NOW - ago)), Timestamp(NOW), known);
            (NOW - found.at.0, found.historic)
        };
        assert_eq!(reading(4 * MINUTE, None), (4 * MINUTE, false));
        assert_eq!(reading(6 * MINUTE, None), (6 * MINUTE, false));
        assert_eq!(reading(59 * MINUTE, None), (59 * MINUTE, false));
        assert_eq!(reading(60 * MINUTE, None), (60 * MINUTE, true));
        assert_eq!(reading(-6 * MINUTE, None), (0, false));
        let wrong = Skew { by_ms: 20 * MINUTE, since: Timestamp(NOW - 4 * MINUTE) };
        assert_eq!(reading(20 * MINUTE, Some(wrong)), (0, false));
    }

    #[test]
    fn a_clock_known_to_be_wrong_is_no_lateness() {
        let eight_hours = 480 * MINUTE;
        check(eight_hours, Some((eight_hours, 3 * MINUTE)), 0, false);
        check(eight_hours + 20_000, Some((eight_hours, 90 * MINUTE)), 0, false);
        check(eight_hours, Some((eight_hours, 2 * MINUTE)), eight_hours, true);
        check(eight_hours, Some((eight_hours + MINUTE, 90 * MINUTE)), eight_hours, true);
    }

    #[test]
    fn a_skew_is_learnt_from_when_it_began() {
        let at = |ms| Timestamp(NOW + ms);
        let first = learn(Some(at(-600_000)), at(0), None);
        assert_eq!(first, Some(Skew { by_ms: 600_000, since: at(0) }));
        assert_eq!(learn(Some(at(-540_000)), at(60_000), first), first);
        assert_eq!(learn(Some(at(0)), at(900_000), first), Some(Skew { by_ms: 900_000, since: at(900_000) }));
        assert_eq!(learn(None, at(900_000), first), first);
        assert_eq!(learn(Some(at(900_000)), at(900_000), first), None);
    }
}
