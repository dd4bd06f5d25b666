//! 指令: what someone is told to do, and how far they have come. The linkage
//! clock of the city is made of these.

mod act;
mod clock;
mod issue;
pub mod linkage;
mod progress;
mod stage;

pub use act::{Act, New};
pub use issue::Draft;
pub use progress::unsent;
pub use stage::{Move, Stage};

use crate::signal::Position;
use crate::thing::{Noun, Row};
use crate::time::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Order {
    /// `O20260712-0001`.
    pub id: String,
    /// What to do, one line.
    pub title: String,
    pub text: String,
    pub state: Stage,
    /// Who carries it out: the department whose plugins hear of it and may answer.
    pub department: String,
    /// Duty post it is addressed to, or empty.
    pub post: String,
    /// Rescue team it moves, or empty.
    pub team: String,
    pub region: String,
    pub position: Option<Position>,
    pub incident: String,
    /// Response (`R…`) of a plan that asked for it, or empty.
    pub response: String,
    /// `plan@version clause`, or empty.
    pub clause: String,
    /// Another matter it serves: a transfer, a call, an accident, a case.
    pub matter: String,
    /// The device it is carried out on, by its department's connector; or empty.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub device: String,
    /// Who gave it, as the journal reads it.
    pub by: String,
    /// Who is asked now: moves up with each escalation.
    pub asked: Option<Asked>,
    pub issued_at: Timestamp,
    pub delivered_at: Option<Timestamp>,
    /// When its downlink first came to nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failed_at: Option<Timestamp>,
    pub acknowledged_at: Option<Timestamp>,
    pub departed_at: Option<Timestamp>,
    pub arrived_at: Option<Timestamp>,
    pub ended_at: Option<Timestamp>,
    /// Deadlines by the plan; none: no clock runs.
    pub acknowledge_by: Option<Timestamp>,
    pub arrive_by: Option<Timestamp>,
    pub done_by: Option<Timestamp>,
    /// Clocks that ran out: `acknowledge`, `arrive`, `done`.
    pub missed: Vec<String>,
    pub escalations: Vec<Escalation>,
    /// The finding that nobody answers for it, or empty.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub gap: String,
    /// Reports about it that were not taken: another department's, or too late.
    #[serde(skip_serializing_if = "is_zero")]
    pub refused: u32,
    /// Result of a done order, reason of a declined or cancelled one.
    pub result: String,
    /// When its clock next acts.
    pub next: Option<Timestamp>,
}

/// A person on duty who is asked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Asked {
    pub post: String,
    pub person: String,
    pub name: String,
    pub phone: String,
}

/// One step up because nobody answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Escalation {
    pub at: Timestamp,
    pub from: Asked,
    pub to: Asked,
    pub reason: String,
}

impl Order {
    /// Of the store's own keeping, no part of an emergency.
    pub fn is_upkeep(&self) -> bool {
        self.incident.is_empty() && self.response.is_empty() && crate::supply::is_upkeep(&self.matter)
    }

    /// Who has it and how far they are, for who asks too late.
    fn told(&self) -> String {
        let asked = self.asked.as_ref().map(Asked::told).unwrap_or_default();
        let times =
            [self.ended_at, self.arrived_at, self.departed_at, self.acknowledged_at, self.delivered_at];
        let at = times.into_iter().flatten().max().unwrap_or(self.issued_at);
        format!("{} {at} {} {asked} {}", self.state.name(), self.department, self.result).trim().to_owned()
    }
}

impl Row for Order {
    const NOUN: Noun = Noun::Order;
    const CHANGES: &'static [&'static str] = &[
        "issued",
        "delivered",
        "acknowledged",
        "departed",
        "arrived",
        "done",
        "declined",
        "cancelled",
        "overdue",
        "escalated",
        "handed-over",
        "unanswered",
        "undelivered",
        "forged",
        "late",
        "moved",
    ];
    const STATES: &'static [&'static str] =
        &["issued", "delivered", "acknowledged", "departed", "arrived", "done", "declined", "cancelled"];

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
        self.next.filter(|_| self.state.is_open())
    }

    fn ended_at(&self) -> Option<Timestamp> {
        self.ended_at
    }
}

pub(crate) fn is_zero(number: &u32) -> bool {
    *number == 0
}
