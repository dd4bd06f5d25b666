//! 事故: grade by deaths, injuries and loss; reports upward against clocks.

mod act;

pub use act::Act;

use crate::thing::{Noun, Row};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Accident {
    /// `A20260712-0001`.
    pub id: String,
    pub title: String,
    /// `open` or `closed`.
    pub state: String,
    pub region: String,
    pub department: String,
    pub incident: String,
    pub deaths: u32,
    /// Serious injuries, acute poisoning included.
    pub injuries: u32,
    /// Direct loss, yuan.
    pub loss: u64,
    /// `general`, `large`, `major`, `extraordinary`.
    pub grade: String,
    pub happened_at: Timestamp,
    pub ended_at: Option<Timestamp>,
    pub next: Option<Timestamp>,
}

impl Row for Accident {
    const NOUN: Noun = Noun::Accident;

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
