//! What is gone from a feed's log, by count: the sum is redone from this on.

use crate::signals::{Covered, End, Position};
use serde::{Deserialize, Serialize};

/// The feed's word in POSITION.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gone {
    /// Runs up to here are purged.
    pub raw: u64,
    /// The feed's messages in SIGNALS up to here are purged.
    pub signals: u64,
    /// Where the feed stood behind them, and what they covered.
    pub position: Position,
    pub counts: Counts,
    /// The snapshot that stands for them: sequence of SIGNALS behind which it is.
    pub snapshot: u64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    pub runs: u64,
    pub decoded: u64,
    pub dead: u64,
    pub noise: u64,
    pub damaged: u64,
}

impl Counts {
    pub fn frames(&self) -> u64 {
        self.decoded + self.dead + self.noise
    }
}

impl Gone {
    pub(super) fn count(&mut self, sequence: u64, covered: &Covered) {
        self.signals = sequence;
        self.position = covered.position;
        for span in &covered.spans {
            // A run counts with its end.
            self.counts.runs += u64::from(span.from + span.count >= span.of);
            self.counts.noise += u64::from(span.noise);
            self.counts.damaged += u64::from(span.damaged);
        }
        for taken in &covered.frames {
            match taken.end {
                End::Ok(_) => self.counts.decoded += 1,
                End::Rejected(_) | End::Failed { .. } => self.counts.dead += 1,
            }
        }
    }
}
