//! One thing that speaks for an incident: all equal signals of one fingerprint.

use super::told::Told;
use crate::frame::FrameId;
use crate::signal::{Kind, Position, Severity};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// An address or a name.
const SAID_CHARS: usize = 120;

/// A row: its first signal, and how often and until when it was repeated.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// Fingerprint: department, device path, code, reference (joined by U+001F).
    pub key: String,
    pub role: Role,
    /// First frame in the order of fused time, department, run and index.
    pub frame: FrameId,
    pub ordinal: u32,
    pub department: String,
    /// Who registered the device, else the department that spoke: with `device`
    /// what makes two sources one.
    #[serde(default)]
    pub owner: String,
    pub plugin: String,
    /// The path as the registry knows it, else as the plugin said it.
    pub device: String,
    pub code: String,
    pub kind: Kind,
    #[serde(default)]
    pub title: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reference: String,
    /// What the source's clock said of the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed: Option<Timestamp>,
    /// When the door had the first.
    pub received: Timestamp,
    /// Fused time of the first and of the last.
    pub first_at: Timestamp,
    pub last_at: Timestamp,
    pub count: u64,
    #[serde(default)]
    pub severity: Severity,
    /// The registered device's title, or empty.
    #[serde(default)]
    pub device_title: String,
    #[serde(default)]
    pub unit: String,
    #[serde(default)]
    pub region: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<Position>,
    /// When the source last said that it was over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recovered_at: Option<Timestamp>,
    /// Where it is and whom to call, as the source says it.
    #[serde(default, skip_serializing_if = "Said::is_empty")]
    pub said: Said,
    /// What came under a number of its own.
    #[serde(default, skip_serializing_if = "Told::is_empty")]
    pub told: Told,
}

/// What no registration knows: a platform sends it with each of its detectors.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Said {
    #[serde(skip_serializing_if = "String::is_empty")]
    pub address: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub contact: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub phone: String,
}

impl Said {
    /// Of a signal's `data`; what is no text says nothing.
    pub fn of(data: &str) -> Said {
        // Nearly all say nothing of the kind, and a storm brings thousands a second.
        if !["\"address\"", "\"contact\"", "\"phone\""].iter().any(|field| data.contains(field)) {
            return Said::default();
        }
        let data: serde_json::Value = serde_json::from_str(data).unwrap_or_default();
        let text = |name: &str| {
            let text = data[name].as_str().unwrap_or_default().trim();
            text.chars().take(SAID_CHARS).collect()
        };
        Said { address: text("address"), contact: text("contact"), phone: text("phone") }
    }

    pub fn is_empty(&self) -> bool {
        *self == Said::default()
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Opens an incident where none is.
    Opens,
    /// Only adds to one.
    Supports,
}

impl Evidence {
    /// The fingerprint's text. A separator inside a part would only make two
    /// odd names one, so it is not escaped but replaced.
    pub fn key(department: &str, device: &str, code: &str, reference: &str) -> String {
        let mut key =
            String::with_capacity(department.len() + device.len() + code.len() + reference.len() + 3);
        for (place, part) in [department, device, code, reference].into_iter().enumerate() {
            if place > 0 {
                key.push('\u{1f}');
            }
            match part.contains('\u{1f}') {
                true => key.push_str(&part.replace('\u{1f}', " ")),
                false => key.push_str(part),
            }
        }
        key
    }

    /// Takes another signal of the same fingerprint in. Commutative, so that
    /// the row does not depend on the order of arrival. A copy of what is known only
    /// counts: it says nothing of what is so by now.
    pub fn take(&mut self, other: &Evidence) {
        self.count += other.count;
        if self.told.has(&other.told) {
            return;
        }
        let mut told = std::mem::take(&mut self.told);
        told.take(&other.told);
        self.last_at = self.last_at.max(other.last_at);
        self.severity = self.severity.max(other.severity);
        self.recovered_at = self.recovered_at.max(other.recovered_at);
        if other.precedes(self) {
            let (count, last_at, severity, recovered_at) =
                (self.count, self.last_at, self.severity, self.recovered_at);
            *self = Evidence { count, last_at, severity, recovered_at, ..other.clone() };
        }
        self.told = told;
    }

    fn precedes(&self, other: &Evidence) -> bool {
        (self.first_at, &self.frame, self.ordinal) < (other.first_at, &other.frame, other.ordinal)
    }

    /// Its source said that it was over, and has not spoken since.
    pub fn is_over(&self) -> bool {
        self.recovered_at.is_some_and(|over| over >= self.last_at)
    }
}
