//! Tables of frames and closures; all made up here.

mod closures;
mod sessions;
mod stream;
mod terminals;

use crate::Transport;
use crate::terminal::frame::escape;
use tocsin_sdk::mock::Host;
use tocsin_sdk::{Answer, Kind, Message};

/// Hex with blanks, as bytes.
fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<u8> = hex.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    digits.chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}

/// A frame of terminal 13800000001 with a 2013 header.
fn frame(id: u16, serial: u16, body: &[u8]) -> Vec<u8> {
    let head = [
        &id.to_be_bytes()[..],
        &(body.len() as u16).to_be_bytes(),
        &bytes("013800000001"),
        &serial.to_be_bytes(),
    ];
    sealed(&[&head.concat()[..], body].concat())
}

fn sealed(bytes: &[u8]) -> Vec<u8> {
    let sum = bytes.iter().fold(0, |sum, byte| sum ^ byte);
    escape(&[bytes, &[sum]].concat())
}

/// Longitude 120.36, latitude 29.25, 50.5 km/h, with mileage 12.3 km.
fn position(bits: u32, at: &str) -> Vec<u8> {
    let mut body = bits.to_be_bytes().to_vec();
    body.extend(bytes("00000003"));
    body.extend(29_250_000_u32.to_be_bytes());
    body.extend(120_360_000_u32.to_be_bytes());
    body.extend(bytes("0064 01F9 005A"));
    body.extend(bytes(at));
    body.extend(bytes("0104 0000007B"));
    body
}

fn send(host: &Host, origin: &str, payload: &[u8]) -> Answer {
    let message = Message { origin: origin.to_owned(), ..Host::message("13800000001", payload) };
    host.decode::<Transport>(message)
}

/// `alarm vehicle.emergency` a signal, `defect …` a defect.
fn lines(answer: &Answer) -> Vec<String> {
    let outcome = answer.as_ref().unwrap_or_else(|refusal| panic!("refused: {}", refusal.reason));
    let signal = |signal: &tocsin_sdk::Signal| {
        let kind = match signal.kind {
            Kind::Alarm => "alarm",
            Kind::Fault => "fault",
            Kind::Report => "report",
            Kind::Recovery => "recovery",
            Kind::Device => "device",
            _ => "status",
        };
        format!("{kind} {}", signal.code)
    };
    let defects = outcome.defects.iter().map(|defect| format!("defect {defect}"));
    outcome.signals.iter().map(signal).chain(defects).collect()
}

/// Message id and body of what went back.
fn reply(payload: &[u8]) -> (u16, Vec<u8>) {
    let frame = crate::terminal::frame::Frame::read(&payload[1..payload.len() - 1]);
    let frame = frame.unwrap_or_else(|damage| panic!("{}", damage.reason));
    (frame.id, frame.body)
}
