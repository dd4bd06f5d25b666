//! A call has so much processor time, and the epoch ends it.
//!
//! The budget is of the thread's own processor time, not of the clock on the
//! wall: a neighbour that burns both cores must not turn an honest alarm into a
//! deadline verdict, and however starved, no call is given up for what others do.
//! Nothing is read on the way in: the first epoch that passes during a call (one
//! call in some thousands) starts the count.

use super::request::{Layered, Permitted, Timed, at_once};
use crate::pool::TICK;
use crate::verdict::{Verdict, VerdictKind};
use rustix::time::{ClockId, clock_gettime};
use std::time::Duration;
use tower::Service;
use wasmtime::UpdateDeadline;

/// A virtual machine that stands still for a while may count that as processor
/// time of whoever ran. A guest that really ran has met an epoch about every
/// [`TICK`]; one that met fewer than one in so many has not.
const MISSED: u32 = 2;

pub(crate) struct Deadline<S> {
    inner: S,
    budget: Duration,
}

impl<S> Deadline<S> {
    pub(crate) fn new(inner: S, milliseconds: u32) -> Deadline<S> {
        Deadline { inner, budget: Duration::from_millis(milliseconds.into()) }
    }
}

impl<'a, S: Layered<Timed<'a>>> Service<Permitted<'a>> for Deadline<S> {
    at_once!(Verdict);

    fn call(&mut self, request: Permitted<'a>) -> Self::Future {
        self.inner.call(Timed { request, budget: self.budget })
    }
}

/// Counts from the first epoch that passes in a call. Kept in the store's data.
#[derive(Debug, Default)]
pub(crate) struct Clock {
    budget: Duration,
    started: Option<Duration>,
    met: u32,
}

impl Clock {
    pub(crate) fn start(&mut self, budget: Duration) {
        *self = Clock { budget, ..Clock::default() };
    }

    /// Called by the guest itself when an epoch has passed.
    pub(crate) fn tick(&mut self) -> Result<UpdateDeadline, Verdict> {
        let now = processor_time();
        let used = now.saturating_sub(*self.started.get_or_insert(now));
        self.met += 1;
        if used < self.budget || TICK * self.met * MISSED < self.budget {
            return Ok(UpdateDeadline::Continue(1));
        }
        // The same words for every such call, so that dead letters of one fault stand together.
        let budget = self.budget.as_millis();
        let reason = format!("still running after the {budget} ms of processor time that are allowed");
        Err(Verdict::new(VerdictKind::Deadline, reason))
    }
}

/// What this thread has used.
fn processor_time() -> Duration {
    Duration::try_from(clock_gettime(ClockId::ThreadCPUTime)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn burn(how_long: Duration) {
        let end = processor_time() + how_long;
        while processor_time() < end {}
    }

    #[test]
    fn a_call_ends_by_what_it_used_and_not_by_how_long_it_waited() {
        let budget = Duration::from_millis(20);
        let mut clock = Clock::default();
        clock.start(budget);
        for _ in 0..10 {
            assert!(clock.tick().is_ok());
            std::thread::sleep(budget);
        }
        burn(budget);
        let verdict = clock.tick().err().expect("its time is used");
        assert_eq!(verdict.kind, VerdictKind::Deadline);
    }

    #[test]
    fn time_in_which_no_epoch_was_met_was_somebody_elses() {
        let budget = Duration::from_millis(20);
        let mut clock = Clock::default();
        clock.start(budget);
        assert!(clock.tick().is_ok());
        burn(budget);
        assert!(clock.tick().is_err(), "two epochs of four");

        clock.start(budget * 2);
        assert!(clock.tick().is_ok());
        burn(budget * 3);
        assert!(clock.tick().is_ok(), "two epochs of eight");
        assert!(clock.tick().is_ok());
        assert!(clock.tick().is_err(), "four");
    }
}
