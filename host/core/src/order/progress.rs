//! How far an order has come: by a person's word, by a department's plugin, or
//! because the incident that it serves is over.

use super::{Move, Order, Stage};
use crate::core::Core;
use crate::core::act::{Refusal, cut};
use crate::core::decide::Step;
use crate::duty::Call;
use crate::fact::Cause;
use crate::input::Observed;
use crate::signal::{Kind, Signal};
use crate::thing::Noun;
use crate::time::Timestamp;

/// Reports that an order does not take are recorded so often; what comes then
/// stands in SIGNALS alone, so that nobody can flood the journal through one order.
const REFUSED_RECORDED: u32 = 20;

const UNSENT: &str = "order.unsent";

/// The host's own word in a department's name: what its plugin wanted sent, when it
/// was told of the order, found no way to the device.
pub fn unsent(order: &str, device: &str) -> Signal {
    Signal {
        code: UNSENT.to_owned(),
        reference: order.to_owned(),
        title: format!("没有通往 {device} 的连接"),
        ..Signal::of_device(Kind::Progress, device)
    }
}

/// What was said of an order.
pub(super) struct Said<'a> {
    pub act: Move,
    pub at: Timestamp,
    pub by: &'a str,
    pub text: &'a str,
}

impl Core {
    /// The order has come so far.
    pub(super) fn advance_order(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        mut order: Order,
        said: Said<'_>,
    ) -> Result<String, Refusal> {
        let Said { act, at, by, text } = said;
        let to = order.state.after(act)?;
        // Clocks of departments differ a little: no stage is before the one it follows.
        let at = at.max(order.latest()).min(step.now.max(order.latest()));
        order.state = to;
        match act {
            Move::Deliver => order.delivered_at = Some(at),
            Move::Ack => order.acknowledged_at = Some(at),
            Move::Depart => order.departed_at = Some(at),
            Move::Arrive => order.arrived_at = Some(at),
            Move::Done | Move::Decline | Move::Cancel => {
                order.ended_at = Some(at);
                order.result = cut(text);
            }
        }
        let gap = match to {
            Stage::Issued | Stage::Delivered => String::new(),
            _ => std::mem::take(&mut order.gap),
        };
        order.next = order.next_clock();
        let id = order.id.clone();
        self.set(step, cause, to.as_str(), &cut(text), order.clone());
        self.close_gap(step, cause, &gap, by, to.name());
        if !to.is_open() {
            self.order_ended(step, cause, &order);
        }
        Ok(id)
    }

    /// An order is over, whatever way: who waits for that hears it.
    fn order_ended(&mut self, step: &mut Step, cause: &Cause, order: &Order) {
        self.team_order_ended(step, cause, order);
        self.maintenance_ended(step, cause, order);
        self.roll_call_ended(step, cause, order);
    }

    /// A department's plugin tells how far an order has come, or that a call is
    /// confirmed. Only the order's own department is believed.
    pub(crate) fn hear_progress(&mut self, step: &mut Step, cause: &Cause, observed: &Observed) {
        let (signal, department) = (&observed.signal, observed.frame.department.as_str());
        let Some(order) = self.state.rooms.orders.get(&signal.reference).cloned() else {
            return self.hear_confirmation(step, cause, observed);
        };
        if order.department != department {
            let note = format!("{department} 报告“{}”,但指令属于 {}", signal.code, order.department);
            return self.refuse_report(step, cause, order, "forged", &note);
        }
        let text = told(signal);
        if signal.code == UNSENT {
            // A roll call has tries and a clock of its own; the plugin tells how they end.
            if order.state.is_open() && !self.is_roll_call(&order) {
                self.hear_failure(step, cause, &order, &text);
            }
            return;
        }
        if is_failure(&signal.code) {
            return self.hear_failure(step, cause, &order, &text);
        }
        let Some(act) = Move::told(&signal.code) else { return };
        match order.state.after(act) {
            Ok(_) => {
                let text = match (text.as_str(), act) {
                    ("", Move::Done) => "完成",
                    ("", Move::Decline) => "未说明原因",
                    (text, _) => text,
                };
                let at = self.moment(observed).at;
                // Legal, as just asked.
                let _ = self.advance_order(step, cause, order, Said { act, at, by: department, text });
            }
            // Told twice, or an earlier stage that comes late: known already.
            Err(_) if order.state == act.stage() || (order.state.is_open() && act != Move::Decline) => {}
            Err((_, reason)) => self.refuse_report(step, cause, order, "late", &reason),
        }
    }

    /// The department's system could not bring the order to where it is carried
    /// out, or had no answer: the next one up is asked at once, not at the deadline.
    /// Once an order: a downlink that fails again and again is one failure.
    fn hear_failure(&mut self, step: &mut Step, cause: &Cause, order: &Order, text: &str) {
        let (change, note) = match order.delivered_at {
            None => ("undelivered", format!("未能送达 {text}")),
            Some(_) => ("unanswered", format!("已送达,未完成 {text}")),
        };
        if !order.state.is_open() {
            return self.refuse_report(step, cause, order.clone(), "late", &note);
        }
        let (waits, asked) = (order.state < Stage::Acknowledged, order.escalations.len());
        let failed_at = order.failed_at.or(Some(step.now));
        self.refuse_report(step, cause, Order { failed_at, ..order.clone() }, change, &note);
        self.roll_call_missed(step, cause, order);
        // A roll call has its own way up.
        let known = self.state.rooms.orders.get(&order.id);
        let same = known.filter(|known| waits && known.escalations.len() == asked);
        if let Some(known) = same.filter(|_| order.failed_at.is_none()).cloned() {
            self.pass_over(step, cause, Order { failed_at, ..known }, "下行失败");
        }
    }

    fn refuse_report(&mut self, step: &mut Step, cause: &Cause, mut order: Order, change: &str, note: &str) {
        if order.refused < REFUSED_RECORDED {
            order.refused += 1;
            self.set(step, cause, change, &cut(note), order);
        }
    }

    fn hear_confirmation(&mut self, step: &mut Step, cause: &Cause, observed: &Observed) {
        let (signal, department) = (&observed.signal, observed.frame.department.as_str());
        let Some(call) = self.state.rooms.calls.get(&signal.reference) else { return };
        let is_confirmed = matches!(
            signal.code.as_str(),
            "confirmed" | "call.confirmed" | "acknowledged" | "order.acknowledged"
        );
        // Anything else is no word about this call.
        if !is_confirmed || !call.is_open() {
            return;
        }
        if !self.registry.duty().may_confirm(&call.department, department) {
            let note = format!("{department} 报告“{}”,但叫应属于 {}", signal.code, call.department);
            let call = call.clone();
            if call.refused < REFUSED_RECORDED {
                let call = Call { refused: call.refused + 1, ..call };
                self.set(step, cause, "forged", &cut(&note), call);
            }
            return;
        }
        let data: serde_json::Value = serde_json::from_str(&signal.data).unwrap_or_default();
        let named = ["by", "person", "name"].iter().find_map(|field| data[*field].as_str());
        let by = match named.map(str::trim).filter(|name| !name.is_empty()) {
            Some(name) => name.to_owned(),
            None if call.asked.name.is_empty() => department.to_owned(),
            None => call.asked.name.clone(),
        };
        let _ = self.confirm_call(step, cause, &signal.reference, &cut(&by), &told(signal));
    }

    /// Whatever asked for it no longer does. Nothing where it is over already.
    pub(crate) fn cancel_order(&mut self, step: &mut Step, cause: &Cause, id: &str, reason: &str) {
        let open = self.state.rooms.orders.get(id).filter(|order| order.state.is_open());
        if let Some(order) = open.cloned() {
            let said = Said { act: Move::Cancel, at: step.now, by: "", text: reason };
            // An open order can always be cancelled.
            let _ = self.advance_order(step, cause, order, said);
        }
    }

    /// What it asked for is done, whoever says so, or has come about by itself.
    /// Nothing where it is over already.
    pub(crate) fn finish_order(&mut self, step: &mut Step, cause: &Cause, id: &str, result: &str) {
        let open = self.state.rooms.orders.get(id).filter(|order| order.state.is_open());
        if let Some(order) = open.cloned() {
            let said = Said { act: Move::Done, at: step.now, by: "", text: result };
            // An open order can always be done.
            let _ = self.advance_order(step, cause, order, said);
        }
    }

    /// An incident changed: orders that serve it end with it, and move with it
    /// where it turned out to be another.
    pub(crate) fn orders_follow(&mut self, step: &mut Step, cause: &Cause, id: &str) {
        let Some(incident) = self.state.incidents.get(id) else { return };
        let (is_over, merged, name) = (!incident.is_open(), incident.merged.clone(), incident.state.name());
        for from in &merged {
            for order in self.serving(from, Noun::Order) {
                let Some(order) = self.state.rooms.orders.get(&order).cloned() else { continue };
                let note = format!("事件 {from} 已并入 {id}");
                self.set(step, cause, "moved", &note, Order { incident: id.to_owned(), ..order });
            }
        }
        let orders = if is_over { self.serving(id, Noun::Order) } else { vec![] };
        for order in orders {
            let Some(order) = self.state.rooms.orders.get(&order).cloned() else { continue };
            let text = format!("事件 {id} {name}");
            let said = Said { act: Move::Cancel, at: step.now, by: "", text: &text };
            // An open order can always be cancelled.
            let _ = self.advance_order(step, cause, order, said);
        }
    }
}

impl Order {
    /// The last time that stands in it.
    fn latest(&self) -> Timestamp {
        let told = [self.delivered_at, self.acknowledged_at, self.departed_at, self.arrived_at];
        told.into_iter().flatten().max().unwrap_or(self.issued_at).max(self.issued_at)
    }
}

/// The words by which a department's system says that its downlink came to nothing.
fn is_failure(code: &str) -> bool {
    matches!(code.strip_prefix("order.").unwrap_or(code), "failed" | "undelivered")
}

/// What a progress signal says in words: its title, else `reason`, `result` or
/// `note` of its data.
fn told(signal: &Signal) -> String {
    if !signal.title.is_empty() {
        return cut(&signal.title);
    }
    let data: serde_json::Value = serde_json::from_str(&signal.data).unwrap_or_default();
    let word = ["reason", "result", "note"].iter().find_map(|name| data[*name].as_str());
    word.map(cut).unwrap_or_default()
}
