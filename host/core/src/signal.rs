//! One normalised fact, as a plugin states it (`types.signal` of the contract).

use crate::time::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a signal says happened.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    Alarm,
    Fault,
    Reading,
    Warning,
    Report,
    Status,
    Recovery,
    Device,
    Progress,
    #[serde(untagged)]
    Other(String),
}

/// CAP 1.2 `urgency`. `Immediate` is the red lane.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Urgency {
    #[default]
    Unknown,
    Past,
    Future,
    Expected,
    Immediate,
}

/// CAP 1.2 `severity`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    #[default]
    Unknown,
    Minor,
    Moderate,
    Severe,
    Extreme,
}

/// CAP 1.2 `certainty`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Certainty {
    #[default]
    Unknown,
    Unlikely,
    Possible,
    Likely,
    Observed,
}

/// Degrees, WGS-84 (the sandbox border converts the other datums).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Position {
    pub lon: f64,
    pub lat: f64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Signal {
    pub kind: Kind,
    /// GB/T 35561 code (`11B03`) or a word of the vocabulary (`fire.smoke`).
    pub code: String,
    /// Device path; never empty (the border fills in the message's device).
    pub device: String,
    #[serde(default, skip_serializing_if = "is_default")]
    pub urgency: Urgency,
    #[serde(default, skip_serializing_if = "is_default")]
    pub severity: Severity,
    #[serde(default, skip_serializing_if = "is_default")]
    pub certainty: Certainty,
    /// When it happened by the source's clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<Position>,
    /// 12-digit administrative code, or empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub region: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
    /// UCUM; empty without a value.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub unit: String,
    /// The source's own id of this matter.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reference: String,
    /// One line a duty officer can read.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// Text of a JSON object with the rest, or empty; `serial` is the source's own number
    /// of the message ([`crate::incident::Told`]).
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub data: String,
}

impl Signal {
    /// Says nothing but who: for asking the registry.
    pub(crate) fn of_device(kind: Kind, device: &str) -> Signal {
        Signal {
            kind,
            code: String::new(),
            device: device.to_owned(),
            urgency: Urgency::Unknown,
            severity: Severity::Unknown,
            certainty: Certainty::Unknown,
            observed: None,
            position: None,
            region: String::new(),
            value: None,
            unit: String::new(),
            reference: String::new(),
            title: String::new(),
            data: String::new(),
        }
    }
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
