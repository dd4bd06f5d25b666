//! 物资: lots in stores, and the ledger of what is moved. Decided by one writer,
//! so that nothing is promised twice.

mod act;

pub use act::Act;

use crate::thing::{Noun, Row};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// 批次: one lot of one item in one store.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Lot {
    pub id: String,
    pub store: String,
    pub store_name: String,
    /// GB/T 38565 code, 7 digits.
    pub item: String,
    pub name: String,
    pub unit: String,
    /// In the store now.
    pub on_hand: u64,
    /// Of those, promised to transfers under way.
    pub reserved: u64,
    pub expires: Option<Timestamp>,
    pub department: String,
    pub region: String,
    /// `good`, `expiring`, `expired`.
    pub state: String,
    pub next: Option<Timestamp>,
}

/// 调拨: reserved → dispatched → received → returned.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Transfer {
    /// `T20260712-0001`.
    pub id: String,
    pub title: String,
    pub state: String,
    pub store: String,
    pub item: String,
    pub quantity: u64,
    /// The lots it draws on, and how much from each.
    pub lots: Vec<(String, u64)>,
    pub received: u64,
    pub returned: u64,
    /// Used up or lost: received less returned once it is over.
    pub consumed: u64,
    /// Incident (or other matter) it serves.
    pub incident: String,
    pub department: String,
    pub region: String,
    pub by: String,
    pub reserved_at: Timestamp,
    pub dispatched_at: Option<Timestamp>,
    pub received_at: Option<Timestamp>,
    pub ended_at: Option<Timestamp>,
    pub next: Option<Timestamp>,
}

impl Row for Lot {
    const NOUN: Noun = Noun::Lot;

    fn id(&self) -> &str {
        &self.id
    }

    fn state(&self) -> &str {
        &self.state
    }

    fn title(&self) -> &str {
        &self.name
    }

    fn region(&self) -> &str {
        &self.region
    }

    fn department(&self) -> &str {
        &self.department
    }

    fn due(&self) -> Option<Timestamp> {
        self.next
    }
}

impl Row for Transfer {
    const NOUN: Noun = Noun::Transfer;

    fn id(&self) -> &str {
        &self.id
    }

    fn state(&self) -> &str {
        &self.state
    }

    fn title(&self) -> &str {
        &self.title
    }

    fn region(&self) -> &str {
        &self.region
    }

    fn department(&self) -> &str {
        &self.department
    }

    fn incident(&self) -> &str {
        &self.incident
    }

    fn due(&self) -> Option<Timestamp> {
        self.next
    }

    fn ended_at(&self) -> Option<Timestamp> {
        self.ended_at
    }
}
