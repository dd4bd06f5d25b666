//! A source says that its alarm is over: recorded, and nothing more. Only people
//! end an incident.

use super::Core;
use super::decide::Step;
use crate::fact::{Cause, Fact};
use crate::incident::Evidence;
use crate::incident::index::Class;
use crate::input::Observed;
use crate::registry::Speaker;

/// Rows that one recovery may speak for (a controller with a reset button).
const RECOVERED_AT_ONCE: usize = 256;

impl Core {
    pub(super) fn decide_recovery(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        observed: &Observed,
        speaker: &Speaker,
    ) {
        let at = self.moment(observed).at;
        let signal = &observed.signal;
        let mut prefix =
            Evidence::key(&observed.frame.department, &speaker.device, &signal.code, &signal.reference);
        if signal.reference.is_empty() {
            // Of whatever reference; without a code, of whatever code.
            prefix.truncate(prefix.len() - usize::from(signal.code.is_empty()));
        }
        let whole = !signal.reference.is_empty();
        let mut over: Vec<(String, String)> = Vec::new();
        for class in [Class::Live, Class::Historic] {
            let found = self.index.with_prefix(class, &prefix).filter(|(key, _)| !whole || *key == prefix);
            over.extend(found.take(RECOVERED_AT_ONCE).map(|(key, id)| (key.to_owned(), id.to_owned())));
        }
        for (key, id) in over {
            let Some(row) = self.state.evidence.get(&id).and_then(|rows| rows.get(&key)) else {
                continue;
            };
            if row.first_at <= at && row.recovered_at.is_none_or(|known| known < at) {
                let evidence = Evidence { recovered_at: Some(at), ..row.clone() };
                self.emit(step, cause, Fact::IncidentRecovered { id, evidence, incident: None });
            }
        }
    }
}
