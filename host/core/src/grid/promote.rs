//! 转为突发事件: the stored report opens or joins an incident, nothing is typed again.

use super::{Case, Stage};
use crate::core::Core;
use crate::core::act::{Refusal, cut, refuse};
use crate::core::decide::Step;
use crate::fact::Cause;
use crate::incident::index::Class;
use crate::incident::{self, Move};

impl Core {
    pub(super) fn promote(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        actor: &str,
        mut case: Case,
        hazard: &str,
        note: &str,
    ) -> Result<String, Refusal> {
        match case.state {
            Stage::Closed => {
                return Err(case.refusal("promote", "转为事件", "已经办结 (it is closed already)"));
            }
            Stage::Promoted => {
                let hint = format!("已转为事件 {0} (it is incident {0})", case.incident);
                return Err(case.refusal("promote", "转为事件", &hint));
            }
            _ => {}
        }
        let hazard = match hazard {
            "" => self
                .city()
                .grid
                .category(&case.category)
                .map(|known| known.hazard.clone())
                .unwrap_or_default(),
            hazard => hazard.to_owned(),
        };
        if self.rules.hazard(&hazard).is_none() {
            let known: Vec<&str> = self.city().hazards.iter().map(|hazard| hazard.id.as_str()).collect();
            let known = known.join(", ");
            return match hazard.as_str() {
                "" => refuse(
                    "grid.promote.no-hazard",
                    &format!("该类别没有对应的危险类别,请写明 hazard:{known} (name the hazard)"),
                ),
                hazard => refuse(
                    "grid.promote.hazard",
                    &format!("没有危险类别 {hazard};已有:{known} (no such hazard)"),
                ),
            };
        }
        let linked = self.state.incidents.get(&case.incident);
        let incident = match linked.filter(|incident| incident.is_open() && incident.hazard == hazard) {
            // Its report speaks for this incident already.
            Some(incident) => incident.id.clone(),
            None => {
                let Some(said) = case.said.clone() else {
                    return refuse("grid.promote.no-report", "没有原始上报 (the report is not known)");
                };
                let raised = self.raise(step, cause, &hazard, &said);
                // What the report was taken for at first is the same thing.
                let taken_for = self.state.incidents.get(&case.incident).filter(|old| old.is_open());
                if let Some(old) = taken_for.map(|old| old.id.clone())
                    && old != raised
                    && self.speaks_alone(&case, &old)
                {
                    self.unite(step, cause, Class::Live, &raised, &old);
                }
                raised
            }
        };
        let told = format!("由网格事件 {} 转入 {note}", case.id);
        self.remark(step, cause, &incident, actor, "promote", &told);
        // A person has decided that it is one.
        if let Some(found) = self.state.incidents.get(&incident).cloned()
            && found.state == incident::Stage::Suspected
        {
            self.advance(step, cause, found, Move::Confirm, actor, &told, |_| {})?;
        }
        let waited = std::mem::take(&mut case.step);
        self.case_met(step, cause, &mut case, &waited);
        self.ruled(step, cause, &case);
        case.state = Stage::Promoted;
        case.incident.clone_from(&incident);
        if let Some(incident) = self.state.incidents.get(&incident) {
            case.incident_state = incident.state.as_str().to_owned();
        }
        self.await_step(&mut case, step.now);
        let id = case.id.clone();
        let note = format!("转为事件 {incident} {}", cut(note));
        self.set(step, cause, "promoted", note.trim(), case);
        Ok(id)
    }

    /// Whether all that an incident stands on is this case's report.
    pub(super) fn speaks_alone(&self, case: &Case, incident: &str) -> bool {
        let frame = case.said.as_ref().map(|said| &said.frame);
        let mut rows = self.evidence(incident).peekable();
        frame.is_some_and(|frame| rows.peek().is_some() && rows.all(|row| row.frame == *frame))
    }
}
