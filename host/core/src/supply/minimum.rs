//! 最低储备: what falls below it raises a task, once until it is mended.

use super::{MINIMUM, Shortage, Store};
use crate::core::Core;
use crate::core::decide::Step;
use crate::fact::Cause;
use crate::order::Draft;
use std::collections::BTreeSet;

impl Core {
    pub(super) fn watch_minimum(&mut self, step: &mut Step, cause: &Cause, store: &str, item: &str) {
        let Some(row) = self.state.rooms.stores.get(store) else { return };
        let minimum = row.minimum(item);
        let known = row.short.iter().any(|short| short.item == item);
        if minimum.is_none() && !known {
            return;
        }
        let row = row.clone();
        let lots = || self.state.rooms.lots.values().filter(|lot| lot.is(store, item));
        let available: u64 = lots().map(|lot| lot.available(step.now)).sum();
        let name = lots().map(|lot| lot.name.clone()).next();
        let name = name.unwrap_or_else(|| self.catalogued(item).unwrap_or(item).to_owned());
        match (minimum.filter(|minimum| available < *minimum), known) {
            (Some(minimum), false) => {
                let short = Shortage {
                    item: item.to_owned(),
                    name,
                    minimum,
                    available,
                    since: step.now,
                    order: String::new(),
                };
                self.raise_shortage(step, cause, row, short);
            }
            (None, true) => {
                let (mended, short) = row.short.iter().cloned().partition(|short| short.item == item);
                let mended: Vec<Shortage> = mended;
                let note = format!("{name} {item} 可用 {available}，已恢复 (mended)");
                self.set(step, cause, "restocked", &note, Store { short, ..row });
                mended.iter().for_each(|short| self.finish_order(step, cause, &short.order, &note));
            }
            _ => {}
        }
    }

    fn raise_shortage(&mut self, step: &mut Step, cause: &Cause, mut row: Store, mut short: Shortage) {
        let Shortage { item, name, minimum, available, .. } = &short;
        let title = format!("补充储备：{} {name} {item} 可用 {available}，最低 {minimum}", row.name);
        let note = format!("{name} {item} 可用 {available}，低于 {minimum} (below the minimum)");
        short.order = self.ask_store(step, cause, &row, title, format!("{MINIMUM}{}/{item}", row.id));
        row.short.push(short);
        self.set(step, cause, "short", &note, row);
    }

    /// Looks at every item that some store must hold, or was short of.
    pub(super) fn watch_minimums(&mut self, step: &mut Step, cause: &Cause) {
        let mut watched: Vec<(String, String)> = Vec::new();
        for store in self.state.rooms.stores.values() {
            let minimums = store.minimums.iter().chain(&store.set_minimums).map(|minimum| &minimum.item);
            let items: BTreeSet<&String> =
                minimums.chain(store.short.iter().map(|short| &short.item)).collect();
            watched.extend(items.into_iter().map(|item| (store.id.clone(), item.clone())));
        }
        for (store, item) in watched {
            self.watch_minimum(step, cause, &store, &item);
        }
    }

    /// A task for a store's people.
    pub(super) fn ask_store(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        store: &Store,
        title: String,
        matter: String,
    ) -> String {
        let within = i64::from(store.task_hours.max(1)) * 3_600_000;
        let draft = Draft {
            title,
            text: format!("{} [{}]；保管员 {} {}", store.name, store.id, store.keeper, store.phone),
            department: store.department.clone(),
            post: store.post.clone(),
            region: store.region.clone(),
            position: store.position,
            matter,
            acknowledge_within: Some(within),
            ..Draft::default()
        };
        self.issue(step, cause, draft)
    }

    /// What the city's files call an item.
    pub(crate) fn catalogued(&self, item: &str) -> Option<&str> {
        let items = &self.city().supplies.items;
        items.iter().find(|known| known.code == item).map(|known| known.name.as_str())
    }
}
