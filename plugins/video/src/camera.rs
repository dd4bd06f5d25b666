//! What is remembered of one device that speaks SIP: its registration, what it was
//! asked, and how it stands.

mod ask;
mod line;
mod seen;
mod subscription;
mod unwell;

pub use ask::{Ask, Matter, Stage, What};
pub use line::Line;
pub use seen::{Key, Seen};
pub use subscription::Subscription;
pub use unwell::Unwell;

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use tocsin_sdk::{Timestamp, memory, timers};

/// Key of the state and of its one timer.
const KEY: &str = "camera";
/// Written back at most so often for the sake of `heard` alone.
const HEARD_EVERY_MS: i64 = 5_000;
/// Channels of one recorder whose arming is known; some 30 bytes each.
const ARMED_MAX: usize = 64;
/// Requests under way to one device: two dozen orders are no accident.
const ASKS_MAX: usize = 24;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Camera {
    /// The registration counts until then; 0: there is none.
    pub until: Timestamp,
    /// Call-ID of the registration: a device that starts again has another.
    pub call: String,
    pub heard: Timestamp,
    pub online: bool,
    pub line: Line,
    /// CSeq and SN of the last request to it.
    pub serial: u32,
    pub subscription: Subscription,
    pub asks: Vec<Ask>,
    /// Device or channel → armed, as last told.
    pub armed: BTreeMap<String, bool>,
    pub unwell: Unwell,
    /// When the timer is set for; 0: it is not.
    timer: Timestamp,
}

impl Camera {
    /// Of the device whose call this is.
    pub fn load() -> Camera {
        match memory::get(KEY) {
            None => Camera::default(),
            Some(_) => memory::load(KEY).unwrap_or_default(),
        }
    }

    /// Keeps what changed, and the timer for whatever ends first.
    pub fn save(mut self, before: &Camera, silence_ms: i64) {
        let next = self.next(silence_ms).unwrap_or(0);
        if next != self.timer {
            self.timer = next;
            match next {
                0 => timers::cancel(KEY),
                next => timers::set(KEY, next),
            }
        }
        if self != *before {
            memory::save(KEY, &self);
        }
    }

    pub fn is_registered(&self, now: Timestamp) -> bool {
        self.until > now
    }

    pub fn hear(&mut self, now: Timestamp) {
        if now - self.heard >= HEARD_EVERY_MS {
            self.heard = now;
        }
    }

    /// When its silence has lasted too long. `heard` may lag.
    pub fn lost_at(&self, silence_ms: i64) -> Timestamp {
        self.heard + silence_ms + HEARD_EVERY_MS
    }

    /// Notes how a device or channel is armed; whether that is news.
    pub fn arm(&mut self, id: &str, armed: bool) -> bool {
        let is_news = self.armed.get(id) != Some(&armed);
        if is_news && (self.armed.len() < ARMED_MAX || self.armed.contains_key(id)) {
            self.armed.insert(id.to_owned(), armed);
        }
        is_news
    }

    /// Room for one more request; the oldest that is over makes it.
    pub fn make_room(&mut self) -> bool {
        if self.asks.len() >= ASKS_MAX
            && let Some(over) = self.asks.iter().position(|ask| ask.stage == Stage::Over)
        {
            self.asks.remove(over);
        }
        self.asks.len() < ASKS_MAX
    }

    /// The timer that woke this call is gone.
    pub fn woken(&mut self) {
        self.timer = 0;
    }

    fn next(&self, silence_ms: i64) -> Option<Timestamp> {
        let alive = self.online.then(|| self.until.min(self.lost_at(silence_ms)));
        let subscribe = Some(self.subscription.due).filter(|due| self.online && *due > 0);
        self.asks.iter().map(|ask| ask.due).chain(alive).chain(subscribe).min()
    }
}
