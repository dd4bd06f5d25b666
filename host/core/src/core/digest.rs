//! Keeps the state's hash in step with the state.

use super::Core;
use crate::fold::{Fold, Item};
use crate::state::State;
use std::collections::{BTreeMap, BTreeSet};

impl Core {
    pub(super) fn fold_in(&mut self, touched: BTreeSet<Item>) {
        for item in touched {
            fold(&mut self.fold, &self.state, item);
        }
    }

    /// The hash from nothing: what `restore` begins with.
    pub(super) fn refold(&mut self) {
        let state = &self.state;
        let mut items: Vec<Item> = vec![Item::Counter];
        items.extend(state.incidents.keys().cloned().map(Item::Incident));
        items.extend(pairs(&state.evidence).map(|(id, key)| Item::Row(id, key)));
        items.extend(pairs(&state.held).map(|(hazard, key)| Item::Held(hazard, key)));
        items.extend(
            pairs(&state.provisional).map(|(department, device)| Item::Provisional(department, device)),
        );
        items.extend(pairs(&state.seen).map(|(department, device)| Item::Seen(department, device)));
        items.extend(pairs(&state.clocks).map(|(department, device)| Item::Clock(department, device)));
        items.extend(state.answers.order.iter().cloned().map(Item::Answer));
        items.extend(state.rooms.ids().map(|(noun, id)| Item::Thing(noun, id.to_owned())));
        items.extend(state.numbers.keys().cloned().map(Item::Number));
        self.fold = Fold::default();
        for (department, effects) in &state.effects {
            effects.iter().for_each(|effect| self.fold.gain(department, *effect));
        }
        for item in items {
            fold(&mut self.fold, &self.state, item);
        }
    }
}

fn pairs<T>(outer: &BTreeMap<String, BTreeMap<String, T>>) -> impl Iterator<Item = (String, String)> {
    outer.iter().flat_map(|(a, inner)| inner.keys().map(move |b| (a.clone(), b.clone())))
}

fn fold(fold: &mut Fold, state: &State, item: Item) {
    match &item {
        Item::Incident(id) => fold.set(item.clone(), state.incidents.get(id)),
        Item::Row(id, key) => fold.set(item.clone(), state.evidence.get(id).and_then(|rows| rows.get(key))),
        Item::Held(hazard, key) => {
            fold.set(item.clone(), state.held.get(hazard).and_then(|held| held.get(key)));
        }
        Item::Provisional(department, device) => {
            fold.set(item.clone(), state.provisional.get(department).and_then(|devices| devices.get(device)));
        }
        Item::Seen(department, device) => {
            fold.set(item.clone(), state.seen.get(department).and_then(|devices| devices.get(device)));
        }
        Item::Clock(department, device) => {
            fold.set(item.clone(), state.clocks.get(department).and_then(|devices| devices.get(device)));
        }
        Item::Answer(id) => fold.set(item.clone(), state.answers.replies.get(id)),
        Item::Thing(..) => state.rooms.fold(fold, item),
        Item::Number(prefix) => fold.set(item.clone(), state.numbers.get(prefix)),
        Item::Counter => fold.set(item, (state.counter != Default::default()).then_some(&state.counter)),
    }
}
