//! 预警: chains of warning messages (12379, CAP), one row a chain: what is
//! warned of now, by whom, for where, until when.
//!
//! A message that refers to a chain continues it; one that refers to nothing
//! known continues the chain of its sender, event and areas, and is flagged; an
//! alert that would so lower it begins a chain of its own. In a chain the newest
//! message counts, in whatever order they come. Drills and tests have chains of
//! their own, which nobody acts upon.

mod area;
mod cancel;
pub mod cap;
mod chain;
mod hear;
pub mod ngsi;
mod notice;
mod term;

use crate::signal::{Certainty, Severity, Urgency};
use crate::thing::{Noun, Row};
use crate::time::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A warning that is renewed every three hours for a week has 56.
const MESSAGES_KEPT: usize = 64;
/// Messages that a cancellation names; the plugin keeps as many.
const AWAITED_KEPT: usize = 32;
/// There are about twenty words.
const FLAGS_KEPT: usize = 24;
/// Chains in memory. A province issues some hundred a day, and they end within
/// days; beyond this the least of them go first.
const CHAINS_KEPT: usize = 4_096;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Warning {
    /// Identifier of the chain's first message.
    pub id: String,
    pub title: String,
    /// GB/T 35561 code: `11B03`.
    pub event_code: String,
    pub event: String,
    pub severity: Severity,
    /// `red`, `orange`, `yellow`, `blue`, or empty.
    pub colour: String,
    /// Words of the level: `II级/严重`.
    pub level: String,
    /// `active`, `cancelled`, `expired`, `superseded`; `outside` the city;
    /// `exercise`, `system`, `test`, `draft` of what was never meant.
    pub status: String,
    /// Of the newest message: `alert`, `update`, `cancel`.
    pub msg_type: String,
    /// CAP's status of its messages: `actual`, `exercise`...
    pub class: String,
    pub urgency: Urgency,
    pub certainty: Certainty,
    /// Regions of the city, 12-digit codes; the city's own code stands before
    /// its townships where all of it is meant.
    pub areas: Vec<String>,
    /// As the newest message names them, those outside included.
    pub places: Vec<Place>,
    /// Rings of `[lon, lat]`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub polygons: Vec<Vec<[f64; 2]>>,
    /// `[lon, lat, kilometres]`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub circles: Vec<[f64; 3]>,
    pub sender: String,
    pub sender_name: String,
    pub headline: String,
    pub description: String,
    pub instruction: String,
    /// When the newest message was sent.
    #[serde(rename = "issued")]
    pub issued_at: Timestamp,
    #[serde(rename = "effective")]
    pub effective_at: Option<Timestamp>,
    #[serde(rename = "onset")]
    pub onset_at: Option<Timestamp>,
    #[serde(rename = "expires")]
    pub expires_at: Option<Timestamp>,
    /// What is odd about it: `code-title-disagree`, `reference-unknown`...
    pub flags: Vec<String>,
    /// The chain, oldest first.
    pub messages: Vec<Message>,
    /// Messages that were referred to and have not come.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub awaits: Vec<String>,
    /// Messages that came again.
    pub repeats: u64,
    /// The chain that it went into.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub superseded_by: String,
    pub department: String,
    pub ended_at: Option<Timestamp>,
    pub next: Option<Timestamp>,
}

/// An area in a message's words.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Place {
    /// 12 digits, or empty.
    pub code: String,
    pub name: String,
}

/// One message of a chain.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Message {
    pub id: String,
    pub msg_type: String,
    pub severity: Severity,
    pub sender: String,
    pub sent_at: Timestamp,
}

impl Message {
    fn is_cancel(&self) -> bool {
        self.msg_type == notice::Kind::Cancel.as_str()
    }
}

impl Warning {
    /// Whether plans and people act upon it.
    pub fn is_active(&self) -> bool {
        self.status == "active"
    }

    pub fn has_flag(&self, flag: &str) -> bool {
        self.flags.iter().any(|known| known == flag)
    }

    fn flag(&mut self, flag: &str) {
        if !self.has_flag(flag) && self.flags.len() < FLAGS_KEPT {
            self.flags.push(flag.to_owned());
        }
    }

    fn unflag(&mut self, flag: &str) {
        self.flags.retain(|known| known != flag);
    }
}

impl Row for Warning {
    const NOUN: Noun = Noun::Warning;
    const CHANGES: &'static [&'static str] = &[
        "issued",
        "updated",
        "raised",
        "lowered",
        "renewed",
        "cancelled",
        "expired",
        "superseded",
        "joined",
        "repeated",
        "doubted",
    ];
    /// The last four are of messages that are none in earnest; a source may have more.
    const STATES: &'static [&'static str] =
        &["active", "outside", "expired", "cancelled", "superseded", "exercise", "system", "test", "draft"];

    fn id(&self) -> &str {
        &self.id
    }

    fn state(&self) -> &str {
        &self.status
    }

    fn title(&self) -> &str {
        &self.title
    }

    fn region(&self) -> &str {
        self.areas.first().map_or("", String::as_str)
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
