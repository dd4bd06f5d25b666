//! 报警订阅: one dialog with a device, and when to speak of it next.

use serde::{Deserialize, Serialize};
use tocsin_sdk::Timestamp;

/// Before the end, so that half a minute of copies still finds it alive.
const EARLY_MS: i64 = 60_000;
/// After the first failure, doubling.
const AGAIN_MS: i64 = 30_000;
const AGAIN_MS_MAX: i64 = 15 * 60_000;
/// A device that says no hardly changes its mind.
const REFUSED_AGAIN_MS: i64 = 3_600_000;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Subscription {
    /// CSeq and time of the SUBSCRIBE that opened the dialog; 0: there is none.
    pub opened: u32,
    pub at: Timestamp,
    /// The device's tag.
    pub tag: String,
    /// It counts until then; 0: it does not.
    pub until: Timestamp,
    /// When the next SUBSCRIBE goes out; 0: none is planned.
    pub due: Timestamp,
    failures: u8,
    /// What the city was told last.
    pub told: Option<bool>,
}

impl Subscription {
    /// Nothing of it is left but what the city knows.
    pub fn reset(&mut self) {
        *self = Subscription { told: self.told, ..Subscription::default() };
    }

    pub fn open(&mut self, cseq: u32, now: Timestamp) {
        if self.opened == 0 {
            (self.opened, self.at) = (cseq, now);
        }
        self.due = 0;
    }

    pub fn granted(&mut self, tag: &str, seconds: i64, now: Timestamp) {
        self.tag = tag.to_owned();
        self.until = now + seconds * 1_000;
        self.due = (self.until - EARLY_MS).max(now + seconds * 500);
        self.failures = 0;
    }

    /// A new dialog is tried later.
    pub fn failed(&mut self, refused: bool, now: Timestamp) {
        let failures = self.failures.saturating_add(1);
        self.reset();
        let pause = (AGAIN_MS << (failures - 1).min(10)).min(AGAIN_MS_MAX);
        self.failures = failures;
        self.due = now + if refused { REFUSED_AGAIN_MS } else { pause };
    }

    /// What the dialog's identifiers follow from.
    pub fn seed(&self, device: &str) -> String {
        format!("{device}/{}/{}", self.opened, self.at)
    }
}
