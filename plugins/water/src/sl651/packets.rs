//! Reports in several packets: kept in the station's room until all are there.

use super::frame::{Frame, Packet};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use tocsin_sdk::{Outcome, Rejection, Timestamp, memory, timers};

/// Room key and timer key.
pub const PACKETS: &str = "packets";

/// A station that is silent so long has given up; so do we.
const PATIENCE_MS: i64 = 30_000;
/// Bytes of one report: a day of five-minute values is a tenth of it.
const MOST: usize = 24 << 10;

#[derive(Debug, Default, Serialize, Deserialize)]
struct Parts {
    function: u8,
    total: u16,
    bytes: usize,
    /// Number → body, as hex.
    bodies: BTreeMap<u16, String>,
}

pub enum Collected {
    Whole(Vec<u8>, Outcome),
    Waiting(Outcome),
}

pub fn collect(frame: &Frame<'_>, packet: Packet, received: Timestamp) -> Result<Collected, Rejection> {
    let mut outcome = Outcome::default();
    let mut parts = memory::load::<Parts>(PACKETS).unwrap_or_default();
    let other = (parts.function, parts.total) != (frame.function, packet.total);
    if other && !parts.bodies.is_empty() {
        outcome = outcome.defect(missing(&parts));
    }
    if other {
        parts = Parts { function: frame.function, total: packet.total, ..Parts::default() };
    }
    // The same packet again is the station's retry.
    if !parts.bodies.contains_key(&packet.number) {
        parts.bytes += frame.body.len();
        if parts.bytes > MOST {
            memory::forget(PACKETS);
            return Err(Rejection::unsupported(format!("多包报文超过 {MOST} 字节 (a report beyond 24 KiB)")));
        }
        parts.bodies.insert(packet.number, hex(frame.body));
    }
    if parts.bodies.len() < usize::from(packet.total) {
        memory::save(PACKETS, &parts);
        timers::set(PACKETS, received + PATIENCE_MS);
        return Ok(Collected::Waiting(outcome));
    }
    memory::forget(PACKETS);
    timers::cancel(PACKETS);
    let body = parts.bodies.values().flat_map(|body| unhex(body)).collect();
    Ok(Collected::Whole(body, outcome))
}

/// What came of a report whose rest never did.
pub fn give_up() -> Outcome {
    match memory::load::<Parts>(PACKETS) {
        Some(parts) => {
            memory::forget(PACKETS);
            Outcome::default().defect(missing(&parts))
        }
        None => Outcome::default(),
    }
}

fn missing(parts: &Parts) -> String {
    format!(
        "{:02X}H 多包报文只到 {} 包, 共 {} 包, 余者 30 秒未到 (the rest of the report did not come)",
        parts.function,
        parts.bodies.len(),
        parts.total
    )
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Of our own writing.
fn unhex(text: &str) -> Vec<u8> {
    text.as_bytes()
        .chunks_exact(2)
        .filter_map(|pair| super::frame::hex(pair).map(|byte| byte as u8))
        .collect()
}
