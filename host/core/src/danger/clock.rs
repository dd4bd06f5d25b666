//! 逾期: a deadline that passes without rectification is told to the county desk.

use super::Danger;
use crate::core::Core;
use crate::core::decide::Step;
use crate::fact::Cause;
use crate::order::Draft;
use crate::time::Timestamp;

impl Danger {
    /// Each deadline strikes once: behind its last millisecond, while somebody
    /// still has to rectify it.
    pub(super) fn next_clock(&self) -> Option<Timestamp> {
        let is_new = |at: &Timestamp| self.overdue_at.is_none_or(|told| told < *at);
        let deadline = self.deadline.filter(|at| self.awaits_rectification() && is_new(at));
        deadline.map(|at| at.plus_millis(1))
    }
}

impl Core {
    pub(crate) fn danger_due(&mut self, step: &mut Step, id: &str) {
        let Some(mut danger) = self.state.rooms.dangers.get(id).cloned() else { return };
        danger.next = None;
        let deadline = danger.deadline.filter(|_| danger.awaits_rectification());
        let Some(deadline) = deadline else {
            return self.set(step, &Cause::Clock, "waited", "", danger);
        };
        danger.overdue_at = Some(deadline);
        let superior = self.city().dangers.desk.superior.clone();
        // Whoever is still at it for an earlier deadline need not be asked again.
        let orders = &self.state.rooms.orders;
        let is_asked = orders.get(&danger.escalation).is_some_and(|order| order.state.is_open());
        if !superior.is_empty() && !is_asked {
            let draft = Draft { post: superior, ..self.draft(&danger, "督办逾期") };
            danger.escalation = self.issue(step, &Cause::Clock, draft);
        }
        let note = format!("应于 {deadline} 前整改,督办指令 {} (overdue)", danger.escalation);
        self.set(step, &Cause::Clock, "overdue", &note, danger);
    }
}
