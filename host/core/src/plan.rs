//! 预案: versioned data; responses (响应) that start, move and end by its clauses.

mod act;

pub use act::{Act, ResponseAct};

use crate::thing::{Noun, Row};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// 预案版本: one version of one plan, whole, so that a past response still shows
/// the text under which it was decided.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Version {
    /// `flood-city@2`.
    pub id: String,
    pub plan: String,
    pub version: u32,
    pub title: String,
    pub region: String,
    pub department: String,
    /// `draft`, `approved`, `active`, `superseded`.
    pub state: String,
    pub approved_by: String,
    pub approved_at: Option<Timestamp>,
    pub activated_at: Option<Timestamp>,
}

/// 应急响应: a plan at work. Levels Ⅳ (4) to Ⅰ (1).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Response {
    /// `R20260712-0001`.
    pub id: String,
    pub title: String,
    /// `proposed`, `active`, `ended`, `refused`.
    pub state: String,
    pub plan: String,
    pub version: u32,
    /// 4 (Ⅳ) to 1 (Ⅰ).
    pub level: u8,
    pub region: String,
    pub department: String,
    pub incident: String,
    pub started_at: Timestamp,
    pub ended_at: Option<Timestamp>,
    pub next: Option<Timestamp>,
}

/// 最新读数: what an instrument that a plan watches said last.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Latest {
    /// `department/device code`.
    pub id: String,
    pub title: String,
    pub department: String,
    pub device: String,
    pub code: String,
    pub region: String,
    pub value: f64,
    pub unit: String,
    pub at: Timestamp,
}

impl Row for Version {
    const NOUN: Noun = Noun::Plan;

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
}

impl Row for Response {
    const NOUN: Noun = Noun::Response;

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
        self.next
    }

    fn ended_at(&self) -> Option<Timestamp> {
        self.ended_at
    }
}

impl Row for Latest {
    const NOUN: Noun = Noun::Reading;

    fn id(&self) -> &str {
        &self.id
    }

    fn state(&self) -> &'static str {
        "known"
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
}
