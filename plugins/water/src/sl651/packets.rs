//! Reports in several packets: kept in the station's room until all are there; what
//! is missing is asked for again, what comes again is confirmed again.

use super::answer;
use super::frame::{Coding, Frame, Packet};
use super::report::PICTURE;
use crate::{bcd, crc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use tocsin_sdk::text::hex;
use tocsin_sdk::{Outcome, Tick, Timestamp, copies, memory, timers};

/// Room key and timer key.
pub const PACKETS: &str = "packets";

/// Silence before what is missing is asked for. With `REQUESTS`, 30 s until a
/// station has given up; so do we.
const PATIENCE_MS: i64 = 10_000;
/// A packet is sent again twice at the most (6.3.1.2 c).
const REQUESTS: u8 = 2;
/// Until then a packet of a report that was told is a retry. But for the first they name
/// no report, so that later one may be the same of the next.
const RETRY_MS: i64 = 600_000;
/// A request names one packet (table 23); as many as `sends` of the manifest.
const ASKED_AT_ONCE: usize = 16;
/// Of the state's JSON: 24 KiB of bytes as hex in packets of 200. A day of five-minute
/// values is a tenth of it. The digests of 4,095 packets take no more, and a pressure
/// terminal's history fits beside it.
const MOST: usize = 52 << 10;
/// What a packet takes beside its digits.
const PACKET: usize = 10;

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Parts {
    coding: Coding,
    /// As `Frame::address` has it. Empty: an older version wrote this.
    address: String,
    function: u8,
    total: u16,
    /// Serial and time out of the first packet, as hex.
    head: String,
    /// Requests since a packet came.
    asked: u8,
    /// Number → body, as hex.
    bodies: BTreeMap<u16, String>,
    /// Of what is only counted, a picture, too long a report or one that was told:
    /// number → CRC of the body.
    digests: BTreeMap<u16, u16>,
    is_counted: bool,
    /// When all were there.
    told: Option<Timestamp>,
}

pub enum Collected {
    Waiting(Outcome),
    /// All packets are there of what is not read, or was before: its serial and time.
    Done(Vec<u8>, Outcome),
    Whole(Vec<u8>, Outcome),
}

pub fn collect(frame: &Frame<'_>, packet: Packet, received: Timestamp) -> Collected {
    let mut outcome = Outcome::default();
    let mut parts = memory::load::<Parts>(PACKETS).unwrap_or_default();
    let is_another = parts.is_another(frame, packet);
    match parts.told {
        Some(told) if !is_another && received - told < RETRY_MS => {
            return Collected::Done(unhex(&parts.head), outcome);
        }
        Some(_) => parts = Parts::begin(frame, packet),
        None if is_another => {
            if parts.came() > 0 {
                outcome = outcome.defect(parts.lost("余者未到即有另一份 (another report took its place)"));
            }
            parts = Parts::begin(frame, packet);
        }
        None => {}
    }
    parts.take(frame, packet);
    if parts.came() < usize::from(parts.total) {
        memory::save(PACKETS, &parts);
        timers::set(PACKETS, received + PATIENCE_MS);
        return Collected::Waiting(outcome);
    }
    timers::cancel(PACKETS);
    parts.close(outcome, received)
}

/// Asks for what is missing, each packet by itself; after some requests what came is
/// given up.
pub fn ask_again(tick: &Tick) -> Outcome {
    let Some(mut parts) = memory::load::<Parts>(PACKETS) else { return Outcome::default() };
    if parts.asked >= REQUESTS || parts.address.is_empty() {
        memory::forget(PACKETS);
        return Outcome::default().defect(parts.lost("余者 30 秒未到 (the rest of the report did not come)"));
    }
    parts.asked += 1;
    memory::save(PACKETS, &parts);
    timers::set(PACKETS, tick.due + PATIENCE_MS);
    let missing = (1..=parts.total).filter(|number| !parts.has(*number)).take(ASKED_AT_ONCE);
    missing.fold(Outcome::default(), |outcome, number| {
        outcome.send_to(&*tick.device, parts.request(number, tick.due))
    })
}

impl Parts {
    fn begin(frame: &Frame<'_>, packet: Packet) -> Parts {
        Parts {
            coding: frame.coding,
            address: frame.address(),
            function: frame.function,
            total: packet.total,
            is_counted: frame.function == PICTURE,
            ..Parts::default()
        }
    }

    /// Whether the packet is of another report: someone else's, of other length, or
    /// other bytes where some are known.
    fn is_another(&self, frame: &Frame<'_>, packet: Packet) -> bool {
        let known = match self.is_counted {
            true => self.digests.get(&packet.number).is_none_or(|known| *known == crc::of(frame.body)),
            false => self.bodies.get(&packet.number).is_none_or(|known| *known == hex(frame.body)),
        };
        // Two reports may have a CRC in common, but not their serial and time.
        let begins = packet.number == 1 && self.has(1) && self.head != hex(frame.head());
        (self.coding, self.total) != (frame.coding, packet.total)
            || self.address != frame.address()
            || !known
            || begins
    }

    /// The same packet again is the station's retry.
    fn take(&mut self, frame: &Frame<'_>, packet: Packet) {
        if self.has(packet.number) {
            return;
        }
        self.asked = 0;
        if packet.number == 1 {
            self.head = hex(frame.head());
        }
        if self.is_counted {
            self.digests.insert(packet.number, crc::of(frame.body));
            return;
        }
        self.bodies.insert(packet.number, hex(frame.body));
        if self.bodies.values().map(|body| body.len() + PACKET).sum::<usize>() > MOST {
            self.count();
        }
    }

    /// From here on nothing but digests is kept: the text so far.
    fn count(&mut self) -> Vec<u8> {
        self.is_counted = true;
        let mut text = Vec::new();
        for (number, body) in std::mem::take(&mut self.bodies) {
            let body = unhex(&body);
            self.digests.insert(number, crc::of(&body));
            text.extend(body);
        }
        text
    }

    /// All are there. What is kept of them tells a packet that comes again.
    fn close(mut self, outcome: Outcome, received: Timestamp) -> Collected {
        let is_read = !self.is_counted;
        let text = self.count();
        if is_read {
            // The first packet may be shorter than serial and time.
            self.head = hex(self.coding.head_of(&text));
        }
        let head = unhex(&self.head);
        let digests: Vec<u8> = self.digests.values().flat_map(|digest| digest.to_le_bytes()).collect();
        let is_copy = copies::is_copy([self.address.as_bytes(), &head, &text, &digests], received);
        self.told = Some(received);
        memory::save(PACKETS, &self);
        match (is_copy, is_read) {
            (true, _) => Collected::Done(head, outcome),
            (false, true) => Collected::Whole(text, outcome),
            (false, false) => Collected::Done(head, outcome.defect(self.unread())),
        }
    }

    fn has(&self, number: u16) -> bool {
        self.bodies.contains_key(&number) || self.digests.contains_key(&number)
    }

    fn came(&self) -> usize {
        self.bodies.len() + self.digests.len()
    }

    /// Under the report's serial where it is known; else, as all that the centre
    /// begins, under 0 (6.6.2.4).
    fn request(&self, number: u16, now: Timestamp) -> Vec<u8> {
        let head = match self.head.as_str() {
            "" => answer::written(self.coding, &format!("0000{}", bcd::moment(now))),
            head => unhex(head),
        };
        let packet = Packet { total: self.total, number };
        answer::frame(self.coding, &self.address, Some(packet), &head, answer::NAK)
    }

    fn lost(&self, why: &str) -> String {
        let (function, came, total) = (self.function, self.came(), self.total);
        format!("{function:02X}H 多包报文只到 {came} 包, 共 {total} 包, {why}")
    }

    fn unread(&self) -> String {
        let (function, total) = (self.function, self.total);
        match function {
            PICTURE => format!("36H 图片报 {total} 包不解析, 原始字节保留 (pictures are kept, not read)"),
            _ => format!(
                "{function:02X}H 多包报文 {total} 包超过 24 KiB, 不解析, 原始字节保留 (a report beyond 24 KiB)"
            ),
        }
    }
}

/// Of our own writing.
fn unhex(text: &str) -> Vec<u8> {
    bcd::bytes(text.as_bytes()).unwrap_or_default()
}
