//! A desk at work on a city with rooms: commands by noun and verb, signals, and
//! time that passes. Every step is also applied to a second core as JOURNAL
//! would, through JSON, and to a third restored from the state: all agree.

use crate::fixture::{NIGHT, alarm};
use serde_json::{Map, Value};
use std::sync::Arc;
use tocsin_core::city::City;
use tocsin_core::command::Act;
use tocsin_core::signal::Kind;
use tocsin_core::thing::{Noun, Thing};
use tocsin_core::time::Timestamp;
use tocsin_core::{Command, Core, Entry, Fact, Input, Observed, Reply};

pub const MINUTE: i64 = 60_000;

pub struct Desk {
    pub core: Core,
    follower: Core,
    city: Arc<City>,
    pub journal: Vec<(Timestamp, Vec<Entry>)>,
    asked: u64,
    runs: u64,
}

/// Minutes into the night.
pub fn at(minutes: i64) -> Timestamp {
    NIGHT.plus_millis(minutes * MINUTE)
}

impl Desk {
    pub fn new(city: City) -> Desk {
        let city = Arc::new(city);
        let (core, follower) = (Core::new(city.clone()), Core::new(city.clone()));
        let mut desk = Desk { core, follower, city, journal: vec![], asked: 0, runs: 0 };
        desk.step(NIGHT, &[]);
        desk
    }

    pub fn step(&mut self, now: Timestamp, inputs: &[Input]) -> Vec<Entry> {
        let entries = self.core.step(now, inputs);
        let text = serde_json::to_string(&entries).expect("facts are JSON");
        let read: Vec<Entry> = serde_json::from_str(&text).expect("and read back");
        assert_eq!(read, entries);
        self.follower.apply(&read, now);
        assert_eq!(self.follower.state(), self.core.state());
        assert_eq!(self.follower.hash(), self.core.hash());
        let text = serde_json::to_string(self.core.state()).expect("state is JSON");
        let restored = Core::restore(self.city.clone(), serde_json::from_str(&text).expect("and read back"));
        assert_eq!(restored.hash(), self.core.hash(), "restored");
        self.journal.push((now, entries.clone()));
        entries
    }

    /// Runs every clock up to `until`.
    pub fn pass(&mut self, until: Timestamp) {
        for _ in 0..10_000 {
            let last = self.journal.last().map_or(NIGHT, |(now, _)| *now);
            // A clock that did not rest is asked again a minute later.
            let next = self.core.due().map(|due| if due > last { due } else { last.plus_millis(MINUTE) });
            match next.filter(|next| *next <= until) {
                Some(next) => _ = self.step(next, &[]),
                None => return,
            }
        }
        panic!("clocks that never rest");
    }

    /// Asks; answers the subject or the rule that refused.
    pub fn ask(
        &mut self,
        minute: i64,
        noun: &str,
        verb: &str,
        id: &str,
        fields: Value,
    ) -> Result<String, String> {
        self.pass(at(minute));
        let fields: Map<String, Value> = fields.as_object().cloned().unwrap_or_default();
        let act = Act::read(noun, verb, id, fields).map_err(|error| error.to_string())?;
        self.asked += 1;
        let command = Command { id: format!("c{}", self.asked), actor: "王值班".into(), act };
        let entries = self.step(at(minute), &[Input::Command(command)]);
        let answer = entries.into_iter().find_map(|entry| match entry.fact {
            Fact::Answered { reply, .. } => Some(reply),
            _ => None,
        });
        match answer.expect("an answer") {
            Reply::Ok { subject } => Ok(subject),
            Reply::Refused { rule, reason } => {
                assert!(reason.contains('(') && reason.is_ascii().eq(&false), "in both languages: {reason}");
                Err(rule)
            }
        }
    }

    /// A signal of `department`, in a frame of its own.
    pub fn hear(
        &mut self,
        minute: i64,
        department: &str,
        kind: Kind,
        code: &str,
        fill: impl FnOnce(&mut Observed),
    ) {
        self.pass(at(minute));
        self.runs += 1;
        let mut observed = alarm(self.runs, department, "someone", code, at(minute));
        observed.signal.kind = kind;
        fill(&mut observed);
        self.step(at(minute), &[Input::Signal(observed)]);
    }

    pub fn city(&self) -> Arc<City> {
        self.city.clone()
    }

    /// A row as its JSON.
    pub fn row(&self, noun: Noun, id: &str) -> Value {
        let rows = self.things(noun);
        rows.into_iter().find(|row| row["id"] == id).unwrap_or_else(|| panic!("no {} {id}", noun.as_str()))
    }

    /// All rows of a kind as the journal left them, by id.
    pub fn things(&self, noun: Noun) -> Vec<Value> {
        let mut rows = std::collections::BTreeMap::new();
        for thing in self.changes().into_iter().map(|(_, _, thing)| thing) {
            if thing.noun() == noun {
                rows.insert(thing.face().id.to_owned(), thing.row());
            }
        }
        rows.into_values().collect()
    }

    /// Every change of every row: when, which, and the row after it.
    pub fn changes(&self) -> Vec<(Timestamp, String, Thing)> {
        let steps = self.journal.iter();
        let facts = steps.flat_map(|(now, entries)| entries.iter().map(|entry| (*now, &entry.fact)));
        facts
            .filter_map(|(now, fact)| match fact {
                Fact::Became { change, thing, .. } => Some((now, change.clone(), thing.clone())),
                _ => None,
            })
            .collect()
    }

    /// The changes of one row, in order: `reported assigned closed`.
    pub fn story(&self, id: &str) -> String {
        let own = self.changes().into_iter().filter(|(_, _, thing)| thing.face().id == id);
        own.map(|(_, change, _)| change).collect::<Vec<_>>().join(" ")
    }

    /// Applies the journal from its beginning; after each record its rows are those
    /// that its facts say.
    pub fn replays(&self) {
        let mut core = Core::new(self.city.clone());
        for (now, entries) in &self.journal {
            core.apply(entries, *now);
            let mut last = std::collections::BTreeMap::new();
            for entry in entries {
                if let Fact::Became { thing, .. } = &entry.fact {
                    last.insert((thing.noun(), thing.face().id.to_owned()), thing);
                }
            }
            let state = serde_json::to_value(core.state()).expect("state is JSON");
            for ((noun, id), thing) in last {
                let plural = match noun {
                    Noun::Accident => "accidents",
                    Noun::Grid => "grid",
                    Noun::Order => "orders",
                    _ => continue,
                };
                assert_eq!(state["rooms"][plural][&id], thing.row(), "{id}");
            }
        }
        assert_eq!(core.hash(), self.core.hash());
    }
}
