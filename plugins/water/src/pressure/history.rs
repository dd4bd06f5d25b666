//! Which samples were told before: a terminal that got no answer sends its cache again.

mod run;

use run::Run;
use std::collections::BTreeSet;
use tocsin_sdk::Timestamp;

/// More than one frame holds: a cache that comes again is known to its end.
const KEPT: usize = 2_048;
/// Of a terminal behind a gateway: a cache is one run, and so are frames on time.
const RUNS_KEPT: usize = 14;

/// Times of the newest samples told, in seconds.
#[derive(Debug, Default)]
pub struct Told {
    times: BTreeSet<u32>,
    /// Older ones are forgotten.
    is_full: bool,
}

impl Told {
    /// From four bytes each.
    pub fn of_times(bytes: &[u8]) -> Told {
        Told::new(bytes.as_chunks::<4>().0.iter().map(|bytes| u32::from_le_bytes(*bytes)).collect(), false)
    }

    pub fn of_runs(bytes: &[u8]) -> Told {
        let runs = bytes.as_chunks::<{ Run::BYTES }>().0;
        let times = runs.iter().flat_map(|bytes| Run::of_bytes(*bytes).times()).collect();
        Told::new(times, runs.len() >= RUNS_KEPT)
    }

    fn new(times: BTreeSet<u32>, is_full: bool) -> Told {
        Told { is_full: is_full || times.len() >= KEPT, times }
    }

    /// The samples that are new, in order; they count as told from now on. Times after
    /// `limit` are those of a wrong clock: they hide nothing and are forgotten first.
    pub fn unseen(
        &mut self,
        samples: impl Iterator<Item = (Timestamp, i16)>,
        limit: Timestamp,
    ) -> Vec<(Timestamp, i16)> {
        // What is older than all that is remembered of a full memory was told long ago.
        let limit = seconds(limit);
        let oldest = self.times.first().copied().filter(|at| self.is_full && *at <= limit);
        let horizon = oldest.unwrap_or(0);
        samples.filter(|(at, _)| seconds(*at) >= horizon && self.times.insert(seconds(*at))).collect()
    }

    /// As four bytes each.
    pub fn into_times(mut self, limit: Timestamp) -> Vec<u8> {
        self.fit(limit);
        self.times.into_iter().flat_map(u32::to_le_bytes).collect()
    }

    pub fn into_runs(mut self, limit: Timestamp) -> Vec<u8> {
        self.fit(limit);
        let mut runs = Run::of_times(self.times);
        while runs.len() > RUNS_KEPT {
            match runs.last() {
                Some(last) if last.is_after(seconds(limit)) => drop(runs.pop()),
                _ => drop(runs.remove(0)),
            }
        }
        runs.into_iter().flat_map(Run::to_bytes).collect()
    }

    fn fit(&mut self, limit: Timestamp) {
        while self.times.len() > KEPT {
            match self.times.last() {
                Some(last) if *last > seconds(limit) => self.times.pop_last(),
                _ => self.times.pop_first(),
            };
        }
    }
}

fn seconds(at: Timestamp) -> u32 {
    u32::try_from(at / 1_000).unwrap_or(0)
}
