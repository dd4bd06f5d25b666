//! 值班: posts, people, who holds a post now, and who was called (叫应).

mod act;
pub(crate) mod book;
mod call;
mod chain;
mod gap;
mod roster;
mod watch;

pub use act::Act;

use crate::order::{Asked, Escalation};
use crate::thing::{Noun, Row};
use crate::time::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// 岗位当值: who holds a post now. Its id is the post's.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Watch {
    pub id: String,
    /// Name of the post.
    pub title: String,
    /// `held`, `empty`, or `ended` where the city no longer has the post.
    pub state: String,
    pub department: String,
    pub region: String,
    /// On duty now; none: the post is empty, which is a gap.
    pub holder: Option<Asked>,
    pub since: Timestamp,
    /// When the roster changes hands next.
    pub until: Option<Timestamp>,
    /// Handed over by command, not by roster.
    pub by_hand: bool,
    /// The finding that the post is empty, or empty.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub gap: String,
    /// The city's data no longer have the post.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
}

/// 叫应: a named person on duty is called for a warning or an incident, and confirms.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Call {
    /// `C20260712-0001`.
    pub id: String,
    pub title: String,
    /// `calling`, `confirmed`, `unanswered`, `cancelled`.
    pub state: String,
    /// What it is about: a warning's or an incident's id.
    pub matter: String,
    pub incident: String,
    pub department: String,
    pub region: String,
    pub post: String,
    /// Who is called now: moves up with each escalation.
    pub asked: Asked,
    pub escalations: Vec<Escalation>,
    pub called_at: Timestamp,
    /// When they were last called.
    pub last_at: Timestamp,
    /// Times called, escalations included.
    pub tries: u32,
    /// Times that whoever is asked now was called.
    pub asked_tries: u32,
    pub confirmed_at: Option<Timestamp>,
    pub confirmed_by: String,
    /// Confirmations by departments that do not speak for the post.
    #[serde(skip_serializing_if = "crate::order::is_zero")]
    pub refused: u32,
    /// The finding that nobody answered, or empty.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub gap: String,
    pub ended_at: Option<Timestamp>,
    pub next: Option<Timestamp>,
}

/// 职责空白: something that no duty person answers for.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Gap {
    /// `D20260712-0001`.
    pub id: String,
    pub title: String,
    /// `open` or `closed`.
    pub state: String,
    pub post: String,
    pub department: String,
    pub region: String,
    pub matter: String,
    pub incident: String,
    pub found_at: Timestamp,
    pub ended_at: Option<Timestamp>,
    /// Who closed it; empty: someone took the post, or the matter ended.
    pub closed_by: String,
    /// Why it was closed.
    pub result: String,
}

impl Row for Watch {
    const NOUN: Noun = Noun::Watch;
    const CHANGES: &'static [&'static str] = &["entered", "changed", "handed-over", "ended"];
    const STATES: &'static [&'static str] = &["held", "empty", "ended"];

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
        self.until.filter(|_| self.ended_at.is_none())
    }

    fn ended_at(&self) -> Option<Timestamp> {
        self.ended_at
    }
}

impl Row for Call {
    const NOUN: Noun = Noun::Call;
    const CHANGES: &'static [&'static str] = &[
        "called",
        "called-again",
        "escalated",
        "unanswered",
        "confirmed",
        "cancelled",
        "given-up",
        "moved",
        "forged",
    ];
    const STATES: &'static [&'static str] = &["calling", "unanswered", "confirmed", "cancelled"];

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
        self.next.filter(|_| self.ended_at.is_none())
    }

    fn ended_at(&self) -> Option<Timestamp> {
        self.ended_at
    }
}

impl Row for Gap {
    const NOUN: Noun = Noun::Gap;
    const CHANGES: &'static [&'static str] = &["found", "closed", "moved"];
    const STATES: &'static [&'static str] = &["open", "closed"];

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

    fn ended_at(&self) -> Option<Timestamp> {
        self.ended_at
    }
}
