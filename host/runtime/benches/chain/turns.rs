//! Several things measured in turn, in short rounds: a machine that is busy or
//! drifts hurts all of them alike, and the fastest round of each is what no
//! other process disturbed.

use crate::anyhow_free::Result;
use std::time::Instant;
use tocsin_sandbox::{Guest, Plugin, Surroundings};

/// Before a round is timed: caches, pages and branches are the guest's again.
const WARM: usize = 50;

type Work<'a> = Box<dyn FnMut(&mut Guest) -> Result<()> + 'a>;

/// One thing that is called over and over.
pub struct Series<'a> {
    plugin: &'a Plugin,
    around: &'a Surroundings,
    /// In one round; about a millisecond's worth.
    calls: usize,
    work: Work<'a>,
}

impl<'a> Series<'a> {
    pub fn new(
        plugin: &'a Plugin,
        around: &'a Surroundings,
        calls: usize,
        work: impl FnMut(&mut Guest) -> Result<()> + 'a,
    ) -> Series<'a> {
        Series { plugin, around, calls, work: Box::new(work) }
    }

    /// Nanoseconds a call. A guest of its own for each round, so that none
    /// exceeds the calls a second that its manifest asks for.
    fn round(&mut self) -> Result<f64> {
        let mut guest = Guest::new(self.plugin, self.around.clone());
        for _ in 0..WARM {
            (self.work)(&mut guest)?;
        }
        let started = Instant::now();
        for _ in 0..self.calls {
            (self.work)(&mut guest)?;
        }
        Ok(started.elapsed().as_nanos() as f64 / self.calls as f64)
    }
}

/// Nanoseconds a call, of each series in each round.
pub fn in_turn(series: &mut [Series<'_>], rounds: usize) -> Result<Vec<Vec<f64>>> {
    let mut taken = vec![Vec::with_capacity(rounds); series.len()];
    for _ in 0..rounds {
        for (series, taken) in series.iter_mut().zip(&mut taken) {
            taken.push(series.round()?);
        }
    }
    Ok(taken)
}

pub fn fastest(rounds: &[f64]) -> f64 {
    rounds.iter().copied().fold(f64::INFINITY, f64::min)
}
