//! What a device says of itself: faults, states and recoveries become points of its
//! row, once each.

use super::word::{self, Said};
use super::{CONDITIONS_KEPT, Condition, PARTS_KEPT, Point};
use crate::core::Core;
use crate::core::decide::Step;
use crate::fact::Cause;
use crate::input::Observed;
use crate::registry::{Speaker, root};
use crate::signal::Kind;
use crate::time::Timestamp;
use std::ops::Bound;

/// A title is one line; the rest is in the raw frame.
const TITLE_CHARS: usize = 200;

/// Matters that say how a device is run, not that it is unwell: a recovery
/// without a code does not speak of them.
const RUN: [&str; 3] = ["link", "guard", "subscription"];

impl Core {
    pub(crate) fn hear_condition(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        observed: &Observed,
        speaker: &Speaker,
    ) {
        let signal = &observed.signal;
        let at = self.moment(observed).at;
        match word::of(&signal.kind, &signal.code) {
            Some(Said::Stands { about, state }) => {
                let point = Point {
                    about: about.to_owned(),
                    state: state.to_owned(),
                    code: signal.code.clone(),
                    title: signal.title.chars().take(TITLE_CHARS).collect(),
                    since: at,
                    frame: Some(observed.frame.clone()),
                    ..Point::default()
                };
                self.stands(step, cause, speaker, point);
            }
            Some(Said::Over { about: "" }) => self.all_well(step, cause, speaker, at),
            Some(Said::Over { about }) => self.over(step, cause, speaker, about, at),
            None if signal.kind == Kind::Device => self.describes(step, cause, speaker, &signal.title),
            None => {}
        }
    }

    /// A point that is new; or told again, which changes nothing but a task that
    /// was done in vain.
    fn stands(&mut self, step: &mut Step, cause: &Cause, speaker: &Speaker, mut point: Point) {
        let Some(mut row) = self.condition_of(speaker) else { return };
        let known = row.points.iter().find(|known| known.about == point.about);
        match known {
            Some(known) if known.stands() && known.state == point.state => {
                if !self.task_was_in_vain(known, point.since) {
                    return;
                }
                point = Point { order: String::new(), ..known.clone() };
                row.points.retain(|known| known.about != point.about);
            }
            // Told late, or once more: something after it is known.
            Some(known) if point.since < known.until.unwrap_or(known.since) => return,
            Some(known) if known.until == Some(point.since) && known.state == point.state => return,
            _ => {}
        }
        point.order = self.maintain(step, cause, &row, &point);
        let note = if point.title.is_empty() { point.state.clone() } else { point.title.clone() };
        let change = if point.order.is_empty() { "changed" } else { "tasked" };
        if row.put(point) {
            self.condition_became(step, cause, change, &note, row);
        }
    }

    fn over(&mut self, step: &mut Step, cause: &Cause, speaker: &Speaker, about: &str, at: Timestamp) {
        let known = self.state.rooms.devices.get(&id(speaker));
        let Some(point) = known.and_then(|row| row.stands(about)).filter(|point| point.since <= at) else {
            return;
        };
        let (mut row, order) = (known.cloned().unwrap_or_default(), point.order.clone());
        let note = format!("{} 解除", if point.title.is_empty() { &point.state } else { &point.title });
        row.end(about, at);
        self.condition_became(step, cause, "recovered", &note, row);
        self.cancel_order(step, cause, &order, "装置报告已恢复");
    }

    /// A recovery without a code: whatever was wrong is over.
    fn all_well(&mut self, step: &mut Step, cause: &Cause, speaker: &Speaker, at: Timestamp) {
        let Some(known) = self.state.rooms.devices.get(&id(speaker)) else { return };
        let is_unwell = |point: &&Point| !RUN.contains(&point.about.as_str()) && point.since <= at;
        // Silence ends by itself: whoever speaks is not silent.
        let over: Vec<Point> = known.standing().filter(is_unwell).cloned().collect();
        if over.is_empty() {
            return;
        }
        let mut row = known.clone();
        over.iter().for_each(|point| _ = row.end(&point.about, at));
        self.condition_became(step, cause, "recovered", "装置报告已恢复正常", row);
        for point in over {
            self.cancel_order(step, cause, &point.order, "装置报告已恢复");
        }
    }

    /// A device names itself: of interest where nobody else does and it has a row.
    fn describes(&mut self, step: &mut Step, cause: &Cause, speaker: &Speaker, title: &str) {
        let known = self.state.rooms.devices.get(&id(speaker));
        let title: String = title.chars().take(TITLE_CHARS).collect();
        let named = known.filter(|row| !title.is_empty() && row.title != title && !is_registered(speaker));
        if let Some(row) = named.cloned() {
            self.condition_became(step, cause, "named", &title.clone(), Condition { title, ..row });
        }
    }

    /// The row of whoever speaks, or one that is not there yet; none: no room.
    pub(super) fn condition_of(&self, speaker: &Speaker) -> Option<Condition> {
        let id = id(speaker);
        if let Some(known) = self.state.rooms.devices.get(&id) {
            return Some(known.clone());
        }
        let rooms = &self.state.rooms;
        let parts = format!("{}/{}/", speaker.owner, root(&speaker.device));
        let from = (Bound::Included(parts.clone()), Bound::Unbounded);
        let beside = rooms.devices.range(from).take_while(|(id, _)| id.starts_with(&parts));
        if rooms.devices.len() >= CONDITIONS_KEPT || beside.take(PARTS_KEPT).count() >= PARTS_KEPT {
            return None;
        }
        let named = speaker.registered.as_ref().map(|(registered, title)| {
            match speaker.device.strip_prefix(registered.as_str()).unwrap_or_default() {
                "" => title.clone(),
                part => format!("{title} {}", part.trim_start_matches('/')),
            }
        });
        Some(Condition {
            id,
            title: named.unwrap_or_else(|| speaker.device.clone()),
            department: speaker.owner.clone(),
            device: speaker.device.clone(),
            unit: speaker.unit.clone(),
            unit_name: self.registry.unit(&speaker.unit).map(|unit| unit.name.clone()).unwrap_or_default(),
            region: speaker.region.clone(),
            position: speaker.spot.map(|spot| spot.position()),
            ..Condition::default()
        })
    }

    /// Puts a row in place, with all that follows from its points.
    pub(crate) fn condition_became(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        change: &str,
        note: &str,
        mut row: Condition,
    ) {
        row.settle(step.now);
        row.next = self.next_limit(&row);
        let is_listed = |point: &&Point| !point.stands() && !point.supervision.is_empty();
        let over: Vec<Point> = row.points.iter().filter(is_listed).cloned().collect();
        let device = row.device.clone();
        self.set(step, cause, change, note, row);
        for point in over {
            self.point_over(step, cause, &device, &point);
        }
    }
}

/// A row's id: who registered the device and its path.
pub(super) fn id(speaker: &Speaker) -> String {
    format!("{}/{}", speaker.owner, speaker.device)
}

fn is_registered(speaker: &Speaker) -> bool {
    speaker.registered.as_ref().is_some_and(|(id, _)| *id == speaker.device)
}
