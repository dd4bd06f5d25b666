//! Not more calls a second than the manifest asked for.

use super::gate::Gate;
use super::request::{Layered, Permitted, Request, Work, at_once};
use crate::verdict::{Verdict, VerdictKind};
use std::future::ready;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tower::Service;

/// A bucket that holds a second's worth, so that a burst within it never waits.
#[derive(Debug)]
pub(crate) struct Bucket {
    per_second: f64,
    tokens: f64,
    filled: Instant,
}

impl Bucket {
    fn new(per_second: u32, now: Instant) -> Bucket {
        let per_second = f64::from(per_second);
        Bucket { per_second, tokens: per_second, filled: now }
    }

    /// `Err`: how long until there is one.
    fn take(&mut self, now: Instant) -> Result<(), Duration> {
        let gained = now.saturating_duration_since(self.filled).as_secs_f64() * self.per_second;
        self.tokens = (self.tokens + gained).min(self.per_second);
        self.filled = now;
        if self.tokens >= 1.0 {
            self.tokens -= 1.0;
            return Ok(());
        }
        Err(self.wait())
    }

    fn wait(&self) -> Duration {
        Duration::from_secs_f64(((1.0 - self.tokens) / self.per_second).max(0.0))
    }
}

pub(crate) struct Permit<S> {
    inner: S,
    bucket: Bucket,
    gate: Arc<Gate>,
}

impl<S> Permit<S> {
    pub(crate) fn new(inner: S, per_second: u32, gate: Arc<Gate>) -> Permit<S> {
        Permit { inner, bucket: Bucket::new(per_second, gate.born()), gate }
    }
}

impl<'a, S: Layered<Permitted<'a>>> Service<Request<'a>> for Permit<S> {
    at_once!(Verdict);

    fn call(&mut self, request: Request<'a>) -> Self::Future {
        // Frames are counted where they are decoded; a read that cuts them is not one.
        if matches!(request.work, Work::Call(..)) {
            let now = Instant::now();
            if let Err(wait) = self.bucket.take(now) {
                self.gate.permit_at(now + wait);
                let reason = format!("more than {} calls a second", self.bucket.per_second);
                return ready(Err(Verdict::new(VerdictKind::Busy, reason)));
            }
            if self.bucket.tokens < 1.0 {
                self.gate.permit_at(now + self.bucket.wait());
            }
        }
        self.inner.call(Permitted(request))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_at_once_then_evenly() {
        let start = Instant::now();
        let at = |ms| start + Duration::from_millis(ms);
        let mut bucket = Bucket::new(10, start);
        for _ in 0..10 {
            assert_eq!(bucket.take(at(0)), Ok(()));
        }
        assert_eq!(bucket.take(at(0)).map_err(|wait| wait.as_millis()), Err(100));
        assert!(bucket.take(at(99)).is_err());
        assert_eq!(bucket.take(at(101)), Ok(()));
        assert!(bucket.take(at(101)).is_err());
        // A clock that steps back takes nothing away.
        assert!(bucket.take(at(50)).is_err());
        assert_eq!(bucket.take(at(10_000)), Ok(()));
    }
}
