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
        let deadline = self.deadline.filter(|_| self.awaits_rectification() && self.overdue_at.is_none());
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
        if !superior.is_empty() {
            let draft = Draft { post: superior, ..self.draft(&danger, "督办逾期") };
            danger.escalation = self.issue(step, &Cause::Clock, draft);
        }
        let note = format!("应于 {deadline} 前整改,督办指令 {} (overdue)", danger.escalation);
        self.set(step, &Cause::Clock, "overdue", &note, danger);
    }
}
