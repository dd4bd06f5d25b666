//! 有效期: a task some days before a lot expires and one on the day.

use super::{LOT, Lot, Store};
use crate::core::Core;
use crate::core::decide::Step;
use crate::fact::Cause;
use crate::time::Timestamp;

const DAY_MS: i64 = 86_400_000;

pub(super) const GOOD: &str = "good";
pub(super) const EXPIRING: &str = "expiring";
pub(super) const EXPIRED: &str = "expired";

/// When a lot of this store is first spoken of.
pub(super) fn notice(store: &Store, expires: Option<Timestamp>) -> Option<Timestamp> {
    expires.map(|at| at.plus_millis(-i64::from(store.expiring_days) * DAY_MS))
}

impl Core {
    pub(crate) fn lot_due(&mut self, step: &mut Step, id: &str) {
        let Some(mut lot) = self.state.rooms.lots.get(id).cloned() else { return };
        let Some(store) = self.state.rooms.stores.get(&lot.store).cloned() else {
            // Its clock must not come again at once.
            lot.next = None;
            return self.set(step, &Cause::Clock, "stopped", "仓库不存在", lot);
        };
        let (state, next) = match lot.expires {
            Some(at) if at <= step.now => (EXPIRED, None),
            Some(at) if notice(&store, lot.expires).is_some_and(|notice| notice <= step.now) => {
                (EXPIRING, Some(at))
            }
            expires => (GOOD, notice(&store, expires)),
        };
        lot.next = next;
        if lot.state == state {
            return self.set(step, &Cause::Clock, "watched", "", lot);
        }
        lot.state = state.to_owned();
        let left = lot.on_hand;
        if state != GOOD && left > 0 {
            lot.order = self.ask_store(step, &Cause::Clock, &store, expiry_title(&lot), format!("{LOT}{id}"));
        }
        let (item, note) = (lot.item.clone(), format!("在库 {left} ({left} on hand)"));
        self.set(step, &Cause::Clock, state, &note, lot);
        if state == EXPIRED {
            self.watch_minimum(step, &Cause::Clock, &store.id, &item);
        }
    }
}

fn expiry_title(lot: &Lot) -> String {
    let day: String = lot.expires.map(|at| at.to_string()).unwrap_or_default().chars().take(10).collect();
    let Lot { id, store_name, name, on_hand, unit, state, .. } = lot;
    match state.as_str() {
        EXPIRED => format!("清退过期物资：{store_name} {name} {on_hand}{unit}，批次 {id}，{day} 到期"),
        _ => format!("轮换临期物资：{store_name} {name} {on_hand}{unit}，批次 {id}，{day} 到期"),
    }
}
