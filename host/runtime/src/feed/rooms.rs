//! The state of a feed: one room a plugin and device, and the timers in due order.

use super::input::ClockRecord;
use crate::run::Frame;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeSet, HashMap};
use tocsin_core::time::Timestamp;
use tocsin_sandbox::{Change, Room, Tick};

/// Changes since the last snapshot from which reading them back at start
/// takes longer (about 0.1 s) than anybody wants to wait.
const SNAPSHOT_AFTER: usize = 20_000;

/// Ticks written at once; the rest is due again a second later.
const TICKS: usize = 4_096;

type Key = (String, String);

/// (due, device, plugin, key), the order in which ticks fire.
pub type Timer = (Timestamp, String, String, String);

#[derive(Default)]
pub struct Rooms {
    rooms: HashMap<Key, Room>,
    timers: BTreeSet<Timer>,
    /// Room of the call under way.
    current: Option<(Key, Room)>,
    changes: usize,
}

#[derive(Serialize, Deserialize)]
pub struct Entry {
    pub plugin: String,
    pub device: String,
    pub room: Room,
}

impl Rooms {
    pub fn room(&mut self, plugin: &str, device: &str) -> &mut Room {
        let key = (plugin.to_owned(), device.to_owned());
        let room = self.rooms.remove(&key).unwrap_or_default();
        &mut self.current.insert((key, room)).1
    }

    pub fn put_back(&mut self) {
        if let Some((key, room)) = self.current.take()
            && !room.is_empty()
        {
            self.rooms.insert(key, room);
        }
    }

    /// Keeps the order of timers in step with what a call changed in its room.
    /// A moved or cancelled timer stays in the order until it comes up: the
    /// room is what counts.
    pub fn note(&mut self, plugin: &str, device: &str, changes: &[Change]) {
        self.changes += changes.len();
        for change in changes {
            if let Change::Set { key, at } = change {
                self.timers.insert((*at, device.to_owned(), plugin.to_owned(), key.clone()));
            }
        }
    }

    /// The same from the log: state and order both.
    pub fn apply(&mut self, plugin: &str, device: &str, changes: &[Change]) {
        let room = self.room(plugin, device);
        for change in changes {
            room.apply(change);
        }
        self.put_back();
        self.note(plugin, device, changes);
    }

    pub fn next_due(&self) -> Option<Timestamp> {
        self.timers.first().map(|(due, ..)| *due)
    }

    /// Due timers as frames for the log. They leave the order here and their
    /// room when the tick comes back, so that each is written once a life.
    pub fn take_due(&mut self, now: Timestamp) -> Vec<(Timer, Frame)> {
        let mut frames = Vec::new();
        while frames.len() < TICKS && self.timers.first().is_some_and(|(due, ..)| *due <= now) {
            let Some(timer) = self.timers.pop_first() else { break };
            let (due, device, plugin, key) = timer.clone();
            if !self.holds(&plugin, &device, &key, due) {
                continue;
            }
            let record = ClockRecord { plugin, key, due };
            let payload = serde_json::to_vec(&record).expect("a clock record is plain data").into();
            frames.push((timer, Frame { received: now, device, payload, ..Frame::default() }));
        }
        frames
    }

    /// The log did not take its tick.
    pub fn due_again(&mut self, timer: Timer) {
        self.timers.insert(timer);
    }

    fn holds(&self, plugin: &str, device: &str, key: &str, due: Timestamp) -> bool {
        let room = self.rooms.get(&(plugin.to_owned(), device.to_owned()));
        room.is_some_and(|room| room.timers.get(key) == Some(&due))
    }

    /// Takes the timer out of its room where it still stands as the tick says;
    /// answers with the change, for the log.
    pub fn fire(&mut self, plugin: &str, tick: &Tick) -> Option<Change> {
        if !self.holds(plugin, &tick.device, &tick.key, tick.due) {
            return None;
        }
        let fired = Change::Cancel { key: tick.key.clone() };
        self.rooms.get_mut(&(plugin.to_owned(), tick.device.clone()))?.apply(&fired);
        Some(fired)
    }

    pub fn snapshot_due(&self) -> bool {
        self.changes >= SNAPSHOT_AFTER
    }

    pub fn snapshot_done(&mut self) {
        self.changes = 0;
    }

    pub fn len(&self) -> usize {
        self.rooms.len()
    }

    pub fn entries(&self) -> Vec<Entry> {
        let entry = |((plugin, device), room): (&Key, &Room)| Entry {
            plugin: plugin.clone(),
            device: device.clone(),
            room: room.clone(),
        };
        self.rooms.iter().map(entry).collect()
    }

    pub fn from_entries(entries: Vec<Entry>) -> Rooms {
        let mut rooms = Rooms::default();
        for Entry { plugin, device, room } in entries {
            for (key, at) in &room.timers {
                rooms.timers.insert((*at, device.clone(), plugin.clone(), key.clone()));
            }
            rooms.rooms.insert((plugin, device), room);
        }
        rooms
    }
}

pub fn size_of_change(change: &Change) -> usize {
    24 + match change {
        Change::Put { key, value } => key.len() + 2 * value.len(),
        Change::Delete { key } | Change::Cancel { key } => key.len(),
        Change::Set { key, .. } => key.len() + 16,
    }
}
