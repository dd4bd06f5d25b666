//! One message of SIGNALS: what a feed made of the runs, or parts of runs, it
//! covers. Inputs, outcomes, rejections, verdicts and changes of state stand
//! in the same message, so that they take effect together.

use crate::subject::Lane;
use serde::{Deserialize, Serialize};
use tocsin_core::frame::FrameId;
use tocsin_core::outcome::{Outcome, Rejection};
use tocsin_core::time::Timestamp;
use tocsin_sandbox::Change;

/// A message is closed at this size. Its journal step, where every signal is
/// an alarm, stays below the bus's largest message.
pub const SIGNALS_BYTES: usize = 256 << 10;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Covered {
    /// Always 1 so far.
    pub format: u32,
    pub department: String,
    pub feed: u32,
    /// When the feed took them.
    pub at: Timestamp,
    /// SHA-256 of the city data, and of each plugin package, it was done under.
    pub city: String,
    pub plugins: Vec<Used>,
    /// Where the feed stands behind this message: what a restart begins from.
    pub position: Position,
    /// In the order in which they were taken.
    pub spans: Vec<Span>,
    pub frames: Vec<Taken>,
    /// Runs that are not in the log, found since the message before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<Missing>,
    /// Every run of the log up to here was looked at.
    #[serde(default)]
    pub whole: u64,
}

impl Covered {
    /// Compiled here, once.
    pub fn read(text: &[u8]) -> serde_json::Result<Covered> {
        serde_json::from_slice(text)
    }
}

/// Runs `from` to `to`, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Missing {
    pub from: u64,
    pub to: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Used {
    pub id: String,
    pub version: String,
    pub digest: String,
}

/// Frames `from .. from + count` of the run at `run`, which has `of`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    pub lane: Lane,
    pub run: u64,
    pub from: u32,
    pub count: u32,
    pub of: u32,
    /// Of these, skipped by the framer: kept, counted, never decoded.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub noise: u32,
    /// The run itself could not be read: it was damaged after it was written.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub damaged: bool,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Taken {
    pub run: u64,
    pub index: u32,
    pub door: String,
    pub plugin: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub device: String,
    pub received: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first: Option<FrameId>,
    /// Of news: how many advisors stand behind it, one hearing the other.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub depth: u32,
    /// The order whose news this is, or whose send found no way.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub order: String,
    #[serde(flatten)]
    pub end: End,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<Change>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum End {
    /// Boxed: an outcome is large, a verdict small, and most frames say little.
    Ok(Box<Outcome>),
    Rejected(Rejection),
    /// The host's verdict on the plugin, after a second try on a fresh instance.
    Failed {
        verdict: String,
        reason: String,
    },
}

fn is_zero(number: &u32) -> bool {
    *number == 0
}

impl Taken {
    pub fn frame(&self, department: &str) -> FrameId {
        FrameId { department: department.to_owned(), run: self.run, index: self.index }
    }
}

impl Covered {
    /// Where the feed stood before it, as far as it says: in a lane that it
    /// covers, before the first run.
    pub fn before(&self) -> Position {
        let mut position = self.position;
        for lane in Lane::BOTH {
            if let Some(first) = self.spans.iter().find(|span| span.lane == lane) {
                let partial = if first.from > 0 { first.run } else { 0 };
                *position.lane_mut(lane) =
                    LanePosition { run: first.run.saturating_sub(1), partial, next: first.from };
            }
        }
        position
    }
}

/// How far a feed has come in each lane of its log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    pub red: LanePosition,
    pub routine: LanePosition,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LanePosition {
    /// Every frame of every run up to here is covered.
    pub run: u64,
    /// The run behind `run` that is covered in part, and how far; 0: none.
    pub partial: u64,
    pub next: u32,
}

impl Position {
    pub fn lane(&self, lane: Lane) -> &LanePosition {
        match lane {
            Lane::Red => &self.red,
            Lane::Routine => &self.routine,
        }
    }

    fn lane_mut(&mut self, lane: Lane) -> &mut LanePosition {
        match lane {
            Lane::Red => &mut self.red,
            Lane::Routine => &mut self.routine,
        }
    }

    /// The highest run of which anything is covered.
    pub fn newest(&self) -> u64 {
        Lane::BOTH
            .map(|lane| self.lane(lane))
            .into_iter()
            .map(|lane| lane.run.max(lane.partial))
            .max()
            .unwrap_or(0)
    }

    /// No run is covered in part.
    pub fn is_whole(&self) -> bool {
        self.red.partial == 0 && self.routine.partial == 0
    }

    pub fn cover(&mut self, span: &Span) {
        let lane = self.lane_mut(span.lane);
        *lane = if span.from + span.count >= span.of {
            LanePosition { run: span.run, partial: 0, next: 0 }
        } else {
            LanePosition { partial: span.run, next: span.from + span.count, ..*lane }
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_move_the_position_of_their_lane() {
        let mut position = Position::default();
        let span =
            |run, from, count, of| Span { lane: Lane::Red, run, from, count, of, noise: 0, damaged: false };
        position.cover(&span(4, 0, 10, 10));
        assert_eq!(position.red, LanePosition { run: 4, partial: 0, next: 0 });
        position.cover(&span(9, 0, 3, 10));
        assert_eq!(position.red, LanePosition { run: 4, partial: 9, next: 3 });
        position.cover(&span(9, 3, 7, 10));
        assert_eq!(position.red, LanePosition { run: 9, partial: 0, next: 0 });
        assert_eq!(position.routine, LanePosition::default());
    }

    #[test]
    fn a_message_says_where_the_feed_stood_before_it() {
        let span = |lane, run, from, count, of| Span { lane, run, from, count, of, noise: 0, damaged: false };
        let mut covered = Covered {
            format: 1,
            department: "fire".into(),
            feed: 0,
            at: Timestamp(0),
            city: String::new(),
            plugins: vec![],
            position: Position {
                routine: LanePosition { run: 7, ..LanePosition::default() },
                ..Position::default()
            },
            spans: vec![span(Lane::Red, 9, 3, 7, 10), span(Lane::Red, 12, 0, 2, 2)],
            frames: vec![],
            missing: vec![],
            whole: 0,
        };
        for span in covered.spans.clone() {
            covered.position.cover(&span);
        }
        let before = covered.before();
        assert_eq!(before.red, LanePosition { run: 8, partial: 9, next: 3 });
        assert_eq!((before.routine.run, covered.position.red.run), (7, 12));
        assert!(covered.position.is_whole() && !before.is_whole());
    }
}
