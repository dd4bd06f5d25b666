//! 预案: versioned data; responses (响应) that start, move and end by its clauses.
//!
//! A version is written once: whatever changes in a plan, a threshold, a deadline,
//! is a new version, and a response keeps the one that it began under. `enter`
//! takes versions in, `act` moves them from draft to active; `condition` and
//! `world` say when a level holds, `ground` by what; `judge` picks the level,
//! `evaluate` looks when something was touched, `change` writes what came of it,
//! `answer` is what people say to that. `reading` keeps the
//! readings that conditions look at, `scene` the matters that one plan responds to
//! each on its own. `propose` waits for a person, `task` gives a level's orders,
//! `muster` gathers its teams and stock. `check` and `diff` read plans for people.

mod act;
mod answer;
mod change;
pub mod check;
pub mod condition;
pub mod diff;
mod enter;
mod evaluate;
mod ground;
mod judge;
mod muster;
mod planner;
mod propose;
mod reading;
mod scene;
mod task;
mod world;

pub use act::Act;
pub use answer::ResponseAct;
pub(crate) use planner::Planner;

use crate::city::plan::{Plan, roman};
use crate::thing::{Noun, Row};
use crate::time::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// 预案版本: one version of one plan, whole, so that a past response still shows
/// the text under which it was decided.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
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
    /// Who brought it in.
    pub entered_by: String,
    pub entered_at: Timestamp,
    pub approved_by: String,
    pub approved_at: Option<Timestamp>,
    pub activated_by: String,
    pub activated_at: Option<Timestamp>,
    pub superseded_at: Option<Timestamp>,
    pub text: Plan,
}

/// Versions in memory: a county has some forty plans and revises each every few
/// years. A superseded one stays, so that its number is never used for another text.
pub const VERSIONS_KEPT: usize = 1_024;

/// 应急响应: a plan at work. Levels Ⅳ (4) to Ⅰ (1).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Response {
    /// `R20260712-0001`.
    pub id: String,
    pub title: String,
    /// `proposed`, `active`, `ended`, `refused`, `withdrawn`.
    pub state: String,
    /// Id of the plan, and the version that it runs under to its end.
    pub plan: String,
    pub version: u32,
    /// 4 (Ⅳ) to 1 (Ⅰ); of a proposal, the proposed one.
    pub level: u8,
    /// The highest it had.
    pub highest: u8,
    /// A higher level that waits for a person's word.
    pub proposed: Option<u8>,
    pub proposed_at: Option<Timestamp>,
    /// The proposal's time is over and nobody answered.
    pub unanswered: bool,
    /// Of the level: `4.2.1`.
    pub clause: String,
    /// What made the level hold, as it was when that was decided.
    pub evidence: Vec<Ground>,
    /// Regions that the evidence speaks of, each at the level that it asks for:
    /// child plans follow where they touch.
    pub areas: Vec<Area>,
    /// What it answers for, where its plan responds to several matters each on its
    /// own: an incident's id or a region's code; else empty.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub scene: String,
    /// Response of the parent plan, where that is why.
    pub parent: String,
    pub region: String,
    pub department: String,
    /// The first incident among the evidence, or empty.
    pub incident: String,
    /// Orders given for its tasks.
    pub orders: Vec<Opened>,
    /// Teams and stock that the level needs, and what is held of them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub musters: Vec<Muster>,
    /// Teams that declined or were let go: not asked again.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub spared: Vec<String>,
    /// Level that a person set: conditions raise it, but never lower or end it.
    pub manual: Option<u8>,
    /// Levels that a person lowered, ended or refused although their condition
    /// holds: they do not start by themselves until it has once ceased to.
    pub muted: Vec<u8>,
    /// Levels that are over, while their `hold_s` runs.
    pub clearing: Vec<Clearing>,
    /// Who or what decided last: a name, or empty for the conditions.
    pub by: String,
    pub reason: String,
    pub started_at: Timestamp,
    pub changed_at: Timestamp,
    pub ended_at: Option<Timestamp>,
    pub next: Option<Timestamp>,
}

/// A level that is over while its `hold_s` runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Clearing {
    pub level: u8,
    pub since: Timestamp,
}

/// One thing that made a condition hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Ground {
    /// `warning`, `reading`, `incident`, `accident`, `response`.
    pub sort: String,
    pub id: String,
    /// As it was: `城东水文站 water.level = 5.62 m`.
    pub text: String,
    pub areas: Vec<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Area {
    pub region: String,
    pub level: u8,
}

/// A task's order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Opened {
    pub task: String,
    /// Level that the task stands under.
    pub level: u8,
    pub order: String,
}

/// 集结: one need of a level, and what is held for it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Muster {
    /// `team` or `supply`.
    pub sort: String,
    /// A capability, or a GB/T 38565 code.
    pub what: String,
    /// Level and clause that ask for it.
    pub level: u8,
    pub clause: String,
    pub wanted: u64,
    /// What is held, all together.
    pub have: u64,
    pub held: Vec<Held>,
    /// The order by which somebody hears of what is missing; empty: nothing is.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub task: String,
    /// A person took back what was reserved: nothing more is taken by itself.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub by_hand: bool,
}

/// A team with the order that sent it, or a transfer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Held {
    pub id: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub order: String,
    pub quantity: u64,
}

/// Rows of evidence that a response names: those that it takes to see why. The
/// rest of a storm is in the tables themselves.
pub const GROUNDS_SHOWN: usize = 32;
/// Regions of a response: every township of a large county.
pub const AREAS_SHOWN: usize = 64;

/// 最新读数: what an instrument that a plan watches said last.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
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
    /// When it was measured.
    pub at: Timestamp,
}

impl Response {
    /// Proposed or active.
    pub fn is_open(&self) -> bool {
        self.ended_at.is_none()
    }

    pub fn is_active(&self) -> bool {
        self.state == "active"
    }

    /// `flood-city@2`.
    pub fn key(&self) -> String {
        format!("{}@{}", self.plan, self.version)
    }

    /// `flood-city@2 §4.2.1`.
    pub fn cited(&self) -> String {
        match self.clause.as_str() {
            "" => self.key(),
            clause => format!("{} §{clause}", self.key()),
        }
    }

    /// `Ⅲ级`.
    pub fn rank(&self) -> String {
        format!("{}级", roman(self.level))
    }
}

impl Row for Version {
    const NOUN: Noun = Noun::Plan;
    const CHANGES: &'static [&'static str] = &["loaded", "approved", "activated", "superseded"];
    const STATES: &'static [&'static str] = &["draft", "approved", "active", "superseded"];

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
    const CHANGES: &'static [&'static str] = &[
        "proposed",
        "started",
        "raised",
        "lowered",
        "extended",
        "clearing",
        "unmuted",
        "checked",
        "mustered",
        "unanswered",
        "refused",
        "withdrawn",
        "ended",
    ];
    const STATES: &'static [&'static str] = &["proposed", "active", "refused", "withdrawn", "ended"];

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
        self.next.filter(|_| self.is_open())
    }

    /// One whose condition still holds against a person's word is remembered, or
    /// it would start again three days later.
    fn ended_at(&self) -> Option<Timestamp> {
        self.ended_at.filter(|_| self.muted.is_empty())
    }
}

impl Row for Latest {
    const NOUN: Noun = Noun::Reading;
    const CHANGES: &'static [&'static str] = &["told"];
    const STATES: &'static [&'static str] = &["known"];

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
