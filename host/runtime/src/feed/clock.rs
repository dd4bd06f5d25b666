//! Timers of the rooms: time enters the log as runs of its own.

use super::Feed;
use super::rooms::Timer;
use crate::intake::RefuseReason;
use std::time::Duration;
use tocsin_core::frame::FrameId;
use tocsin_core::time::Timestamp;
use tokio::sync::oneshot;
use tokio::sync::oneshot::error::TryRecvError;

/// A timer has a granularity of one second (contract, `timers`).
pub(super) const CLOCK_EVERY: Duration = Duration::from_secs(1);

/// What the log will say of a tick.
pub(super) type Receipt = oneshot::Receiver<Result<FrameId, RefuseReason>>;

impl Feed {
    /// How long until the clock has something to do: a timer that comes due, a tick
    /// of which it is not known whether it stands in the log.
    pub(super) fn clock_pause(&self) -> Option<Duration> {
        let now = crate::clock::now();
        let next = Timestamp(self.ticked.0 + CLOCK_EVERY.as_millis() as i64);
        let due = match self.ticks.is_empty() {
            true => self.rooms.next_due()?.max(next),
            false => next,
        };
        Some(Duration::from_millis(due.0.saturating_sub(now.0).max(0) as u64))
    }

    /// Time enters the log as a run of its own, one frame a due timer. What the log
    /// refused is due again.
    pub(super) async fn write_clock(&mut self) {
        self.ticked = crate::clock::now();
        for (timer, receipt) in std::mem::take(&mut self.ticks) {
            self.hear_tick(timer, receipt);
        }
        for (timer, frame) in self.rooms.take_due(self.ticked) {
            let receipt = self.clock.offer(frame).await;
            self.ticks.push((timer, receipt));
        }
    }

    fn hear_tick(&mut self, timer: Timer, mut receipt: Receipt) {
        match receipt.try_recv() {
            Ok(Ok(_)) => {}
            Err(TryRecvError::Empty) => self.ticks.push((timer, receipt)),
            Ok(Err(_)) | Err(TryRecvError::Closed) => self.rooms.due_again(timer),
        }
    }
}
