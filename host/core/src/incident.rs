//! 事件: what the city believes is happening, fused from what was said.

mod act;
pub mod cap;
mod disposition;
mod evidence;
pub(crate) mod index;
pub mod ngsi;
mod stage;
pub(crate) mod summary;
mod told;

pub use act::Act;
pub use disposition::{Disposition, DispositionKind};
pub use evidence::{Evidence, Role, Said};
pub use stage::{Move, Stage};
pub use told::Told;

use crate::frame::FrameId;
use crate::signal::{Position, Severity};
use crate::time::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The whole summary of an incident: what facts carry, views store and
/// subscribers see. A function of its evidence and of what people decided.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Incident {
    /// `I20260712-0001`: Beijing date of opening and a counter.
    pub id: String,
    pub hazard: String,
    pub hazard_name: String,
    pub title: String,
    pub state: Stage,
    pub severity: Severity,
    /// At least so severe by an advisor's word, whatever the evidence says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub raised: Option<Severity>,
    pub region: String,
    pub region_name: String,
    pub position: Option<Position>,
    /// Unit id, or empty.
    pub unit: String,
    pub unit_name: String,
    /// Alarms fused, repeats included.
    pub count: u64,
    /// Supporting signals joined, repeats included.
    pub supports: u64,
    pub first_at: Timestamp,
    pub last_at: Timestamp,
    pub opened_at: Timestamp,
    /// When the last fact about it was decided.
    pub changed_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<Timestamp>,
    /// Distinct devices, at most [`SOURCES_SHOWN`]; `source_count` is the whole number.
    pub sources: Vec<Source>,
    pub source_count: u64,
    /// 0..=1 with four decimals.
    pub confidence: f64,
    /// At most [`REASONS_SHOWN`].
    pub reasons: Vec<Reason>,
    /// Rows of evidence.
    pub evidence: u64,
    /// Of `count`, what came after [`ROWS_KEPT`] rows and has none of its own.
    #[serde(skip_serializing_if = "is_zero")]
    pub unlisted: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disposition: Option<Disposition>,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub result: String,
    /// Told long after it happened: stands in the books, rings no bell.
    pub historic: bool,
    /// Every alarm of it has been reported over. Closes nothing by itself.
    pub recovered: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub merged_into: Option<String>,
    /// Younger incidents that turned out to be this one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub merged: Vec<String>,
    /// What people and advisors decided or noted, the last [`NOTES_KEPT`].
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
}

/// A summary travels in every fact about the incident, so its lists are short;
/// the whole is in the evidence rows.
pub const SOURCES_SHOWN: usize = 32;
pub const REASONS_SHOWN: usize = 32;
pub const NOTES_KEPT: usize = 32;
/// Incidents named as merged into one.
pub const MERGED_SHOWN: usize = 32;
/// Distinct evidence rows kept for one incident. One more is still counted and
/// still in JOURNAL, it only has no row of its own; four hundred detectors of
/// a large building with ten codes each stay below.
pub const ROWS_KEPT: usize = 4_096;

#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Source {
    pub department: String,
    pub device: String,
    pub title: String,
}

/// Why the incident is believed as much as it is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Reason {
    /// For programs: `alarm`, `support`, `person`, `independent`, ...
    pub code: String,
    pub text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub frame: Option<FrameId>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Note {
    pub at: Timestamp,
    pub by: String,
    /// `confirm`, `close`, `note`, `advice.refute`, ...
    pub act: String,
    pub text: String,
}

impl Incident {
    pub fn is_open(&self) -> bool {
        self.state.is_open()
    }

    /// Adds a note in order of time; the oldest make room.
    pub(crate) fn note(&mut self, note: Note) {
        let place = self.notes.partition_point(|known| known.at <= note.at);
        self.notes.insert(place, note);
        let over = self.notes.len().saturating_sub(NOTES_KEPT);
        self.notes.drain(..over);
    }

    /// Order of age: by opening, then by counter.
    pub(crate) fn age(&self) -> (Timestamp, usize, &str) {
        (self.opened_at, self.id.len(), &self.id)
    }
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}
