//! Facts about a unit: the latest word on one danger, incident or record, and what
//! it counts as at a moment.
//!
//! They are ordered by when they were told. Of two words of one moment the one that
//! stands later in the life of its subject is greater, so which of them counts does
//! not depend on which came first.

use serde::{Deserialize, Serialize};
use tocsin_sdk::Timestamp;

/// A hidden danger. One that was only mentioned (`described` is false) counts as nothing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Danger {
    pub told: Timestamp,
    /// Failed re-checks: a return comes after the rectification that it undoes.
    pub returns: usize,
    pub closed: Option<Timestamp>,
    pub rectified: Option<Timestamp>,
    pub described: bool,
    pub deadline: Option<Timestamp>,
    pub found: Timestamp,
    pub is_major: bool,
    pub title: String,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Incident {
    pub told: Timestamp,
    pub stage: Stage,
    pub closed: Option<Timestamp>,
    pub first: Timestamp,
    /// Its hazard's name: what the alarms were of.
    pub title: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    Suspected,
    Confirmed,
    Responding,
    Controlled,
    Closed,
    FalseAlarm,
    /// It is another incident by now, which counts for it.
    Merged,
}

/// An inspection or a drill.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Record {
    pub told: Timestamp,
    pub held: Timestamp,
    pub is_drill: bool,
    pub passed: Option<bool>,
    pub title: String,
}

/// What a fact counts as at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counted {
    /// The word of the rules.
    pub kind: &'static str,
    pub at: Timestamp,
    /// It holds at the moment, however long ago it began.
    pub stands: bool,
}

/// Every kind that can be weighed.
pub const KINDS: [&str; 15] = [
    "danger.general.open",
    "danger.general.overdue",
    "danger.general.rectified",
    "danger.general.closed",
    "danger.major.open",
    "danger.major.overdue",
    "danger.major.rectified",
    "danger.major.closed",
    "incident.suspected",
    "incident.open",
    "incident.closed",
    "incident.false-alarm",
    "inspection.passed",
    "inspection.failed",
    "drill.held",
];

/// What the three sorts have in common.
pub trait Fact {
    fn told(&self) -> Timestamp;
    fn title(&self) -> &str;
    /// `None`: it says nothing at this moment.
    fn counted(&self, now: Timestamp) -> Option<Counted>;
    /// Since when its deadline has passed.
    fn late_since(&self) -> Option<Timestamp> {
        None
    }
}

impl Fact for Danger {
    fn told(&self) -> Timestamp {
        self.told
    }

    fn title(&self) -> &str {
        &self.title
    }

    fn counted(&self, now: Timestamp) -> Option<Counted> {
        let kinds = match self.is_major {
            true => &KINDS[4..8],
            false => &KINDS[..4],
        };
        let came = |at: Option<Timestamp>| at.is_some_and(|at| at <= now);
        let how = match self {
            _ if came(self.closed) => 3,
            _ if came(self.rectified) => 2,
            _ if self.deadline.is_some_and(|at| at < now) => 1,
            _ => 0,
        };
        let at = self.closed.filter(|at| *at <= now).unwrap_or(self.found);
        (self.described && self.found <= now).then_some(Counted { kind: kinds[how], at, stands: how < 3 })
    }

    fn late_since(&self) -> Option<Timestamp> {
        self.deadline
    }
}

impl Fact for Incident {
    fn told(&self) -> Timestamp {
        self.told
    }

    fn title(&self) -> &str {
        &self.title
    }

    fn counted(&self, now: Timestamp) -> Option<Counted> {
        let (kind, stands) = match self.stage {
            Stage::Merged => return None,
            Stage::FalseAlarm => ("incident.false-alarm", false),
            Stage::Closed => ("incident.closed", false),
            Stage::Suspected => ("incident.suspected", true),
            _ => ("incident.open", true),
        };
        (self.first <= now).then_some(Counted { kind, at: self.first, stands })
    }
}

impl Fact for Record {
    fn told(&self) -> Timestamp {
        self.told
    }

    fn title(&self) -> &str {
        &self.title
    }

    fn counted(&self, now: Timestamp) -> Option<Counted> {
        let kind = match (self.is_drill, self.passed) {
            (true, _) => "drill.held",
            (false, Some(true)) => "inspection.passed",
            (false, Some(false)) => "inspection.failed",
            (false, None) => return None,
        };
        (self.held <= now).then_some(Counted { kind, at: self.held, stands: false })
    }
}
