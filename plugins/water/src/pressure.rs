//! Pressure terminals on hydrants and pipes: samples that land at their own times,
//! once, and alarm bits that come and go.

pub mod frame;
mod history;

use frame::Frame;
use tocsin_sdk::json::Object;
use tocsin_sdk::{Answer, Message, Outcome, Severity, Signal, Timestamp, memory};

/// Room key of the alarm bits of the newest frame.
const BITS: &str = "bits";
/// A clock ahead of ours by more is wrong. By as much a right one may be behind, so
/// that it is still the newest after a wrong one.
const AHEAD_MS: i64 = 5 * 60_000;

pub fn decode(bytes: &[u8], message: &Message) -> Answer {
    let frame = Frame::read(bytes)?;
    let mut outcome = Outcome::default();
    let last = frame.samples().last().map_or(frame.at, |(at, _)| at);
    let fresh = history::unseen(frame.samples(), message.received + AHEAD_MS);
    for (at, raw) in fresh {
        outcome = outcome.signal(
            Signal::reading("pipe.pressure", frame.unit.kilopascal(raw), "kPa")
                .device(frame.device.as_str())
                .observed(at)
                .title(format!("{} 压力 {} {}", frame.device, frame.unit.shown(raw), frame.unit.sign)),
        );
    }
    let known = memory::load::<(Timestamp, u8)>(BITS);
    let at = if is_ahead(last, message.received) { message.received } else { last };
    if known.is_some_and(|(newest, _)| believed(newest, message.received) > at) {
        // History that comes late says nothing of how it stands now.
        return Ok(outcome);
    }
    let before = known.map_or(0, |(_, bits)| bits);
    memory::save(BITS, &(believed(last, message.received), frame.bits));
    for bit in 0..8 {
        let (is, was) = (frame.bits >> bit & 1 == 1, before >> bit & 1 == 1);
        let Some(meaning) = frame.meaning(bit) else {
            if is {
                outcome = outcome.defect(format!("报警位 {bit} 未定义 (an alarm bit that is not defined)"));
            }
            continue;
        };
        let signal = match (is, was, meaning.is_fault) {
            (true, _, false) => Signal::alarm(meaning.code).severity(Severity::Moderate),
            (true, false, true) => Signal::fault(meaning.code).severity(Severity::Minor),
            (false, true, _) => Signal::recovery(meaning.code),
            _ => continue,
        };
        let word = if is { meaning.name.to_owned() } else { format!("{}解除", meaning.name) };
        let data = Object::with_capacity(128)
            .number("battery_percent", frame.battery)
            .number("rssi_dbm", frame.rssi)
            .text("low_limit", &frame.unit.shown(frame.low))
            .text("high_limit", &frame.unit.shown(frame.high));
        outcome = outcome.signal(
            signal
                .device(frame.device.as_str())
                .observed(last)
                .value(frame.unit.kilopascal(frame.current), "kPa")
                .title(format!(
                    "{} {word}, 当前 {} {}",
                    frame.device,
                    frame.unit.shown(frame.current),
                    frame.unit.sign
                ))
                .data(data.finish()),
        );
    }
    Ok(outcome)
}

fn is_ahead(at: Timestamp, received: Timestamp) -> bool {
    at > received + AHEAD_MS
}

/// Since when a frame is the newest: a time in the future, stored or new, would mute
/// every alarm until then.
fn believed(at: Timestamp, received: Timestamp) -> Timestamp {
    if is_ahead(at, received) { received - AHEAD_MS } else { at }
}
