//! 队伍与专家: who can do what, where they are, and that one team is sent once.

mod act;

pub use act::Act;

use crate::signal::Position;
use crate::thing::{Noun, Row};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// A team or an expert as it stands now. The id is that of the city's files.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Standing {
    pub id: String,
    pub name: String,
    /// `team` or `expert`.
    pub sort: String,
    pub department: String,
    pub region: String,
    pub position: Option<Position>,
    pub capabilities: Vec<String>,
    /// `available`, `assigned`, `out-of-service`.
    pub state: String,
    /// The incident it serves, while assigned.
    pub incident: String,
    /// The order that sent it.
    pub order: String,
    pub since: Timestamp,
}

impl Row for Standing {
    const NOUN: Noun = Noun::Team;

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
