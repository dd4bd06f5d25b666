//! Deadlines: who does not answer is passed over, and what is late is said once.

use super::{Asked, Escalation, Order, Stage};
use crate::core::Core;
use crate::core::decide::Step;
use crate::fact::Cause;
use crate::time::Timestamp;

const ACKNOWLEDGE: &str = "acknowledge";
const ARRIVE: &str = "arrive";
const DONE: &str = "done";

impl Order {
    /// When its clock next acts, by what the order says of itself.
    pub(super) fn next_clock(&self) -> Option<Timestamp> {
        if !self.state.is_open() {
            return None;
        }
        let arrive = self.arrive_by.filter(|_| self.state < Stage::Arrived && !self.has_missed(ARRIVE));
        let done = self.done_by.filter(|_| !self.has_missed(DONE));
        [self.answer_by(), arrive, done].into_iter().flatten().min()
    }

    /// Until when whoever is asked now has time to answer: each one has as long
    /// as the first. None: answered, without a clock, or everyone was asked.
    fn answer_by(&self) -> Option<Timestamp> {
        let asked_in_vain = !self.gap.is_empty() && self.has_missed(ACKNOWLEDGE);
        let first = self.acknowledge_by.filter(|_| self.state < Stage::Acknowledged && !asked_in_vain)?;
        let window = first.since(self.issued_at).max(1);
        // Before the order was given only empty posts were passed over.
        let last = self.escalations.last().filter(|last| last.at > self.issued_at);
        Some(last.map_or(first, |last| last.at.plus_millis(window)))
    }

    fn miss(&mut self, clock: &str) {
        if !self.has_missed(clock) {
            self.missed.push(clock.to_owned());
        }
    }

    fn has_missed(&self, clock: &str) -> bool {
        self.missed.iter().any(|missed| missed == clock)
    }
}

impl Core {
    pub(crate) fn order_due(&mut self, step: &mut Step, id: &str) {
        let Some(mut order) = self.state.rooms.orders.get(id).cloned() else { return };
        let now = step.now;
        if order.answer_by().is_some_and(|by| by <= now) {
            order.miss(ACKNOWLEDGE);
            order = self.pass_over(step, &Cause::Clock, order, "逾期未接令");
        }
        let late = [
            (ARRIVE, order.arrive_by.filter(|_| order.state < Stage::Arrived), "未按时到场"),
            (DONE, order.done_by, "未按时完成"),
        ];
        for (clock, by, what) in late {
            let Some(by) = by.filter(|by| *by <= now && !order.has_missed(clock)) else { continue };
            order.missed.push(clock.to_owned());
            order.next = order.next_clock();
            self.set(step, &Cause::Clock, "overdue", &format!("{what},时限 {by}"), order.clone());
            if clock == DONE {
                self.roll_call_missed(step, &Cause::Clock, &order);
            }
        }
    }

    /// A post has another holder: what nobody acknowledged there is asked of that one.
    /// The clock runs on, for it is the order's.
    pub(crate) fn orders_change_hands(&mut self, step: &mut Step, cause: &Cause, to: &Asked) {
        let waits = |order: &&Order| {
            let asked = order.asked.as_ref().is_some_and(|at| at.post == to.post && at.person != to.person);
            asked && order.state.is_open() && order.state < Stage::Acknowledged
        };
        let waiting: Vec<Order> = self.state.rooms.orders.values().filter(waits).cloned().collect();
        for order in waiting {
            let from = order.asked.as_ref().map(Asked::told).unwrap_or_default();
            let note = format!("交接班:{from} → {}", to.told());
            self.set(step, cause, "handed-over", &note, Order { asked: Some(to.clone()), ..order });
        }
    }

    /// Whoever is asked does not answer: the next one up is asked.
    pub(super) fn pass_over(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        mut order: Order,
        reason: &str,
    ) -> Order {
        let next = match &order.asked {
            Some(asked) => self.next_up(&order.post, asked, &order.escalations),
            // Somebody may have taken the post since.
            None => self.chain(&order.post).into_iter().next(),
        };
        let from = order.asked.clone().unwrap_or_else(|| Asked::nobody(&order.post));
        match next {
            Some(to) => {
                let reason = reason.to_owned();
                let note = format!("{reason},升级:{} → {}", from.told(), to.told());
                order.asked = Some(to.clone());
                order.escalations.push(Escalation { at: step.now, from, to, reason });
                let gap = std::mem::take(&mut order.gap);
                order.next = order.next_clock();
                self.set(step, cause, "escalated", &note, order.clone());
                self.close_gap(step, cause, &gap, "", "已有人值守");
            }
            None => {
                if order.gap.is_empty() {
                    order.gap = self.open_gap(step, cause, order.unanswered("指令无人接令"));
                }
                order.next = order.next_clock();
                let note = format!("已无上级可升级,最后询问 {}", from.told());
                self.set(step, cause, "unanswered", &note, order.clone());
            }
        }
        order
    }
}
