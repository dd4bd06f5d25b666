//! What is kept of one unit: its facts, each under its subject's id, and what was
//! said of it.
//!
//! A fact never goes because it is old: it only ceases to count. So there is nothing
//! that a late or doubled event could bring back. Of each sort the latest told are
//! kept; as a later word on a subject is always told later, what was left out for
//! good does not depend on the order in which all came. A bound by weight would: an
//! open danger would push out others and be closed by a word that came too late.

use crate::colour::Colour;
use crate::fact::{Danger, Fact, Incident, Record, Stage};
use crate::severity::Severity;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use tocsin_sdk::{Timestamp, memory};

/// What changes with every event; a book is written when one of its facts changed,
/// because each write stands in the log.
const UNIT: &str = "unit";
const DANGERS: &str = "dangers";
const INCIDENTS: &str = "incidents";
const RECORDS: &str = "records";
pub const DANGERS_KEPT: usize = 40;
pub const INCIDENTS_KEPT: usize = 32;
pub const RECORDS_KEPT: usize = 16;

type Book<T> = BTreeMap<String, T>;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Room {
    /// The latest moment known: an event that comes late is judged as of now too.
    pub clock: Timestamp,
    /// As the latest word had them.
    pub name: (Timestamp, String),
    pub region: (Timestamp, String),
    pub said: Said,
    /// Incident → the colour that was told on it.
    pub advised: BTreeMap<String, Colour>,
    #[serde(skip)]
    pub dangers: Book<Danger>,
    #[serde(skip)]
    pub incidents: Book<Incident>,
    #[serde(skip)]
    pub records: Book<Record>,
    /// The book that the call changed.
    #[serde(skip)]
    changed: &'static str,
}

/// The last reading; blue where there was none.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Said {
    pub colour: Colour,
    pub at: Option<Timestamp>,
}

/// One event, read.
#[derive(Clone, Debug, PartialEq)]
pub struct Told {
    pub id: String,
    pub name: String,
    pub region: String,
    pub fact: Sort,
    /// Of an incident.
    pub severity: Severity,
    pub is_historic: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Sort {
    Danger(Danger),
    Incident(Incident),
    Record(Record),
}

/// News of an incident, and how it stood in what was known before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct News {
    pub incident: String,
    pub before: Option<Stage>,
    pub stage: Stage,
    pub severity: Severity,
    pub is_historic: bool,
}

impl Room {
    pub fn load() -> Room {
        let mut room: Room = memory::load(UNIT).unwrap_or_default();
        room.dangers = memory::load(DANGERS).unwrap_or_default();
        room.incidents = memory::load(INCIDENTS).unwrap_or_default();
        room.records = memory::load(RECORDS).unwrap_or_default();
        room
    }

    pub fn save(&self) {
        memory::save(UNIT, self);
        match self.changed {
            DANGERS => memory::save(DANGERS, &self.dangers),
            INCIDENTS => memory::save(INCIDENTS, &self.incidents),
            RECORDS => memory::save(RECORDS, &self.records),
            _ => {}
        }
    }

    pub fn now(&mut self, at: Timestamp) {
        self.clock = self.clock.max(at);
    }

    /// `None`: it says nothing new of an incident.
    pub fn keep(&mut self, told: Told) -> Option<News> {
        let Told { id, name, region, fact, severity, is_historic } = told;
        let at = match &fact {
            Sort::Danger(fact) => fact.told,
            Sort::Incident(fact) => fact.told,
            Sort::Record(fact) => fact.told,
        };
        for (known, said) in [(&mut self.name, name), (&mut self.region, region)] {
            if !said.is_empty() && (at, &said) > (known.0, &known.1) {
                *known = (at, said);
            }
        }
        let incident = match &fact {
            Sort::Incident(fact) => Some((id.clone(), fact.stage)),
            _ => None,
        };
        let before = self.incidents.get(&id).map(|known| known.stage);
        let (book, is_news) = match fact {
            Sort::Danger(fact) => (DANGERS, keep(&mut self.dangers, id, fact, DANGERS_KEPT)),
            Sort::Incident(fact) => (INCIDENTS, keep(&mut self.incidents, id, fact, INCIDENTS_KEPT)),
            Sort::Record(fact) => (RECORDS, keep(&mut self.records, id, fact, RECORDS_KEPT)),
        };
        if !is_news {
            return None;
        }
        self.changed = book;
        let known = &self.incidents;
        self.advised.retain(|id, _| known.contains_key(id));
        incident.map(|(incident, stage)| News { incident, before, stage, severity, is_historic })
    }

    /// All facts with their ids.
    pub fn facts(&self) -> impl Iterator<Item = (&str, &dyn Fact)> {
        listed(&self.dangers).chain(listed(&self.incidents)).chain(listed(&self.records))
    }
}

fn listed<T: Fact>(book: &Book<T>) -> impl Iterator<Item = (&str, &dyn Fact)> {
    book.iter().map(|(id, fact)| (id.as_str(), fact as &dyn Fact))
}

/// Whether it is news: later than what is known, and among the latest.
fn keep<T: Fact + Ord>(book: &mut Book<T>, id: String, fact: T, most: usize) -> bool {
    if book.get(&id).is_some_and(|known| *known >= fact) {
        return false;
    }
    book.insert(id.clone(), fact);
    if book.len() <= most {
        return true;
    }
    let oldest = book.iter().min_by_key(|(id, fact)| (fact.told(), *id)).map(|(id, _)| id.clone());
    oldest.is_some_and(|oldest| book.remove(&oldest).is_some() && oldest != id)
}
