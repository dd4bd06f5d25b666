//! The plugin from outside: bytes in, what it says out, on the mocked host.

mod connector;
mod objects;
mod records;
mod refusals;
mod states;
mod stream;
mod vectors;

use crate::Fire;
use crate::frame::checksum;
use tocsin_sdk::mock::Host;
use tocsin_sdk::{Answer, Signal, time::Beijing};

/// 2026-07-12 14:30:20.
const TAG: [u8; 6] = [20, 30, 14, 12, 7, 26];
/// A smoke detector in alarm, `3号楼2层201室烟感`.
const ALARM: &str = "40 40 01 00 01 01 14 1E 0E 0C 07 1A 79 03 00 00 00 00 38 5B 00 00 00 00 30 00 02 \
    02 01 01 01 2A 0A 00 02 00 03 00 33 BA C5 C2 A5 32 B2 E3 32 30 31 CA D2 D1 CC B8 D0 00 00 00 00 00 00 00 00 00 00 \
    00 00 00 00 14 1E 0E 0C 07 1A 90 23 23";
const UITD: &str = "000000000379";

fn hex(text: &str) -> Vec<u8> {
    text.split_whitespace().map(|byte| u8::from_str_radix(byte, 16).unwrap()).collect()
}

/// A frame of the UITD with serial 1.
fn frame(command: u8, data: &[u8]) -> Vec<u8> {
    let mut frame = hex("40 40 01 00 01 01 14 1E 0E 0C 07 1A 79 03 00 00 00 00 38 5B 00 00 00 00");
    frame.extend_from_slice(&(data.len() as u16).to_le_bytes());
    frame.push(command);
    frame.extend_from_slice(data);
    seal(frame)
}

/// Appends checksum and end mark.
fn seal(mut frame: Vec<u8>) -> Vec<u8> {
    frame.extend_from_slice(&[0, b'#', b'#']);
    let at = frame.len() - 3;
    frame[at] = checksum(&frame);
    frame
}

/// 发送数据 with these objects.
fn send(flag: u8, objects: &[Vec<u8>]) -> Vec<u8> {
    frame(2, &[vec![flag, objects.len() as u8], objects.concat()].concat())
}

/// A type 2 object: zone 10, number 2 of system 1.1.
fn component(kind: u8, state: u16, note: &[u8], tag: [u8; 6]) -> Vec<u8> {
    let mut object = vec![1, 1, kind, 10, 0, 2, 0];
    object.extend_from_slice(&state.to_le_bytes());
    object.extend_from_slice(note);
    object.resize(40, 0);
    object.extend_from_slice(&tag);
    object
}

fn decode(host: &Host, bytes: &[u8]) -> Answer {
    host.decode::<Fire>(Host::message(UITD, bytes))
}

/// A signal on one line: kind, code, place, value, time, title.
fn line(signal: &Signal) -> String {
    let kind = format!("{:?}", signal.kind).to_lowercase();
    let kind = kind.rsplit("::").next().unwrap();
    let value = signal.value.map_or(String::new(), |value| format!(" {value} {}", signal.unit));
    let at = signal.observed.map_or("-".to_owned(), |at| Beijing::of(at).to_string()[5..19].to_owned());
    let place = signal.device.strip_prefix(UITD).expect("every path begins with the UITD");
    format!("{kind} {} {place}{value} @{at} {}", signal.code, signal.title)
}

/// What a frame says: signals, then defects marked with `!`.
fn said(host: &Host, bytes: &[u8]) -> Vec<String> {
    let outcome = decode(host, bytes).expect("a frame that is read");
    let defects = outcome.defects.iter().map(|defect| format!("! {}", defect.strip_prefix(UITD).unwrap()));
    outcome.signals.iter().map(line).chain(defects).collect()
}

/// On a host that knows nothing.
fn check(bytes: &[u8], expect: &[&str]) {
    assert_eq!(said(&Host::fresh(), bytes), expect);
}
