//! 预警 as the city has it: how long one stands, who is called from which
//! level on, what the codes of events mean.

use crate::signal::Severity;
use serde::{Deserialize, Serialize};

/// The content of `warnings.toml`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Warnings {
    pub expiry: Expiry,
    pub calling: Calling,
    pub events: Vec<Event>,
}

/// Hours that a warning stands which names no end itself, from when it was
/// sent or, where it came late, from when it came.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Expiry {
    pub red_h: u32,
    pub orange_h: u32,
    pub yellow_h: u32,
    pub blue_h: u32,
    /// Of one whose level nobody could read.
    pub unknown_h: u32,
}

impl Default for Expiry {
    /// A day: issuing authorities renew what lasts longer.
    fn default() -> Expiry {
        Expiry { red_h: 24, orange_h: 24, yellow_h: 24, blue_h: 24, unknown_h: 24 }
    }
}

impl Expiry {
    pub fn hours(&self, severity: Severity) -> u32 {
        match severity {
            Severity::Extreme => self.red_h,
            Severity::Severe => self.orange_h,
            Severity::Moderate => self.yellow_h,
            Severity::Minor => self.blue_h,
            Severity::Unknown => self.unknown_h,
        }
    }
}

/// 叫应: from which level on the duty people of the areas are called.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Calling {
    pub from: Colour,
}

impl Calling {
    /// One whose level nobody could read is called for: it may be the highest.
    pub fn calls(&self, severity: Severity) -> bool {
        severity == Severity::Unknown || severity >= self.from.severity()
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Colour {
    Blue,
    #[default]
    Yellow,
    Orange,
    Red,
}

impl Colour {
    pub fn severity(self) -> Severity {
        match self {
            Colour::Blue => Severity::Minor,
            Colour::Yellow => Severity::Moderate,
            Colour::Orange => Severity::Severe,
            Colour::Red => Severity::Extreme,
        }
    }
}

/// 事件类型.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Event {
    /// GB/T 35561 code: `11B03`.
    pub code: String,
    pub name: String,
    /// What else titles call it.
    #[serde(default)]
    pub aliases: Vec<String>,
}

impl Warnings {
    pub fn event(&self, code: &str) -> Option<&Event> {
        self.events.iter().find(|event| event.code == code)
    }

    /// Names that a title holds, each with its code.
    pub fn names_in<'a>(&'a self, title: &str) -> Vec<(&'a str, &'a str)> {
        self.events
            .iter()
            .flat_map(|event| {
                std::iter::once(&event.name)
                    .chain(&event.aliases)
                    .map(|name| (event.code.as_str(), name.as_str()))
            })
            .filter(|(_, name)| !name.is_empty() && title.contains(name))
            .collect()
    }
}
