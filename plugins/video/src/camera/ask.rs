//! A request to a device, from the first sending to its answer.
//!
//! ```text
//! sent ─2xx▶ delivered ─Response▶ gone (done)     what is no order is gone with its 2xx
//!   │ five times over 32 s │ 30 s
//!   └───────▶ over ◀───────┘   (failed; what still comes within a day is told)
//! ```

use serde::{Deserialize, Serialize};
use tocsin_sdk::Timestamp;

/// Copies of one request over UDP: after 2, 6, 14 and 30 s.
const TRIES: u8 = 5;
const FIRST_PAUSE_MS: i64 = 1_000;
/// Timer F of RFC 3261, 17.1.2.2: 64 × T1.
const ANSWER_WITHIN_MS: i64 = 32_000;
const RESULT_WITHIN_MS: i64 = 30_000;
const LATE_MS: i64 = 24 * 3_600_000;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ask {
    pub what: What,
    /// CSeq, and SN of the body.
    pub cseq: u32,
    /// The first time.
    pub sent: Timestamp,
    pub tries: u8,
    pub stage: Stage,
    /// When the stage ends by itself.
    pub due: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    /// 报警订阅 or its refresh.
    Subscribe,
    /// 设备状态查询: whether it is armed.
    Duty,
    /// 目录查询: the channels behind it.
    Catalog,
    /// An order of the city, on the device or one of its channels.
    Order { order: String, matter: Matter, target: String },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Matter {
    /// 布防.
    Arm,
    /// 撤防.
    Disarm,
    /// 报警复位.
    Reset,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    Sent,
    /// The device has it; its own answer is awaited.
    Delivered,
    /// Told as failed.
    Over,
}

impl Ask {
    pub fn new(what: What, cseq: u32, now: Timestamp, tcp: bool) -> Ask {
        let mut ask = Ask { what, cseq, sent: now, tries: 0, stage: Stage::Sent, due: now };
        ask.tried(now, tcp);
        ask
    }

    /// It went out; a stream loses nothing, so there once is enough.
    pub fn tried(&mut self, now: Timestamp, tcp: bool) {
        self.tries = if tcp { TRIES } else { self.tries + 1 };
        let last = self.sent + ANSWER_WITHIN_MS;
        self.due = if self.tries == TRIES {
            last.max(now + FIRST_PAUSE_MS)
        } else {
            now + (FIRST_PAUSE_MS << self.tries)
        };
    }

    pub fn may_try(&self) -> bool {
        self.stage == Stage::Sent && self.tries < TRIES
    }

    pub fn delivered(&mut self, now: Timestamp) {
        self.stage = Stage::Delivered;
        self.due = now + RESULT_WITHIN_MS;
    }

    pub fn over(&mut self, now: Timestamp) {
        self.stage = Stage::Over;
        self.due = now + LATE_MS;
    }

    pub fn is_order(&self, id: &str) -> bool {
        matches!(&self.what, What::Order { order, .. } if order == id)
    }
}
