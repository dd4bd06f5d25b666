//! 消防监督: units whose fire protection is not what it should be, and what is known of
//! them: facilities, inspections, roll calls.
//!
//! ```text
//! a state lasts too long (device) ─┐                     ┌─ an inspection record
//! nobody answers a roll call ──────┴▶ open ──▶ mended ──▶┴─ or a person: closed
//! ```
//!
//! `mended` says that every state of it is over. It stays on the list: that it lasted
//! too long is what the inspection is about.

mod act;
mod call;
mod inspection;
mod limit;

pub use act::Act;

use crate::frame::FrameId;
use crate::signal::Position;
use crate::thing::{Noun, Row};
use crate::time::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// States of one finding; what is more is on the same list already.
const ITEMS_KEPT: usize = 64;
/// Units: more than a county's. What is told of others stands in SIGNALS alone.
const SITES_KEPT: usize = 10_000;
const FACILITIES_KEPT: usize = 256;
/// A year's quarterly inspections and some more; a roll call a day for a month.
const INSPECTIONS_KEPT: usize = 12;
const CALLS_KEPT: usize = 32;

/// One unit on the supervision list.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Finding {
    /// `S20260712-0001`.
    pub id: String,
    pub title: String,
    /// `open`, `mended` or `closed`.
    pub state: String,
    /// Id of the unit, else of the device at the root.
    pub unit: String,
    pub unit_name: String,
    pub department: String,
    pub region: String,
    pub items: Vec<Item>,
    pub found_at: Timestamp,
    pub closed_by: String,
    pub result: String,
    /// The frame of the inspection record that closed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inspection: Option<FrameId>,
    pub ended_at: Option<Timestamp>,
}

/// What a unit is on the list for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Item {
    /// Path of the device.
    pub device: String,
    pub title: String,
    /// `shielded`, `manual`, or `unanswered` of a roll call.
    pub state: String,
    pub since: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// The frame that says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub frame: Option<FrameId>,
    /// The roll call, or empty.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub order: String,
}

/// 消防单位: what the supervising department tells of a unit, and how it answers.
/// Its id is the unit's.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Site {
    pub id: String,
    pub title: String,
    /// `listed` while it is on the supervision list, else `normal`.
    pub state: String,
    pub department: String,
    pub region: String,
    pub address: String,
    pub category: String,
    pub position: Option<Position>,
    /// As the department writes them; redacted like every `contacts`.
    pub contacts: Vec<Contact>,
    pub facilities: Vec<Facility>,
    /// Newest last.
    pub inspections: Vec<Inspection>,
    pub calls: Vec<RollCall>,
    pub asked: u32,
    pub answered: u32,
    /// Roll calls answered in time, of 100; none: never asked.
    pub score: Option<u32>,
    /// The frame that told of it last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub frame: Option<FrameId>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Contact {
    pub post: String,
    pub name: String,
    pub phone: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Facility {
    pub id: String,
    pub title: String,
    pub category: String,
    /// The device that reports it, or empty.
    pub device: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Inspection {
    /// The record's own number, else its frame.
    pub id: String,
    pub at: Timestamp,
    pub by: String,
    pub passed: bool,
    pub result: String,
    pub frame: Option<FrameId>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct RollCall {
    pub order: String,
    pub at: Timestamp,
    /// In time.
    pub answered: bool,
    /// When somebody answered, in time or late.
    pub answered_at: Option<Timestamp>,
}

impl Site {
    /// Follows from the roll calls.
    fn score(&mut self) {
        let over = self.calls.len().saturating_sub(CALLS_KEPT);
        self.calls.drain(..over);
        self.asked = self.calls.len() as u32;
        self.answered = self.calls.iter().filter(|call| call.answered).count() as u32;
        self.score = (self.asked > 0).then(|| self.answered * 100 / self.asked.max(1));
    }
}

impl Row for Finding {
    const NOUN: Noun = Noun::Supervision;
    const CHANGES: &'static [&'static str] = &["found", "grew", "mended", "closed"];
    const STATES: &'static [&'static str] = &["open", "mended", "closed"];

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

    fn ended_at(&self) -> Option<Timestamp> {
        self.ended_at
    }
}

impl Row for Site {
    const NOUN: Noun = Noun::Site;
    const CHANGES: &'static [&'static str] =
        &["recorded", "equipped", "inspected", "scored", "listed", "normal"];
    const STATES: &'static [&'static str] = &["normal", "listed"];

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
}
