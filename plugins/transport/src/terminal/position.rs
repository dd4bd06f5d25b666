//! Positions: alarm bits 4, status bits 4, latitude 4, longitude 4 (millionths of a
//! degree), height 2 (m), speed 2 (0.1 km/h), direction 2, time 6 (BCD, Beijing),
//! then items.

use super::alarm::{BITS, Weight};
use super::frame::Frame;
use super::item;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use tocsin_sdk::field::{datum, path_step};
use tocsin_sdk::time::beijing;
use tocsin_sdk::{Certainty, Datum, Outcome, Position, Rejection, Severity, Signal, Timestamp, city, memory};

/// Without items.
const SHORTEST: usize = 28;
/// Room key of the alarm bits that were told last.
const BITS_KEY: &str = "bits";

/// Clocks of terminals are right to seconds, by their satellites, or not at all.
const AHEAD_MS: i64 = 300_000;

/// How a position was told.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Told {
    Now,
    /// From a terminal's memory, behind a tunnel.
    Later,
    /// By whoever has not shown the terminal's code: its alarms count, and nothing else
    /// of it, now or later.
    Unproven,
}

/// Alarm bits, and the time of the position that had them.
#[derive(Clone, Copy, Default, Deserialize, Serialize)]
struct Known {
    at: Timestamp,
    bits: u32,
}

struct Read {
    bits: u32,
    at: Option<Timestamp>,
    /// 已定位: the place is that of now, not the last known.
    is_located: bool,
    place: Option<Position>,
    speed: f64,
    data: Map<String, Value>,
    defects: Vec<String>,
}

/// The alarm bits of a position.
pub fn alarms(body: &[u8]) -> Option<u32> {
    (body.len() >= SHORTEST).then(|| word(body, 0))
}

pub fn tell(body: &[u8], frame: &Frame, told: Told, received: Timestamp) -> Result<Outcome, Rejection> {
    let read = read(body, received)?;
    Ok(say(read, frame, told, Outcome::default()))
}

/// 定位数据批量上传: count 2, type 1 (1: from memory), then length 2 and a position each.
pub fn batch(body: &[u8], frame: &Frame, received: Timestamp) -> Result<Outcome, Rejection> {
    let [high, low, kind, rest @ ..] = body else {
        return Err(Rejection::malformed("批量定位没有数据项个数 (a batch without its count)"));
    };
    let count = u16::from_be_bytes([*high, *low]);
    let told = if *kind == 1 { Told::Later } else { Told::Now };
    let (mut outcome, mut rest, mut seen) = (Outcome::default(), rest, 0_u16);
    while let [high, low, behind @ ..] = rest {
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        let Some(one) = behind.get(..length) else {
            let left = behind.len();
            outcome = outcome
                .defect(format!("第 {} 条应有 {length} 字节,只剩 {left} (a position breaks off)", seen + 1));
            break;
        };
        rest = &behind[length..];
        seen += 1;
        outcome = match read(one, received) {
            Ok(read) => say(read, frame, told, outcome),
            Err(refusal) => outcome.defect(format!("第 {seen} 条: {}", refusal.reason)),
        };
    }
    if outcome.signals.is_empty() {
        return Err(Rejection::malformed(format!(
            "批量定位声称 {count} 条,一条也读不出 (no position could be read)"
        )));
    }
    if seen != count {
        outcome = outcome.defect(format!(
            "批量定位声称 {count} 条,实为 {seen} 条 (the count is not that of the positions)"
        ));
    }
    Ok(outcome)
}

fn say(mut read: Read, frame: &Frame, told: Told, mut outcome: Outcome) -> Outcome {
    let terminal = frame.terminal();
    let device = path_step(&terminal);
    let title = city::device(&device).map(|known| known.title).filter(|title| !title.is_empty());
    let name = title.unwrap_or(terminal);
    let is_proven = told != Told::Unproven;
    let before = if is_proven { newer(&read) } else { None };
    let data = read.shown(told, frame.serial);
    let dressed = |signal: Signal| signal.device(&*device).observed(read.at).data(&*data);
    if is_proven {
        outcome.signals.push(dressed(read.position(&name)));
    }
    for bit in BITS {
        let is = read.bits >> bit.place & 1 == 1;
        // What lies before the newest position says nothing of how it stands now.
        let was = before.map(|bits| bits >> bit.place & 1 == 1);
        let signal = match (is, was, bit.weight) {
            (true, _, Weight::Alarm) => Signal::alarm(bit.code)
                .severity(Severity::Severe)
                .certainty(if is_proven { Certainty::Likely } else { Certainty::Possible }),
            (true, Some(false), Weight::Report) => Signal::report(bit.code).severity(Severity::Minor),
            (true, Some(false), Weight::Fault) => Signal::fault(bit.code).severity(Severity::Minor),
            (false, Some(true), _) => Signal::recovery(bit.code),
            _ => continue,
        };
        let over = if is { "" } else { "解除" };
        let mark = if is_proven { "" } else { "(未鉴权)" };
        let title = format!("{name} {}{over}{mark}", bit.title);
        // Where it was last is better than nowhere.
        outcome.signals.push(dressed(signal.title(title).at(read.place)));
    }
    outcome.defects.extend(read.defects);
    outcome
}

impl Read {
    fn position(&self, name: &str) -> Signal {
        let lost = if self.is_located && self.place.is_some() { "" } else { ",未定位" };
        Signal::status("vehicle.position")
            .value(self.speed, "km/h")
            .title(format!("{name} 时速 {} km/h{lost}", self.speed))
            .at(self.place.filter(|_| self.is_located))
    }

    /// All that was read, as a signal carries it.
    fn shown(&mut self, told: Told, serial: u16) -> String {
        let mut data = std::mem::take(&mut self.data);
        // What tells a copy.
        data.insert("serial".into(), serial.into());
        let bits = BITS.iter().filter(|bit| self.bits >> bit.place & 1 == 1);
        data.insert("alarms".into(), bits.map(|bit| bit.title).collect());
        data.insert("told_later".into(), (told == Told::Later).into());
        if told == Told::Unproven {
            data.insert("unauthenticated".into(), true.into());
        }
        if let Some(place) = self.place.filter(|_| !self.is_located) {
            data.insert("last_known".into(), json!({ "lon": place.lon, "lat": place.lat }));
        }
        Value::Object(data).to_string()
    }
}

/// The bits before, where this position is newer than all; it is remembered then.
fn newer(read: &Read) -> Option<u32> {
    let known: Known = memory::load(BITS_KEY).unwrap_or_default();
    let at = read.at?;
    if at < known.at {
        return None;
    }
    if (known.at, known.bits) != (at, read.bits) {
        memory::save(BITS_KEY, &Known { at, bits: read.bits });
    }
    Some(known.bits)
}

fn read(body: &[u8], received: Timestamp) -> Result<Read, Rejection> {
    if body.len() < SHORTEST {
        let reason =
            format!("位置信息只有 {} 字节,至少 {SHORTEST} (a position of {} bytes)", body.len(), body.len());
        return Err(Rejection::malformed(reason));
    }
    let half = |at: usize| u16::from_be_bytes([body[at], body[at + 1]]);
    let (bits, status) = (word(body, 0), word(body, 4));
    let mut defects = Vec::new();
    let at = moment(&body[22..28], received, &mut defects);
    let (items, broken) = item::read(&body[SHORTEST..]);
    defects.extend(broken);
    let speed = f64::from(half(18)) / 10.0;
    let flag = |place: u32| status >> place & 1 == 1;
    let mut data = items;
    let said = json!({
        "acc": flag(0), "located": flag(1), "status": status, "altitude_m": half(16) as i16,
        "direction": half(20), "alarm_bits": bits,
    });
    if let Value::Object(said) = said {
        data.extend(said);
    }
    let place = place(word(body, 8), word(body, 12), status, &mut defects);
    Ok(Read { bits, at, is_located: flag(1), place, speed, data, defects })
}

/// South and west by status bits 2 and 3; none where it is not on the earth or all zero.
fn place(lat: u32, lon: u32, status: u32, defects: &mut Vec<String>) -> Option<Position> {
    let degrees = |millionths: u32, negative: u32| {
        let degrees = f64::from(millionths) / 1e6;
        if status >> negative & 1 == 1 { -degrees } else { degrees }
    };
    let (lat, lon) = (degrees(lat, 2), degrees(lon, 3));
    if lat == 0.0 && lon == 0.0 {
        return None;
    }
    if lat.abs() > 90.0 || lon.abs() > 180.0 {
        defects.push(format!("位置 {lon}, {lat} 不在地球上 (not on the earth)"));
        return None;
    }
    let datum = city::setting("datum").and_then(|name| datum(&name)).unwrap_or(Datum::Wgs84);
    Some(Position { lon, lat, datum })
}

fn word(body: &[u8], at: usize) -> u32 {
    u32::from_be_bytes([body[at], body[at + 1], body[at + 2], body[at + 3]])
}

/// A time that cannot be is none: remembered, it would make all that follow old.
fn moment(bytes: &[u8], received: Timestamp, defects: &mut Vec<String>) -> Option<Timestamp> {
    let at = time(bytes).filter(|at| *at <= received.saturating_add(AHEAD_MS));
    if at.is_none() {
        let what = match time(bytes) {
            Some(_) => "晚于收到时间五分钟以上 (more than five minutes ahead)",
            None => "不是 BCD 时间 (no such time)",
        };
        defects.push(format!("时间 {} {what}", tocsin_sdk::text::hex(bytes)));
    }
    at
}

/// BCD `YYMMDDhhmmss` of this century.
fn time(bytes: &[u8]) -> Option<Timestamp> {
    let part = |at: usize| {
        let (high, low) = (bytes[at] >> 4, bytes[at] & 15);
        (high < 10 && low < 10).then_some(high * 10 + low)
    };
    beijing(2000 + i32::from(part(0)?), part(1)?, part(2)?, part(3)?, part(4)?, part(5)?)
}
