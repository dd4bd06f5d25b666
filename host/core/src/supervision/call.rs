//! 查岗: an answer in time scores, none puts the unit on the list and asks the next one
//! up.

use super::limit::Subject;
use super::{Finding, Item, RollCall, Site};
use crate::core::Core;
use crate::core::decide::Step;
use crate::fact::Cause;
use crate::order::{Escalation, Order, Stage};
use crate::time::Timestamp;

const UNANSWERED: &str = "unanswered";

impl Core {
    pub(crate) fn is_roll_call(&self, order: &Order) -> bool {
        !order.device.is_empty() && order.matter == self.city().upkeep.roll_call.matter
    }

    /// An order ended: of a roll call somebody answered, in time or late.
    pub(crate) fn roll_call_ended(&mut self, step: &mut Step, cause: &Cause, order: &Order) {
        if order.state != Stage::Done || !self.is_roll_call(order) {
            return;
        }
        let at = order.ended_at.unwrap_or(step.now);
        let in_time = order.done_by.is_none_or(|by| at <= by);
        self.score_call(step, cause, order, in_time, Some(at));
        self.answers_again(step, cause, order, at);
    }

    /// Who answers, be it late or the next call, is no longer silent to roll calls.
    fn answers_again(&mut self, step: &mut Step, cause: &Cause, order: &Order, at: Timestamp) {
        let is_it =
            |item: &Item| item.state == UNANSWERED && item.device == order.device && item.until.is_none();
        let is_listed = |finding: &&Finding| {
            finding.ended_at.is_none()
                && finding.department == order.department
                && finding.items.iter().any(is_it)
        };
        let Some(mut finding) = self.state.rooms.supervisions.values().find(is_listed).cloned() else {
            return;
        };
        finding.items.iter_mut().filter(|item| is_it(item)).for_each(|item| item.until = Some(at));
        self.put_finding(step, cause, "mended", &format!("{} 查岗已应答", order.id), finding);
    }

    /// Nobody answered by the time.
    pub(crate) fn roll_call_missed(&mut self, step: &mut Step, cause: &Cause, order: &Order) {
        if !order.state.is_open() || !self.is_roll_call(order) {
            return;
        }
        let Some(unit) = self.score_call(step, cause, order, false, None) else { return };
        let item = Item {
            device: order.device.clone(),
            title: format!("查岗未应答 {}", order.id),
            state: UNANSWERED.into(),
            since: order.issued_at,
            until: None,
            frame: cause.frame().cloned(),
            order: order.id.clone(),
        };
        let of = Subject {
            unit: unit.id,
            unit_name: unit.title,
            department: unit.department,
            region: unit.region,
        };
        self.list(step, cause, of, item);
        self.ask_next(step, cause, &order.id);
    }

    /// Records how a roll call went; once as missed. Answers the unit where that is new.
    fn score_call(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        order: &Order,
        answered: bool,
        answered_at: Option<Timestamp>,
    ) -> Option<Site> {
        let unit = self.unit_of(&order.department, &order.device);
        let mut unit = self.site_of(unit.as_ref().unwrap_or(&order.device), &order.department)?;
        let known = unit.calls.iter_mut().find(|call| call.order == order.id);
        match known {
            Some(call) if answered_at.is_none() || call.answered_at.is_some() => return None,
            // Late: it stays missed, and is told.
            Some(call) => call.answered_at = answered_at,
            None => {
                let at = order.issued_at;
                unit.calls.push(RollCall { order: order.id.clone(), at, answered, answered_at });
            }
        }
        unit.score();
        let word = match (answered, answered_at) {
            (true, _) => "按时应答",
            (false, Some(_)) => "迟到应答",
            (false, None) => "未应答",
        };
        let note = format!("查岗 {} {word},得分 {}", order.id, unit.score.unwrap_or_default());
        self.set(step, cause, "scored", &note, unit.clone());
        Some(unit)
    }

    /// The next one up is asked; whoever was asked knows already.
    fn ask_next(&mut self, step: &mut Step, cause: &Cause, id: &str) {
        let Some(mut order) = self.state.rooms.orders.get(id).cloned() else { return };
        let post = self.city().upkeep.roll_call.post.clone();
        let to = match (post.as_str(), &order.asked) {
            ("", Some(asked)) => self.next_up(&order.post, asked, &order.escalations),
            ("", None) => self.chain(&order.post).into_iter().next(),
            (post, _) => self.chain(post).into_iter().next(),
        };
        let Some(to) = to else { return };
        let from = order.asked.clone().unwrap_or_default();
        let reason = "查岗无人应答".to_owned();
        let note = format!("{reason},升级:{} → {}", from.told(), to.told());
        order.asked = Some(to.clone());
        order.escalations.push(Escalation { at: step.now, from, to, reason });
        self.set(step, cause, "escalated", &note, order);
    }
}
