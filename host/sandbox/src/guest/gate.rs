//! When a guest may be called next, readable from outside its stack.

use super::breaker;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Written by the permit and the breaker when something changes, read by the
/// feed; one thread does both, so relaxed is enough.
#[derive(Debug)]
pub(crate) struct Gate {
    born: Instant,
    permit_at: AtomicU64,
    breaker_at: AtomicU64,
    breaker: AtomicU8,
}

impl Gate {
    pub(crate) fn new(now: Instant) -> Gate {
        Gate {
            born: now,
            permit_at: AtomicU64::new(0),
            breaker_at: AtomicU64::new(0),
            breaker: AtomicU8::new(breaker::State::Closed as u8),
        }
    }

    pub(crate) fn born(&self) -> Instant {
        self.born
    }

    pub(crate) fn permit_at(&self, at: Instant) {
        self.permit_at.store(self.nanos(at), Ordering::Relaxed);
    }

    pub(crate) fn breaker_at(&self, state: breaker::State, at: Instant) {
        self.breaker_at.store(self.nanos(at), Ordering::Relaxed);
        self.breaker.store(state as u8, Ordering::Relaxed);
    }

    pub(crate) fn ready_in(&self, now: Instant) -> Duration {
        let at = self.permit_at.load(Ordering::Relaxed).max(self.breaker_at.load(Ordering::Relaxed));
        Duration::from_nanos(at.saturating_sub(self.nanos(now)))
    }

    pub(crate) fn breaker(&self, now: Instant) -> breaker::State {
        match self.breaker.load(Ordering::Relaxed) {
            state if state == breaker::State::Closed as u8 => breaker::State::Closed,
            _ if self.breaker_at.load(Ordering::Relaxed) > self.nanos(now) => breaker::State::Open,
            _ => breaker::State::HalfOpen,
        }
    }

    fn nanos(&self, at: Instant) -> u64 {
        u64::try_from(at.saturating_duration_since(self.born).as_nanos()).unwrap_or(u64::MAX)
    }
}
