//! 基层治理四平台: a grid worker's event from acceptance to evaluation.

mod act;

pub use act::Act;

use crate::signal::Position;
use crate::thing::{Noun, Row};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Case {
    /// `G20260712-0001`.
    pub id: String,
    pub title: String,
    /// `reported`, `accepted`, `assigned`, `handling`, `fed-back`, `evaluated`, `closed`.
    pub state: String,
    pub category: String,
    /// Platform in charge, or empty.
    pub platform: String,
    pub region: String,
    pub department: String,
    pub position: Option<Position>,
    pub incident: String,
    pub reported_at: Timestamp,
    pub ended_at: Option<Timestamp>,
    pub next: Option<Timestamp>,
}

impl Row for Case {
    const NOUN: Noun = Noun::Grid;

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
