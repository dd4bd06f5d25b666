//! 转为突发事件: the stored report opens or joins an incident, nothing is typed again.

use super::{Case, Stage};
use crate::core::Core;
use crate::core::act::{Refusal, cut, refuse};
use crate::core::decide::Step;
use crate::fact::Cause;

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
                self.raise(step, cause, &hazard, &said)
            }
        };
        let told = format!("由网格事件 {} 转入 {note}", case.id);
        self.remark(step, cause, &incident, actor, "promote", &told);
        let waited = std::mem::take(&mut case.step);
        case.met(&waited, step.now);
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
}
