//! 事故: grade by deaths, injuries and loss; reports upward against clocks.

mod act;
mod clock;
mod grade;
mod report;

pub use act::Act;
pub use clock::{Missed, Running};
pub use grade::Grading;
pub use report::{Filing, numbered};

use crate::signal::Position;
use crate::thing::{Noun, Row};
use crate::time::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A row travels whole in every fact about it, so its lists are short; whatever
/// falls out of them stands in its story. A month of reports twice a day fits.
pub const REPORTS_KEPT: usize = 64;
pub const GRADINGS_KEPT: usize = 32;
pub const MISSED_KEPT: usize = 64;
/// Each change of grade starts at most one for each level.
pub const CLOCKS_KEPT: usize = 32;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Accident {
    /// `A20260712-0001`.
    pub id: String,
    pub title: String,
    /// `open`, `final` (终报 filed) or `closed`.
    pub state: String,
    pub region: String,
    pub department: String,
    pub incident: String,
    pub position: Option<Position>,
    pub deaths: u32,
    /// Serious injuries, acute poisoning included.
    pub injuries: u32,
    /// Direct loss, yuan.
    pub loss: u64,
    /// `general`, `large`, `major`, `extraordinary`, or as the city's file has them.
    pub grade: String,
    pub grade_name: String,
    /// Level up to which the grade is reported: `prefecture`, `province`, `state-council`.
    pub target: String,
    pub target_name: String,
    /// Highest level that was told, whatever the grade was then.
    pub reported_to: String,
    pub happened_at: Timestamp,
    /// When the head of the unit knew.
    pub known_at: Timestamp,
    /// Reports filed in all; `reports` has the last [`REPORTS_KEPT`].
    pub filed: u32,
    /// Number of the final report, once it is filed.
    pub final_number: Option<u32>,
    pub reports: Vec<Filing>,
    pub gradings: Vec<Grading>,
    /// Clocks that run, and those that were stopped in time or late.
    pub clocks: Vec<Running>,
    /// Clocks that ran out: a late report is noted there and erases nothing.
    pub missed: Vec<Missed>,
    /// Clocks that ran out in all.
    pub missed_count: u32,
    /// How it ended.
    pub result: String,
    pub ended_at: Option<Timestamp>,
    pub next: Option<Timestamp>,
}

impl Row for Accident {
    const NOUN: Noun = Noun::Accident;
    const CHANGES: &'static [&'static str] = &["reported", "graded", "moved", "overdue", "waited", "closed"];
    const STATES: &'static [&'static str] = &["open", "final", "closed"];

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

/// Keeps the last of a list.
fn keep<T>(list: &mut Vec<T>, most: usize) {
    let over = list.len().saturating_sub(most);
    list.drain(..over);
}
