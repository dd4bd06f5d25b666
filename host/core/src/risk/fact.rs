//! Facts that speak of a risk, as of a moment.
//!
//! | fact | while |
//! |---|---|
//! | `danger.<level>.open` | it is to be rectified, the deadline has not passed |
//! | `danger.<level>.overdue` | ... and the deadline has passed |
//! | `danger.<level>.rectified` | it waits for its re-check |
//! | `danger.<level>.closed` | in the days after it was closed |
//! | `incident.suspected`, `incident.open` | it is not over |
//! | `incident.closed`, `incident.false-alarm` | in the days after it began |
//! | `warning.<colour>` | it is in force |
//! | `warning.past` | in the days after it was issued |
//! | `inspection.passed`, `inspection.failed`, `drill.held` | in the days after |

use crate::danger::Danger;
use crate::incident::{Incident, Stage};
use crate::inspection::{Inspection, Kind};
use crate::time::Timestamp;
use crate::warning::Warning;
use serde::Serialize;

/// Every kind of fact that can be weighed.
pub const KINDS: [&str; 20] = [
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
    "warning.blue",
    "warning.yellow",
    "warning.orange",
    "warning.red",
    "warning.past",
    "inspection.passed",
    "inspection.failed",
    "drill.held",
];

/// One fact, and whom it concerns.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Fact {
    pub at: Timestamp,
    pub kind: String,
    /// Of the row behind it.
    pub id: String,
    pub title: String,
    pub unit: String,
    pub trade: String,
    pub village: String,
    /// Several of a warning.
    pub regions: Vec<String>,
}

/// How a danger stood.
pub fn danger(row: &Danger, at: Timestamp) -> Option<Fact> {
    if row.found_at > at || row.described_at.is_none() {
        return None;
    }
    let by = |time: Option<Timestamp>| time.filter(|time| *time <= at);
    // Between a rectification and the re-check that did not pass it was said to be done.
    let was_returned = row.returns.iter().any(|back| by(back.rectified_at).is_some() && back.at > at);
    let how = match (by(row.closed_at), by(row.rectified_at)) {
        (Some(_), _) => "closed",
        (None, Some(_)) => "rectified",
        (None, None) if was_returned => "rectified",
        (None, None) if row.deadline.is_some_and(|deadline| deadline < at) => "overdue",
        (None, None) => "open",
    };
    Some(Fact {
        at: by(row.closed_at).unwrap_or(row.found_at),
        kind: format!("danger.{}.{how}", row.level.as_str()),
        id: row.id.clone(),
        title: row.title.clone(),
        unit: row.unit.clone(),
        trade: row.trade.clone(),
        village: row.village.clone(),
        regions: vec![row.region.clone()],
    })
}

pub fn incident(row: &Incident, at: Timestamp) -> Option<Fact> {
    if row.first_at > at || row.state == Stage::Merged {
        return None;
    }
    let over = row.closed_at.filter(|closed| *closed <= at);
    let how = match (over, row.state) {
        (Some(_), Stage::FalseAlarm) => "false-alarm",
        (Some(_), _) => "closed",
        // What turned out to be none was never more than suspected.
        (None, Stage::Suspected | Stage::FalseAlarm) => "suspected",
        (None, _) => "open",
    };
    Some(Fact {
        at: row.first_at,
        kind: format!("incident.{how}"),
        id: row.id.clone(),
        title: row.title.clone(),
        unit: row.unit.clone(),
        regions: vec![row.region.clone()],
        ..Fact::default()
    })
}

/// A warning that was never meant (a drill, a test, another place) is none.
pub fn warning(row: &Warning, at: Timestamp) -> Option<Fact> {
    let is_meant = matches!(row.status.as_str(), "active" | "cancelled" | "expired" | "superseded");
    let began = row.messages.iter().map(|message| message.sent_at).chain([row.issued_at]).min()?;
    if !is_meant || began > at {
        return None;
    }
    // The words of the day: later messages of its chain had not been sent.
    let said = row.messages.iter().filter(|message| message.sent_at <= at && message.msg_type != "cancel");
    let severity = said.max_by_key(|message| (message.sent_at, &message.id)).map(|message| message.severity);
    let until = match row.status.as_str() {
        "active" => row.expires_at,
        _ => [row.ended_at, row.expires_at].into_iter().flatten().min(),
    };
    let colour = severity.and_then(colour).unwrap_or(row.colour.as_str());
    let in_force = until.is_none_or(|until| until > at) && !colour.is_empty();
    Some(Fact {
        at: began,
        kind: if in_force { format!("warning.{colour}") } else { "warning.past".to_owned() },
        id: row.id.clone(),
        title: row.title.clone(),
        regions: row.areas.clone(),
        ..Fact::default()
    })
}

fn colour(severity: crate::signal::Severity) -> Option<&'static str> {
    use crate::signal::Severity;
    match severity {
        Severity::Extreme => Some("red"),
        Severity::Severe => Some("orange"),
        Severity::Moderate => Some("yellow"),
        Severity::Minor => Some("blue"),
        Severity::Unknown => None,
    }
}

pub fn inspection(row: &Inspection, at: Timestamp) -> Option<Fact> {
    let kind = match (row.kind, row.passed) {
        (Kind::Drill, _) => "drill.held",
        (Kind::Inspection, Some(false)) => "inspection.failed",
        (Kind::Inspection, Some(true)) => "inspection.passed",
        (Kind::Inspection, None) => return None,
    };
    (row.held_at <= at).then(|| Fact {
        at: row.held_at,
        kind: kind.to_owned(),
        id: row.id.clone(),
        title: row.title.clone(),
        unit: row.unit.clone(),
        trade: row.trade.clone(),
        village: row.village.clone(),
        regions: vec![row.region.clone()],
    })
}

impl Fact {
    /// Holds now, however long ago it began.
    pub fn stands(&self) -> bool {
        let how = self.kind.rsplit('.').next().unwrap_or_default();
        matches!(how, "open" | "overdue" | "rectified" | "suspected" | "blue" | "yellow" | "orange" | "red")
    }
}
