//! One limit on one number: debounced by a hold time, calmed by hysteresis.
//!
//! ```text
//!  limit ──────────╱╲────╱╲──╱───────╲────────────    over: the hold time runs
//!  release ───────╱───────────────────╲───────────    between: it runs on
//!               ╱                      ╲              below: it begins anew; an alarm is
//!                                                      over after `recover` below
//! ```
//!
//! So flapping around the limit is one alarm, however often it crosses; so is a number
//! that swings far across it, once it has crossed often enough.

use serde::{Deserialize, Serialize};
use tocsin_sdk::Timestamp;

/// Crossings are counted within this.
const FLAP_WINDOW_MS: i64 = 600_000;
/// An alarm that crosses again says so at most once a minute, so that its count grows
/// with time and not with the sampling rate.
const AGAIN_MS: i64 = 60_000;
/// One that simply lasts says so every ten minutes: whoever closed it too early learns.
const LASTING_MS: i64 = 600_000;

#[derive(Clone, Copy, Debug)]
pub struct Rule {
    pub limit: f64,
    /// Over means at or above it; else at or below.
    pub is_upper: bool,
    pub release: f64,
    pub hold_ms: i64,
    pub recover_ms: i64,
    pub flaps: u32,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Watch {
    /// The hold time began; 0: it does not run.
    since: Timestamp,
    /// Over at the last sample.
    over: bool,
    /// Below the release since then; 0: it is not.
    below: Timestamp,
    pub alarmed: bool,
    pub crossings: u32,
    /// The farthest that it was from right.
    pub peak: f64,
    told: Timestamp,
    window: Timestamp,
    flaps: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    Raised,
    /// The same alarm once more.
    Again,
    Recovered,
}

impl Rule {
    /// A flag: raised is 1.
    pub const FLAG: Rule =
        Rule { limit: 1.0, is_upper: true, release: 0.5, hold_ms: 0, recover_ms: 60_000, flaps: u32::MAX };

    fn is_over(&self, value: f64) -> bool {
        if self.is_upper { value >= self.limit } else { value <= self.limit }
    }

    fn is_below(&self, value: f64) -> bool {
        if self.is_upper { value < self.release } else { value > self.release }
    }
}

impl Watch {
    /// Nothing that would have to be remembered.
    pub fn is_idle(&self) -> bool {
        !self.alarmed && self.since == 0 && self.flaps == 0
    }

    /// One sample, not older than the one before.
    pub fn sample(&mut self, rule: &Rule, value: f64, at: Timestamp) -> Option<Change> {
        if rule.is_over(value) {
            return self.over(rule, value, at);
        }
        self.over = false;
        if !rule.is_below(value) {
            self.below = 0;
            return None;
        }
        if self.alarmed {
            if self.below == 0 {
                self.below = at;
            }
            return (at - self.below >= rule.recover_ms).then(|| {
                self.alarmed = false;
                Change::Recovered
            });
        }
        self.since = 0;
        if at - self.window > FLAP_WINDOW_MS {
            *self = Watch::default();
        }
        None
    }

    fn over(&mut self, rule: &Rule, value: f64, at: Timestamp) -> Option<Change> {
        let crosses = !self.over;
        self.over = true;
        self.below = 0;
        if self.since == 0 {
            self.since = at;
        }
        if self.crossings == 0 || (value > self.peak) == rule.is_upper {
            self.peak = value;
        }
        if crosses {
            self.crossings = self.crossings.saturating_add(1);
            if at - self.window > FLAP_WINDOW_MS {
                (self.window, self.flaps) = (at, 0);
            }
            self.flaps = self.flaps.saturating_add(1);
        }
        if !self.alarmed {
            return (at - self.since >= rule.hold_ms || self.flaps >= rule.flaps).then(|| self.raise(at));
        }
        let wait = if crosses { AGAIN_MS } else { LASTING_MS };
        (at - self.told >= wait).then(|| {
            self.told = at;
            Change::Again
        })
    }

    fn raise(&mut self, at: Timestamp) -> Change {
        (self.alarmed, self.told) = (true, at);
        Change::Raised
    }

    /// The source's clock was set back: whatever runs begins anew.
    pub fn rewind(&mut self) {
        (self.since, self.below, self.told, self.window, self.flaps) = (0, 0, 0, 0, 0);
    }

    /// When the hold time ends if nothing more is heard.
    pub fn due(&self, rule: &Rule) -> Option<Timestamp> {
        (self.over && !self.alarmed).then_some(self.since + rule.hold_ms)
    }

    /// Silence does not make a number right: over for so long is an alarm.
    pub fn lapse(&mut self, rule: &Rule, at: Timestamp) -> Option<Change> {
        self.due(rule).filter(|due| *due <= at).map(|due| self.raise(due))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: Rule =
        Rule { limit: 300.0, is_upper: true, release: 270.0, hold_ms: 30_000, recover_ms: 300_000, flaps: 5 };
    const START: i64 = 1_783_837_820_000;

    /// Samples every `step` seconds, and the changes they give by place.
    fn run(rule: &Rule, step: i64, values: impl IntoIterator<Item = f64>) -> Vec<(usize, Change)> {
        let mut watch = Watch::default();
        let samples = values.into_iter().enumerate();
        samples
            .filter_map(|(at, value)| {
                Some((at, watch.sample(rule, value, START + at as i64 * step * 1_000)?))
            })
            .collect()
    }

    #[test]
    fn hold_and_recovery() {
        use Change::{Raised, Recovered};
        let check = |values: &[f64], expect: &[(usize, Change)]| {
            assert_eq!(run(&RULE, 15, values.iter().copied()), expect, "{values:?}");
        };
        check(&[100.0, 350.0, 350.0, 350.0], &[(3, Raised)]);
        check(&[350.0, 350.0, 100.0, 350.0, 350.0], &[]);
        // Between release and limit the hold time runs on.
        check(&[350.0, 280.0, 350.0], &[(2, Raised)]);
        check(&[350.0, 280.0, 280.0, 280.0], &[]);
        let back = [vec![350.0; 3], vec![100.0; 21]].concat();
        check(&back, &[(2, Raised), (23, Recovered)]);
        // Between them an alarm is not over.
        check(&[vec![350.0; 3], vec![280.0; 30]].concat(), &[(2, Raised)]);
    }

    #[test]
    fn flapping_is_one_alarm() {
        let near = run(&RULE, 15, (0..400).map(|n| if n % 2 == 0 { 305.0 } else { 295.0 }));
        assert_eq!(near.iter().filter(|(_, change)| *change == Change::Raised).count(), 1);
        assert!(near.iter().all(|(_, change)| *change != Change::Recovered));
        assert!(near.len() <= 101, "a count a minute at most: {}", near.len());
        // Far across both lines the hold time never ends, but it crosses too often.
        let far = run(&RULE, 15, (0..400).map(|n| if n % 2 == 0 { 900.0 } else { 10.0 }));
        assert_eq!(far.first(), Some(&(8, Change::Raised)));
        assert_eq!(far.iter().filter(|(_, change)| *change == Change::Raised).count(), 1);
        // Two spikes are none.
        assert_eq!(run(&RULE, 15, [900.0, 10.0, 900.0, 10.0]), []);
    }

    #[test]
    fn a_lower_limit() {
        let rule = Rule { limit: 176.0, is_upper: false, release: 195.0, ..RULE };
        assert_eq!(run(&rule, 15, [220.0, 170.0, 180.0, 160.0]), [(3, Change::Raised)]);
        assert_eq!(run(&rule, 15, [220.0, 170.0, 200.0, 160.0, 220.0]), []);
    }

    #[test]
    fn silence_over_the_limit() {
        let mut watch = Watch::default();
        assert_eq!(watch.sample(&RULE, 350.0, START), None);
        assert_eq!(watch.due(&RULE), Some(START + 30_000));
        assert_eq!(watch.lapse(&RULE, START + 29_000), None);
        assert_eq!(watch.lapse(&RULE, START + 30_000), Some(Change::Raised));
        assert_eq!((watch.due(&RULE), watch.lapse(&RULE, START + 90_000)), (None, None));
        // What lasts says so now and then.
        assert_eq!(watch.sample(&RULE, 350.0, START + 60_000), None);
        assert_eq!(watch.sample(&RULE, 350.0, START + 640_000), Some(Change::Again));
        assert_eq!(watch.peak, 350.0);
    }

    #[test]
    fn what_is_over_leaves_nothing() {
        let mut watch = Watch::default();
        watch.sample(&RULE, 350.0, START);
        assert!(!watch.is_idle());
        watch.sample(&RULE, 100.0, START + 15_000);
        watch.sample(&RULE, 100.0, START + 700_000);
        assert!(watch.is_idle(), "{watch:?}");
    }
}
