//! Stores and lots as files bring them, compared with the state. A lot enters the
//! ledger once; from then on the ledger is the truth, whatever a file says.

use super::expiry::{GOOD, notice};
use super::{Lot, Store};
use crate::city::supply::{self as file, Minimum};
use crate::core::Core;
use crate::core::decide::Step;
use crate::fact::Cause;
use crate::place::Spot;

/// Lots of one step: at half a KiB each a record stays well under the 8 MiB of a
/// message; the rest follows in the next step, which is due at once.
const LOTS_A_STEP: usize = 5_000;

impl Core {
    pub(crate) fn enter_supplies(&mut self, step: &mut Step, cause: &Cause) {
        let city = self.city().clone();
        let supplies = &city.supplies;
        for store in &supplies.stores {
            let minimums = supplies.minimums.iter().filter(|minimum| minimum.store == store.id);
            self.enter_store(step, cause, store, minimums.cloned().collect());
        }
        let mut entered = 0;
        for stock in &supplies.lots {
            entered += usize::from(self.enter_lot(step, cause, stock, &supplies.items));
            if entered == LOTS_A_STEP {
                self.entered = false;
                return;
            }
        }
        self.watch_minimums(step, cause);
    }

    /// Takes over what the files say of a store; what it lacks stays known.
    pub(super) fn enter_store(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        store: &file::Store,
        minimums: Vec<Minimum>,
    ) {
        let known = self.state.rooms.stores.get(&store.id);
        let fresh = Store {
            id: store.id.clone(),
            name: store.name.clone(),
            department: store.department.clone(),
            region: self.home_region(&store.region, store.position),
            position: Spot::kept(store.position),
            keeper: store.keeper.clone(),
            phone: store.phone.clone(),
            post: store.post.clone(),
            expiring_days: store.expiring_days,
            task_hours: store.task_hours,
            minimums,
            set_minimums: known.map(|known| known.set_minimums.clone()).unwrap_or_default(),
            short: known.map(|known| known.short.clone()).unwrap_or_default(),
        };
        let change = if known.is_some() { "changed" } else { "entered" };
        if known != Some(&fresh) {
            self.set(step, cause, change, "", fresh);
        }
    }

    /// Answers whether anything was recorded.
    pub(super) fn enter_lot(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        stock: &file::Stock,
        items: &[file::Item],
    ) -> bool {
        let Some(store) = self.state.rooms.stores.get(&stock.store) else { return false };
        let item = items.iter().find(|item| item.code == stock.item);
        let or = |text: &str, other: Option<&String>| match (text, other) {
            ("", Some(other)) => other.clone(),
            (text, _) => text.to_owned(),
        };
        let name = match or(&stock.name, item.map(|item| &item.name)) {
            name if name.is_empty() => self.catalogued(&stock.item).unwrap_or(&stock.item).to_owned(),
            name => name,
        };
        let expires = stock.expires.map(|day| day.0);
        let id = stock.lot_id();
        let fresh = Lot {
            id: id.clone(),
            store: store.id.clone(),
            store_name: store.name.clone(),
            item: stock.item.clone(),
            name,
            unit: or(&stock.unit, item.map(|item| &item.unit)),
            loaded: stock.quantity,
            on_hand: stock.quantity,
            expires,
            department: store.department.clone(),
            region: store.region.clone(),
            state: GOOD.to_owned(),
            filed: Some(stock.quantity),
            // A lot that comes in late is spoken of at once, by its clock.
            next: notice(store, expires),
            ..Lot::default()
        };
        let Some(known) = self.state.rooms.lots.get(&id) else {
            let note = format!("入库 {}{}", fresh.loaded, fresh.unit);
            self.set(step, cause, "loaded", &note, fresh);
            return true;
        };
        let mut next = Lot {
            store_name: if known.store == fresh.store { fresh.store_name } else { known.store_name.clone() },
            name: fresh.name,
            unit: fresh.unit,
            expires: fresh.expires,
            filed: fresh.filed,
            ..known.clone()
        };
        if known.store == fresh.store {
            next.department = fresh.department;
            next.region = fresh.region;
        }
        if known.expires != next.expires {
            next.next = fresh.next;
            // Its clock says what it is by the new day.
            next.state = GOOD.to_owned();
        }
        if *known == next {
            return false;
        }
        let note = match known.filed != next.filed {
            true => format!(
                "文件数量改为 {}，账面不变：入库 {}，在库 {} (the file says another quantity; the ledger stays)",
                stock.quantity, known.loaded, known.on_hand
            ),
            false => "城市数据有变".to_owned(),
        };
        self.set(step, cause, "changed", &note, next);
        true
    }
}

impl file::Stock {
    /// The lot's id as written, else one made of what tells it from others.
    pub fn lot_id(&self) -> String {
        if !self.id.is_empty() {
            return self.id.clone();
        }
        let day: String = self.expires.map(|day| day.0.to_string()).unwrap_or_default();
        let day: String = day.chars().take(10).filter(char::is_ascii_digit).collect();
        let parts = [self.store.as_str(), self.item.as_str(), day.as_str()];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-")
    }
}
