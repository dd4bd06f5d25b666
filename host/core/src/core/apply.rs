//! The only way in which state changes.

use super::{Core, class};
use crate::fact::{Cause, Entry, Fact, HEARD};
use crate::fold::Item;
use crate::incident::index::{Class, Probe};
use crate::incident::{Evidence, Incident, ROWS_KEPT, Role};
use crate::state::{
    ANSWERS_KEPT, Counter, EFFECTS_KEPT, HELD_KEPT, Held, Known, PROVISIONAL_KEPT, Provisional,
};
use crate::thing::Thing;
use crate::time::Timestamp;
use std::collections::BTreeSet;

/// Advice and signals of one frame are counted apart.
pub(super) const ADVICE: u32 = 1 << 31;

impl Core {
    /// Takes in what was decided at `now`: by a step of this host or by a
    /// record of JOURNAL. Cannot refuse: a fact about what is unknown here
    /// (an older host's oddity) changes nothing.
    pub fn apply(&mut self, entries: &[Entry], now: Timestamp) {
        let mut touched = BTreeSet::new();
        for entry in entries {
            self.apply_one(entry, now, &mut touched);
        }
        self.fold_in(touched);
    }

    /// Answers the place that grew, where one did.
    pub(super) fn apply_one(
        &mut self,
        entry: &Entry,
        now: Timestamp,
        touched: &mut BTreeSet<Item>,
    ) -> Option<Probe> {
        let mut grown = None;
        match &entry.fact {
            Fact::IncidentOpened { id, hazard, historic, evidence, .. } => {
                if let Some(counter) = Counter::of(id, "I") {
                    self.state.counter = counter;
                    touched.insert(Item::Counter);
                }
                let stub = Incident {
                    id: id.clone(),
                    hazard: hazard.clone(),
                    historic: *historic,
                    opened_at: now,
                    first_at: evidence.first_at,
                    last_at: evidence.last_at,
                    ..Incident::default()
                };
                self.planner.touch_incident(None, &stub);
                self.state.incidents.insert(id.clone(), stub);
                grown = self.take_row(id, evidence, now, touched);
            }
            Fact::IncidentJoined { id, evidence, .. }
            | Fact::IncidentRepeated { id, evidence, .. }
            | Fact::IncidentRecovered { id, evidence, .. } => {
                grown = self.take_row(id, evidence, now, touched);
            }
            Fact::IncidentMerged { id, from, merged, .. } => self.merge(id, from, merged, touched),
            Fact::IncidentChanged { id, to, .. } => {
                if let Some(mut incident) = self.state.incidents.get(id).cloned() {
                    incident.state = *to;
                    self.put(incident, touched);
                }
            }
            Fact::IncidentsRetired { ids } => ids.iter().for_each(|id| self.retire(id, touched)),
            Fact::SupportHeld { hazard, evidence, until } => {
                self.hold(hazard, evidence, *until, now, touched);
            }
            Fact::DeviceProvisional { department, device, title, first_at, at, count } => {
                let devices = self.state.provisional.entry(department.clone()).or_default();
                if devices.len() < PROVISIONAL_KEPT || devices.contains_key(device) {
                    let seen =
                        Provisional { title: title.clone(), first_at: *first_at, at: *at, count: *count };
                    devices.insert(device.clone(), seen);
                    touched.insert(Item::Provisional(department.clone(), device.clone()));
                }
            }
            Fact::DeviceSeen { department, device, at } => {
                self.state.seen.entry(department.clone()).or_default().insert(device.clone(), *at);
                touched.insert(Item::Seen(department.clone(), device.clone()));
            }
            Fact::DeviceClock { department, device, skew } => {
                let clocks = self.state.clocks.entry(department.clone()).or_default();
                match skew {
                    Some(skew) if clocks.len() < PROVISIONAL_KEPT || clocks.contains_key(device) => {
                        clocks.insert(device.clone(), *skew);
                    }
                    Some(_) => {}
                    None => _ = clocks.remove(device),
                }
                touched.insert(Item::Clock(department.clone(), device.clone()));
            }
            Fact::Became { thing, .. } => self.put_thing(thing, touched),
            Fact::Retired { gone } => {
                for (noun, id) in gone {
                    self.file(*noun, id, false);
                    self.state.rooms.remove(*noun, id);
                    self.planner.touch(*noun);
                    touched.insert(Item::Thing(*noun, id.clone()));
                }
            }
            Fact::Advised { .. } => {}
            Fact::Answered { command, asked, reply } => {
                let answers = &mut self.state.answers;
                // What comes first under an id is what the id means.
                if !answers.replies.contains_key(command) {
                    let known = Known { reply: reply.clone(), asked: asked.clone() };
                    answers.replies.insert(command.clone(), known);
                    answers.order.push_back(command.clone());
                }
                touched.insert(Item::Answer(command.clone()));
                if answers.order.len() > ANSWERS_KEPT
                    && let Some(oldest) = answers.order.pop_front()
                {
                    answers.replies.remove(&oldest);
                    touched.insert(Item::Answer(oldest));
                }
            }
        }
        if let Some(incident) = entry.fact.incident() {
            self.put(incident.clone(), touched);
        }
        self.remember(entry);
        grown
    }

    /// Remembers that the input had an effect.
    fn remember(&mut self, entry: &Entry) {
        let bears = entry.fact.incident_id().is_some()
            || matches!(entry.fact, Fact::SupportHeld { .. } | Fact::Advised { .. } | Fact::Became { .. });
        let (frame, ordinal, replay_of) = match &entry.cause {
            Cause::Signal { frame, ordinal, replay_of, .. } => (frame, *ordinal, replay_of),
            Cause::Advice { frame, ordinal, replay_of, .. } => (frame, ordinal | ADVICE, replay_of),
            Cause::Command { .. } | Cause::Clock | Cause::Log { .. } | Cause::City { .. } => return,
        };
        if !bears || ordinal == HEARD {
            return;
        }
        let first = replay_of.as_ref().unwrap_or(frame);
        if !self.state.effects.contains_key(&first.department) {
            self.state.effects.insert(first.department.clone(), BTreeSet::new());
        }
        let Some(effects) = self.state.effects.get_mut(&first.department) else {
            return;
        };
        let effect = (first.run, first.index, ordinal);
        if effects.insert(effect) {
            self.fold.gain(&first.department, effect);
            if effects.len() > EFFECTS_KEPT
                && let Some(oldest) = effects.pop_first()
            {
                self.fold.lose(&first.department, oldest);
            }
        }
    }

    fn put_thing(&mut self, thing: &Thing, touched: &mut BTreeSet<Item>) {
        let (noun, id) = (thing.noun(), thing.face().id.to_owned());
        let prefix = noun.prefix();
        if let Some(counter) = Counter::of(&id, prefix).filter(|_| !prefix.is_empty())
            && self.state.numbers.get(prefix).is_none_or(|last| *last < counter)
        {
            self.state.numbers.insert(prefix.to_owned(), counter);
            touched.insert(Item::Number(prefix.to_owned()));
        }
        self.file(noun, &id, false);
        self.state.rooms.put(thing);
        self.file(noun, &id, true);
        self.planner.touch(noun);
        touched.insert(Item::Thing(noun, id));
    }

    fn take_row(
        &mut self,
        id: &str,
        row: &Evidence,
        now: Timestamp,
        touched: &mut BTreeSet<Item>,
    ) -> Option<Probe> {
        let incident = self.state.incidents.get_mut(id)?;
        let class = class(incident);
        if !self.state.evidence.contains_key(id) {
            self.state.evidence.insert(id.to_owned(), Default::default());
        }
        let rows = self.state.evidence.get_mut(id)?;
        let room = rows.len() < ROWS_KEPT;
        let old = match rows.get_mut(&row.key) {
            Some(known) => Some(std::mem::replace(known, row.clone())),
            None if room => rows.insert(row.key.clone(), row.clone()),
            None => {
                incident.unlisted += u64::from(row.role == Role::Opens) * row.count;
                None
            }
        };
        let more = row.count.saturating_sub(old.as_ref().map_or(0, |old| old.count));
        incident.changed_at = now;
        match row.role {
            Role::Opens => {
                incident.count += more;
                incident.first_at = incident.first_at.min(row.first_at);
                incident.last_at = incident.last_at.max(row.last_at);
            }
            Role::Supports => incident.supports += more,
        }
        touched.insert(Item::Incident(id.to_owned()));
        touched.insert(Item::Row(id.to_owned(), row.key.clone()));
        if old.is_none() && !room {
            return None;
        }
        let hazard = &incident.hazard;
        // A row whose first signal turns out to be another may lie elsewhere.
        if let Some(old) = old.filter(|old| (old.position, &old.unit) != (row.position, &row.unit)) {
            self.index.remove(class, hazard, id, rows.values().chain([&old]));
            for row in rows.values() {
                self.index.add(class, hazard, id, row, &self.rules);
            }
        }
        self.index.add(class, hazard, id, row, &self.rules)
    }

    /// Puts a summary in place, and files the incident where alarms that may
    /// join it look.
    pub(super) fn put(&mut self, incident: Incident, touched: &mut BTreeSet<Item>) {
        let id = incident.id.clone();
        touched.insert(Item::Incident(id.clone()));
        if let Some(at) = incident.closed_at.filter(|_| !incident.is_open()) {
            self.ended.insert((at, id.clone()));
        }
        let (before, after) = (self.state.incidents.get(&id).map(class), class(&incident));
        if let Some(before) = before.filter(|before| *before != after) {
            let rows = || self.state.evidence.get(&id).into_iter().flat_map(|rows| rows.values());
            self.index.remove(before, &incident.hazard, &id, rows());
            for row in rows() {
                self.index.add(after, &incident.hazard, &id, row, &self.rules);
            }
        }
        self.planner.touch_incident(self.state.incidents.get(&id), &incident);
        self.state.incidents.insert(id, incident);
    }

    fn merge(&mut self, id: &str, from: &str, merged: &Incident, touched: &mut BTreeSet<Item>) {
        let rows = self.state.evidence.remove(from).unwrap_or_default();
        self.index.remove(
            class(self.state.incidents.get(from).unwrap_or(merged)),
            &merged.hazard,
            from,
            rows.values(),
        );
        touched.extend(rows.keys().map(|key| Item::Row(from.to_owned(), key.clone())));
        let Some(into) = self.state.incidents.get_mut(id) else {
            return;
        };
        let class = class(into);
        into.count += merged.count;
        into.supports += merged.supports;
        into.unlisted += merged.unlisted;
        into.first_at = into.first_at.min(merged.first_at);
        into.last_at = into.last_at.max(merged.last_at);
        let kept = self.state.evidence.entry(id.to_owned()).or_default();
        for (key, row) in rows {
            touched.insert(Item::Row(id.to_owned(), key.clone()));
            let room = kept.len() < ROWS_KEPT;
            match kept.get_mut(&key) {
                // Copies of one supporting signal: the younger copy says more.
                Some(known) if known.count < row.count => *known = row,
                Some(_) => {}
                None if room => {
                    self.index.add(class, &merged.hazard, id, &row, &self.rules);
                    kept.insert(key, row);
                }
                None => into.unlisted += u64::from(row.role == Role::Opens) * row.count,
            }
        }
        touched.insert(Item::Incident(id.to_owned()));
        self.put(merged.clone(), touched);
    }

    fn retire(&mut self, id: &str, touched: &mut BTreeSet<Item>) {
        let Some(incident) = self.state.incidents.remove(id) else {
            return;
        };
        let rows = self.state.evidence.remove(id).unwrap_or_default();
        self.index.remove(class(&incident), &incident.hazard, id, rows.values());
        if let Some(at) = incident.closed_at {
            self.ended.remove(&(at, id.to_owned()));
        }
        touched.extend(rows.into_keys().map(|key| Item::Row(id.to_owned(), key)));
        touched.insert(Item::Incident(id.to_owned()));
    }

    fn hold(
        &mut self,
        hazard: &str,
        row: &Evidence,
        until: Timestamp,
        now: Timestamp,
        touched: &mut BTreeSet<Item>,
    ) {
        let held = self.state.held.entry(hazard.to_owned()).or_default();
        let new = Held { evidence: row.clone(), until };
        let mut gone: Vec<Held> = held.insert(row.key.clone(), new).into_iter().collect();
        touched.insert(Item::Held(hazard.to_owned(), row.key.clone()));
        // A scan only when the table is full: it then falls to what is still
        // of use, or by the one that is soonest of none.
        if held.len() > HELD_KEPT {
            let mut stale: Vec<String> =
                held.iter().filter(|(_, held)| held.until < now).map(|(key, _)| key.clone()).collect();
            if stale.is_empty() {
                stale.extend(
                    held.iter().min_by_key(|(key, held)| (held.until, *key)).map(|(key, _)| key.clone()),
                );
            }
            for key in stale {
                gone.extend(held.remove(&key));
                touched.insert(Item::Held(hazard.to_owned(), key));
            }
        }
        for held in gone {
            self.index.remove(Class::Held, hazard, &held.evidence.key, [&held.evidence].into_iter());
        }
        if let Some(held) = held.get(&row.key) {
            self.index.add(Class::Held, hazard, &row.key, &held.evidence, &self.rules);
        }
    }
}
