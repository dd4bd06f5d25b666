//! A message of SIGNALS under construction.

use super::rooms;
use crate::signals::{End, SIGNALS_BYTES, Span, Taken};
use std::time::{Duration, Instant};

/// A message is closed after this time, however little it holds: a slow
/// plugin must not keep finished work, or red runs, waiting.
const BUILD_FOR: Duration = Duration::from_millis(20);

/// A message under construction, and what follows its commit.
pub(super) struct Draft {
    pub spans: Vec<Span>,
    pub frames: Vec<Taken>,
    pub settle: Vec<(u64, usize)>,
    /// What the frames will take in the message, measured coarsely.
    pub size: usize,
    pub trace: Option<String>,
    started: Instant,
    /// Ends here: a plugin must be waited for, or a run ended that another message began.
    pub closed: bool,
}

impl Draft {
    pub fn new() -> Draft {
        Draft {
            spans: Vec::new(),
            frames: Vec::new(),
            settle: Vec::new(),
            size: 0,
            trace: None,
            started: Instant::now(),
            closed: false,
        }
    }

    /// `size` is measured coarsely and the last frame may be large, so a message
    /// is closed at half of what it may hold.
    pub fn is_full(&self) -> bool {
        self.closed || self.size >= SIGNALS_BYTES / 2 || self.started.elapsed() >= BUILD_FOR
    }
}

/// About what a frame takes as JSON; a measure for closing, not a promise.
pub(super) fn size_of(taken: &Taken) -> usize {
    let end = match &taken.end {
        End::Ok(outcome) => {
            let signals: usize = outcome
                .signals
                .iter()
                .map(|s| 200 + s.data.len() + s.title.len() + s.device.len() + s.code.len())
                .sum();
            let sends: usize = outcome.sends.iter().map(|s| 40 + 2 * s.payload.len()).sum();
            let advice: usize = outcome.advice.iter().map(|a| 100 + a.data.len() + a.reason.len()).sum();
            let defects: usize = outcome.defects.iter().map(|d| 4 + d.len()).sum();
            signals + sends + advice + defects
        }
        End::Rejected(rejection) => 60 + rejection.reason.len() + 2 * rejection.reply.len(),
        End::Failed { reason, .. } => 60 + reason.len(),
    };
    let changes: usize = taken.changes.iter().map(rooms::size_of_change).sum();
    140 + taken.device.len() + end + changes
}
