//! A case goes with its incident: the reporter sees how far it has come, and its end.

use crate::core::Core;
use crate::core::decide::Step;
use crate::fact::Cause;
use crate::incident::Stage;

impl Core {
    /// The incident that a case belongs to has changed.
    pub(crate) fn grid_follows(&mut self, step: &mut Step, cause: &Cause, id: &str) {
        let Some(incident) = self.state.incidents.get(id) else { return };
        let mut cases = self.cases.of(id);
        // Those of incidents that turned out to be this one come with them.
        incident.merged.iter().for_each(|merged| cases.extend(self.cases.of(merged)));
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
