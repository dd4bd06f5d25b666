//! What stands in each store of each item: the listing that people look at.

use super::{Lot, Store};
use crate::thing::Rooms;
use crate::time::Timestamp;
use serde::Serialize;
use std::collections::BTreeMap;

/// One item in one store, over all its lots.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Shelf {
    pub store: String,
    pub store_name: String,
    pub department: String,
    pub region: String,
    pub item: String,
    pub name: String,
    pub unit: String,
    pub on_hand: u64,
    pub reserved: u64,
    /// On hand, not reserved, not expired.
    pub available: u64,
    /// Of those on hand: no longer given out.
    pub expired: u64,
    pub in_transit: u64,
    pub at_incidents: u64,
    pub minimum: Option<u64>,
    /// Available falls below the minimum.
    pub short: bool,
    /// When the next of its lots expires.
    pub expires: Option<Timestamp>,
    pub lots: u64,
}

/// By store and item. What a store must hold and has none of is listed too.
pub fn shelves(rooms: &Rooms, now: Timestamp) -> Vec<Shelf> {
    let mut shelves: BTreeMap<(&str, &str), Shelf> = BTreeMap::new();
    for lot in rooms.lots.values() {
        shelves.entry((&lot.store, &lot.item)).or_default().add(lot, now);
    }
    for store in rooms.stores.values() {
        for minimum in store.set_minimums.iter().chain(&store.minimums) {
            shelves.entry((&store.id, &minimum.item)).or_default().of(store, &minimum.item);
        }
    }
    let place = |((store, item), shelf): ((&str, &str), Shelf)| {
        let minimum = rooms.stores.get(store).and_then(|store| store.minimum(item));
        let short = minimum.is_some_and(|minimum| shelf.available < minimum);
        Shelf { store: store.to_owned(), item: item.to_owned(), minimum, short, ..shelf }
    };
    shelves.into_iter().map(place).collect()
}

impl Shelf {
    fn add(&mut self, lot: &Lot, now: Timestamp) {
        self.store_name.clone_from(&lot.store_name);
        self.department.clone_from(&lot.department);
        self.region.clone_from(&lot.region);
        self.name.clone_from(&lot.name);
        self.unit.clone_from(&lot.unit);
        self.lots += 1;
        let expired = if lot.is_expired(now) { lot.on_hand } else { 0 };
        for (sum, part) in [
            (&mut self.on_hand, lot.on_hand),
            (&mut self.reserved, lot.reserved),
            (&mut self.available, lot.available(now)),
            (&mut self.expired, expired),
            (&mut self.in_transit, lot.in_transit),
            (&mut self.at_incidents, lot.at_incidents),
        ] {
            *sum = sum.saturating_add(part);
        }
        let next = lot.expires.filter(|_| lot.on_hand > 0 && expired == 0);
        self.expires = [self.expires, next].into_iter().flatten().min();
    }

    fn of(&mut self, store: &Store, item: &str) {
        if self.lots == 0 {
            self.store_name.clone_from(&store.name);
            self.department.clone_from(&store.department);
            self.region.clone_from(&store.region);
            let short = store.short.iter().find(|short| short.item == item);
            self.name = short.map_or(item, |short| &short.name).to_owned();
        }
    }
}
