//! Whether a department's log is whole: its runs are numbered without gaps, over
//! both lanes, so that a number that no lane hands on is a run that is not there.

use crate::signals::Missing;
use std::collections::BTreeSet;
use std::time::Duration;
use tokio::time::Instant;

/// How long a number may be left out: one lane is read before the other, and a
/// consumer made anew takes some seconds at worst.
const LATE: Duration = Duration::from_secs(5);

/// Numbers looked up in one go; each is a request.
const LOOKED_UP: u64 = 64;

#[derive(Default)]
pub struct Whole {
    /// Every run up to here was handed on, or is known not to be there.
    until: u64,
    /// Runs above that were handed on.
    taken: BTreeSet<u64>,
    /// Since when `until` waits for its next.
    since: Option<Instant>,
}

impl Whole {
    pub fn new(until: u64) -> Whole {
        Whole { until, ..Whole::default() }
    }

    pub fn until(&self) -> u64 {
        self.until
    }

    pub fn take(&mut self, run: u64) {
        if run <= self.until {
            return;
        }
        self.taken.insert(run);
        let before = self.until;
        while self.taken.remove(&(self.until + 1)) {
            self.until += 1;
        }
        self.since = match (self.taken.is_empty(), before == self.until) {
            (true, _) => None,
            // What waits, still waits.
            (false, true) => self.since.or_else(|| Some(Instant::now())),
            (false, false) => Some(Instant::now()),
        };
    }

    /// These are known not to be there.
    pub fn leave(&mut self, lost: Missing) {
        if lost.from <= self.until + 1 && lost.to > self.until {
            self.taken = self.taken.split_off(&lost.to);
            self.until = lost.to - 1;
        }
        (lost.from.max(self.until + 1)..=lost.to).for_each(|run| self.take(run));
    }

    /// When the numbers left out are to be looked up.
    pub fn due(&self) -> Option<Instant> {
        self.since.map(|since| since + LATE)
    }

    /// The first numbers that are left out.
    pub fn left_out(&self) -> impl Iterator<Item = u64> + use<> {
        let end = self.taken.first().copied().unwrap_or(self.until + 1);
        (self.until + 1..end).take(LOOKED_UP as usize)
    }

    /// The lane has yet to hand it on.
    pub fn wait(&mut self) {
        self.since = Some(Instant::now());
    }
}

/// Runs that follow each other as ranges.
pub fn ranges(runs: Vec<u64>) -> Vec<Missing> {
    let mut ranges: Vec<Missing> = Vec::new();
    for run in runs {
        match ranges.last_mut() {
            Some(last) if last.to + 1 == run => last.to = run,
            _ => ranges.push(Missing { from: run, to: run }),
        }
    }
    ranges
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_number_that_no_lane_hands_on_is_left_out() {
        let check = |from: u64, runs: &[u64], until: u64, left_out: &[u64]| {
            let mut whole = Whole::new(from);
            runs.iter().for_each(|run| whole.take(*run));
            assert_eq!(whole.until(), until, "{from} {runs:?}");
            assert_eq!(whole.left_out().collect::<Vec<_>>(), left_out, "{from} {runs:?}");
            assert_eq!(whole.due().is_some(), !left_out.is_empty(), "{from} {runs:?}");
        };
        check(0, &[], 0, &[]);
        check(0, &[1, 2, 3], 3, &[]);
        // Red runs ahead of routine ones.
        check(0, &[3, 5, 1, 2, 4], 5, &[]);
        check(7, &[3, 10, 8], 8, &[9]);
        check(7, &[11, 13], 7, &[8, 9, 10]);
    }

    #[tokio::test]
    async fn what_is_known_to_be_lost_is_left() {
        let mut whole = Whole::new(3);
        [5, 6, 9].iter().for_each(|run| whole.take(*run));
        whole.leave(Missing { from: 2, to: 8 });
        assert_eq!((whole.until(), whole.due().is_some()), (9, false));
        whole.leave(Missing { from: 2, to: 4 });
        assert_eq!(whole.until(), 9);
        // What lies before is still looked for.
        whole.leave(Missing { from: 12, to: 13 });
        assert_eq!((whole.until(), whole.left_out().collect::<Vec<_>>()), (9, vec![10, 11]));
    }

    #[test]
    fn runs_become_ranges() {
        let ranges: Vec<(u64, u64)> = ranges(vec![3, 4, 5, 9]).into_iter().map(|m| (m.from, m.to)).collect();
        assert_eq!(ranges, [(3, 5), (9, 9)]);
    }
}
