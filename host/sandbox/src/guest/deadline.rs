//! A call has so much processor time, and the epoch ends it.
//!
//! The budget is of the thread's own processor time, not of the clock on the
//! wall: a neighbour that burns both cores must not turn an honest alarm into a
//! deadline verdict. Nothing is read on the way in: the first epoch that passes
//! during a call (one call in some thousands) starts the count.

use super::request::{Layered, Permitted, Timed, at_once};
use crate::verdict::{Verdict, VerdictKind};
use std::time::{Duration, Instant};
use tower::Service;
use wasmtime::UpdateDeadline;

/// However starved, a call ends after this many times its budget: the feed
/// behind it is starved as well.
const WALL_FACTOR: u32 = 10;

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
    started: Option<(Instant, Option<Duration>)>,
}

impl Clock {
    pub(crate) fn start(&mut self, budget: Duration) {
        self.budget = budget;
        self.started = None;
    }

    /// Called by the guest itself when an epoch has passed.
    pub(crate) fn tick(&mut self) -> Result<UpdateDeadline, Verdict> {
        let (wall, processor) = (Instant::now(), processor_time());
        let Some((wall_start, processor_start)) = self.started else {
            self.started = Some((wall, processor));
            return Ok(UpdateDeadline::Continue(1));
        };
        let wall = wall - wall_start;
        let used = match (processor, processor_start) {
            (Some(now), Some(start)) => now.saturating_sub(start),
            _ => wall,
        };
        if used < self.budget && wall < self.budget * WALL_FACTOR {
            return Ok(UpdateDeadline::Continue(1));
        }
        // The same words for every such call, so that dead letters of one fault stand together.
        let budget = self.budget.as_millis();
        let reason = match used < self.budget {
            false => format!("still running after the {budget} ms of processor time that are allowed"),
            true => format!(
                "starved: {budget} ms of processor time were not to be had in {WALL_FACTOR} times as long"
            ),
        };
        Err(Verdict::new(VerdictKind::Deadline, reason))
    }
}

/// What this thread has used, to the scheduler's tick. `None` where the kernel
/// does not say; then the wall clock counts.
fn processor_time() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds = text.split(' ').next()?.parse().ok()?;
    Some(Duration::from_nanos(nanoseconds))
}
