//! From warning signals to chains.

use super::cancel::{UNCLEAR, unclear};
use super::chain::{self, Place};
use super::notice::{Kind, Notice};
use super::term::stand;
use super::{Warning, area};
use crate::core::Core;
use crate::core::decide::Step;
use crate::fact::Cause;
use crate::input::Observed;
use crate::signal::Severity;
use crate::time::Timestamp;

impl Core {
    pub(crate) fn hear_warning(&mut self, step: &mut Step, cause: &Cause, observed: &Observed) {
        let mut notice = Notice::of(observed, &self.registry.city().warnings);
        let meant = area::meant(&self.registry, &notice);
        for (odd, flag) in [(meant.outside, "area-outside"), (meant.unknown, "area-unknown")] {
            if odd && notice.kind != Kind::Cancel {
                notice.flags.push(flag.to_owned());
            }
        }
        // A cancellation that names no area means what it refers to.
        let names_none = notice.kind == Kind::Cancel && meant.unknown;
        notice.areas = if names_none { Vec::new() } else { meant.areas };
        let place = chain::place(&self.state.rooms.warnings, &notice);
        match self.same_warning(&place, &notice) {
            Same::Again(row) => {
                let row = Warning { repeats: row.repeats.saturating_add(1), ..*row };
                let note = format!("{} 重复收到", notice.id);
                return self.set(step, cause, "repeated", &note, row);
            }
            Same::Reused => notice.flags.push("identifier-reused".to_owned()),
            Same::No => {}
        }
        if notice.has_flag("damaged") {
            return self.hear_damaged_cancel(step, cause, &notice, &place);
        }
        match notice.kind {
            Kind::Cancel => self.hear_warning_cancel(step, cause, notice, place),
            Kind::Alert | Kind::Update => self.hear_warning_news(step, cause, notice, place),
        }
    }

    fn same_warning(&self, place: &Place, notice: &Notice) -> Same {
        let row = place.same.as_ref().and_then(|id| self.state.rooms.warnings.get(id));
        match row {
            Some(row) if row.has_heard(notice) => Same::Again(Box::new(row.clone())),
            None if !place.reused => Same::No,
            _ => Same::Reused,
        }
    }

    /// An alert or an update: it begins a chain or says the newest of one.
    fn hear_warning_news(&mut self, step: &mut Step, cause: &Cause, mut notice: Notice, place: Place) {
        let alike = place.alike.first().filter(|_| place.referred.is_empty());
        let chain = place.same.as_ref().or(place.awaited.first()).or(place.referred.first()).or(alike);
        let Some(mut row) = chain.and_then(|id| self.state.rooms.warnings.get(id)).cloned() else {
            return self.begin_warning(step, cause, notice, &place);
        };
        let mistaken = row.ended_by_mistake(&notice).map(|cancel| cancel.id.clone());
        if !row.is_before(&notice) && mistaken.is_none() {
            return self.join_warning(step, cause, row, &notice, &place);
        }
        if place.referred.is_empty() && place.same.is_none() {
            notice.flags.push("reference-missing".to_owned());
        }
        let before = row.clone();
        row.say(&notice);
        row.list(&notice, true);
        row.await_all(&place.unknown);
        // Without a time it may be an old one: that alone lowers nothing.
        if notice.has_flag("sent-missing") && row.severity < before.severity {
            row.severity = before.severity;
            row.colour.clone_from(&before.colour);
            row.level.clone_from(&before.level);
            row.flag("level-kept");
        }
        self.gather_warnings(step, cause, &mut row, &place);
        let until = self.warning_until(step.now, &notice);
        stand(&mut row, until, step.now);
        let (change, note) = self.told_warning(&before, &row);
        let areas = match rose(&before, &row) {
            true => row.areas.clone(),
            false => row.areas.iter().filter(|area| !before.areas.contains(area)).cloned().collect(),
        };
        let doubt = mistaken.or_else(|| self.cancelled_ahead(&notice));
        let is_doubted = before.has_flag(UNCLEAR);
        // Whoever was told to look still has to.
        if is_doubted && doubt.is_some() && row.is_active() {
            row.flag(UNCLEAR);
        }
        self.set(step, cause, change, &note, row.clone());
        match doubt {
            Some(cancel) if !row.has_flag(UNCLEAR) => {
                self.doubt_warning(step, cause, &row.id, &unclear(&cancel));
            }
            None if is_doubted => {
                self.doubt_is_over(step, cause, &row.id, &format!("{} 更新", notice.id));
            }
            _ => {}
        }
        self.call_for_warning(step, cause, &row, &areas);
    }

    fn begin_warning(&mut self, step: &mut Step, cause: &Cause, notice: Notice, place: &Place) {
        self.make_room_for_warning(step);
        let mut row = Warning {
            id: self.warning_id(&notice),
            department: notice.department.clone(),
            class: notice.class.clone(),
            ..Warning::default()
        };
        row.say(&notice);
        row.list(&notice, true);
        row.await_all(&place.unknown);
        if notice.kind == Kind::Update && notice.references.is_empty() {
            row.flag("reference-missing");
        }
        if place.foreign {
            row.flag("reference-foreign");
        }
        let until = self.warning_until(step.now, &notice);
        stand(&mut row, until, step.now);
        let note = match row.status.as_str() {
            "active" => {
                format!("发布，有效至 {}", row.expires_at.map(|at| at.to_string()).unwrap_or_default())
            }
            status => format!("记录为 {status}，不触发叫应和预案"),
        };
        let areas = row.areas.clone();
        self.set(step, cause, "issued", &note, row.clone());
        self.call_for_warning(step, cause, &row, &areas);
        if let Some(cancel) = self.cancelled_ahead(&notice) {
            self.doubt_warning(step, cause, &row.id, &unclear(&cancel));
        }
    }

    /// Older than what the chain says: listed, and nothing that it says changes.
    pub(super) fn join_warning(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        mut row: Warning,
        notice: &Notice,
        place: &Place,
    ) {
        row.list(notice, false);
        row.await_all(&place.unknown);
        self.gather_warnings(step, cause, &mut row, place);
        let note = format!("{} 早于链上最新消息，仅归档", notice.id);
        self.set(step, cause, "joined", &note, row);
    }

    /// One message that belongs to several chains makes them one.
    fn gather_warnings(&mut self, step: &mut Step, cause: &Cause, into: &mut Warning, place: &Place) {
        for id in place.referred.iter().chain(&place.awaited) {
            if *id != into.id {
                self.supersede_warning(step, cause, id, into);
            }
        }
    }

    fn supersede_warning(&mut self, step: &mut Step, cause: &Cause, id: &str, into: &mut Warning) {
        let Some(mut row) = self.state.rooms.warnings.get(id).cloned() else { return };
        row.status = "superseded".to_owned();
        row.superseded_by = into.id.clone();
        row.ended_at = Some(step.now);
        row.next = None;
        let awaited = std::mem::take(&mut row.awaits);
        row.unflag("reference-unknown");
        // What refers to its messages later means the chain they went into.
        let own = into.messages.pop();
        into.messages.extend(row.messages.iter().cloned());
        into.messages.sort_by_key(|message| message.sent_at);
        let over = into.messages.len().saturating_sub(super::MESSAGES_KEPT - 1);
        into.messages.drain(..over);
        into.messages.extend(own);
        let known = |id: &&String| into.messages.iter().any(|message| chain::names(id, &message.id));
        let awaited: Vec<String> = awaited.iter().filter(|id| !known(id)).cloned().collect();
        into.await_all(&awaited);
        let note = format!("并入 {}", into.id);
        self.end_warning(step, cause, "superseded", &note, row);
    }

    fn call_for_warning(&mut self, step: &mut Step, cause: &Cause, row: &Warning, areas: &[String]) {
        if !row.is_active() || !self.registry.city().warnings.calling.calls(row.severity) {
            return;
        }
        if !areas.is_empty() {
            // Under a title of its own for each message that calls: a level that
            // rises a second time is a second call.
            let title = format!("{}（{} {}）", row.title, level(row), clock(row.issued_at));
            self.call_out(step, cause, &row.id, "", &title, areas);
        }
    }

    /// The change in a word, and in a line.
    fn told_warning(&self, before: &Warning, after: &Warning) -> (&'static str, String) {
        let change = match () {
            () if !after.is_active() => "updated",
            () if !before.is_active() => "renewed",
            () if after.severity > before.severity => "raised",
            () if after.severity < before.severity && after.severity != Severity::Unknown => "lowered",
            () => "updated",
        };
        let mut parts = Vec::new();
        if before.severity != after.severity {
            parts.push(format!("{} → {}", level(before), level(after)));
        }
        for (word, from, other) in
            [("不再覆盖", &before.areas, &after.areas), ("新增", &after.areas, &before.areas)]
        {
            let named: Vec<String> = from.iter().filter(|area| !other.contains(area)).cloned().collect();
            if !named.is_empty() {
                parts.push(format!("{word} {}", self.region_names(&named)));
            }
        }
        (change, if parts.is_empty() { "更新".to_owned() } else { parts.join("；") })
    }

    /// Puts an ended chain in place; nobody need answer for it any more.
    pub(super) fn end_warning(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        change: &str,
        note: &str,
        row: Warning,
    ) {
        let id = row.id.clone();
        self.set(step, cause, change, note, row);
        self.call_off(step, cause, &id, note);
        self.doubt_is_over(step, cause, &id, note);
    }

    /// The first message's identifier, told apart where another chain has it.
    pub(super) fn warning_id(&self, notice: &Notice) -> String {
        let rows = &self.state.rooms.warnings;
        let mut id = notice.id.clone();
        for suffix in [&notice.department, &notice.class, &notice.event_code] {
            if rows.contains_key(&id) && !suffix.is_empty() {
                id = format!("{id}.{suffix}");
            }
        }
        let numbered = (2..).map(|number| format!("{id}.{number}"));
        std::iter::once(id.clone()).chain(numbered).find(|id| !rows.contains_key(id)).unwrap_or(id)
    }
}

/// Whether the identifier is known.
enum Same {
    No,
    /// The same message once more.
    Again(Box<Warning>),
    /// Another message under the same identifier.
    Reused,
}

fn rose(before: &Warning, after: &Warning) -> bool {
    !before.is_active()
        || after.severity > before.severity
        || after.severity == Severity::Unknown && before.severity != after.severity
}

fn level(row: &Warning) -> &str {
    match row.colour.as_str() {
        "red" => "红色",
        "orange" => "橙色",
        "yellow" => "黄色",
        "blue" => "蓝色",
        _ => match row.severity {
            Severity::Extreme => "特别严重",
            Severity::Severe => "严重",
            Severity::Moderate => "较重",
            Severity::Minor => "一般",
            Severity::Unknown => "级别不明",
        },
    }
}

/// `07-12 14:15`: Beijing time, as a caller says it.
fn clock(at: Timestamp) -> String {
    at.to_string().get(5..16).unwrap_or_default().replace('T', " ")
}
