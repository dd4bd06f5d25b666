//! Pressure terminals on hydrants and pipes: samples that land at their own times,
//! once, and alarm bits that come and go.

pub mod frame;
mod history;

use frame::Frame;
use tocsin_sdk::json::Object;
use tocsin_sdk::{Answer, Message, Outcome, Severity, Signal, memory};

/// Room key of the alarm bits of the newest frame.
const BITS: &str = "bits";

pub fn decode(bytes: &[u8], message: &Message) -> Answer {
    let frame = Frame::read(bytes)?;
    let mut outcome = Outcome::default();
    let last = frame.samples().last().map_or(frame.at, |(at, _)| at);
    let fresh = history::unseen(frame.samples());
    for (at, raw) in fresh {
        outcome = outcome.signal(
            Signal::reading("pipe.pressure", frame.unit.kilopascal(raw), "kPa")
                .device(frame.device.as_str())
                .observed(at)
                .title(format!("{} 压力 {} {}", frame.device, frame.unit.shown(raw), frame.unit.sign)),
        );
    }
    let is_newest = memory::load::<(i64, u8)>(BITS).is_none_or(|(at, _)| at <= last);
    if !is_newest {
        // History that comes late says nothing of how it stands now.
        return Ok(outcome);
    }
    let before = memory::load::<(i64, u8)>(BITS).map_or(0, |(_, bits)| bits);
    memory::save(BITS, &(last, frame.bits));
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
    let _ = message;
    Ok(outcome)
}
