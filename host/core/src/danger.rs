//! 隐患: a hidden danger from finding to re-check.
//!
//! ```text
//! found ─assign▶ assigned ─rectify▶ rectified ─recheck, passed▶ closed
//!                    ▲                  │
//!                    └─ recheck, failed ┘
//! found, assigned: the deadline passes ▶ overdue, the county desk is told
//! ```
//!
//! | report | of | `data` |
//! |---|---|---|
//! | `danger.found` | the department that found it | `level` general or major, `text`, `category`, `unit`, `unit_name`, `trade`, `address`, `deadline` (ms), `photos`, `responsible` (department), `village_name`, `as_of` (ms, of a correction) |
//! | `danger.rectified` | its own or the responsible department | `measure`, `photos` |
//! | `danger.rechecked` | who may re-check by the city's rules | `passed`, `result`, `deadline` (ms, of one that failed) |
//!
//! `reference` is the source's own id of the danger, in all three. Reports may come
//! doubled, late and out of order: each counts by when its source says it happened.

mod act;
mod assign;
mod clock;
mod hear;
pub(crate) mod index;
pub mod overdue;
mod recheck;
mod tell;

pub use act::{Act, New};

use crate::frame::FrameId;
use crate::signal::Position;
use crate::thing::{Noun, Row};
use crate::time::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A danger travels whole in every fact about it: what a desk needs to see.
pub const TEXT_CHARS: usize = 2_000;
pub const PHOTOS_KEPT: usize = 8;
pub const PHOTO_CHARS: usize = 500;
/// A danger that failed its re-check more often is known to be stubborn.
pub const RETURNS_KEPT: usize = 16;
/// Tasks and reminders of one danger.
pub const ORDERS_KEPT: usize = 16;
/// Refused words of others that are recorded; what comes then stands in SIGNALS
/// alone, so that nobody floods the journal through one danger.
pub const REFUSED_RECORDED: u32 = 20;
/// Closed ones are remembered beside the 72 hours of every row: registers send
/// their whole list again by the month, and that must not open them anew.
const REMEMBERED_MS: i64 = 90 * 24 * 3_600_000;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Danger {
    /// `H20260712-0001`.
    pub id: String,
    pub title: String,
    pub state: Stage,
    pub level: Level,
    pub category: String,
    pub text: String,
    /// Id of the unit, or empty; its name and trade as they were known then.
    pub unit: String,
    pub unit_name: String,
    pub trade: String,
    pub address: String,
    pub region: String,
    /// Code of a village that the city's files do not list, or empty.
    pub village: String,
    pub village_name: String,
    pub position: Option<Position>,
    /// Links.
    pub photos: Vec<String>,
    /// The source's own id of it, and how often it was told.
    pub reference: String,
    pub count: u64,
    /// Who found it: whose plugins may speak of it.
    pub department: String,
    /// The department in charge of its rectification, and its post.
    pub responsible: String,
    pub post: String,
    pub deadline: Option<Timestamp>,
    /// The deadline that passed first without rectification.
    pub overdue_at: Option<Timestamp>,
    /// Its tasks; the reminder of what is overdue.
    pub orders: Vec<String>,
    pub escalation: String,
    /// What was done about it, with links, and what the re-check found.
    pub measure: String,
    pub measure_photos: Vec<String>,
    pub result: String,
    pub returns: Vec<Return>,
    pub found_at: Timestamp,
    /// As of when the source last described it; none: it has only been spoken of.
    pub described_at: Option<Timestamp>,
    /// Hash of that description.
    pub told: String,
    pub reported_at: Timestamp,
    pub assigned_at: Option<Timestamp>,
    pub rectified_at: Option<Timestamp>,
    /// When the last re-check was.
    pub rechecked_at: Option<Timestamp>,
    pub closed_at: Option<Timestamp>,
    /// Who closed it: a department or a person.
    pub closed_by: String,
    /// The record that it was reported with.
    pub frame: Option<FrameId>,
    /// What others said of it and was refused.
    pub refused: u32,
    pub ended_at: Option<Timestamp>,
    pub next: Option<Timestamp>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    #[default]
    Found,
    Assigned,
    Rectified,
    Closed,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// 一般
    #[default]
    General,
    /// 重大
    Major,
}

/// 复查未通过: it was said to be rectified and is not.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Return {
    pub at: Timestamp,
    pub by: String,
    pub reason: String,
    /// When it had been said to be rectified.
    pub rectified_at: Option<Timestamp>,
}

impl Stage {
    pub fn as_str(self) -> &'static str {
        match self {
            Stage::Found => "found",
            Stage::Assigned => "assigned",
            Stage::Rectified => "rectified",
            Stage::Closed => "closed",
        }
    }

    /// As a duty officer reads it.
    pub fn name(self) -> &'static str {
        match self {
            Stage::Found => "已发现",
            Stage::Assigned => "整改中",
            Stage::Rectified => "待复查",
            Stage::Closed => "已销号",
        }
    }
}

impl Level {
    pub fn as_str(self) -> &'static str {
        match self {
            Level::General => "general",
            Level::Major => "major",
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Level::General => "一般",
            Level::Major => "重大",
        }
    }
}

impl Danger {
    /// Somebody still has to rectify it.
    pub fn awaits_rectification(&self) -> bool {
        matches!(self.state, Stage::Found | Stage::Assigned)
    }
}

impl Row for Danger {
    const NOUN: Noun = Noun::Danger;
    const CHANGES: &'static [&'static str] = &[
        "found",
        "mentioned",
        "updated",
        "repeated",
        "assigned",
        "rectified",
        "returned",
        "refused",
        "overdue",
        "waited",
        "closed",
    ];
    const STATES: &'static [&'static str] = &["found", "assigned", "rectified", "closed"];

    fn id(&self) -> &str {
        &self.id
    }

    fn state(&self) -> &str {
        self.state.as_str()
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
        self.next
    }

    fn ended_at(&self) -> Option<Timestamp> {
        self.ended_at.map(|at| at.plus_millis(REMEMBERED_MS))
    }
}
