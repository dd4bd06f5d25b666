//! The life of a transfer, and what each stage does to its lots.

use super::{Draw, Lot, Transfer};
use crate::core::Core;
use crate::core::act::{Refusal, cut, refuse};
use crate::core::decide::Step;
use crate::fact::Cause;
use crate::thing::Noun;

impl Core {
    pub(super) fn dispatch(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        id: &str,
        note: &str,
    ) -> Result<String, Refusal> {
        let mut transfer = self.transfer_in(id, "dispatch", "reserved")?;
        let expired = transfer
            .draws
            .iter()
            .find(|draw| self.state.rooms.lots.get(&draw.lot).is_some_and(|lot| lot.is_expired(step.now)));
        if let Some(Draw { lot, .. }) = expired {
            let reason = format!(
                "批次 {lot} 在预留后已过期；请取消并重新预留 (lot {lot} has expired since; cancel and reserve anew)"
            );
            return refuse("supply.dispatch.expired", &reason);
        }
        self.draw(step, cause, &transfer, "dispatched", |lot, draw| {
            lot.reserved = lot.reserved.saturating_sub(draw.quantity);
            lot.on_hand = lot.on_hand.saturating_sub(draw.quantity);
            lot.in_transit += draw.quantity;
        });
        transfer.state = "dispatched".to_owned();
        transfer.dispatched_at = Some(step.now);
        self.set(step, cause, "dispatched", &cut(note), transfer);
        Ok(id.to_owned())
    }

    pub(super) fn receive(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        id: &str,
        quantity: Option<u64>,
        note: &str,
    ) -> Result<String, Refusal> {
        let mut transfer = self.transfer_in(id, "receive", "dispatched")?;
        let received = quantity.unwrap_or(transfer.quantity);
        let Some(lost) = transfer.quantity.checked_sub(received) else {
            let sent = transfer.quantity;
            let reason =
                format!("签收 {received} 多于出库 {sent} (more than the {sent} that were dispatched)");
            return refuse("supply.receive.too-much", &reason);
        };
        split(&mut transfer.draws, received, |draw| draw.quantity, |draw, part| draw.received = part);
        self.draw(step, cause, &transfer, "received", |lot, draw| {
            lot.in_transit = lot.in_transit.saturating_sub(draw.quantity);
            lot.at_incidents += draw.received;
            lot.lost += draw.quantity - draw.received;
        });
        transfer.received = received;
        transfer.lost = lost;
        transfer.received_at = Some(step.now);
        transfer.state = "received".to_owned();
        if received == 0 {
            transfer.state = "lost".to_owned();
            transfer.ended_at = Some(step.now);
        }
        let short =
            if lost > 0 { format!("少收 {lost}，记为损失 ({lost} lost) ") } else { String::new() };
        let change = transfer.state.clone();
        self.set(step, cause, &change, &cut(&format!("{short}{note}")), transfer);
        Ok(id.to_owned())
    }

    pub(super) fn give_back(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        id: &str,
        quantity: Option<u64>,
        note: &str,
    ) -> Result<String, Refusal> {
        let mut transfer = self.transfer_in(id, "return", "received")?;
        let returned = quantity.unwrap_or(transfer.received);
        let Some(consumed) = transfer.received.checked_sub(returned) else {
            let received = transfer.received;
            let reason =
                format!("归还 {returned} 多于签收 {received} (more than the {received} that were received)");
            return refuse("supply.return.too-much", &reason);
        };
        split(&mut transfer.draws, returned, |draw| draw.received, |draw, part| draw.returned = part);
        self.draw(step, cause, &transfer, "returned", |lot, draw| {
            lot.at_incidents = lot.at_incidents.saturating_sub(draw.received);
            lot.on_hand += draw.returned;
            lot.consumed += draw.received - draw.returned;
        });
        transfer.returned = returned;
        transfer.consumed = consumed;
        transfer.state = "returned".to_owned();
        transfer.ended_at = Some(step.now);
        let used =
            if consumed > 0 { format!("消耗 {consumed} ({consumed} consumed) ") } else { String::new() };
        let (store, item) = (transfer.store.clone(), transfer.item.clone());
        self.set(step, cause, "returned", &cut(&format!("{used}{note}")), transfer);
        self.watch_minimum(step, cause, &store, &item);
        Ok(id.to_owned())
    }

    pub(crate) fn cancel_transfer(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        id: &str,
        note: &str,
    ) -> Result<String, Refusal> {
        let mut transfer = self.transfer_in(id, "cancel", "reserved")?;
        self.draw(step, cause, &transfer, "freed", |lot, draw| {
            lot.reserved = lot.reserved.saturating_sub(draw.quantity);
        });
        transfer.state = "cancelled".to_owned();
        transfer.ended_at = Some(step.now);
        let (store, item) = (transfer.store.clone(), transfer.item.clone());
        self.set(step, cause, "cancelled", &cut(note), transfer);
        self.watch_minimum(step, cause, &store, &item);
        Ok(id.to_owned())
    }

    /// An incident ended: what was promised to it and has not left is free again;
    /// what is on its way or there stays in the books until it is accounted for.
    pub(crate) fn supplies_follow(&mut self, step: &mut Step, cause: &Cause, id: &str) {
        let Some(incident) = self.state.incidents.get(id) else { return };
        let (is_open, merged, name) = (incident.is_open(), incident.merged.clone(), incident.state.name());
        for from in &merged {
            for transfer in self.serving(from, Noun::Transfer) {
                let Some(transfer) = self.state.rooms.transfers.get(&transfer).cloned() else { continue };
                let note = format!("事件 {from} 已并入 {id}");
                self.set(step, cause, "moved", &note, Transfer { incident: id.to_owned(), ..transfer });
            }
        }
        let over = if is_open { vec![] } else { self.serving(id, Noun::Transfer) };
        for transfer in over {
            // Refused where it has left the store: rightly so.
            let _ = self.cancel_transfer(step, cause, &transfer, &format!("事件 {id} {name}"));
        }
    }

    /// The transfer, where it is in the stage from which this is possible.
    fn transfer_in(&self, id: &str, verb: &str, stage: &str) -> Result<Transfer, Refusal> {
        let Some(transfer) = self.state.rooms.transfers.get(id) else {
            let reason = format!(
                "没有调拨 {id}，或已结束超过 72 小时 (no such transfer, or it ended more than 72 hours ago)"
            );
            return refuse("supply.transfer-unknown", &reason);
        };
        if transfer.state == stage {
            return Ok(transfer.clone());
        }
        let hint = match (verb, transfer.state.as_str()) {
            (_, "cancelled" | "returned" | "lost") => "它已结束 (it is over)",
            ("cancel", _) => "已出库，请签收后归还 (it has left the store; receive it, then return it)",
            ("dispatch", _) => "已出库 (it has left already)",
            ("receive", "reserved") => "尚未出库 (dispatch it first)",
            ("return", "reserved") => "尚未出库，可取消 (nothing has left; cancel it)",
            ("return", _) => "尚未签收 (receive it first)",
            _ => "已签收 (it is received already)",
        };
        let Transfer { title, incident, by, state, .. } = transfer;
        let reason = format!("{title} 处于 {state}：{hint}；属 {incident}，{by}");
        refuse(&format!("supply.{verb}.from-{state}"), &reason)
    }

    /// Books a stage of a transfer in each of its lots.
    fn draw(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        transfer: &Transfer,
        change: &str,
        book: impl Fn(&mut Lot, &Draw),
    ) {
        for draw in &transfer.draws {
            // Lots never leave memory.
            let Some(mut lot) = self.state.rooms.lots.get(&draw.lot).cloned() else { continue };
            book(&mut lot, draw);
            self.set(step, cause, change, &format!("{} {}", transfer.id, draw.quantity), lot);
        }
    }
}

/// Gives each draw its part of a sum, the first ones first, none more than it holds.
fn split(draws: &mut [Draw], sum: u64, holds: impl Fn(&Draw) -> u64, take: impl Fn(&mut Draw, u64)) {
    let mut rest = sum;
    for draw in draws {
        let part = holds(draw).min(rest);
        rest -= part;
        take(draw, part);
    }
}
