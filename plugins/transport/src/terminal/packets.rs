//! A message in several packets: put together, and what is missing asked for again.

use super::done;
use super::frame::{Frame, Packet};
use super::media::{self, Media};
use super::runs::Runs;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use tocsin_sdk::text::hex;
use tocsin_sdk::{Outcome, Rejection, Tick, Timestamp, memory, timers};

/// Room and timer keys begin so; message and first serial follow.
pub const PACKETS: &str = "packets/";
/// Between two requests for what is missing.
const PATIENCE_MS: i64 = 10_000;
/// Requests before what came is given up.
const REQUESTS: u8 = 3;
/// Of one message, so that the hex of two fits the room.
const MOST: usize = 12 * 1_024;
/// Packets of `MOST` bytes with at least this much in each but the last.
const PACKETS_MAX: u16 = 250;
/// Asked for at a time: what 8800 has room for in every edition.
const ASKED_MAX: usize = 125;
/// Messages that one terminal sends at a time, and as many of media, which take no
/// room.
const OPEN_MAX: usize = 2;
/// Room key of the messages under way.
const OPEN: &str = "open";

pub enum Collected {
    Whole(Vec<u8>),
    /// The same of media.
    Media(Media),
    /// With what had to make room, one sentence each.
    Waiting(Vec<String>),
}

#[derive(Default, Deserialize, Serialize)]
struct Parts {
    total: u16,
    bytes: usize,
    /// By number, as hex. Of media nothing is kept but which came, and the id.
    bodies: BTreeMap<u16, String>,
    #[serde(default)]
    came: Runs,
    #[serde(default)]
    media: Option<u32>,
    asked: u8,
    /// Header of what is asked for, as hex: version and telephone.
    version: Option<u8>,
    phone: Vec<u8>,
    first: u16,
}

impl Parts {
    fn has(&self, number: u16) -> bool {
        self.came.has(number) || self.bodies.contains_key(&number)
    }

    fn count(&self) -> usize {
        self.came.count() + self.bodies.len()
    }

    /// Answers whether there was room for it.
    fn take(&mut self, frame: &Frame, number: u16) -> bool {
        if frame.id != media::MESSAGE {
            self.bodies.insert(number, hex(&frame.body));
        } else if self.came.put(number) {
            self.media = if number == 1 { media::id(&frame.body) } else { self.media };
        } else {
            return false;
        }
        self.bytes += frame.body.len();
        // It goes on: patience begins anew.
        self.asked = 0;
        true
    }
}

pub fn collect(frame: &Frame, packet: Packet, received: Timestamp) -> Result<Collected, Rejection> {
    let (first, is_media) = (frame.first(packet), frame.id == media::MESSAGE);
    if !is_media && done::repeats(frame, packet, received) {
        return Ok(Collected::Waiting(Vec::new()));
    }
    let key = format!("{PACKETS}{:04x}-{first}", frame.id);
    let mut parts: Parts = memory::load(&key).unwrap_or_default();
    let mut gone = Vec::new();
    if parts.total != packet.total {
        if packet.total > PACKETS_MAX && !is_media {
            return Err(Rejection::unsupported(format!(
                "分包 {} 个,最多 {PACKETS_MAX} (too many packets)",
                packet.total
            )));
        }
        parts = Parts {
            total: packet.total,
            version: frame.version,
            phone: frame.phone.clone(),
            first,
            ..Parts::default()
        };
        gone = make_room(&key);
    }
    // The same packet again is the terminal's retry.
    if !parts.has(packet.number) && !parts.take(frame, packet.number) {
        return Err(Rejection::unsupported("分包次序过乱 (the packets leave too many gaps)"));
    }
    if parts.bytes > MOST && !is_media {
        close(&key);
        return Err(Rejection::unsupported(format!("分包消息超过 {MOST} 字节 (a message beyond 12 KiB)")));
    }
    if parts.count() < usize::from(parts.total) {
        memory::save(&key, &parts);
        timers::set(&key, received + PATIENCE_MS);
        return Ok(Collected::Waiting(gone));
    }
    close(&key);
    if is_media {
        let front = parts.media.map(|id| id.to_be_bytes().to_vec()).unwrap_or_default();
        return Ok(Collected::Media(Media { front, bytes: parts.bytes, packets: parts.total }));
    }
    let bodies: Vec<Vec<u8>> = parts.bodies.values().map(|body| unhex(body)).collect();
    done::remember(frame, packet, bodies.first().map_or(&[], Vec::as_slice), received);
    Ok(Collected::Whole(bodies.concat()))
}

/// 补传分包请求 8003 for what is missing, of media 8800; after some of them what came
/// is given up.
pub fn ask_again(tick: &Tick) -> Outcome {
    let Some(mut parts) = memory::load::<Parts>(&tick.key) else { return Outcome::default() };
    let missing: Vec<u16> = (1..=parts.total).filter(|number| !parts.has(*number)).take(ASKED_MAX).collect();
    if parts.asked >= REQUESTS {
        close(&tick.key);
        return Outcome::default().defect(format!(
            "分包消息 {} 只到 {} 包,共 {} 包 (the rest of the message did not come)",
            tick.key.trim_start_matches(PACKETS),
            parts.count(),
            parts.total
        ));
    }
    parts.asked += 1;
    let frame = Frame {
        id: 0,
        properties: 0,
        version: parts.version,
        phone: parts.phone.clone(),
        serial: parts.first,
        packet: None,
        body: Vec::new(),
    };
    memory::save(&tick.key, &parts);
    timers::set(&tick.key, tick.due + PATIENCE_MS);
    let serial = tick.sequence as u16;
    let ask = match parts.media {
        Some(id) => media::ask(&frame, id, &missing, serial),
        None => frame.answer(0x8003, serial, &request(&parts, &missing)),
    };
    Outcome::default().send_to(&*tick.device, ask)
}

fn request(parts: &Parts, missing: &[u16]) -> Vec<u8> {
    let mut body = parts.first.to_be_bytes().to_vec();
    match parts.version {
        Some(_) => body.extend_from_slice(&(missing.len() as u16).to_be_bytes()),
        // At most `ASKED_MAX`.
        None => body.push(missing.len() as u8),
    }
    missing.iter().for_each(|number| body.extend_from_slice(&number.to_be_bytes()));
    body
}

/// The room holds some messages: the one begun first goes.
fn make_room(key: &str) -> Vec<String> {
    let mut open: Vec<String> = memory::load(OPEN).unwrap_or_default();
    open.retain(|known| known != key);
    let mut gone = Vec::new();
    let is_alike = |known: &String| is_media(known) == is_media(key);
    while open.iter().filter(|known| is_alike(known)).count() >= OPEN_MAX {
        let Some(oldest) = open.iter().position(is_alike).map(|at| open.remove(at)) else { break };
        memory::forget(&oldest);
        timers::cancel(&oldest);
        let name = oldest.trim_start_matches(PACKETS);
        gone.push(format!("分包消息 {name} 未到齐即被新消息顶替 (a message made room for another)"));
    }
    open.push(key.to_owned());
    memory::save(OPEN, &open);
    gone
}

fn is_media(key: &str) -> bool {
    key.starts_with(&format!("{PACKETS}{:04x}-", media::MESSAGE))
}

fn close(key: &str) {
    memory::forget(key);
    timers::cancel(key);
    let mut open: Vec<String> = memory::load(OPEN).unwrap_or_default();
    open.retain(|known| known != key);
    match open.is_empty() {
        true => memory::forget(OPEN),
        false => memory::save(OPEN, &open),
    }
}

/// Of our own writing.
fn unhex(text: &str) -> Vec<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16).unwrap_or_default() as u8;
    text.as_bytes().chunks_exact(2).map(|pair| digit(pair[0]) << 4 | digit(pair[1])).collect()
}
