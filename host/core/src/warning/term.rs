//! How long a warning stands, and when it is over.

use super::notice::Notice;
use super::{CHAINS_KEPT, Warning};
use crate::core::Core;
use crate::core::decide::Step;
use crate::fact::{Cause, Fact};
use crate::thing::Noun;
use crate::time::Timestamp;

const HOUR_MS: i64 = 3_600_000;
const HISTORY_MS: i64 = 7 * 24 * HOUR_MS;

impl Core {
    pub(crate) fn warning_due(&mut self, step: &mut Step, id: &str) {
        let Some(mut row) = self.state.rooms.warnings.get(id).cloned() else { return };
        let cause = Cause::Clock;
        match row.is_active() {
            true => end(&mut row, "expired", step.now),
            // A drill keeps its word: it never was a warning.
            false => {
                row.ended_at = row.ended_at.or(Some(step.now));
                row.next = None;
            }
        }
        self.end_warning(step, &cause, "expired", "有效期满", row);
    }

    /// Until when the message holds: what it says, else the city's hours from
    /// when the city could first know of it. One that is a week old is history.
    pub(super) fn warning_until(&self, now: Timestamp, notice: &Notice) -> Timestamp {
        let hours = self.registry.city().warnings.expiry.hours(notice.severity);
        let from = if now.since(notice.sent) > HISTORY_MS { notice.sent } else { notice.sent.max(now) };
        notice.expires.unwrap_or_else(|| from.plus_millis(i64::from(hours) * HOUR_MS))
    }

    /// Before one more chain: what is over goes first, then the least.
    pub(super) fn make_room_for_warning(&mut self, step: &mut Step) {
        let rows = &self.state.rooms.warnings;
        if rows.len() < CHAINS_KEPT {
            return;
        }
        let least = rows.values().min_by_key(|row| {
            (row.ended_at.is_none(), row.is_active(), row.severity, row.issued_at, &row.id)
        });
        let Some(mut row) = least.cloned() else { return };
        let id = row.id.clone();
        if row.ended_at.is_none() {
            end(&mut row, "expired", step.now);
            row.flag("crowded-out");
            self.end_warning(step, &Cause::Clock, "expired", "预警过多，最低级别先行移出", row);
        }
        self.emit(step, &Cause::Clock, Fact::Retired { gone: vec![(Noun::Warning, id)] });
    }
}

pub(super) fn end(row: &mut Warning, status: &str, now: Timestamp) {
    if row.class == "actual" {
        row.status = status.to_owned();
    } else {
        row.status = row.class.clone();
    }
    row.ended_at = Some(now);
    row.next = None;
}

/// What a chain is, with its newest message an alert or update.
pub(super) fn stand(row: &mut Warning, until: Timestamp, now: Timestamp) {
    row.expires_at = Some(until);
    row.ended_at = None;
    row.next = Some(until);
    row.status = match () {
        () if row.class != "actual" => row.class.clone(),
        () if row.areas.is_empty() => "outside".to_owned(),
        () => "active".to_owned(),
    };
    if until <= now {
        end(row, "expired", now);
    }
}
