//! A case goes with its incident: the reporter sees how far it has come, and its end.

use crate::core::Core;
use crate::core::decide::Step;
use crate::fact::Cause;
use crate::incident::Stage;
use crate::thing::Noun;

impl Core {
    /// Cases of an incident that are not over.
    fn cases_of(&self, incident: &str) -> Vec<String> {
        let from = (incident.to_owned(), Noun::Grid, String::new());
        let all = self.serving.range(from..);
        let own = all.take_while(|(known, noun, _)| known == incident && *noun == Noun::Grid);
        own.map(|(_, _, id)| id.clone()).collect()
    }

    /// The incident that a case belongs to has changed.
    pub(crate) fn grid_follows(&mut self, step: &mut Step, cause: &Cause, id: &str) {
        let Some(incident) = self.state.incidents.get(id) else { return };
        // Those of incidents that turned out to be this one come with them.
        let all = std::iter::once(id).chain(incident.merged.iter().map(String::as_str));
        let cases: Vec<String> = all.flat_map(|id| self.cases_of(id)).collect();
        if cases.is_empty() {
            return;
        }
        let (state, title) = (incident.state, incident.title.clone());
        let end = match (state, &incident.disposition) {
            (Stage::Closed, _) => incident.result.clone(),
            (Stage::FalseAlarm, Some(why)) => {
                format!("误报:{} {}", why.kind.name(), why.text).trim().to_owned()
            }
            (Stage::FalseAlarm, None) => "误报".to_owned(),
            _ => String::new(),
        };
        for case in cases {
            let Some(mut case) = self.state.rooms.grid.get(&case).cloned() else { continue };
            let is_same = case.incident == id && case.incident_state == state.as_str();
            if is_same || case.ended_at.is_some() {
                continue;
            }
            case.incident = id.to_owned();
            case.incident_state = state.as_str().to_owned();
            if state.is_open() {
                let note = format!("事件 {id} {}:{title}", state.name());
                self.set(step, cause, "progressed", &note, case);
                continue;
            }
            case.result.clone_from(&end);
            self.end_case(step, cause, case, &format!("随事件 {id} 办结:{end}"));
        }
    }
}
