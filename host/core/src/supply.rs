//! 物资: lots in stores, and the ledger of what is moved. Decided by one writer,
//! so that nothing is promised twice.
//!
//! ```text
//! load ──▶ on hand ──reserve──▶ (reserved) ──dispatch──▶ in transit ──receive──▶ at the incident
//!             ▲                     │ cancel                 └─ short: lost        │
//!             ├─────────────────────┘                                              │
//!             └──────────────────────────────── return ────────────────────────────┤
//!                                                        not returned: consumed ◀──┘
//! ```
//!
//! What holds of every lot after every fact, and [`balance`] redoes the sum:
//! `loaded = on hand + in transit + at incidents + consumed + lost`, and
//! `reserved ≤ on hand`. A transfer touches its lots and itself in one step, and
//! a step is one message of JOURNAL: no crash falls between them.

mod act;
mod balance;
mod code;
mod enter;
mod expiry;
mod load;
mod minimum;
mod offer;
mod reserve;
mod shelf;
mod transfer;

pub use act::Act;
pub use balance::{Account, balance};
pub use code::{Code, CodeError};
pub use load::Load;
pub use offer::{Offer, offers};
pub use reserve::Reserve;
pub use shelf::{Shelf, shelves};

use crate::city::supply::Minimum;
use crate::signal::Position;
use crate::thing::{Noun, Row};
use crate::time::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// 批次: one lot of one item in one store. Its quantities are the ledger.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Lot {
    pub id: String,
    pub store: String,
    pub store_name: String,
    /// GB/T 38565 code, 7 digits.
    pub item: String,
    pub name: String,
    pub unit: String,
    /// What came in, once.
    pub loaded: u64,
    /// In the store now.
    pub on_hand: u64,
    /// Of those, promised to transfers under way.
    pub reserved: u64,
    pub in_transit: u64,
    pub at_incidents: u64,
    pub consumed: u64,
    pub lost: u64,
    /// From this moment on it is not given out.
    pub expires: Option<Timestamp>,
    pub department: String,
    pub region: String,
    /// `good`, `expiring`, `expired`.
    pub state: String,
    /// The task that its expiry raised last, or empty.
    pub order: String,
    /// Quantity as the city's files last said; the ledger does not follow it.
    pub filed: Option<u64>,
    pub next: Option<Timestamp>,
}

/// 仓库, with what it must hold and what it lacks.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Store {
    pub id: String,
    pub name: String,
    pub department: String,
    pub region: String,
    pub position: Option<Position>,
    pub keeper: String,
    pub phone: String,
    pub post: String,
    pub expiring_days: u32,
    pub task_hours: u32,
    /// As the city's files say.
    pub minimums: Vec<Minimum>,
    /// As an operator said since, which goes before the files.
    pub set_minimums: Vec<Minimum>,
    /// Items below their minimum.
    pub short: Vec<Shortage>,
}

/// 低于最低储备: told once, until it is mended.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Shortage {
    pub item: String,
    pub name: String,
    pub minimum: u64,
    /// When it was found.
    pub available: u64,
    pub since: Timestamp,
    /// The task that it raised.
    pub order: String,
}

/// 调拨: reserved → dispatched → received → returned.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Transfer {
    /// `T20260712-0001`.
    pub id: String,
    pub title: String,
    /// `reserved`, `dispatched`, `received`, `returned`, `cancelled`, `lost`.
    pub state: String,
    pub store: String,
    pub item: String,
    pub name: String,
    pub unit: String,
    pub quantity: u64,
    /// The lots it draws on; their parts sum up to what stands here.
    pub draws: Vec<Draw>,
    #[serde(rename = "received_quantity")]
    pub received: u64,
    pub returned: u64,
    /// Used up: received less returned once it is over.
    pub consumed: u64,
    /// Dispatched and not received.
    pub lost: u64,
    /// Incident (or other matter) it serves.
    pub incident: String,
    /// The plan's response that it is kept for, or empty.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub response: String,
    pub department: String,
    pub region: String,
    pub by: String,
    pub note: String,
    pub reserved_at: Timestamp,
    pub dispatched_at: Option<Timestamp>,
    pub received_at: Option<Timestamp>,
    pub ended_at: Option<Timestamp>,
}

/// What a transfer takes from one lot.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Draw {
    pub lot: String,
    pub quantity: u64,
    #[serde(rename = "received_quantity")]
    pub received: u64,
    pub returned: u64,
}

/// Matters of the tasks that stores' people get: what falls short, what grows old.
const MINIMUM: &str = "minimum/";
const LOT: &str = "lot/";

/// Whether an order's matter is a store's own keeping.
pub fn is_upkeep(matter: &str) -> bool {
    [MINIMUM, LOT].iter().any(|prefix| matter.starts_with(prefix))
}

impl Lot {
    /// What can be promised to someone now.
    pub fn available(&self, now: Timestamp) -> u64 {
        match self.is_expired(now) {
            true => 0,
            false => self.on_hand.saturating_sub(self.reserved),
        }
    }

    pub fn is_expired(&self, now: Timestamp) -> bool {
        self.expires.is_some_and(|at| at <= now)
    }

    fn is(&self, store: &str, item: &str) -> bool {
        self.store == store && self.item == item
    }
}

impl Store {
    /// What it must hold of an item.
    pub fn minimum(&self, item: &str) -> Option<u64> {
        let all = self.set_minimums.iter().chain(&self.minimums);
        let found = all.filter(|minimum| minimum.item == item).map(|minimum| minimum.quantity).next();
        found.filter(|quantity| *quantity > 0)
    }
}

impl Row for Lot {
    const NOUN: Noun = Noun::Lot;
    const CHANGES: &'static [&'static str] = &[
        "entered",
        "loaded",
        "changed",
        "reserved",
        "dispatched",
        "received",
        "returned",
        "freed",
        "watched",
        "stopped",
        "expiring",
        "expired",
    ];
    const STATES: &'static [&'static str] = &[expiry::GOOD, expiry::EXPIRING, expiry::EXPIRED];

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

impl Row for Store {
    const NOUN: Noun = Noun::Store;
    const CHANGES: &'static [&'static str] = &["entered", "changed", "short", "restocked"];
    const STATES: &'static [&'static str] = &["stocked", "short"];

    fn id(&self) -> &str {
        &self.id
    }

    fn state(&self) -> &str {
        if self.short.is_empty() { "stocked" } else { "short" }
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
}

impl Row for Transfer {
    const NOUN: Noun = Noun::Transfer;
    const CHANGES: &'static [&'static str] =
        &["reserved", "dispatched", "received", "lost", "returned", "cancelled", "moved"];
    const STATES: &'static [&'static str] =
        &["reserved", "dispatched", "received", "lost", "returned", "cancelled"];

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

    fn ended_at(&self) -> Option<Timestamp> {
        self.ended_at
    }
}
