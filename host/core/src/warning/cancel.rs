//! 解除: cancellations, also those that do not say clearly what they cancel.

use super::Warning;
use super::chain::{Place, is_doubted_ahead, may_mean};
use super::notice::Notice;
use super::term::end;
use crate::core::Core;
use crate::core::decide::Step;
use crate::fact::Cause;
use crate::order::Draft;

/// A cancellation may have meant it.
pub(super) const UNCLEAR: &str = "cancel-unclear";

/// Whoever has to look is asked again, and then the next one up, after this.
const LOOK_MS: i64 = 10 * 60_000;

pub(super) fn unclear(message: &str) -> String {
    format!("解除消息 {message} 所指不明，预警是否解除须人工核实")
}

/// What the order to look into a warning is about.
fn matter(id: &str) -> String {
    format!("warning/{id}")
}

impl Core {
    pub(super) fn hear_warning_cancel(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        notice: Notice,
        place: Place,
    ) {
        if let Some(row) = place.awaited.first().and_then(|id| self.state.rooms.warnings.get(id)).cloned() {
            return self.join_warning(step, cause, row, &notice, &place);
        }
        let named: Vec<String> = match place.referred.is_empty() {
            false => place.referred.clone(),
            true => place.same.iter().cloned().collect(),
        };
        if !named.is_empty() {
            for id in &named {
                self.cancel_warning(step, cause, id, &notice, &place);
            }
            return;
        }
        if !place.alike.is_empty() {
            let mut whole = false;
            for id in &place.alike {
                whole |= self.cancel_warning_alike(step, cause, id, &notice, &place);
            }
            // What it refers to may still come, and is over when it does.
            if !whole && !place.unknown.is_empty() {
                self.begin_cancelled_warning(step, cause, &notice, &place);
            }
            return;
        }
        self.begin_cancelled_warning(step, cause, &notice, &place);
        self.doubt_warnings_alike(step, cause, &notice);
    }

    fn cancel_warning(&mut self, step: &mut Step, cause: &Cause, id: &str, notice: &Notice, place: &Place) {
        let Some(mut row) = self.state.rooms.warnings.get(id).cloned() else { return };
        if !row.is_before(notice) {
            let alone = Place { unknown: place.unknown.clone(), ..Place::default() };
            return self.join_warning(step, cause, row, notice, &alone);
        }
        row.say(notice);
        row.list(notice, true);
        row.await_all(&place.unknown);
        end(&mut row, "cancelled", step.now);
        self.end_warning(step, cause, "cancelled", &format!("{} 解除", notice.id), row);
    }

    /// It refers to nothing known, but sender, event and ground fit: it ends the
    /// chain on the ground that it names. Answers whether that was all of it.
    fn cancel_warning_alike(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        id: &str,
        notice: &Notice,
        place: &Place,
    ) -> bool {
        let Some(mut row) = self.state.rooms.warnings.get(id).cloned() else { return false };
        if !row.is_before(notice) {
            return false;
        }
        let left: Vec<String> =
            row.areas.iter().filter(|area| !notice.areas.contains(area)).cloned().collect();
        let townships = left.iter().any(|area| *area != self.registry.city().code);
        if !townships {
            row.say(notice);
            row.list(notice, true);
            row.await_all(&place.unknown);
            row.flag("reference-missing");
            end(&mut row, "cancelled", step.now);
            let note = format!("{} 解除（按发布单位、类型和区域匹配）", notice.id);
            self.end_warning(step, cause, "cancelled", &note, row);
            return true;
        }
        let gone = self.region_names(
            &row.areas.iter().filter(|area| notice.areas.contains(area)).cloned().collect::<Vec<_>>(),
        );
        row.areas = left.into_iter().filter(|area| *area != self.registry.city().code).collect();
        row.places.retain(|place| !notice.areas.contains(&place.code));
        row.flag("cancelled-in-part");
        self.set(step, cause, "updated", &format!("{} 解除 {gone}，其余区域继续", notice.id), row);
        false
    }

    /// Kept so that the alert, should it still come, comes to a chain that is over.
    fn begin_cancelled_warning(&mut self, step: &mut Step, cause: &Cause, notice: &Notice, place: &Place) {
        self.make_room_for_warning(step);
        let mut row = Warning {
            id: self.warning_id(notice),
            department: notice.department.clone(),
            class: notice.class.clone(),
            ..Warning::default()
        };
        row.say(notice);
        row.list(notice, true);
        row.await_all(&place.unknown);
        if notice.references.is_empty() {
            row.flag("reference-missing");
        }
        if place.foreign {
            row.flag("reference-foreign");
        }
        end(&mut row, "cancelled", step.now);
        self.set(step, cause, "cancelled", "解除先于预警到达，或所指预警未知", row);
    }

    /// A cancellation that broke off ends nothing, and is not passed over.
    pub(super) fn hear_damaged_cancel(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        notice: &Notice,
        place: &Place,
    ) {
        let note = format!("解除消息 {} 残缺，预警是否解除须人工核实", notice.id);
        for id in &place.referred {
            self.doubt_warning(step, cause, id, &note);
        }
        // What it meant may still come.
        let is_news = place.referred.is_empty() && !self.doubt_warnings_alike(step, cause, notice);
        if is_news && place.same.is_none() {
            self.begin_cancelled_warning(step, cause, notice, place);
        }
    }

    /// What the cancellation may have meant stands on, but not silently. Answers whether
    /// there is any.
    fn doubt_warnings_alike(&mut self, step: &mut Step, cause: &Cause, notice: &Notice) -> bool {
        let Notice { sender, event_code, areas, .. } = notice;
        let may_mean = |row: &&Warning| {
            row.is_active()
                && row.department == notice.department
                && row.class == notice.class
                && row.issued_at <= notice.sent
                && may_mean(sender, event_code, areas, (&row.sender, &row.event_code, &row.areas))
        };
        let ids: Vec<String> =
            self.state.rooms.warnings.values().filter(may_mean).map(|row| row.id.clone()).collect();
        for id in &ids {
            self.doubt_warning(step, cause, id, &unclear(&notice.id));
        }
        !ids.is_empty()
    }

    /// A cancellation that was there before the message, was sent after it, and may have
    /// meant it.
    pub(super) fn cancelled_ahead(&self, notice: &Notice) -> Option<String> {
        let mut before = self.state.rooms.warnings.values().filter(|row| is_doubted_ahead(row, notice));
        Some(before.next()?.messages.last()?.id.clone())
    }

    pub(super) fn doubt_warning(&mut self, step: &mut Step, cause: &Cause, id: &str, note: &str) {
        let Some(mut row) = self.state.rooms.warnings.get(id).filter(|row| row.is_active()).cloned() else {
            return;
        };
        let is_new = !row.has_flag(UNCLEAR);
        row.flag(UNCLEAR);
        self.set(step, cause, "doubted", note, row.clone());
        if is_new {
            let title = if row.title.is_empty() { &row.headline } else { &row.title };
            let draft = Draft {
                title: format!("核实预警是否已解除：{title}"),
                text: note.to_owned(),
                department: row.department.clone(),
                matter: matter(id),
                acknowledge_within: Some(LOOK_MS),
                ..Draft::default()
            };
            self.issue(step, cause, draft);
        }
    }

    /// It ended, or was said anew: nobody need look any more.
    pub(super) fn doubt_is_over(&mut self, step: &mut Step, cause: &Cause, id: &str, note: &str) {
        let matter = matter(id);
        let orders = self.state.rooms.orders.values();
        let open = orders.filter(|order| order.matter == matter && order.state.is_open());
        let open: Vec<String> = open.map(|order| order.id.clone()).collect();
        open.iter().for_each(|order| self.finish_order(step, cause, order, note));
    }

    pub(super) fn region_names(&self, areas: &[String]) -> String {
        let name = |code: &String| {
            self.registry.regions().get(code).map_or(code.clone(), |region| region.name.clone())
        };
        areas.iter().map(name).collect::<Vec<_>>().join("、")
    }
}
