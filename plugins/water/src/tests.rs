//! Frames as stations and terminals send them.

mod ascii;
mod copies;
mod packets;
mod pressure;
mod series;
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
    send_after(host, 0, device, payload)
}

/// Some milliseconds later.
fn send_after(host: &Host, after: i64, device: &str, payload: &[u8]) -> Answer {
    host.decode::<Water>(Message { received: RECEIVED + after, ..Host::message(device, payload) })
}

/// `reading water.level 12.345 m @2026-07-12T14:30:00+08:00`
fn line(signal: &Signal) -> String {
    let kind = match signal.kind {
        Kind::Alarm => "alarm",
        Kind::Fault => "fault",
        Kind::Reading => "reading",
        Kind::Status => "status",
        Kind::Recovery => "recovery",
        Kind::Report => "report",
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

/// An SL 651 frame of station 0033078101.
fn frame(function: u8, start: u8, body: &[u8], end: u8) -> Vec<u8> {
    let mut frame = bytes("7E7E01 0033078101 0000");
    frame.push(function);
    frame.extend_from_slice(&(body.len() as u16).to_be_bytes());
    frame.push(start);
    frame.extend_from_slice(body);
    frame.push(end);
    let sum = crc::of(&frame);
    frame.extend_from_slice(&sum.to_be_bytes());
    frame
}

/// What one frame says; each line begins as expected.
fn check(frame: &[u8], expect: &[&str]) -> Answer {
    let answer = send(&Host::fresh(), "0033078101", frame);
    let got = lines(&answer);
    let is_so = got.len() == expect.len() && got.iter().zip(expect).all(|(got, line)| got.starts_with(line));
    assert!(is_so, "{got:#?} is not {expect:#?}");
    answer
}
