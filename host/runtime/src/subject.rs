//! The names on the bus: subjects and streams of one realm (DESIGN: `live`,
//! `drill-<id>`, `replay-<id>`; nothing crosses realms by itself).

use serde::{Deserialize, Serialize};
use std::fmt;

/// A real alarm overtakes: the red lane is always read first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Lane {
    Red,
    Routine,
}

impl Lane {
    pub const BOTH: [Lane; 2] = [Lane::Red, Lane::Routine];
}

impl fmt::Display for Lane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Lane::Red => "red",
            Lane::Routine => "routine",
        })
    }
}

/// A department's log, or the part of it that one feed reads.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct FeedName {
    pub department: String,
    pub feed: u32,
}

impl fmt::Display for FeedName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.department, self.feed)
    }
}

pub const SIGNALS: &str = "SIGNALS";
pub const JOURNAL: &str = "JOURNAL";
pub const EVENTS: &str = "EVENTS";
pub const DEAD: &str = "DEAD";
/// Where stages stand, one message a stage.
pub const POSITION: &str = "POSITION";

/// Doors that the host itself is: time and news enter a department's log here.
pub const CLOCK_DOOR: &str = "clock";
pub const EVENT_DOOR: &str = "event";
/// ... and what could not be sent to a device.
pub const UNDELIVERED_DOOR: &str = "undelivered";
/// ... and what takes up the numbers of runs that the server has lost.
pub const LOST_DOOR: &str = "lost";

pub fn raw_stream(department: &str) -> String {
    format!("RAW_{department}")
}

pub fn raw(name: &FeedName, lane: Lane, door: &str) -> String {
    format!("tocsin.live.raw.{name}.{lane}.{door}")
}

pub fn raw_lane(name: &FeedName, lane: Lane) -> String {
    format!("tocsin.live.raw.{name}.{lane}.>")
}

/// Lane and door of a RAW subject.
pub fn parse_raw(subject: &str) -> Option<(Lane, &str)> {
    let mut tokens = subject.strip_prefix("tocsin.live.raw.")?.splitn(4, '.').skip(2);
    let lane = match tokens.next()? {
        "red" => Lane::Red,
        "routine" => Lane::Routine,
        _ => return None,
    };
    Some((lane, tokens.next()?))
}

/// The stream that a subject stands in.
pub fn stream_of(subject: &str) -> Option<String> {
    let rest = subject.strip_prefix("tocsin.live.")?;
    let (first, rest) = rest.split_once('.').unwrap_or((rest, ""));
    match first {
        "raw" => Some(raw_stream(rest.split('.').next()?)),
        "signal" => Some(SIGNALS.to_owned()),
        "journal" => Some(JOURNAL.to_owned()),
        "event" => Some(EVENTS.to_owned()),
        "dead" => Some(DEAD.to_owned()),
        "position" => Some(POSITION.to_owned()),
        _ => None,
    }
}

pub fn position(stage: &str) -> String {
    format!("tocsin.live.position.{stage}")
}

pub fn signal(name: &FeedName) -> String {
    format!("tocsin.live.signal.{name}")
}

pub const JOURNAL_SUBJECT: &str = "tocsin.live.journal";

pub fn event(audience: &str, region: &str, kind: &str) -> String {
    let region = if region.is_empty() { "000000000000" } else { region };
    format!("tocsin.live.event.{audience}.{region}.{kind}")
}

pub fn dead(department: &str, plugin: &str) -> String {
    format!("tocsin.live.dead.{department}.{plugin}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_subject_stands_in_its_stream() {
        let name = FeedName { department: "fire".into(), feed: 0 };
        for (subject, expected) in [
            (raw(&name, Lane::Red, "tcp"), Some("RAW_fire")),
            (signal(&name), Some(SIGNALS)),
            (JOURNAL_SUBJECT.to_owned(), Some(JOURNAL)),
            (event("city", "", "incident.opened"), Some(EVENTS)),
            (dead("fire", "fire"), Some(DEAD)),
            (position("dead"), Some(POSITION)),
            ("tocsin.live.command.incident.note".to_owned(), None),
            ("tocsin.live.other".to_owned(), None),
            ("tocsin.in.fire.x".to_owned(), None),
        ] {
            assert_eq!(stream_of(&subject).as_deref(), expected, "{subject}");
        }
    }
}
