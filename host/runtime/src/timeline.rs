//! 时间线: the whole story of an incident, line by line from JOURNAL, each with
//! the state after it.
//!
//! The views say where in the journal the lines stand; what they say is read
//! from the journal itself. A line's `row` is what replaying up to its
//! `sequence` gives for the last line of that row there.

use crate::bus::Bus;
use crate::subject;
use futures_util::{StreamExt, stream};
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;
use tocsin_core::Json;
use tocsin_core::fact::{Cause, Entry, Fact};
use tocsin_core::record::Record;
use tocsin_core::time::Timestamp;

/// Lines of one answer: a few KiB each. What follows is asked for behind the last.
pub const LINES_MOST: usize = 2_000;

/// Records that are fetched at once.
const FETCHES: usize = 16;

#[derive(Clone, Debug, Serialize)]
pub struct Line {
    pub sequence: u64,
    /// Place of the fact in its record.
    pub ordinal: u32,
    pub at: Timestamp,
    /// What it is about: `incident`, `order`, `grid` …
    pub noun: &'static str,
    pub id: String,
    /// `opened`, `joined`, `confirmed` …; of a room its change.
    pub what: String,
    pub note: String,
    /// Who, or what, brought it about.
    pub who: String,
    pub cause: Cause,
    /// The state after it; of an incident that of the end of its step.
    pub row: Value,
}

#[derive(Clone, Debug, Serialize)]
pub struct Timeline {
    pub lines: Vec<Line>,
    /// Ask again behind the last line's `sequence`.
    pub more: bool,
}

/// The lines that stand at these places of the journal, `(sequence, ordinal)` in order.
pub async fn read(bus: &Bus, places: &[(u64, u32)]) -> Timeline {
    let mut records: BTreeMap<u64, Vec<u32>> = BTreeMap::new();
    let mut more = false;
    for (count, (sequence, ordinal)) in places.iter().enumerate() {
        // A record is told whole, or the place to go on would be inside it.
        if count >= LINES_MOST && !records.contains_key(sequence) {
            more = true;
            break;
        }
        records.entry(*sequence).or_default().push(*ordinal);
    }
    let fetches: Vec<_> =
        records.into_iter().map(|(sequence, ordinals)| fetch(bus.clone(), sequence, ordinals)).collect();
    let lines: Vec<Vec<Line>> = stream::iter(fetches).buffered(FETCHES).collect().await;
    Timeline { lines: lines.into_iter().flatten().collect(), more }
}

async fn fetch(bus: Bus, sequence: u64, ordinals: Vec<u32>) -> Vec<Line> {
    let stored = bus.message(subject::JOURNAL, sequence).await;
    let record = stored.and_then(|stored| Record::read(&stored.payload).ok());
    let Some(record) = record else {
        tracing::error!(sequence, "a record of the journal cannot be read");
        return Vec::new();
    };
    ordinals.into_iter().filter_map(|ordinal| line(&record, sequence, ordinal)).collect()
}

fn line(record: &Record, sequence: u64, ordinal: u32) -> Option<Line> {
    let entry = record.entries.get(ordinal as usize)?;
    let line = |noun, id: &str, what: String, note: String, row| Line {
        sequence,
        ordinal,
        at: record.now,
        noun,
        id: id.to_owned(),
        what,
        note,
        who: who(&entry.cause),
        cause: entry.cause.clone(),
        row,
    };
    if let Fact::Became { change, note, thing } = &entry.fact {
        let id = thing.face().id;
        return Some(line(thing.noun().as_str(), id, change.clone(), note.clone(), thing.row()));
    }
    let id = entry.fact.incident_id()?;
    let (what, note) = told(&entry.fact);
    Some(line("incident", id, what, note, after(&record.entries, id)))
}

/// The incident's summary as the record leaves it.
fn after(entries: &[Entry], id: &str) -> Value {
    let own = entries.iter().rev().find_map(|entry| match &entry.fact {
        Fact::IncidentMerged { from, merged, .. } if from == id => Some(&**merged),
        fact if fact.incident_id() == Some(id) => fact.incident(),
        _ => None,
    });
    own.map(Json::value).unwrap_or_default()
}

fn told(fact: &Fact) -> (String, String) {
    let seen = |what: &str| {
        let row = fact.evidence();
        let note = row.map(|row| format!("{} {} {} ×{}", row.department, row.device, row.title, row.count));
        (what.to_owned(), note.unwrap_or_default())
    };
    match fact {
        Fact::IncidentOpened { .. } => seen("opened"),
        Fact::IncidentJoined { .. } => seen("joined"),
        Fact::IncidentRepeated { .. } => seen("repeated"),
        Fact::IncidentRecovered { .. } => seen("recovered"),
        Fact::IncidentMerged { from, .. } => ("merged".to_owned(), from.clone()),
        Fact::IncidentChanged { from, to, incident, .. } => {
            let note = incident.as_ref().and_then(|incident| incident.notes.last());
            let text = note.map(|note| format!("{} {}", note.act, note.text)).unwrap_or_default();
            let what = if from == to { "noted" } else { to.as_str() };
            (what.to_owned(), text)
        }
        _ => (String::new(), String::new()),
    }
}

fn who(cause: &Cause) -> String {
    match cause {
        Cause::Command { actor, .. } => actor.clone(),
        Cause::Signal { department, plugin, frame, .. } => format!("{department}/{plugin} ({frame})"),
        Cause::Advice { department, plugin, .. } => format!("{department}/{plugin}"),
        Cause::Clock => "时限 (clock)".to_owned(),
        Cause::Log { department, run } => format!("{department} 日志 (log, run {run})"),
        Cause::City { .. } => "城市数据 (city data)".to_owned(),
    }
}
