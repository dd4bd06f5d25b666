//! Times at equal steps, in eight bytes however many they are.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    first: u32,
    /// 0: there is one time alone.
    step: u16,
    count: u16,
}

impl Run {
    pub const BYTES: usize = 8;

    /// Of times in order, each once.
    pub fn of_times(times: impl IntoIterator<Item = u32>) -> Vec<Run> {
        let mut runs: Vec<Run> = Vec::new();
        for time in times {
            if !runs.last_mut().is_some_and(|run| run.take(time)) {
                runs.push(Run { first: time, step: 0, count: 1 });
            }
        }
        runs
    }

    /// Whether the time is one step after the last; the second one sets the step.
    fn take(&mut self, time: u32) -> bool {
        let Ok(step) = u16::try_from(time - self.last()) else { return false };
        let fits = self.count == 1 || step == self.step && self.count < u16::MAX;
        if fits {
            (self.step, self.count) = (step, self.count + 1);
        }
        fits
    }

    fn last(self) -> u32 {
        self.first.saturating_add(u32::from(self.step).saturating_mul(u32::from(self.count - 1)))
    }

    pub fn is_after(self, limit: u32) -> bool {
        self.first > limit
    }

    pub fn times(self) -> impl Iterator<Item = u32> {
        (0..u32::from(self.count)).map(move |n| self.first.saturating_add(u32::from(self.step) * n))
    }

    pub fn to_bytes(self) -> [u8; Run::BYTES] {
        let ([a, b, c, d], [e, f], [g, h]) =
            (self.first.to_le_bytes(), self.step.to_le_bytes(), self.count.to_le_bytes());
        [a, b, c, d, e, f, g, h]
    }

    pub fn of_bytes([a, b, c, d, e, f, g, h]: [u8; Run::BYTES]) -> Run {
        let word = |low, high| u16::from_le_bytes([low, high]);
        Run { first: u32::from_le_bytes([a, b, c, d]), step: word(e, f), count: word(g, h) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_come_back() {
        let check = |times: &[u32], runs: usize| {
            let got = Run::of_times(times.iter().copied());
            let back = got.iter().flat_map(|run| Run::of_bytes(run.to_bytes()).times());
            assert_eq!((back.collect::<Vec<_>>(), got.len()), (times.to_vec(), runs), "{times:?}");
        };
        check(&[], 0);
        check(&[7], 1);
        check(&[7, 67, 127, 187], 1);
        check(&[7, 67, 127, 130, 133, 136], 2);
        check(&[0, 65_535, 131_071], 2);
        check(&[0, u32::MAX - 1, u32::MAX], 2);
        check(&(0..2_048).map(|n| n * 180).collect::<Vec<_>>(), 1);
    }
}
