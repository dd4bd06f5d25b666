//! The message in packets that was put together last: one of its packets that comes
//! again is a retry, because the answer to it was lost.

use super::frame::{Frame, Packet};
use serde::{Deserialize, Serialize};
use std::hash::Hasher;
use tocsin_sdk::hash::FixedHasher;
use tocsin_sdk::{Timestamp, memory};

/// Room key.
const DONE: &str = "done";
/// Until then a packet that comes again is a retry.
const RETRY_MS: i64 = 600_000;

#[derive(Deserialize, Serialize)]
struct Done {
    id: u16,
    first: u16,
    total: u16,
    /// Hash of the first packet's body: a terminal that begins anew gives another
    /// message the same serials.
    front: u64,
    at: Timestamp,
}

/// Whether this packet is of that message.
pub fn repeats(frame: &Frame, packet: Packet, received: Timestamp) -> bool {
    let Some(done) = memory::load::<Done>(DONE) else { return false };
    if (done.id, done.first, done.total) != (frame.id, frame.first(packet), packet.total) {
        return false;
    }
    let is_another = packet.number == 1 && hash(&frame.body) != done.front;
    if is_another || received - done.at >= RETRY_MS {
        memory::forget(DONE);
        return false;
    }
    true
}

pub fn remember(frame: &Frame, packet: Packet, front: &[u8], received: Timestamp) {
    let (id, first, total) = (frame.id, frame.first(packet), packet.total);
    memory::save(DONE, &Done { id, first, total, front: hash(front), at: received });
}

fn hash(body: &[u8]) -> u64 {
    let mut hasher = FixedHasher::default();
    hasher.write(body);
    hasher.finish()
}
