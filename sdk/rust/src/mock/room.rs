//! State and timers by device, with the undo of one call.

use crate::Timestamp;
use std::collections::BTreeMap;

#[derive(Default)]
pub(super) struct Rooms {
    rooms: BTreeMap<String, Room>,
    /// Whose room the call works in.
    device: String,
    /// What stood there before the call, in the order it was changed; `None`
    /// outside a transaction.
    undo: Option<Vec<Before>>,
}

#[derive(Default)]
struct Room {
    state: BTreeMap<String, Vec<u8>>,
    timers: BTreeMap<String, Timestamp>,
}

enum Before {
    State(String, Option<Vec<u8>>),
    Timer(String, Option<Timestamp>),
}

impl Rooms {
    pub(super) fn enter(&mut self, device: &str) {
        assert!(self.undo.is_none(), "a call was made inside a call");
        self.device.clear();
        self.device.push_str(device);
        self.undo = Some(Vec::new());
    }

    pub(super) fn leave(&mut self, keep: bool) {
        let undo = self.undo.take().unwrap_or_default();
        if !keep {
            for before in undo.into_iter().rev() {
                match before {
                    Before::State(key, value) => drop(self.replace(&key, value)),
                    Before::Timer(key, at) => drop(self.move_timer(&key, at)),
                }
            }
        }
        self.device.clear();
    }

    pub(super) fn get(&self, key: &str) -> Option<Vec<u8>> {
        self.rooms.get(&self.device)?.state.get(key).cloned()
    }

    pub(super) fn put(&mut self, key: &str, value: Option<Vec<u8>>) {
        let before = self.replace(key, value);
        if let Some(undo) = &mut self.undo {
            undo.push(Before::State(key.to_owned(), before));
        }
    }

    pub(super) fn set_timer(&mut self, key: &str, at: Option<Timestamp>) {
        let before = self.move_timer(key, at);
        if let Some(undo) = &mut self.undo {
            undo.push(Before::Timer(key.to_owned(), before));
        }
    }

    pub(super) fn keys(&self, device: &str) -> Vec<String> {
        self.rooms.get(device).map(|room| room.state.keys().cloned().collect()).unwrap_or_default()
    }

    pub(super) fn due(&self) -> Vec<(Timestamp, String, String)> {
        let mut due: Vec<_> = self
            .rooms
            .iter()
            .flat_map(|(device, room)| room.timers.iter().map(|(key, at)| (*at, device.clone(), key.clone())))
            .collect();
        due.sort();
        due
    }

    /// Takes the first timer that is due by `until`.
    pub(super) fn next_due(&mut self, until: Timestamp) -> Option<(Timestamp, String, String)> {
        let first = self.due().into_iter().next().filter(|(at, ..)| *at <= until)?;
        self.rooms.get_mut(&first.1)?.timers.remove(&first.2);
        Some(first)
    }

    fn room(&mut self) -> &mut Room {
        // `entry` would allocate the key on every call.
        if !self.rooms.contains_key(&self.device) {
            self.rooms.insert(self.device.clone(), Room::default());
        }
        self.rooms.get_mut(&self.device).expect("just made")
    }

    fn replace(&mut self, key: &str, value: Option<Vec<u8>>) -> Option<Vec<u8>> {
        let room = self.room();
        match value {
            Some(value) => room.state.insert(key.to_owned(), value),
            None => room.state.remove(key),
        }
    }

    fn move_timer(&mut self, key: &str, at: Option<Timestamp>) -> Option<Timestamp> {
        let room = self.room();
        match at {
            Some(at) => room.timers.insert(key.to_owned(), at),
            None => room.timers.remove(key),
        }
    }
}
