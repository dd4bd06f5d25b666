//! 队伍与专家: who can do what, where they are, and that one team is sent once.
//!
//! One writer decides, so of two who ask for a team one wins and the other is
//! told who has it. A team is held by exactly one incident or one plan's response,
//! through the order that sent it, until that order ends, the incident ends or
//! someone releases it.

mod act;
mod enter;
mod propose;
mod send;

pub use act::Act;
pub(crate) use propose::reach;
pub use propose::{Proposal, Proposals, Scene, Wanted, propose};
pub(crate) use send::Sending;

use crate::signal::Position;
use crate::thing::{Noun, Row};
use crate::time::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A team or an expert as it stands now. The id is that of the city's files.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Standing {
    pub id: String,
    pub name: String,
    /// `team` or `expert`.
    pub sort: String,
    /// 专业队, 民兵, 志愿者 and so on.
    pub kind: String,
    pub department: String,
    pub region: String,
    /// Where it is, as far as anyone said; else where it stands by the files.
    pub position: Option<Position>,
    /// Where it stands when it serves nobody.
    pub home: Option<Position>,
    /// What it can do; of an expert the fields of knowledge.
    pub capabilities: Vec<String>,
    pub equipment: Vec<String>,
    /// An expert's own hazards and materials.
    pub hazards: Vec<String>,
    pub materials: Vec<String>,
    /// People.
    pub size: u32,
    pub leader: String,
    pub phone: String,
    pub speed_kmh: f64,
    pub post: String,
    pub acknowledge_minutes: u32,
    /// `available`, `assigned`, `out-of-service`.
    pub state: String,
    /// The incident it serves, while assigned.
    pub incident: String,
    /// The plan's response that it stands by for, or was sent by; or empty.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub response: String,
    /// The order that sent it.
    pub order: String,
    /// Who assigned it.
    pub by: String,
    pub since: Timestamp,
    /// The city's files no longer name it.
    pub delisted: bool,
}

pub(crate) const AVAILABLE: &str = "available";
pub(crate) const ASSIGNED: &str = "assigned";
pub(crate) const OUT_OF_SERVICE: &str = "out-of-service";

impl Standing {
    pub fn is_available(&self) -> bool {
        self.state == AVAILABLE
    }

    /// Who has it, as people read it; empty where nobody has.
    pub fn held_by(&self) -> String {
        match self.state.as_str() {
            ASSIGNED => {
                let words = [&self.incident, &self.response, &self.order, &self.by].map(String::as_str);
                let words: Vec<&str> = words.into_iter().filter(|word| !word.is_empty()).collect();
                words.join(" · ")
            }
            OUT_OF_SERVICE => "停用 (out of service)".to_owned(),
            _ => String::new(),
        }
    }
}

impl Row for Standing {
    const NOUN: Noun = Noun::Team;
    const CHANGES: &'static [&'static str] = &[
        "entered",
        "changed",
        "delisted",
        "assigned",
        "ordered",
        "moved",
        "released",
        "available",
        "out-of-service",
    ];
    const STATES: &'static [&'static str] = &[AVAILABLE, ASSIGNED, OUT_OF_SERVICE];

    fn id(&self) -> &str {
        &self.id
    }

    fn state(&self) -> &str {
        &self.state
    }

    fn title(&self) -> &str {
        &self.name
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
}
