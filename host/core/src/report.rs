//! 实况: what each department said last of one matter that is no incident: a road
//! that is closed, a gathering, visitors, a hot spot, a displacement, a level.
//!
//! One row for each department, device, code and reference. The newest word counts,
//! by its own time; what is told late never takes its place. A row ends by its own
//! word (`until` in `data`), by its recovery, or when it has grown old. How coarsely
//! is city data ([`crate::city::report`]), so that chatter leaves few facts.

mod hear;
mod hydrant;

pub use hydrant::{Hydrant, hydrants};

use crate::frame::FrameId;
use crate::signal::{Certainty, Kind, Position, Severity};
use crate::thing::{Noun, Row};
use crate::time::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// In a reading's `data`: the limit of the thing itself, below which it alarms.
const LOW_LIMIT: &str = "low_limit_kpa";

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Report {
    /// `department/device code reference`.
    pub id: String,
    /// `current`, `over` by its source's word, `expired`.
    pub state: String,
    pub title: String,
    pub department: String,
    pub device: String,
    /// The registered device's title, or empty.
    pub device_title: String,
    /// `report`, `reading`, `status`.
    pub kind: String,
    pub code: String,
    /// The code's name in the city's words, or empty.
    pub name: String,
    pub reference: String,
    pub region: String,
    pub position: Option<Position>,
    pub severity: Severity,
    pub value: Option<f64>,
    pub unit: String,
    pub quality: Quality,
    /// When it was so, by its source.
    pub at: Timestamp,
    pub received_at: Timestamp,
    /// What its source's own clock said, be it believed or not.
    pub observed: Option<Timestamp>,
    /// The last number of each department that measures it, where they are several:
    /// one circuit by a fire controller and by a meter.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<Source>,
    /// When it grows old, or ends by its own word.
    pub until: Option<Timestamp>,
    pub frame: Option<FrameId>,
    /// The rest of what was said, where that is short.
    pub data: serde_json::Value,
    pub ended_at: Option<Timestamp>,
    pub next: Option<Timestamp>,
}

/// One department's number of a matter that others measure too.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Source {
    pub department: String,
    pub value: Option<f64>,
    pub at: Timestamp,
}

/// How much a fact is worth.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Quality {
    pub certainty: Certainty,
    /// Received after it was so; negative: the source's clock is ahead.
    pub late_ms: i64,
    /// `stated` by the source, `registered` of its device, `none`.
    pub position: String,
    /// Whether the source said a time at all.
    pub dated: bool,
}

impl Report {
    pub fn is_current(&self) -> bool {
        self.ended_at.is_none()
    }
}

pub(crate) fn word(kind: &Kind) -> String {
    match serde_json::to_value(kind) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}

impl Row for Report {
    const NOUN: Noun = Noun::Report;
    const CHANGES: &'static [&'static str] = &["told", "over", "expired"];
    const STATES: &'static [&'static str] = &["current", "over", "expired"];

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
        self.next
    }

    fn ended_at(&self) -> Option<Timestamp> {
        self.ended_at
    }
}
