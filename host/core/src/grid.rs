//! 基层治理四平台: a grid worker's event from acceptance to evaluation.
//!
//! ```text
//! reported ─accept▶ accepted ─assign▶ assigned ─handle▶ handling ─feedback▶ fed-back ─evaluate▶ closed
//!                              ▲  return ▼
//!                              └─ returned (once; the second time the county desk decides)
//! any of them but closed ─promote▶ promoted: the incident's end closes the case
//! ```

mod act;
mod clock;
mod follow;
mod handle;
mod hear;
pub(crate) mod index;
mod promote;

pub use act::Act;
pub use clock::Overtime;

use crate::input::Observed;
use crate::signal::Position;
use crate::thing::{Noun, Row};
use crate::time::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A case travels whole in every fact about it: what a desk needs to see.
pub const TEXT_CHARS: usize = 2_000;
pub const PHOTOS_KEPT: usize = 8;
pub const PHOTO_CHARS: usize = 500;
/// Four steps, each overdue once an assignment; a case is assigned three times at most.
pub const OVERTIME_KEPT: usize = 16;
/// Refused words of departments that are recorded; what comes then stands in SIGNALS
/// alone, so that nobody floods the journal through one case.
pub const REFUSED_RECORDED: u32 = 20;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Case {
    /// `G20260712-0001`.
    pub id: String,
    pub title: String,
    pub state: Stage,
    /// Code of the report: `report.fire`.
    pub category: String,
    pub category_name: String,
    pub text: String,
    pub address: String,
    /// Links.
    pub photos: Vec<String>,
    pub reporter: Reporter,
    /// The reporter's own id of the matter, and how often it was told.
    pub reference: String,
    pub count: u64,
    /// Platform in charge, or empty.
    pub platform: String,
    pub platform_name: String,
    pub region: String,
    /// Whose report it is.
    pub department: String,
    pub position: Option<Position>,
    /// Incident that it became or belongs to, and the stage that was last told of it.
    pub incident: String,
    pub incident_state: String,
    /// The first report, as promotion hands it on: without its `data`, which the frame has.
    pub said: Option<Box<Observed>>,
    pub returns: Vec<Return>,
    /// What the platform fed back, or the incident ended with.
    pub result: String,
    /// 1 to 5.
    pub score: Option<u8>,
    pub comment: String,
    pub reported_at: Timestamp,
    pub accepted_at: Option<Timestamp>,
    pub assigned_at: Option<Timestamp>,
    pub handled_at: Option<Timestamp>,
    pub fed_back_at: Option<Timestamp>,
    pub evaluated_at: Option<Timestamp>,
    /// When the step that the case waits for is due, and which it is.
    pub step: String,
    pub due_at: Option<Timestamp>,
    pub overtime: Vec<Overtime>,
    /// What departments said of it and was refused.
    pub refused: u32,
    pub ended_at: Option<Timestamp>,
    pub next: Option<Timestamp>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    #[default]
    Reported,
    Accepted,
    Assigned,
    Handling,
    Returned,
    FedBack,
    Promoted,
    Closed,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Reporter {
    pub id: String,
    pub name: String,
    pub phone: String,
}

/// 退回: a platform says that the case is not its own.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Return {
    pub at: Timestamp,
    pub platform: String,
    pub reason: String,
    /// Of a second return: the order by which the county desk is asked to decide.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub order: String,
}

impl Stage {
    pub fn as_str(self) -> &'static str {
        match self {
            Stage::Reported => "reported",
            Stage::Accepted => "accepted",
            Stage::Assigned => "assigned",
            Stage::Handling => "handling",
            Stage::Returned => "returned",
            Stage::FedBack => "fed-back",
            Stage::Promoted => "promoted",
            Stage::Closed => "closed",
        }
    }

    /// As a duty officer reads it.
    pub fn name(self) -> &'static str {
        match self {
            Stage::Reported => "已上报",
            Stage::Accepted => "已受理",
            Stage::Assigned => "已分派",
            Stage::Handling => "处置中",
            Stage::Returned => "已退回",
            Stage::FedBack => "已反馈",
            Stage::Promoted => "已转事件",
            Stage::Closed => "已办结",
        }
    }
}

impl Row for Case {
    const NOUN: Noun = Noun::Grid;
    const CHANGES: &'static [&'static str] = &[
        "reported",
        "repeated",
        "accepted",
        "assigned",
        "handling",
        "returned",
        "refused",
        "fed-back",
        "progressed",
        "promoted",
        "overtime",
        "waited",
        "evaluated",
        "closed",
    ];
    const STATES: &'static [&'static str] =
        &["reported", "accepted", "assigned", "handling", "returned", "fed-back", "promoted", "closed"];

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

    fn incident(&self) -> &str {
        &self.incident
    }

    fn due(&self) -> Option<Timestamp> {
        self.next
    }

    fn ended_at(&self) -> Option<Timestamp> {
        self.ended_at
    }
}
