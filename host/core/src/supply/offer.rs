//! Which stores have an item, and which of them is nearest.

use crate::place::Spot;
use crate::thing::Rooms;
use crate::time::Timestamp;
use serde::Serialize;
use std::collections::BTreeMap;

/// One store that has some.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Offer {
    pub store: String,
    pub name: String,
    pub department: String,
    pub region: String,
    pub item: String,
    pub unit: String,
    pub available: u64,
    /// All that was asked for.
    pub enough: bool,
    pub distance_m: Option<u64>,
    pub keeper: String,
    pub phone: String,
}

/// Stores with some of an item: those that have enough first, then by distance.
pub fn offers(rooms: &Rooms, item: &str, quantity: u64, from: Option<Spot>, now: Timestamp) -> Vec<Offer> {
    let mut available: BTreeMap<&str, (u64, &str)> = BTreeMap::new();
    for lot in rooms.lots.values().filter(|lot| lot.item == item && lot.available(now) > 0) {
        let sum = available.entry(&lot.store).or_insert((0, &lot.unit));
        sum.0 = sum.0.saturating_add(lot.available(now));
    }
    let offer = |(store, (available, unit)): (&str, (u64, &str))| {
        let row = rooms.stores.get(store)?;
        let metres = from.zip(row.position.and_then(Spot::of)).map(|(from, at)| from.metres_to(at));
        Some(Offer {
            store: row.id.clone(),
            name: row.name.clone(),
            department: row.department.clone(),
            region: row.region.clone(),
            item: item.to_owned(),
            unit: unit.to_owned(),
            available,
            enough: available >= quantity,
            distance_m: metres.map(|metres| metres.round() as u64),
            keeper: row.keeper.clone(),
            phone: row.phone.clone(),
        })
    };
    let mut offers: Vec<Offer> = available.into_iter().filter_map(offer).collect();
    offers.sort_by(|a, b| rank(a).cmp(&rank(b)));
    offers
}

fn rank(offer: &Offer) -> (bool, u64, &str) {
    (!offer.enough, offer.distance_m.unwrap_or(u64::MAX), &offer.store)
}
