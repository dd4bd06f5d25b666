//! What may be asked of an incident.

use super::DispositionKind;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "verb", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Act {
    Confirm {
        id: String,
        #[serde(default)]
        note: String,
    },
    /// Ends an incident that was none; only with a disposition.
    FalseAlarm {
        id: String,
        disposition: DispositionKind,
        /// In the officer's words; mandatory with `other`.
        #[serde(default)]
        text: String,
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
            Act::Confirm { id, .. }
            | Act::FalseAlarm { id, .. }
            | Act::Respond { id, .. }
            | Act::Control { id, .. }
            | Act::Close { id, .. }
            | Act::Note { id, .. }
            | Act::Merge { id, .. } => id,
        }
    }
}
