//! Orders to devices: 查岗 (type 91) and 同步时钟 (type 90) down, progress up.
//!
//! An order of this department with a `device` and a `matter`:
//!
//! | `matter` | Sent | Done when |
//! |---|---|---|
//! | `fire.roll-call` | 控制, type 91, minutes until the order's `done_by` (else the setting `roll_call_minutes`) | the device reports 查岗应答 (type 24, bit 5) |
//! | `fire.clock-sync` | 控制, type 90, the time of this try | the device confirms |
//!
//! The device's 确认 means that it has the frame: the order is `delivered`. Without
//! one a frame goes out three times, 10 s apart, under one serial number; then
//! the order is `failed`, as it is when nobody answers a roll call. A failed order
//! stays open at the core, whose clocks escalate it, and what comes late is told.

use crate::adu::Objects;
use crate::frame::{self, Frame, command};
use crate::moment;
use crate::pending::{Ask, Exchange, Pending, Stage};
use crate::table::operation::ROLL_CALL;
use serde::Deserialize;
use tocsin_sdk::{Answer, Event, Outcome, Signal, Tick, Timestamp, city, log, time};

/// 重发次数 by the standard.
const TRIES: u8 = 3;
/// 应答超时 by the standard: at most, and by default.
const TIMEOUT_S: i64 = 10;
const ROLL_CALL_MINUTES: i64 = 10;
/// Source address of what the centre sends, as the city file writes addresses.
const CENTRE: &str = "000000005b38";

/// Type flags of what goes down.
mod flag {
    pub const CLOCK_SYNC: u8 = 90;
    pub const ROLL_CALL: u8 = 91;
}

/// What is read of an order.
#[derive(Deserialize)]
struct Order {
    #[serde(default)]
    matter: String,
    #[serde(default)]
    device: String,
    #[serde(default)]
    done_by: Option<When>,
}

/// Milliseconds, or a time as people write it.
#[derive(Deserialize)]
#[serde(untagged)]
enum When {
    Millis(Timestamp),
    Text(String),
}

/// One event of the city.
pub fn deliver(event: &Event) -> Answer {
    let mut pending = Pending::load();
    if event.kind != "order.issued" {
        // Over for whoever gave it: nothing more is asked of the device.
        if pending.of_order(&event.subject).is_some() {
            pending.forget(&event.subject);
            pending.save();
        }
        return Ok(Outcome::default());
    }
    let order: Order = event.json()?;
    let ask = match order.matter.as_str() {
        "fire.roll-call" => Ask::RollCall { minutes: minutes(order.done_by, event.time) },
        "fire.clock-sync" => Ask::ClockSync,
        // For people, or for another connector of the department.
        _ => return Ok(Outcome::default()),
    };
    let declined = |why: String| Ok(progress(&event.subject, "declined", why).into());
    if address(&order.device).is_none() || order.device != event.device {
        return declined(format!(
            "设备“{}”不是用户信息传输装置的地址, 应为 12 位小写十六进制数 (no address of a UITD)",
            order.device
        ));
    }
    if pending.of_order(&event.subject).is_some() {
        return Ok(Outcome::default());
    }
    if !pending.make_room() {
        return declined("该装置的下行请求过多, 请稍后再试 (too much is asked of the device at once)".into());
    }
    let exchange = Exchange {
        order: event.subject.clone(),
        ask,
        serial: pending.serial(event.sequence),
        sent: event.time,
        tries: 1,
        stage: Stage::Sent,
        due: event.time + timeout_ms(),
    };
    let outcome = Outcome::default().send_to(&event.device, frame_of(&exchange, &event.device, event.time));
    pending.push(exchange);
    pending.save();
    Ok(outcome)
}

/// What has waited long enough is sent again or given up.
pub fn wake(tick: &Tick) -> Answer {
    let (mut pending, mut outcome) = (Pending::load(), Outcome::default());
    for exchange in pending.due(tick.due) {
        outcome = again(exchange, &tick.device, tick.due, outcome);
    }
    pending.save();
    Ok(outcome)
}

/// The device's 确认 of a frame of ours.
pub fn confirmed(frame: &Frame<'_>, now: Timestamp) -> Outcome {
    let mut pending = Pending::load();
    let mut outcome = Outcome::default();
    let Some(exchange) =
        pending.of_serial(frame.serial()).filter(|exchange| exchange.stage != Stage::Waiting)
    else {
        return outcome;
    };
    let (order, late) = (exchange.order.clone(), late(exchange));
    match exchange.ask {
        Ask::RollCall { minutes } => {
            exchange.stage = Stage::Waiting;
            exchange.due = now + i64::from(minutes) * 60_000;
            outcome = outcome.signal(progress(
                &order,
                "delivered",
                format!("{late}装置已确认查岗, 待值班人员应答"),
            ));
        }
        Ask::ClockSync => {
            outcome = outcome.signal(progress(&order, "done", format!("{late}装置已确认同步时钟")));
            pending.forget(&order);
        }
    }
    pending.save();
    outcome
}

/// The device's 否认 of a frame of ours: it may have been spoilt on its way.
pub fn refused(frame: &Frame<'_>, device: &str, now: Timestamp) -> Outcome {
    let (mut pending, mut outcome) = (Pending::load(), Outcome::default());
    let Some(exchange) = pending.of_serial(frame.serial()).filter(|exchange| exchange.stage == Stage::Sent)
    else {
        return outcome;
    };
    outcome = again(exchange, device, now, outcome);
    pending.save();
    outcome
}

/// A type 24 report: adds what it means for roll calls.
pub fn heard(objects: &Objects<'_>, mut outcome: Outcome) -> Outcome {
    let Some(answer) = objects.each().find(|object| object[0] & ROLL_CALL != 0) else {
        return outcome;
    };
    let mut pending = Pending::load();
    if pending.is_empty() {
        return outcome;
    }
    let operator = answer[1];
    for exchange in pending.answered() {
        let title = format!("{}查岗应答, 操作员 {operator}", late(&exchange));
        outcome = outcome.signal(progress(&exchange.order, "done", title));
    }
    pending.save();
    outcome
}

fn again(exchange: &mut Exchange, device: &str, now: Timestamp, outcome: Outcome) -> Outcome {
    match exchange.stage {
        Stage::Sent if exchange.tries < TRIES => {
            exchange.tries += 1;
            exchange.due = now + timeout_ms();
            outcome.send_to(device, frame_of(exchange, device, now))
        }
        Stage::Sent => {
            exchange.give_up(now);
            let title = format!("用户信息传输装置未确认, 已发送 {TRIES} 次 (the device did not confirm)");
            outcome.signal(progress(&exchange.order, "failed", title))
        }
        Stage::Waiting => {
            exchange.give_up(now);
            let title = "装置已确认查岗, 但值班人员逾时未应答 (nobody answered the roll call)".to_owned();
            outcome.signal(progress(&exchange.order, "failed", title))
        }
        Stage::Over => outcome,
    }
}

/// 控制命令 with the exchange's serial number. A roll call is the same bytes each
/// time. A clock is set to the time of the try: an older one would set it wrong.
fn frame_of(exchange: &Exchange, device: &str, now: Timestamp) -> Vec<u8> {
    let at = match exchange.ask {
        Ask::RollCall { .. } => exchange.sent,
        Ask::ClockSync => now,
    };
    let tag = moment::write(at);
    let data: Vec<u8> = match exchange.ask {
        Ask::RollCall { minutes } => vec![flag::ROLL_CALL, 1, minutes],
        Ask::ClockSync => [&[flag::CLOCK_SYNC, 1][..], &tag].concat(),
    };
    // The device's address was read when the exchange began.
    let to = address(device).unwrap_or_default();
    frame::build(exchange.serial, tag, centre(), to, command::CONTROL, &data)
}

fn progress(order: &str, step: &str, title: String) -> Signal {
    Signal::progress(order, step).title(title)
}

fn late(exchange: &Exchange) -> &'static str {
    if exchange.stage == Stage::Over { "迟到: " } else { "" }
}

/// Six bytes, the least significant first, of twelve lower-case hex digits.
fn address(device: &str) -> Option<[u8; 6]> {
    let is_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    if device.len() != 12 || !device.bytes().all(is_hex) {
        return None;
    }
    let number = u64::from_str_radix(device, 16).ok()?;
    number.to_le_bytes().first_chunk().copied()
}

fn minutes(done_by: Option<When>, now: Timestamp) -> u8 {
    let done_by = done_by.and_then(|when| match when {
        When::Millis(at) => Some(at),
        When::Text(text) => time::parse(&text),
    });
    let minutes = match done_by {
        Some(at) => at.saturating_sub(now) / 60_000,
        None => city::whole("roll_call_minutes", ROLL_CALL_MINUTES, 1..=255),
    };
    minutes.clamp(1, 255) as u8
}

fn timeout_ms() -> i64 {
    city::whole("downlink_timeout_s", TIMEOUT_S, 1..=TIMEOUT_S) * 1_000
}

fn centre() -> [u8; 6] {
    let text = city::setting("centre_address").unwrap_or_else(|| CENTRE.to_owned());
    address(&text).unwrap_or_else(|| {
        log::warn(&format!("setting centre_address is `{text}`; it takes 12 lower-case hex digits"));
        address(CENTRE).unwrap_or_default()
    })
}
