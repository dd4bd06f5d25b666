//! What a person or a system asks of the city.

use crate::incident::Disposition;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Command {
    /// Chosen by whoever asks; asking again under the same id is harmless.
    pub id: String,
    /// Who asks, as the journal and the officers after them will read it.
    pub actor: String,
    pub act: Act,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "kebab-case")]
pub enum Act {
    ConfirmIncident {
        id: String,
        #[serde(default)]
        note: String,
    },
    /// Ends an incident that was none; only with a disposition.
    FalseAlarm {
        id: String,
        disposition: Disposition,
    },
    Respond {
        id: String,
        #[serde(default)]
        note: String,
    },
    Control {
        id: String,
        #[serde(default)]
        note: String,
    },
    /// Ends an incident that was one; only with a result.
    Close {
        id: String,
        result: String,
    },
    Note {
        id: String,
        text: String,
    },
    /// Two incidents of one hazard are the same matter.
    Merge {
        id: String,
        with: String,
        #[serde(default)]
        note: String,
    },
}

impl Act {
    /// The incident it is about.
    pub fn incident(&self) -> &str {
        match self {
            Act::ConfirmIncident { id, .. }
            | Act::FalseAlarm { id, .. }
            | Act::Respond { id, .. }
            | Act::Control { id, .. }
            | Act::Close { id, .. }
            | Act::Note { id, .. }
            | Act::Merge { id, .. } => id,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "reply", rename_all = "kebab-case")]
pub enum Reply {
    /// `subject`: the incident acted on, which is not the one asked for when
    /// that was merged into another.
    Ok {
        #[serde(default)]
        subject: String,
    },
    /// `rule` for programs, such as `incident.close.from-suspected`; `reason`
    /// for people.
    Refused { rule: String, reason: String },
}
