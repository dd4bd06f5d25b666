//! What city systems see of a step: a pure function of one record's entries.

use crate::fact::{Cause, Entry, Fact};
use crate::incident::{Incident, Stage};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// Before audience and redaction; the publisher makes a CloudEvent of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// `incident.opened`, `incident.changed`, `incident.closed`, `incident.merged`;
    /// of a room `<noun>.<change>`, such as `order.acknowledged`.
    pub kind: String,
    /// The id of what it is about.
    pub subject: String,
    /// 12-digit administrative code.
    pub region: String,
    /// The incident's summary after the step, or the room's row.
    pub data: serde_json::Value,
    /// The first cause in the record that touched the subject.
    pub cause: Cause,
    /// Place among the events of its record.
    pub ordinal: u32,
    pub time: Timestamp,
}

/// One event for each incident that the record touches, in the order of first
/// touch: the last state in the record wins, a storm in one step is one event.
/// Behind them one for each change of a room's row: those are few, and each counts.
/// What is `entered` from the city's files is no event: nothing has happened; nor what
/// is `grouped`: its group's own event tells it.
pub fn events(entries: &[Entry], now: Timestamp) -> Vec<Event> {
    let mut touched = Touched::default();
    for entry in entries {
        let Some(id) = entry.fact.incident_id() else {
            continue;
        };
        let opened = matches!(entry.fact, Fact::IncidentOpened { .. });
        touched.note(id, entry, entry.fact.incident(), opened);
        if let Fact::IncidentMerged { from, merged, .. } = &entry.fact {
            touched.note(from, entry, Some(merged), false);
        }
    }
    touched
        .0
        .into_iter()
        .filter_map(Subject::event)
        .chain(entries.iter().filter_map(became))
        .zip(0..)
        .map(|(event, ordinal)| Event { ordinal, time: now, ..event })
        .collect()
}

fn became(entry: &Entry) -> Option<Event> {
    let Fact::Became { change, note, thing } = &entry.fact else { return None };
    if matches!(change.as_str(), "entered" | "grouped") {
        return None;
    }
    let face = thing.face();
    let mut data = thing.row();
    if let serde_json::Value::Object(fields) = &mut data
        && !note.is_empty()
    {
        fields.insert("note".into(), note.as_str().into());
    }
    Some(Event {
        kind: format!("{}.{change}", thing.noun().as_str()),
        subject: face.id.to_owned(),
        region: face.region.to_owned(),
        data,
        cause: entry.cause.clone(),
        ordinal: 0,
        time: Timestamp(0),
    })
}

#[derive(Default)]
struct Touched<'a>(Vec<Subject<'a>>, HashMap<&'a str, usize>);

struct Subject<'a> {
    cause: &'a Cause,
    opened: bool,
    last: Option<&'a Incident>,
}

impl<'a> Touched<'a> {
    fn note(&mut self, id: &'a str, entry: &'a Entry, incident: Option<&'a Incident>, opened: bool) {
        let place = *self.1.entry(id).or_insert(self.0.len());
        if place == self.0.len() {
            self.0.push(Subject { cause: &entry.cause, opened: false, last: None });
        }
        let subject = &mut self.0[place];
        subject.opened |= opened;
        subject.last = incident.or(subject.last);
    }
}

impl Subject<'_> {
    fn event(self) -> Option<Event> {
        let incident = self.last?;
        let kind = match incident.state {
            Stage::Merged => "incident.merged",
            Stage::Closed | Stage::FalseAlarm => "incident.closed",
            _ if self.opened => "incident.opened",
            _ => "incident.changed",
        };
        Some(Event {
            kind: kind.to_owned(),
            subject: incident.id.clone(),
            region: incident.region.clone(),
            data: serde_json::to_value(incident).unwrap_or_default(),
            cause: self.cause.clone(),
            ordinal: 0,
            time: Timestamp(0),
        })
    }
}
