//! How much a guest may write into the host's log. Who sends what it complains of
//! decides how often it does, and a log that fills the volume ends the host.

use std::time::{Duration, Instant};

/// Of one worker in a second: half as much again as a single call may write.
const MOST: u32 = 50;

const SECOND: Duration = Duration::from_secs(1);

pub struct Lines {
    since: Instant,
    written: u32,
    left_out: u64,
}

impl Lines {
    pub fn new(now: Instant) -> Lines {
        Lines { since: now, written: 0, left_out: 0 }
    }

    /// How many lines of the second before were not written, where that is over: told
    /// with the next call.
    pub fn left_out(&mut self, now: Instant) -> Option<u64> {
        if now.duration_since(self.since) < SECOND {
            return None;
        }
        let left_out = std::mem::replace(self, Lines::new(now)).left_out;
        (left_out > 0).then_some(left_out)
    }

    /// Whether one more is written.
    pub fn admit(&mut self) -> bool {
        if self.written < MOST {
            self.written += 1;
            return true;
        }
        self.left_out += 1;
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_is_told_in_one_line_and_a_trickle_is_written() {
        let start = Instant::now();
        let mut lines = Lines::new(start);
        let mut say = |after: Duration, times: u32| {
            let told = lines.left_out(start + after);
            (told, (0..times).filter(|_| lines.admit()).count() as u32)
        };
        assert_eq!(say(Duration::ZERO, MOST - 1), (None, MOST - 1));
        assert_eq!(say(SECOND / 2, 10), (None, 1));
        assert_eq!(say(SECOND, 1), (Some(9), 1));
        assert_eq!(say(3 * SECOND, MOST), (None, MOST));
        assert_eq!(say(4 * SECOND, 0), (None, 0));
    }
}
