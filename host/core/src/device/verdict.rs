//! How often a device was right: what people made of the incidents that it spoke for.

use super::hear::id;
use crate::core::Core;
use crate::core::decide::Step;
use crate::fact::Cause;
use crate::incident::{DispositionKind, Evidence, Role, Stage};
use crate::place::Spot;
use crate::registry::Speaker;
use crate::rule::round4;
use crate::signal::Kind;
use crate::time::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A quarter: what a detector did before its last service says little.
const COUNTED_MS: i64 = 90 * 24 * 3_600_000;
/// Of one device; the oldest make room.
const VERDICTS_KEPT: usize = 32;
/// Devices of one incident that are judged: bounds the record of its end.
const JUDGED_AT_ONCE: usize = 256;

/// Of the last 90 days, at most the last 32.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Verdicts {
    /// Incidents that it spoke for and that ended.
    pub incidents: u32,
    /// Of these, false alarms. Tests and drills are none.
    pub false_alarms: u32,
    /// The share, 0..=1.
    pub false_rate: f64,
    /// Oldest first.
    pub list: Vec<Verdict>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Verdict {
    pub incident: String,
    pub at: Timestamp,
    pub is_false: bool,
    /// Why, where it was false: `cooking`, `steam`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub disposition: String,
}

impl Verdicts {
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// One incident's verdict; a later one on the same incident takes its place.
    fn take(&mut self, verdict: Verdict) {
        let now = verdict.at;
        self.list.retain(|old| old.incident != verdict.incident && now.since(old.at) <= COUNTED_MS);
        self.list.push(verdict);
        let over = self.list.len().saturating_sub(VERDICTS_KEPT);
        self.list.drain(..over);
        self.incidents = self.list.len() as u32;
        self.false_alarms = self.list.iter().filter(|verdict| verdict.is_false).count() as u32;
        self.false_rate = round4(f64::from(self.false_alarms) / f64::from(self.incidents.max(1)));
    }
}

impl Core {
    /// An incident ended: each device that raised it is judged by it, once.
    pub(crate) fn devices_follow(&mut self, step: &mut Step, cause: &Cause, id: &str) {
        let Some(incident) = self.state.incidents.get(id) else { return };
        let disposition = match incident.state {
            Stage::Closed => None,
            Stage::FalseAlarm => {
                Some(incident.disposition.as_ref().map_or(DispositionKind::Other, |d| d.kind))
            }
            _ => return,
        };
        // Nobody was mistaken: somebody tried whether it works.
        if matches!(disposition, Some(DispositionKind::Test | DispositionKind::Drill)) {
            return;
        }
        let verdict = Verdict {
            incident: id.to_owned(),
            at: incident.closed_at.unwrap_or(step.now),
            is_false: disposition.is_some(),
            disposition: disposition.map(|kind| kind.as_str().to_owned()).unwrap_or_default(),
        };
        let raised = |row: &&Evidence| row.role == Role::Opens && row.kind == Kind::Alarm;
        let rows = self.state.evidence.get(id).into_iter().flat_map(|rows| rows.values()).filter(raised);
        let speakers: BTreeMap<(String, String), Speaker> = rows
            .map(|row| ((row.owner.clone(), row.device.clone()), self.speaker_of(row)))
            .take(JUDGED_AT_ONCE)
            .collect();
        for speaker in speakers.into_values() {
            self.judge(step, cause, &speaker, &verdict);
        }
    }

    fn judge(&mut self, step: &mut Step, cause: &Cause, speaker: &Speaker, verdict: &Verdict) {
        let known = self.state.rooms.devices.get(&id(speaker));
        let same = |old: &&Verdict| old.incident == verdict.incident && old.is_false == verdict.is_false;
        if known.is_some_and(|row| row.verdicts.list.iter().any(|old| same(&old))) {
            return;
        }
        let Some(mut row) = self.condition_of(speaker) else { return };
        row.verdicts.take(verdict.clone());
        let (of, wrong) = (row.verdicts.incidents, row.verdicts.false_alarms);
        let word = if verdict.is_false { "误报" } else { "属实" };
        let note =
            format!("{} {word} {},近 90 天 {of} 次中误报 {wrong} 次", verdict.incident, verdict.disposition);
        self.condition_became(step, cause, "judged", &note, row);
    }

    fn speaker_of(&self, row: &Evidence) -> Speaker {
        let found = self.registry.device(&row.owner, &row.device).map(|(device, _)| device);
        Speaker {
            device: row.device.clone(),
            owner: row.owner.clone(),
            registered: found.map(|device| (device.id.clone(), device.title.clone())),
            heartbeat: found.and_then(|device| device.heartbeat),
            unit: row.unit.clone(),
            region: row.region.clone(),
            spot: row.position.and_then(Spot::of),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quarter_counts_and_an_incident_counts_once() {
        let day = |day: i64| Timestamp(day * 24 * 3_600_000);
        let mut verdicts = Verdicts::default();
        let mut take = |incident: &str, at, is_false| {
            verdicts.take(Verdict { incident: incident.into(), at: day(at), is_false, ..Verdict::default() });
            (verdicts.incidents, verdicts.false_alarms, verdicts.false_rate)
        };
        assert_eq!(take("I1", 0, true), (1, 1, 1.0));
        assert_eq!(take("I2", 1, false), (2, 1, 0.5));
        assert_eq!(take("I2", 1, true), (2, 2, 1.0), "another word on the same");
        assert_eq!(take("I3", 90, false), (3, 2, 0.6667));
        assert_eq!(take("I4", 91, false), (3, 1, 0.3333), "the first is too old");
        for n in 0..40 {
            take(&format!("J{n}"), 92, true);
        }
        assert_eq!(take("K", 92, true), (32, 32, 1.0));
    }
}
