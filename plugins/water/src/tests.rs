//! Frames as stations and terminals send them.

mod pressure;
mod sl651;
mod stream;

use super::*;
use tocsin_sdk::mock::Host;
use tocsin_sdk::time::Beijing;
use tocsin_sdk::{Kind, Signal};

/// 2026-07-12 14:30:20 in Beijing.
const RECEIVED: i64 = 1_783_837_820_000;

fn bytes(hex: &str) -> Vec<u8> {
    bcd_hex(hex).unwrap_or_else(|| panic!("{hex}"))
}

fn bcd_hex(hex: &str) -> Option<Vec<u8>> {
    let digits: String = hex.chars().filter(|c| !c.is_whitespace()).collect();
    digits
        .as_bytes()
        .chunks(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
        .collect()
}

fn send(host: &Host, device: &str, payload: &[u8]) -> Answer {
    host.decode::<Water>(Message { received: RECEIVED, ..Host::message(device, payload) })
}

/// `reading water.level 12.345 m @2026-07-12T14:30:00+08:00`
fn line(signal: &Signal) -> String {
    let kind = match signal.kind {
        Kind::Alarm => "alarm",
        Kind::Fault => "fault",
        Kind::Reading => "reading",
        Kind::Status => "status",
        Kind::Recovery => "recovery",
        _ => "other",
    };
    let value = signal.value.map(|value| format!(" {value} {}", signal.unit)).unwrap_or_default();
    let at =
        signal.observed.map(|at| format!(" @{}", &Beijing::of(at).to_string()[11..19])).unwrap_or_default();
    format!("{kind} {}{value}{at}", signal.code)
}

fn lines(answer: &Answer) -> Vec<String> {
    match answer {
        Ok(outcome) => outcome
            .signals
            .iter()
            .map(line)
            .chain(outcome.defects.iter().map(|defect| format!("defect {defect}")))
            .collect(),
        Err(rejection) => vec![format!("{:?} {}", rejection.kind, rejection.reason)],
    }
}
