//! 失联: who says nothing is visible as such within two heartbeats, and until it
//! speaks again. Many at once are one finding of their department.

use super::vigil::{Expected, Whose};
use super::{Condition, Point};
use crate::core::Core;
use crate::core::decide::Step;
use crate::fact::{Cause, HEARD};
use crate::input::Heard;
use crate::registry::Speaker;
use crate::signal::{Kind, Signal};
use crate::thing::Noun;
use crate::time::Timestamp;
use std::collections::BTreeMap;

/// The matter of one silence, and of the silent devices of a department.
const SILENCE: &str = "silence";
const DEVICES: &str = "devices";
const STATE: &str = "silent";
/// Devices that fall silent in one step: bounds the record; the rest is due at once.
const FALLEN_A_STEP: usize = 1_000;

impl Core {
    /// A frame came in and could be read: whoever sent it lives, whatever it said.
    pub(crate) fn decide_heard(&mut self, step: &mut Step, heard: &Heard) {
        let cause = Cause::Signal {
            frame: heard.frame.clone(),
            ordinal: HEARD,
            department: heard.frame.department.clone(),
            plugin: heard.plugin.clone(),
            replay_of: None,
        };
        let department = &heard.frame.department;
        let found = self
            .registry
            .device(department, &heard.device)
            .map(|(device, _)| (device.department.clone(), device.id.clone(), device.heartbeat));
        if let Some((owner, id, heartbeat)) = found {
            self.heard_device(step, &cause, &owner, &id, heartbeat, heard.received);
        }
        let spoke: Vec<usize> = self.vigil.door(department, &heard.door, heard.received).collect();
        for place in spoke {
            self.spoke(step, &cause, place, heard.received);
        }
    }

    /// A registered device spoke at `at`.
    pub(crate) fn heard_device(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        owner: &str,
        id: &str,
        heartbeat: Option<u32>,
        at: Timestamp,
    ) {
        self.note_seen(step, cause, owner, id, heartbeat, at);
        if let Some(place) = self.vigil.device(owner, id, at) {
            self.spoke(step, cause, place, at);
        }
    }

    /// Looks who is overdue, and counts what is silent.
    pub(crate) fn keep_vigil(&mut self, step: &mut Step) {
        if self.vigil.begins() {
            self.vigil.wake(step.now);
            self.forget_unexpected(step);
        }
        let fallen = self.vigil.fallen(step.now, FALLEN_A_STEP);
        let mut at_once: BTreeMap<String, u32> = BTreeMap::new();
        for place in &fallen {
            *at_once.entry(self.vigil.get(*place).department.clone()).or_default() += 1;
        }
        let from = self.city().upkeep.silence.group;
        at_once.iter_mut().for_each(|(department, count)| *count += self.vigil.count(department).0);
        for place in fallen {
            let expected = self.vigil.get(place).clone();
            let is_many = expected.whose == Whose::Device && at_once[&expected.department] >= from;
            self.fell_silent(step, place, &expected, is_many);
        }
        for department in self.vigil.recounted(step.now) {
            self.count_silent(step, &department, from);
        }
    }

    fn fell_silent(&mut self, step: &mut Step, place: usize, expected: &Expected, is_many: bool) {
        let heard = self.vigil.heard_at(place).or_else(|| {
            self.state.seen.get(&expected.department).and_then(|seen| seen.get(&expected.name)).copied()
        });
        // No room for one more row: it is silent all the same, and counted.
        let Some(mut row) = self.row_of(expected) else { return self.vigil.mark(&expected.id, true) };
        let heartbeat = expected.heartbeat_ms / 1_000;
        let mut point = Point {
            about: SILENCE.into(),
            state: STATE.into(),
            code: format!("{}.silent", expected.whose.as_str()),
            title: format!("超过两个心跳周期({heartbeat} 秒)未收到数据"),
            since: heard.unwrap_or(self.vigil.awake()),
            ..Point::default()
        };
        if !is_many {
            point.order = self.maintain(step, &Cause::Clock, &row, &point);
        }
        let note = match heard {
            Some(at) => format!("{},最后一次 {at}", point.title),
            None => format!("{},从未收到", point.title),
        };
        row.heard_at = heard;
        row.put(point);
        self.condition_became(step, &Cause::Clock, if is_many { "grouped" } else { STATE }, &note, row);
        self.vigil.mark(&expected.id, true);
    }

    fn spoke(&mut self, step: &mut Step, cause: &Cause, place: usize, at: Timestamp) {
        let expected = self.vigil.get(place).clone();
        let Some(known) = self.state.rooms.devices.get(&expected.id) else {
            return self.vigil.mark(&expected.id, false);
        };
        let mut row = known.clone();
        let is_many = expected.whose == Whose::Device
            && self
                .state
                .rooms
                .devices
                .get(&expected.department)
                .is_some_and(|row| row.stands(DEVICES).is_some());
        let Some(over) = row.end(SILENCE, at) else { return self.vigil.mark(&expected.id, false) };
        row.heard_at = None;
        let minutes = at.since(over.since).max(0) / 60_000;
        let note = format!("恢复通信,失联 {minutes} 分钟");
        self.condition_became(step, cause, if is_many { "grouped" } else { "spoke" }, &note, row);
        self.cancel_order(step, cause, &over.order, "恢复通信");
    }

    /// One finding for a department whose devices fell silent together.
    fn count_silent(&mut self, step: &mut Step, department: &str, from: u32) {
        let (silent, expected) = self.vigil.count(department);
        let known = self.state.rooms.devices.get(department);
        let stands = known.is_some_and(|row| row.stands(DEVICES).is_some());
        if !stands && silent < from || stands && known.is_some_and(|row| row.silent == silent) {
            return;
        }
        let mut row = known.cloned().unwrap_or_else(|| self.department_row(department));
        (row.silent, row.expected) = (silent, expected);
        let title = format!("{silent} 个装置失联,共 {expected} 个应报");
        let change = match (stands, silent) {
            (_, 0) => {
                row.end(DEVICES, step.now);
                "spoke"
            }
            (true, _) => {
                row.points
                    .iter_mut()
                    .filter(|point| point.stands() && point.about == DEVICES)
                    .for_each(|point| point.title.clone_from(&title));
                "counted"
            }
            (false, _) => {
                let (about, state, code) = (DEVICES.into(), STATE.into(), "department.devices-silent".into());
                row.put(Point {
                    about,
                    state,
                    code,
                    title: title.clone(),
                    since: step.now,
                    ..Point::default()
                });
                STATE
            }
        };
        self.condition_became(step, &Cause::Clock, change, &title, row);
        self.vigil.told(department, step.now);
    }

    /// What the city no longer expects to speak is not silent.
    fn forget_unexpected(&mut self, step: &mut Step) {
        let cause = Cause::City { digest: self.city().digest.clone() };
        let unexpected = |row: &&Condition| row.stands(SILENCE).is_some() && !self.vigil.is_expected(&row.id);
        let rows: Vec<Condition> = self.state.rooms.devices.values().filter(unexpected).cloned().collect();
        for mut row in rows {
            let order = row.end(SILENCE, step.now).map(|point| point.order).unwrap_or_default();
            self.condition_became(step, &cause, "grouped", "城市数据不再要求心跳", row);
            self.cancel_order(step, &cause, &order, "城市数据不再要求心跳");
        }
    }

    fn row_of(&self, expected: &Expected) -> Option<Condition> {
        if let Some(known) = self.state.rooms.devices.get(&expected.id) {
            return Some(known.clone());
        }
        match expected.whose {
            Whose::Device => self.condition_of(&self.registered(expected)),
            Whose::Department => Some(self.department_row(&expected.department)),
            Whose::Door => {
                let title = format!("接入门 {}", expected.name);
                Some(Condition {
                    id: expected.id.clone(),
                    title,
                    ..self.department_row(&expected.department)
                })
            }
        }
    }

    fn registered(&self, expected: &Expected) -> Speaker {
        let signal = Signal::of_device(Kind::Status, &expected.name);
        self.registry.speaker(&expected.department, &signal)
    }

    fn department_row(&self, department: &str) -> Condition {
        let city = self.city();
        let named =
            city.departments.iter().find(|known| known.id == department).map(|known| known.name.clone());
        Condition {
            id: department.to_owned(),
            title: named.unwrap_or_else(|| department.to_owned()),
            department: department.to_owned(),
            region: city.code.clone(),
            ..Condition::default()
        }
    }

    /// A row was put or went: whether it is silent is known where silence is judged.
    pub(crate) fn file_silence(&mut self, noun: Noun, id: &str) {
        if noun == Noun::Device {
            let row = self.state.rooms.devices.get(id);
            let is_silent = row.is_some_and(|row| row.stands(SILENCE).is_some());
            self.vigil.mark(id, is_silent);
        }
    }
}
