//! 账目核对: the sum over the ledger, done again from its rows.

use super::{Draw, Lot, Transfer};
use crate::thing::Rooms;
use serde::Serialize;
use std::collections::BTreeMap;

/// One item over all stores.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Account {
    pub item: String,
    pub name: String,
    pub unit: String,
    pub loaded: u64,
    pub on_hand: u64,
    /// Of those on hand.
    pub reserved: u64,
    pub in_transit: u64,
    pub at_incidents: u64,
    pub consumed: u64,
    pub lost: u64,
    /// What does not add up; empty: exact.
    pub faults: Vec<String>,
}

impl Account {
    pub fn is_exact(&self) -> bool {
        self.faults.is_empty()
    }
}

/// Per item: `loaded = on hand + in transit + at incidents + consumed + lost` of
/// every lot, and that what lots call reserved, in transit and at incidents is
/// what the transfers under way say.
pub fn balance(rooms: &Rooms) -> Vec<Account> {
    let mut moved: BTreeMap<&str, [u64; 3]> = BTreeMap::new();
    let mut accounts: BTreeMap<&str, Account> = BTreeMap::new();
    for transfer in rooms.transfers.values() {
        let place = match transfer.state.as_str() {
            "reserved" => 0,
            "dispatched" => 1,
            "received" => 2,
            _ => continue,
        };
        for draw in &transfer.draws {
            let part = if place == 2 { draw.received } else { draw.quantity };
            moved.entry(&draw.lot).or_default()[place] += part;
        }
        let account = accounts.entry(&transfer.item).or_default();
        if let Some(fault) = transfer_fault(transfer, rooms) {
            account.faults.push(fault);
        }
    }
    for lot in rooms.lots.values() {
        let account = accounts.entry(&lot.item).or_default();
        account.add(lot);
        account.faults.extend(lot_faults(lot, moved.get(lot.id.as_str()).copied().unwrap_or_default()));
    }
    accounts.into_iter().map(|(item, account)| Account { item: item.to_owned(), ..account }).collect()
}

impl Account {
    fn add(&mut self, lot: &Lot) {
        self.name.clone_from(&lot.name);
        self.unit.clone_from(&lot.unit);
        for (sum, part) in [
            (&mut self.loaded, lot.loaded),
            (&mut self.on_hand, lot.on_hand),
            (&mut self.reserved, lot.reserved),
            (&mut self.in_transit, lot.in_transit),
            (&mut self.at_incidents, lot.at_incidents),
            (&mut self.consumed, lot.consumed),
            (&mut self.lost, lot.lost),
        ] {
            *sum = sum.saturating_add(part);
        }
    }
}

fn lot_faults(lot: &Lot, [reserved, in_transit, at_incidents]: [u64; 3]) -> Vec<String> {
    let id = &lot.id;
    let accounted = lot.on_hand + lot.in_transit + lot.at_incidents + lot.consumed + lot.lost;
    let mut faults = Vec::new();
    if accounted != lot.loaded {
        faults.push(format!("lot {id}: loaded {} but {accounted} accounted for", lot.loaded));
    }
    if lot.reserved > lot.on_hand {
        faults.push(format!("lot {id}: {} reserved of {} on hand", lot.reserved, lot.on_hand));
    }
    for (word, booked, moved) in [
        ("reserved", lot.reserved, reserved),
        ("in transit", lot.in_transit, in_transit),
        ("at incidents", lot.at_incidents, at_incidents),
    ] {
        if booked != moved {
            faults.push(format!("lot {id}: {booked} {word}, transfers say {moved}"));
        }
    }
    faults
}

fn transfer_fault(transfer: &Transfer, rooms: &Rooms) -> Option<String> {
    let id = &transfer.id;
    let sum = |part: fn(&Draw) -> u64| transfer.draws.iter().map(part).sum::<u64>();
    if sum(|draw| draw.quantity) != transfer.quantity || sum(|draw| draw.received) != transfer.received {
        return Some(format!("transfer {id}: its lots do not sum up to it"));
    }
    let missing = transfer.draws.iter().find(|draw| !rooms.lots.contains_key(&draw.lot))?;
    Some(format!("transfer {id}: lot {} is not in the ledger", missing.lot))
}
