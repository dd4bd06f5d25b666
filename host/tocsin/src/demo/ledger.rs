//! What the devices sent and what they heard back, counted on their side.

use serde::Serialize;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Before the hostile plugin came, and while it ran.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Phase {
    #[default]
    Quiet,
    Hostile,
}

/// Samples kept a phase: a minute at a hundred answers a second, twice over.
const SAMPLES: usize = 12_000;

#[derive(Debug, Default)]
pub struct Ledger(Mutex<Book>);

#[derive(Clone, Debug, Default)]
pub struct Book {
    pub phase: Phase,
    pub bytes: u64,
    /// Frames of GB/T 26875.3, whole or spoilt.
    pub frames: u64,
    /// Messages over HTTP.
    pub posts: u64,
    pub acks: u64,
    pub naks: u64,
    /// Posts by the hundred of their status: 2 → accepted, 4 → refused.
    pub accepted: u64,
    pub refused: u64,
    /// Answers that came again, to a frame that was sent again.
    pub again: u64,
    quiet: Vec<Duration>,
    hostile: Vec<Duration>,
}

impl Ledger {
    pub fn book(&self) -> MutexGuard<'_, Book> {
        // A thread that panicked while counting leaves counts that are still counts.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Book {
    pub fn answered(&mut self, took: Duration) {
        let samples = match self.phase {
            Phase::Quiet => &mut self.quiet,
            Phase::Hostile => &mut self.hostile,
        };
        if samples.len() < SAMPLES {
            samples.push(took);
        }
    }

    pub fn latency(&self, phase: Phase) -> Option<Latency> {
        Latency::of(match phase {
            Phase::Quiet => &self.quiet,
            Phase::Hostile => &self.hostile,
        })
    }
}

/// From a frame's last byte to its acknowledgement, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Latency {
    pub samples: usize,
    pub p50_ms: f64,
    pub p99_ms: f64,
    pub max_ms: f64,
}

impl Latency {
    fn of(samples: &[Duration]) -> Option<Latency> {
        let mut sorted = samples.to_vec();
        sorted.sort_unstable();
        // Nearest rank: the smallest sample that `part` of all do not exceed.
        let at = |part: f64| {
            let rank = (part * sorted.len() as f64).ceil() as usize;
            sorted.get(rank.saturating_sub(1)).map(|took| took.as_secs_f64() * 1e3)
        };
        Some(Latency { samples: sorted.len(), p50_ms: at(0.50)?, p99_ms: at(0.99)?, max_ms: at(1.0)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn latencies_belong_to_their_phase() {
        let ledger = Ledger::default();
        for ms in 1..=100 {
            ledger.book().answered(Duration::from_millis(ms));
        }
        ledger.book().phase = Phase::Hostile;
        ledger.book().answered(Duration::from_millis(7));
        let quiet = ledger.book().latency(Phase::Quiet).expect("samples");
        assert_eq!((quiet.samples, quiet.p50_ms, quiet.p99_ms, quiet.max_ms), (100, 50.0, 99.0, 100.0));
        assert_eq!(ledger.book().latency(Phase::Hostile).map(|l| l.samples), Some(1));
        assert_eq!(Ledger::default().book().latency(Phase::Quiet), None);
    }
}
