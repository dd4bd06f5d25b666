//! 装置状况: what each device says of itself, and that it says nothing any more.
//!
//! ```text
//! fault, status, recovery ──▶ points of a row ──▶ a task for whoever mends it,
//!                                             └─▶ the supervision list, after a while
//! silence (device::vigil) ──▶ a point `silent`, over when it speaks again
//! incidents that ended    ──▶ verdicts: how often it was right
//! ```
//!
//! A row stands for a device or a part that has something to say; what is healthy
//! and was never anything else has none. Facts are written only where a row
//! changes: a repeat, a reading, a heartbeat leave nothing.

mod hear;
mod silence;
mod task;
mod verdict;
pub(crate) mod vigil;
mod word;

pub use verdict::{Verdict, Verdicts};

use crate::frame::FrameId;
use crate::signal::Position;
use crate::thing::{Noun, Row};
use crate::time::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Rows in memory: a county's detectors that have ever been anything but healthy.
/// A row has about a kilobyte; what comes beyond stands in SIGNALS alone.
pub const CONDITIONS_KEPT: usize = 20_000;
/// Rows of parts below one device: a hostile controller can name four billion.
pub const PARTS_KEPT: usize = 512;
/// What was over last, of one device: late copies of it are known by these.
const PAST_KEPT: usize = 8;
/// What stands at once: a device has a dozen kinds of trouble at most.
const POINTS_KEPT: usize = 32;

/// How a device stands. Also of a whole department, and of a door.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Condition {
    /// `fire/000000000379`; of a department `fire`, of a door `fire:fire-tcp`.
    pub id: String,
    pub title: String,
    /// The gravest of `states`, or `normal`.
    pub state: String,
    /// All that stands, gravest first.
    pub states: Vec<String>,
    pub department: String,
    /// The path as the registry knows it; empty for a department and a door.
    pub device: String,
    pub unit: String,
    pub unit_name: String,
    pub region: String,
    pub position: Option<Position>,
    /// What stands, and behind it what was over last.
    pub points: Vec<Point>,
    /// When it last spoke before it fell silent; none: it never did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub heard_at: Option<Timestamp>,
    /// Of a department: its devices that are silent, and those that should speak.
    #[serde(skip_serializing_if = "is_zero")]
    pub silent: u32,
    #[serde(skip_serializing_if = "is_zero")]
    pub expected: u32,
    #[serde(skip_serializing_if = "Verdicts::is_empty")]
    pub verdicts: Verdicts,
    /// When its clock next acts: a limit, or a count that is to be told.
    pub next: Option<Timestamp>,
    /// Nothing stands and nothing is counted any more.
    pub ended_at: Option<Timestamp>,
}

/// One thing that is so, or was.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Point {
    /// What it is about: at most one point of it stands (`guard`: armed or disarmed).
    pub about: String,
    /// The word by which listings filter.
    pub state: String,
    /// The source's own code, and what it said.
    pub code: String,
    pub title: String,
    pub since: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// The frame that says so; none: nobody said it, it was noticed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub frame: Option<FrameId>,
    /// The task that is to mend it, or empty.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub order: String,
    /// The finding of supervision that it led to, or empty.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub supervision: String,
    /// An inspection took it off the list then, and its time began anew.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inspected_at: Option<Timestamp>,
}

impl Point {
    pub fn stands(&self) -> bool {
        self.until.is_none()
    }
}

impl Condition {
    pub fn standing(&self) -> impl Iterator<Item = &Point> {
        self.points.iter().filter(|point| point.stands())
    }

    pub(crate) fn stands(&self, about: &str) -> Option<&Point> {
        self.standing().find(|point| point.about == about)
    }

    fn standing_mut(&mut self, about: &str) -> Option<&mut Point> {
        self.points.iter_mut().find(|point| point.stands() && point.about == about)
    }

    /// Puts a point in place of what stood about the same; what is too much at
    /// once pushes out nothing that stands. Answers whether it was put.
    fn put(&mut self, point: Point) -> bool {
        self.end(&point.about, point.since);
        if self.standing().count() >= POINTS_KEPT {
            return false;
        }
        self.points.insert(0, point);
        true
    }

    /// What stood about it is over.
    fn end(&mut self, about: &str, at: Timestamp) -> Option<Point> {
        let point = self.standing_mut(about)?;
        point.until = Some(at.max(point.since));
        let ended = point.clone();
        // One past of a kind is enough to know a late copy by.
        self.points.retain(|old| old.stands() || old.about != about || *old == ended);
        Some(ended)
    }

    /// Follows from the points: words, state, whether it is over.
    fn settle(&mut self, now: Timestamp) {
        let (mut standing, mut past): (Vec<Point>, Vec<Point>) =
            std::mem::take(&mut self.points).into_iter().partition(Point::stands);
        standing.sort_by_key(|point| (word::gravity(&point.state), point.since, point.about.clone()));
        past.sort_by_key(|point| std::cmp::Reverse(point.until));
        past.truncate(PAST_KEPT);
        let mut told = BTreeSet::new();
        self.states = standing
            .iter()
            .map(|point| point.state.clone())
            .filter(|state| told.insert(state.clone()))
            .collect();
        self.state = self.states.first().cloned().unwrap_or_else(|| word::NORMAL.to_owned());
        let is_over = standing.is_empty() && self.verdicts.is_empty();
        self.points = standing;
        self.points.extend(past);
        self.ended_at = is_over.then(|| self.ended_at.unwrap_or(now));
    }
}

impl Row for Condition {
    const NOUN: Noun = Noun::Device;
    const CHANGES: &'static [&'static str] = &[
        "changed",
        "tasked",
        "inspected",
        "listed",
        "recovered",
        "named",
        "silent",
        "spoke",
        "grouped",
        "counted",
        "judged",
        "mended",
    ];
    const STATES: &'static [&'static str] = &word::STATES;

    fn id(&self) -> &str {
        &self.id
    }

    fn state(&self) -> &str {
        &self.state
    }

    fn title(&self) -> &str {
        &self.title
    }

    fn region(&self) -> &str {
        &self.region
    }

    fn department(&self) -> &str {
        &self.department
    }

    fn due(&self) -> Option<Timestamp> {
        self.next.filter(|_| self.ended_at.is_none())
    }

    fn ended_at(&self) -> Option<Timestamp> {
        self.ended_at
    }
}

fn is_zero(number: &u32) -> bool {
    *number == 0
}
