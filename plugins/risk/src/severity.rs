//! How bad an incident is, in the words of its events.

use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    #[default]
    Unknown,
    Minor,
    Moderate,
    Severe,
    Extreme,
}

impl Severity {
    /// One step up; what nobody has judged is taken as minor.
    pub fn above(self) -> Severity {
        match self {
            Severity::Unknown | Severity::Minor => Severity::Moderate,
            Severity::Moderate => Severity::Severe,
            Severity::Severe | Severity::Extreme => Severity::Extreme,
        }
    }
}
