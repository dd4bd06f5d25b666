//! Which of many numbers came, as runs: one run as long as they come in order.

use serde::{Deserialize, Serialize};

/// So that two uploads fit the room beside two messages.
const RUNS_MAX: usize = 200;

/// First and last of each run, in order, with a gap before each but the first.
#[derive(Debug, Default, Deserialize, Serialize)]
pub struct Runs(Vec<(u16, u16)>);

impl Runs {
    pub fn has(&self, number: u16) -> bool {
        self.0.get(self.place(number)).is_some_and(|(first, _)| *first <= number)
    }

    pub fn count(&self) -> usize {
        self.0.iter().map(|(first, last)| usize::from(last - first) + 1).sum()
    }

    /// Answers whether there was room for it.
    pub fn put(&mut self, number: u16) -> bool {
        let at = self.place(number);
        if self.has(number) {
            return true;
        }
        let joins_left = at > 0 && self.0[at - 1].1 + 1 == number;
        let joins_right = self.0.get(at).is_some_and(|(first, _)| first - 1 == number);
        match (joins_left, joins_right) {
            (true, true) => self.0[at - 1].1 = self.0.remove(at).1,
            (true, false) => self.0[at - 1].1 = number,
            (false, true) => self.0[at].0 = number,
            (false, false) if self.0.len() < RUNS_MAX => self.0.insert(at, (number, number)),
            (false, false) => return false,
        }
        true
    }

    /// Of the first run that does not end before the number.
    fn place(&self, number: u16) -> usize {
        self.0.partition_point(|(_, last)| *last < number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_become_runs() {
        let check = |numbers: &[u16], expect: &[(u16, u16)]| {
            let mut runs = Runs::default();
            assert!(numbers.iter().all(|number| runs.put(*number)), "{numbers:?}");
            assert_eq!(runs.0, expect, "{numbers:?}");
            assert!(numbers.iter().all(|number| runs.has(*number)), "{numbers:?}");
            assert_eq!(runs.count(), (0..=u16::MAX).filter(|number| runs.has(*number)).count());
            assert!(!runs.has(0) && !runs.has(40));
        };
        check(&[], &[]);
        check(&[1, 2, 3, 3], &[(1, 3)]);
        check(&[3, 1, 2], &[(1, 3)]);
        check(&[5, 1, 3], &[(1, 1), (3, 3), (5, 5)]);
        check(&[5, 1, 3, 4], &[(1, 1), (3, 5)]);
        check(&[65_535, 65_534, 1], &[(1, 1), (65_534, 65_535)]);
        let mut runs = Runs::default();
        assert_eq!((1..1_000).filter(|number| runs.put(number * 2)).count(), RUNS_MAX);
        // What fills a gap needs no room.
        assert!(!runs.put(2_001) && runs.put(3));
    }
}
