//! Downlink under way: what was asked of a device, how often, and what it waits for.
//!
//! ```text
//! sent ─确认▶ waiting ─查岗应答▶ gone (done)        a clock is done with 确认
//!   │ 10 s, three times   │ its minutes
//!   └────────▶ over ◀─────┘   (failed; what still comes within a day is told)
//! ```
//!
//! It is state of the device's room, read only by orders, timers, 确认, 否认 and
//! type 24: frames that say anything else do not touch it.

use serde::{Deserialize, Serialize};
use tocsin_sdk::{Timestamp, memory, timers};

const KEY: &str = "downlink";
/// At once on one device: two roll calls and two clocks too many. Each takes some
/// 150 bytes of the room.
const MOST: usize = 8;
/// A late answer to a roll call is news for a day.
const LATE_MS: i64 = 24 * 3_600_000;

/// One order on its way through a device.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Exchange {
    pub order: String,
    pub ask: Ask,
    /// Of all its frames, so that a device knows a repetition.
    pub serial: u16,
    /// When it was first sent.
    pub sent: Timestamp,
    pub tries: u8,
    pub stage: Stage,
    /// When the stage ends by itself.
    pub due: Timestamp,
}

/// What is asked of the device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ask {
    /// 查岗: whoever is on duty answers within so many minutes.
    RollCall { minutes: u8 },
    /// 同步时钟.
    ClockSync,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// Not confirmed by the device yet.
    Sent,
    /// Confirmed; waits for the person.
    Waiting,
    /// Told as failed.
    Over,
}

/// All of one device, oldest first.
#[derive(Debug, Default)]
pub struct Pending {
    exchanges: Vec<Exchange>,
}

impl Pending {
    /// Of the device whose call this is.
    pub fn load() -> Pending {
        // Most devices have none, and most calls that ask are acknowledgements.
        match memory::get(KEY) {
            None => Pending::default(),
            Some(_) => Pending { exchanges: memory::load(KEY).unwrap_or_default() },
        }
    }

    pub fn is_empty(&self) -> bool {
        self.exchanges.is_empty()
    }

    /// Keeps what is under way, and the timer that its earliest end needs.
    pub fn save(self) {
        match self.exchanges.iter().map(|exchange| exchange.due).min() {
            None => {
                memory::forget(KEY);
                timers::cancel(KEY);
            }
            Some(due) => {
                memory::save(KEY, &self.exchanges);
                timers::set(KEY, due);
            }
        }
    }

    /// Room for one more; the oldest that is over makes it. `false`: all are under way.
    pub fn make_room(&mut self) -> bool {
        if self.exchanges.len() < MOST {
            return true;
        }
        let over = self.exchanges.iter().position(|exchange| exchange.stage == Stage::Over);
        over.is_some_and(|at| {
            self.exchanges.remove(at);
            true
        })
    }

    pub fn push(&mut self, exchange: Exchange) {
        self.exchanges.push(exchange);
    }

    pub fn of_order(&self, order: &str) -> Option<&Exchange> {
        self.exchanges.iter().find(|exchange| exchange.order == order)
    }

    pub fn of_serial(&mut self, serial: u16) -> Option<&mut Exchange> {
        self.exchanges.iter_mut().find(|exchange| exchange.serial == serial)
    }

    pub fn forget(&mut self, order: &str) {
        self.exchanges.retain(|exchange| exchange.order != order);
    }

    /// A serial number that no exchange under way has, derived from the input's
    /// place in the log: the run counts up, the index tells events of one run apart.
    pub fn serial(&self, sequence: u64) -> u16 {
        let first = ((sequence >> 16) as u16).wrapping_add(sequence as u16);
        let is_free = |serial: &u16| self.exchanges.iter().all(|exchange| exchange.serial != *serial);
        // One of MOST + 1 in a row is free.
        (0..=MOST as u16).map(|step| first.wrapping_add(step)).find(is_free).unwrap_or(first)
    }

    /// Roll calls that a 查岗应答 answers: all that are under way, else the last that
    /// was given up. They leave.
    pub fn answered(&mut self) -> Vec<Exchange> {
        let is_call = |exchange: &Exchange| matches!(exchange.ask, Ask::RollCall { .. });
        let under_way = |exchange: &Exchange| is_call(exchange) && exchange.stage != Stage::Over;
        let answered: Vec<Exchange> = match self.exchanges.iter().any(under_way) {
            true => self.exchanges.iter().filter(|exchange| under_way(exchange)).cloned().collect(),
            false => {
                self.exchanges.iter().rev().find(|exchange| is_call(exchange)).cloned().into_iter().collect()
            }
        };
        self.exchanges.retain(|exchange| !answered.contains(exchange));
        answered
    }

    /// Those whose stage has come to its end.
    pub fn due(&mut self, now: Timestamp) -> impl Iterator<Item = &mut Exchange> {
        self.exchanges.retain(|exchange| exchange.stage != Stage::Over || exchange.due > now);
        self.exchanges.iter_mut().filter(move |exchange| exchange.due <= now)
    }
}

impl Exchange {
    /// Told as failed; remembered for what comes late.
    pub fn give_up(&mut self, now: Timestamp) {
        self.stage = Stage::Over;
        self.due = now + LATE_MS;
    }
}
