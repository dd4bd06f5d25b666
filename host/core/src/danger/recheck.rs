//! 复查: closes a danger or sends it back.

use super::tell::Told;
use super::{Danger, RETURNS_KEPT, Return, Stage};
use crate::core::Core;
use crate::core::act::{Refusal, cut, refuse};
use crate::core::decide::Step;
use crate::fact::Cause;
use crate::time::Timestamp;

impl Core {
    /// Also of what nobody has said to be rectified: the re-check has seen it.
    pub(super) fn pass_recheck(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        mut danger: Danger,
        told: &Told,
        result: &str,
    ) -> Result<String, Refusal> {
        self.may_recheck(&danger, told)?;
        let id = danger.id.clone();
        if danger.rechecked_at.is_some_and(|at| told.at <= at) {
            return Ok(id);
        }
        if danger.state == Stage::Closed {
            return Err(danger.refusal("recheck", "复查", "已销号 (it is closed)"));
        }
        danger.state = Stage::Closed;
        danger.rectified_at = danger.rectified_at.or(Some(told.at));
        danger.rechecked_at = Some(told.at);
        danger.closed_at = Some(told.at);
        danger.closed_by.clone_from(&told.by);
        danger.result = cut(result);
        danger.ended_at = Some(step.now);
        danger.next = None;
        let orders: Vec<String> = danger.orders.iter().chain([&danger.escalation]).cloned().collect();
        let note = format!("{}:{}", told.by, danger.result);
        self.set(step, cause, "closed", &note, danger);
        for order in orders {
            self.finish_order(step, cause, &order, &format!("隐患 {id} 复查通过"));
        }
        Ok(id)
    }

    pub(super) fn fail_recheck(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        mut danger: Danger,
        told: &Told,
        reason: &str,
        deadline: Option<Timestamp>,
    ) -> Result<String, Refusal> {
        self.may_recheck(&danger, told)?;
        let id = danger.id.clone();
        if danger.rechecked_at.is_some_and(|at| told.at <= at) {
            return Ok(id);
        }
        if danger.state == Stage::Closed {
            return Err(danger.refusal("return", "退回", "已销号 (it is closed)"));
        }
        if reason.trim().is_empty() {
            return refuse("danger.return.no-reason", "退回须说明理由 (a return needs a reason)");
        }
        danger.returns.push(Return {
            at: told.at,
            by: told.by.clone(),
            reason: cut(reason),
            rectified_at: danger.rectified_at.take(),
        });
        let over = danger.returns.len().saturating_sub(RETURNS_KEPT);
        danger.returns.drain(..over);
        danger.rechecked_at = Some(told.at);
        danger.state = if danger.responsible.is_empty() { Stage::Found } else { Stage::Assigned };
        danger.deadline = deadline.or(danger.deadline);
        danger.next = danger.next_clock();
        let note = format!("{}:{}", told.by, cut(reason));
        self.set(step, cause, "returned", &note, danger);
        Ok(id)
    }

    /// Whose word closes a danger the city's rules say, never the report.
    fn may_recheck(&self, danger: &Danger, told: &Told) -> Result<(), Refusal> {
        let (said, recheck) = (told.department.as_str(), &self.city().dangers.desk.recheck);
        let is_own = recheck.is_empty() && said == danger.department;
        if said.is_empty() || is_own || recheck.iter().any(|known| known == said) {
            return Ok(());
        }
        let may = if recheck.is_empty() { danger.department.clone() } else { recheck.join(", ") };
        let reason = format!("{said} 无权复查销号,可由 {may} 复查 ({said} may not close it; {may} may)");
        refuse("danger.recheck.foreign", &reason)
    }
}
