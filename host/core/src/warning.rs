//! 预警: chains of warning messages (12379, CAP), one row a chain.

mod hear;

use crate::signal::Severity;
use crate::thing::{Noun, Row};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
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
    /// `active`, `cancelled`, `expired`.
    pub status: String,
    /// Of the newest message: `alert`, `update`, `cancel`.
    pub msg_type: String,
    /// 12-digit codes.
    pub areas: Vec<String>,
    pub sender: String,
    pub headline: String,
    pub description: String,
    pub instruction: String,
    pub issued_at: Timestamp,
    pub effective_at: Option<Timestamp>,
    pub expires_at: Option<Timestamp>,
    /// What is odd about it: `code-title-disagree`, `reference-unknown`...
    pub flags: Vec<String>,
    /// Ids of the chain's messages, oldest first.
    pub messages: Vec<String>,
    pub department: String,
    pub ended_at: Option<Timestamp>,
    pub next: Option<Timestamp>,
}

impl Row for Warning {
    const NOUN: Noun = Noun::Warning;

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
