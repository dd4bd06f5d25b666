//! A plugin that fails at everything rests, and its feed waits with it.
//!
//! It opens when [`FAILURES`] different inputs failed in a row within
//! [`WINDOW`]: an answer in between shows that the plugin works and that those
//! inputs were poison, which the dead letters take; stopping a whole department
//! for one hostile sender would be the attacker's work. The retry of an input on
//! a fresh instance is not a second failure. The first rest is short and doubles
//! while the probe fails.

use super::gate::Gate;
use super::request::{Layered, Permitted, Work, at_once};
use crate::verdict::{Verdict, VerdictKind};
use std::future::ready;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tower::Service;

const FAILURES: u32 = 5;
const WINDOW: Duration = Duration::from_secs(30);
const FIRST_REST: Duration = Duration::from_secs(1);
const LONGEST_REST: Duration = Duration::from_secs(30);

/// Whether a guest is called at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum State {
    Closed,
    /// Resting: [`ready_in`](crate::Guest::ready_in) says how long.
    Open,
    /// The next call is the probe.
    HalfOpen,
}

/// The decision, apart from the layer that asks it.
#[derive(Debug, Default)]
pub(crate) struct Breaker {
    /// Inputs that failed since the last success.
    failed: u32,
    first: Option<Instant>,
    last_sequence: Option<u64>,
    /// Set while not closed.
    rest: Option<(Instant, Duration)>,
}

impl Breaker {
    /// Not closed: only then is the time asked for.
    fn is_at_rest(&self) -> bool {
        self.rest.is_some()
    }

    /// `Err`: how long it still rests.
    fn admit(&self, now: Instant) -> Result<(), Duration> {
        match self.rest {
            Some((until, _)) if until > now => Err(until - now),
            _ => Ok(()),
        }
    }

    /// True when it closed.
    fn success(&mut self) -> bool {
        if self.failed == 0 && self.rest.is_none() {
            return false;
        }
        let closed = self.rest.is_some();
        *self = Breaker::default();
        closed
    }

    /// Until when it rests, if it opened.
    fn failure(&mut self, sequence: Option<u64>, now: Instant) -> Option<Instant> {
        if let Some((_, rest)) = self.rest {
            return Some(self.open(now, (rest * 2).min(LONGEST_REST)));
        }
        if sequence.is_some() && sequence == self.last_sequence {
            return None;
        }
        self.last_sequence = sequence;
        match self.first {
            Some(first) if now.saturating_duration_since(first) <= WINDOW => self.failed += 1,
            _ => {
                self.first = Some(now);
                self.failed = 1;
            }
        }
        (self.failed >= FAILURES).then(|| self.open(now, FIRST_REST))
    }

    fn open(&mut self, now: Instant, rest: Duration) -> Instant {
        self.rest = Some((now + rest, rest));
        now + rest
    }
}

pub(crate) struct Broken<S> {
    inner: S,
    breaker: Breaker,
    gate: Arc<Gate>,
}

impl<S> Broken<S> {
    pub(crate) fn new(inner: S, gate: Arc<Gate>) -> Broken<S> {
        Broken { inner, breaker: Breaker::default(), gate }
    }
}

impl<'a, S: Layered<Permitted<'a>>> Service<Permitted<'a>> for Broken<S> {
    at_once!(Verdict);

    fn call(&mut self, request: Permitted<'a>) -> Self::Future {
        if self.breaker.is_at_rest()
            && let Err(wait) = self.breaker.admit(Instant::now())
        {
            let reason =
                format!("the plugin failed at everything and rests for {} ms more", wait.as_millis());
            return ready(Err(Verdict::new(VerdictKind::Broken, reason)));
        }
        let sequence = match &request.0.work {
            Work::Call(call, _) => Some(call.sequence()),
            Work::Frame(_) => None,
        };
        let result = self.inner.now(request);
        match &result {
            Ok(_) => {
                if self.breaker.success() {
                    self.gate.breaker_at(State::Closed, Instant::now());
                }
            }
            Err(verdict) if verdict.kind.ran() => {
                if let Some(until) = self.breaker.failure(sequence, Instant::now()) {
                    self.gate.breaker_at(State::Open, until);
                }
            }
            Err(_) => {}
        }
        ready(result)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `f7@100`: input 7 fails at 100 ms; `s@100`: one succeeds. A call while it
    /// rests does nothing. Expected: the rest after the last, in ms.
    fn check(timeline: &str, expect: Option<u128>) {
        let start = Instant::now();
        let mut breaker = Breaker::default();
        let mut now = start;
        for step in timeline.split_whitespace() {
            let (what, at) = step.split_once('@').expect("what@when");
            now = start + Duration::from_millis(at.parse().expect("milliseconds"));
            if breaker.admit(now).is_err() {
                continue;
            }
            match what.strip_prefix('f') {
                Some(sequence) => {
                    breaker.failure(Some(sequence.parse().expect("sequence")), now);
                }
                None => {
                    breaker.success();
                }
            }
        }
        assert_eq!(breaker.admit(now).err().map(|wait| wait.as_millis()), expect, "{timeline}");
    }

    #[test]
    fn opens_only_on_a_plugin_that_fails_at_everything() {
        check("f1@0 f2@1 f3@2 f4@3", None);
        check("f1@0 f2@1 f3@2 f4@3 f5@4", Some(1_000));
        check("f1@0 f2@1 f3@2 f4@3 s@4 f5@5 f6@6", None);
        check("f1@0 f1@1 f2@2 f2@3 f3@4 f3@5", None);
        check("f1@0 f2@10000 f3@20000 f4@30000 f5@40000", None);
    }

    #[test]
    fn rests_longer_while_the_probe_fails() {
        check("f1@0 f2@0 f3@0 f4@0 f5@0 f6@999", Some(1));
        check("f1@0 f2@0 f3@0 f4@0 f5@0 f6@1000", Some(2_000));
        check("f1@0 f2@0 f3@0 f4@0 f5@0 f6@1000 f6@3000", Some(4_000));
        check("f1@0 f2@0 f3@0 f4@0 f5@0 f6@1000 f7@3000 f8@7000 f9@15000 f10@31000 f11@61000", Some(30_000));
        check("f1@0 f2@0 f3@0 f4@0 f5@0 s@1000 f6@1001", None);
    }
}
