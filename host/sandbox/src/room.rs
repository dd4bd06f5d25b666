//! One device's memory between calls, and what one call does to it.

use crate::verdict::{Verdict, VerdictKind};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use tocsin_core::time::Timestamp;

/// State and timers of one (plugin, device). Only calls for that device see it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Room {
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty", with = "hex_values")]
    pub state: BTreeMap<String, Vec<u8>>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub timers: BTreeMap<String, Timestamp>,
}

/// One entry of a room that a call changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Change {
    Put {
        key: String,
        #[serde(with = "tocsin_core::outcome::hex")]
        value: Vec<u8>,
    },
    Delete {
        key: String,
    },
    Set {
        key: String,
        at: Timestamp,
    },
    Cancel {
        key: String,
    },
}

impl Room {
    pub fn apply(&mut self, change: &Change) {
        match change {
            Change::Put { key, value } => {
                self.state.insert(key.clone(), value.clone());
            }
            Change::Delete { key } => {
                self.state.remove(key);
            }
            Change::Set { key, at } => {
                self.timers.insert(key.clone(), *at);
            }
            Change::Cancel { key } => {
                self.timers.remove(key);
            }
        }
    }

    /// Nothing in it: need not be kept.
    pub fn is_empty(&self) -> bool {
        self.state.is_empty() && self.timers.is_empty()
    }
}

/// What an entry costs beside its key and value, so that a million empty ones
/// are not free: about what the map itself spends on it.
const ENTRY_BYTES: usize = 48;
/// Longest key of a state entry or a timer: the length of a device path.
const KEY_BYTES: usize = 256;

/// A room while a call is in it. The room itself is untouched until `commit`.
#[derive(Debug, Default)]
pub(crate) struct Visit {
    room: Room,
    state: BTreeMap<String, Option<Vec<u8>>>,
    timers: BTreeMap<String, Option<Timestamp>>,
    /// Bytes of the room with the changes; counted when first needed.
    bytes: Option<usize>,
}

impl Visit {
    pub(crate) fn enter(&mut self, room: Room) {
        self.room = room;
        self.undo();
    }

    fn undo(&mut self) {
        // Most calls change nothing, and clearing what is empty is not free.
        if !self.state.is_empty() {
            self.state.clear();
        }
        if !self.timers.is_empty() {
            self.timers.clear();
        }
        self.bytes = None;
    }

    /// Leaves the room as it was found.
    pub(crate) fn abandon(&mut self) -> Room {
        self.undo();
        std::mem::take(&mut self.room)
    }

    /// Leaves the room with the changes made, and says which. A change that
    /// changes nothing is none.
    pub(crate) fn commit(&mut self) -> (Room, Vec<Change>) {
        let mut room = std::mem::take(&mut self.room);
        self.bytes = None;
        if self.state.is_empty() && self.timers.is_empty() {
            return (room, Vec::new());
        }
        let state = std::mem::take(&mut self.state).into_iter().filter_map(|(key, value)| match value {
            Some(value) if room.state.get(&key) == Some(&value) => None,
            Some(value) => Some(Change::Put { key, value }),
            None => room.state.contains_key(&key).then_some(Change::Delete { key }),
        });
        let timers = std::mem::take(&mut self.timers).into_iter().filter_map(|(key, at)| match at {
            Some(at) if room.timers.get(&key) == Some(&at) => None,
            Some(at) => Some(Change::Set { key, at }),
            None => room.timers.contains_key(&key).then_some(Change::Cancel { key }),
        });
        let changes: Vec<Change> = state.chain(timers).collect();
        for change in &changes {
            room.apply(change);
        }
        (room, changes)
    }

    pub(crate) fn get(&self, key: &str) -> Option<&Vec<u8>> {
        match self.state.get(key) {
            Some(changed) => changed.as_ref(),
            None => self.room.state.get(key),
        }
    }

    pub(crate) fn put(&mut self, key: String, value: Vec<u8>, quota: usize) -> Result<(), Verdict> {
        check_key(&key)?;
        let before = self.bytes.unwrap_or_else(|| self.count());
        let replaced = self.get(&key).map_or(0, |old| cost(&key, old));
        let bytes = before - replaced + cost(&key, &value);
        if bytes > quota {
            return Err(Verdict::new(
                VerdictKind::Quota,
                format!(
                    "state.put of `{}` would make the device's state {bytes} bytes; {quota} are allowed",
                    crate::border::text::escaped(&key)
                ),
            ));
        }
        self.bytes = Some(bytes);
        self.state.insert(key, Some(value));
        Ok(())
    }

    /// Before the first `put` only deletions stand in the changes.
    fn count(&self) -> usize {
        let kept = self.room.state.iter().filter(|(key, _)| !self.state.contains_key(*key));
        kept.map(|(key, value)| cost(key, value)).sum()
    }

    pub(crate) fn delete(&mut self, key: String) {
        if let (Some(bytes), Some(old)) = (self.bytes, self.get(&key)) {
            self.bytes = Some(bytes - cost(&key, old));
        }
        if self.room.state.contains_key(&key) {
            self.state.insert(key, None);
        } else {
            self.state.remove(&key);
        }
    }

    pub(crate) fn set(&mut self, key: String, at: Timestamp, quota: usize) -> Result<(), Verdict> {
        check_key(&key)?;
        self.timers.insert(key, Some(at));
        let added =
            self.timers.iter().filter(|(key, at)| at.is_some() && !self.room.timers.contains_key(*key));
        let removed =
            self.timers.iter().filter(|(key, at)| at.is_none() && self.room.timers.contains_key(*key));
        let timers = self.room.timers.len() + added.count() - removed.count();
        if timers > quota {
            return Err(Verdict::new(
                VerdictKind::Quota,
                format!("timers.set would give the device {timers} timers; {quota} are allowed"),
            ));
        }
        Ok(())
    }

    pub(crate) fn cancel(&mut self, key: String) {
        if self.room.timers.contains_key(&key) {
            self.timers.insert(key, None);
        } else {
            self.timers.remove(&key);
        }
    }
}

fn cost(key: &str, value: &[u8]) -> usize {
    ENTRY_BYTES + key.len() + value.len()
}

fn check_key(key: &str) -> Result<(), Verdict> {
    if key.len() <= KEY_BYTES {
        return Ok(());
    }
    let reason = format!("a key of {} bytes; {KEY_BYTES} are allowed", key.len());
    Err(Verdict::new(VerdictKind::Quota, reason))
}

/// State values as hex text, as they stand in SIGNALS.
mod hex_values {
    use serde::{Deserialize, Deserializer, Serializer};
    use std::collections::BTreeMap;
    use tocsin_core::outcome::hex;

    #[derive(Deserialize)]
    struct Value(#[serde(with = "hex")] Vec<u8>);

    pub(super) fn serialize<S: Serializer>(
        state: &BTreeMap<String, Vec<u8>>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_map(state.iter().map(|(key, value)| (key, hex::encode(value))))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<BTreeMap<String, Vec<u8>>, D::Error> {
        let state = BTreeMap::<String, Value>::deserialize(deserializer)?;
        Ok(state.into_iter().map(|(key, Value(value))| (key, value)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn room() -> Room {
        Room {
            state: [("a".to_owned(), vec![1]), ("b".to_owned(), vec![2])].into(),
            timers: [("t".to_owned(), Timestamp(5))].into(),
        }
    }

    /// `+a3` puts, `-a` deletes, `@t7` sets, `!t` cancels. Expected: the changes, the same way.
    fn check(script: &str, expect: &str) {
        let mut visit = Visit::default();
        visit.enter(room());
        for step in script.split_whitespace() {
            let (key, number) = (step[1..2].to_owned(), step[2..].parse::<u8>().unwrap_or(0));
            match &step[..1] {
                "+" => visit.put(key, vec![number], 1_000).expect("within the quota"),
                "-" => visit.delete(key),
                "@" => visit.set(key, Timestamp(number.into()), 10).expect("within the quota"),
                _ => visit.cancel(key),
            }
        }
        let (after, changes) = visit.commit();
        let said: Vec<String> = changes
            .iter()
            .map(|change| match change {
                Change::Put { key, value } => format!("+{key}{}", value[0]),
                Change::Delete { key } => format!("-{key}"),
                Change::Set { key, at } => format!("@{key}{}", at.0),
                Change::Cancel { key } => format!("!{key}"),
            })
            .collect();
        assert_eq!(said.join(" "), expect, "{script}");
        let mut redone = room();
        changes.iter().for_each(|change| redone.apply(change));
        assert_eq!(redone, after, "{script}: the changes are the whole difference");
    }

    #[test]
    fn changes_are_what_differs_in_key_order() {
        check("", "");
        check("+c3 +a9", "+a9 +c3");
        check("+a9 +a8", "+a8");
        check("+a9 +a1", "");
        check("+c3 -c", "");
        check("-a -x", "-a");
        check("-a +a1", "");
        check("@t7 @u8", "@t7 @u8");
        check("@t7 !t @t5", "");
        check("!t !v", "!t");
        check("@u8 +a2 !u !t", "+a2 !t");
    }

    #[test]
    fn quotas_count_what_is_left() {
        let mut visit = Visit::default();
        visit.enter(room());
        let entry = ENTRY_BYTES + 2;
        // Two entries are there; a third fits, a fourth does not until one goes.
        visit.put("c".into(), vec![3], 3 * entry).expect("the third");
        visit.put("d".into(), vec![4], 3 * entry).expect_err("the fourth");
        visit.put("c".into(), vec![5], 3 * entry).expect("in its place");
        visit.delete("a".into());
        visit.put("d".into(), vec![4], 3 * entry).expect("in the place of the deleted");
        visit.delete("d".into());
        visit.put("e".into(), vec![4], 3 * entry).expect("in its place");

        visit.abandon();
        visit.enter(room());
        visit.delete("a".into());
        visit.put("c".into(), vec![3], 2 * entry).expect("a deletion before the first put counts");

        visit.set("u".into(), Timestamp(1), 2).expect("the second");
        visit.set("v".into(), Timestamp(1), 2).expect_err("the third");
        assert_eq!(visit.abandon(), room());
    }

    #[test]
    fn rooms_are_kept_as_text() {
        let text = serde_json::to_string(&room()).expect("text");
        assert_eq!(text, r#"{"state":{"a":"01","b":"02"},"timers":{"t":5}}"#);
        assert_eq!(serde_json::from_str::<Room>(&text).expect("a room"), room());
        assert_eq!(serde_json::from_str::<Room>("{}").expect("a room"), Room::default());
    }
}
