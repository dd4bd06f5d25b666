//! Pressure terminals on hydrants and pipes: samples that land at their own times,
//! once, and alarm bits that come and go.

pub mod frame;
mod history;
mod terminal;

use frame::{Frame, Meaning};
use terminal::Terminal;
use tocsin_sdk::json::Object;
use tocsin_sdk::{Answer, Message, Outcome, Severity, Signal, Timestamp};

/// A clock ahead of ours by more is wrong. By as much a right one may be behind, so
/// that it is still the newest after a wrong one.
const AHEAD_MS: i64 = 5 * 60_000;

/// Readings of one frame, in what its alarms leave of an answer.
const READINGS_MAX: usize = 900;

pub fn decode(bytes: &[u8], message: &Message) -> Answer {
    let frame = Frame::read(bytes)?;
    let received = message.received;
    let mut outcome = Outcome::default();
    let mut terminal = Terminal::of(&frame.device, &message.device);
    outcome.defects.extend(terminal.fault());
    let mut fresh = terminal.told.unseen(frame.samples(), received + AHEAD_MS);
    let untold = fresh.len().saturating_sub(READINGS_MAX);
    if untold > 0 {
        fresh.drain(..untold);
        outcome.defects.push(format!("另有 {untold} 个较早样本未逐条上报 (more samples than are told)"));
    }
    outcome.signals.extend(readings(&frame, fresh));
    let last = frame.samples().last().map_or(frame.at, |(at, _)| at);
    let at = if is_ahead(last, received) { received } else { last };
    let is_newest = terminal.newest.is_none_or(|(newest, _)| believed(newest, received) <= at);
    if terminal.is_current(is_newest) {
        let before = terminal.newest.map_or(0, |(_, bits)| bits);
        terminal.newest = Some((believed(last, received), frame.bits));
        alarms(&frame, before, last, &mut outcome);
    } else {
        // History says nothing of what is over. What it alarmed was one, at its own time,
        // and it may be no history: a clock that fell back must not mute its terminal.
        let alarm = |meaning: Meaning| alarm(&frame, &meaning, true, false, last);
        let raised = (0..8).filter(|bit| frame.bits >> bit & 1 == 1).filter_map(|bit| frame.meaning(bit));
        outcome.signals.extend(raised.filter(|meaning| !meaning.is_fault).filter_map(alarm));
    }
    terminal.save(received + AHEAD_MS);
    Ok(outcome)
}

/// Each with the terminal's own limit: what is low at one hydrant is usual at the next.
fn readings(frame: &Frame<'_>, fresh: Vec<(Timestamp, i16)>) -> impl Iterator<Item = Signal> {
    let low = frame.unit.kilopascal(frame.low).to_string();
    let data = Object::new().raw("low_limit_kpa", &low).finish();
    fresh.into_iter().map(move |(at, raw)| {
        Signal::reading("pipe.pressure", frame.unit.kilopascal(raw), "kPa")
            .device(frame.device.as_str())
            .observed(at)
            .title(format!("{} 压力 {} {}", frame.device, frame.unit.shown(raw), frame.unit.sign))
            .data(data.clone())
    })
}

/// What the bits say that they did not say `before`.
fn alarms(frame: &Frame<'_>, before: u8, last: Timestamp, outcome: &mut Outcome) {
    for bit in 0..8 {
        let (is, was) = (frame.bits >> bit & 1 == 1, before >> bit & 1 == 1);
        match frame.meaning(bit) {
            Some(meaning) => outcome.signals.extend(alarm(frame, &meaning, is, was, last)),
            None if is => {
                outcome.defects.push(format!("报警位 {bit} 未定义 (an alarm bit that is not defined)"));
            }
            None => {}
        }
    }
}

fn alarm(frame: &Frame<'_>, meaning: &Meaning, is: bool, was: bool, last: Timestamp) -> Option<Signal> {
    let signal = match (is, was, meaning.is_fault) {
        (true, _, false) => Signal::alarm(meaning.code).severity(Severity::Moderate),
        (true, false, true) => Signal::fault(meaning.code).severity(Severity::Minor),
        (false, true, _) => Signal::recovery(meaning.code),
        _ => return None,
    };
    let word = if is { meaning.name.to_owned() } else { format!("{}解除", meaning.name) };
    let (device, unit) = (&frame.device, frame.unit);
    let data = Object::with_capacity(128)
        .number("battery_percent", frame.battery)
        .number("rssi_dbm", frame.rssi)
        .number("serial", frame.sum)
        .text("low_limit", &unit.shown(frame.low))
        .text("high_limit", &unit.shown(frame.high));
    let signal = signal
        .device(device.as_str())
        .observed(last)
        .value(unit.kilopascal(frame.current), "kPa")
        .title(format!("{device} {word}, 当前 {} {}", unit.shown(frame.current), unit.sign))
        .data(data.finish());
    Some(signal)
}

fn is_ahead(at: Timestamp, received: Timestamp) -> bool {
    at > received + AHEAD_MS
}

/// Since when a frame is the newest: a time in the future, stored or new, would mute
/// every alarm until then.
fn believed(at: Timestamp, received: Timestamp) -> Timestamp {
    if is_ahead(at, received) { received - AHEAD_MS } else { at }
}
