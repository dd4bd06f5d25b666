//! Signals that add to an incident but never open one.

use super::Core;
use super::decide::Step;
use crate::fact::{Cause, Fact};
use crate::incident::index::{Class, Probe, Reach};
use crate::incident::{Evidence, Role};
use crate::rule::Rule;
use crate::state::HELD_SLACK_MS;

impl Core {
    /// A supporting signal: remembered for what may still come near, and given
    /// to every incident that it reaches.
    pub(super) fn support(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        hazard: &str,
        rule: Rule,
        mut row: Evidence,
        historic: bool,
    ) {
        row.role = Role::Supports;
        // Counted by windows: a camera that moves all night speaks for the fire
        // at three and not for the one between two of its nights.
        row.key = format!("{}\u{1f}{}", row.key, row.first_at.0.div_euclid(rule.window_ms.max(1_000)));
        if let Some(known) = self.state.held.get(hazard).and_then(|held| held.get(&row.key)) {
            let mut known = known.evidence.clone();
            known.take(&row);
            row = known;
        }
        let until = row.last_at.plus_millis(rule.window_ms + HELD_SLACK_MS);
        self.emit(step, cause, Fact::SupportHeld { hazard: hazard.to_owned(), evidence: row.clone(), until });
        let Some(probe) = Probe::of(&row, rule) else {
            return;
        };
        let classes: &[Class] =
            if historic { &[Class::Live, Class::Past, Class::Historic] } else { &[Class::Live] };
        for class in classes {
            for id in self.index.near(*class, hazard, &probe, Reach::Probe, "") {
                self.lend(step, cause, &id, row.clone());
            }
        }
    }

    /// Gives an incident a copy of a held row, or the younger copy.
    pub(super) fn lend(&mut self, step: &mut Step, cause: &Cause, id: &str, row: Evidence) {
        let known = self.state.evidence.get(id).and_then(|rows| rows.get(&row.key)).map(|known| known.count);
        let fact = match known {
            None => Fact::IncidentJoined { id: id.to_owned(), evidence: row, incident: None },
            Some(count) if count < row.count => {
                // Its numbers may change what the incident's summary says.
                step.reshape(id);
                Fact::IncidentRepeated { id: id.to_owned(), evidence: row, incident: None }
            }
            Some(_) => return,
        };
        self.emit(step, cause, fact);
    }
}
