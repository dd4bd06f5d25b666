//! Requests that were answered a moment ago: a copy gets the same answer and is not
//! counted again.

use crate::sip::message::Message;
use crate::sip::uri::parameter;
use std::hash::Hasher;
use tocsin_sdk::hash::FixedHasher;
use tocsin_sdk::{Timestamp, memory};

const KEY: &str = "answered";
/// A client transaction sends no copy after 64 × T1 (RFC 3261, 17.1.2.2).
const REMEMBERED_MS: i64 = 32_000;
/// Of one device at once. A camera in a motion storm sends five alarms a second and
/// repeats one within half a second; 64 entries of 16 bytes last it twelve.
const MOST: usize = 64;

/// Names one transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key(u64);

impl Key {
    pub fn of(request: &Message<'_>) -> Key {
        let mut hasher = FixedHasher::default();
        let branch = request.get("Via").and_then(|via| parameter(via, "branch")).unwrap_or_default();
        for part in [
            branch.as_bytes(),
            request.get("Call-ID").unwrap_or_default(),
            request.get("CSeq").unwrap_or_default(),
        ] {
            hasher.write(part);
            hasher.write_u8(0);
        }
        // A device that makes no branch of its own is known by what it says.
        if branch.is_empty() {
            hasher.write(request.body().0);
        }
        // An answer to a challenge may come under the number of what was challenged.
        hasher.write(request.get("Authorization").unwrap_or_default());
        Key(hasher.finish())
    }

    /// As part of what is derived from it.
    pub fn text(self) -> String {
        format!("{:016x}", self.0)
    }
}

/// All of one device, oldest first: key and time, eight bytes each.
#[derive(Debug)]
pub struct Seen(Vec<u8>);

impl Seen {
    /// Of the device whose call this is.
    pub fn load() -> Seen {
        let mut entries = memory::get(KEY).unwrap_or_default();
        entries.truncate(entries.len() / 16 * 16);
        Seen(entries)
    }

    /// When the first copy came.
    pub fn first(&self, key: Key, now: Timestamp) -> Option<Timestamp> {
        let entry = self.0.chunks_exact(16).rfind(|entry| entry[..8] == key.0.to_le_bytes())?;
        let at = i64::from_le_bytes(*entry.last_chunk()?);
        (now - at < REMEMBERED_MS).then_some(at)
    }

    pub fn add(mut self, key: Key, now: Timestamp) {
        if self.0.len() >= MOST * 16 {
            self.0.drain(..16);
        }
        self.0.extend(key.0.to_le_bytes());
        self.0.extend(now.to_le_bytes());
        memory::put(KEY, &self.0);
    }
}
