//! 读数: the last word of each instrument that a plan watches.
//!
//! Kept as coarsely as conditions allow: a new value once a minute, the same one each
//! five minutes, or at once when it changes what some condition says. What is told late is history; it
//! never takes the place of something measured after it.

use super::Latest;
use super::world::{Table, World};
use crate::core::Core;
use crate::core::decide::Step;
use crate::fact::Cause;
use crate::input::Observed;
use crate::moment::{AGREE_MS, LATEST_MS};
use crate::registry::Speaker;
use crate::time::Timestamp;

/// Between two recorded values that change no condition.
const APART_MS: i64 = 60_000;
/// Between two recorded values that are the same: what is told late of a time before
/// the last one must not take its place.
const SAME_MS: i64 = 5 * 60_000;
/// Instruments: more than the gauges of a province's county; what speaks beyond
/// that is not watched.
pub const READINGS_KEPT: usize = 10_000;

impl Core {
    pub(crate) fn hear_reading(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        observed: &Observed,
        speaker: &Speaker,
    ) {
        self.plan_ahead();
        let signal = &observed.signal;
        let Some(value) =
            signal.value.filter(|value| value.is_finite() && self.planner.watches(&signal.code))
        else {
            return;
        };
        let id = format!("{}/{} {}", speaker.owner, speaker.device, signal.code);
        let known = self.state.rooms.readings.get(&id);
        let at = measured(observed);
        let is_full = known.is_none() && self.state.rooms.readings.len() >= READINGS_KEPT;
        // Some clocks say only the minute: what comes later of the same one is newer.
        if is_full || known.is_some_and(|known| at < known.at) {
            return;
        }
        let title = match &speaker.registered {
            Some((_, title)) => title.as_str(),
            None => signal.title.as_str(),
        };
        let told = Latest {
            id,
            title: title.chars().take(100).collect(),
            department: observed.frame.department.clone(),
            device: speaker.device.clone(),
            code: signal.code.clone(),
            region: speaker.region.clone(),
            value,
            unit: signal.unit.clone(),
            at,
        };
        let says_more = match known {
            None => true,
            Some(known) if at.since(known.at) >= SAME_MS => true,
            Some(known) if at.since(known.at) >= APART_MS => {
                known.value != value || known.unit != told.unit || self.planner_ages()
            }
            Some(known) => known.value != value && self.would_change(step, &told),
        };
        if says_more {
            let note = format!("{} = {} {}", told.code, told.value, told.unit);
            self.set(step, cause, "told", &note, told);
        }
    }

    fn planner_ages(&self) -> bool {
        self.planner.due().is_some()
    }

    /// Whether some condition says something else with this reading.
    fn would_change(&self, step: &Step, told: &Latest) -> bool {
        if !self.planner.tables.contains(&Table::Readings) {
            return false;
        }
        let (before, after) = (self.world(step, None), self.world(step, Some(told)));
        let plans = &self.state.rooms.plans;
        self.planner.versions().any(|(id, compiled)| {
            let Some(version) = plans.get(id).filter(|_| compiled.looks_at(Table::Readings)) else {
                return false;
            };
            let watching =
                || compiled.conditions().filter(|condition| condition.tables.contains(&Table::Readings));
            self.scenes_of(&after, &version.plan).iter().any(|scene| {
                let seen = |world: &World| self.view(step, world, &version.text, compiled, scene).context();
                let (before, after) = (seen(&before), seen(&after));
                watching().any(|condition| condition.holds(&before) != condition.holds(&after))
            })
        })
    }
}

/// When it was measured: what the source says, unless that cannot be.
fn measured(observed: &Observed) -> Timestamp {
    let received = observed.received;
    match observed.signal.observed {
        Some(at) if at.since(received) <= AGREE_MS && received.since(at) <= LATEST_MS => at,
        _ => received,
    }
}
