//! What the centre says to a station: the same fields, station before centre, direction 8.

use super::frame::{Coding, Packet};
use crate::{bcd, crc};

pub const STX: u8 = 0x02;
pub const SYN: u8 = 0x16;
/// Go on: more of the same conversation is expected.
pub const ACK: u8 = 0x06;
/// Send that packet again.
pub const NAK: u8 = 0x15;
/// The last word: hang up, or stay on the line.
pub const EOT: u8 = 0x04;
pub const ESC: u8 = 0x1B;

/// A downlink frame to who wrote `address`: eighteen hex digits of centre, station,
/// password and function.
pub fn frame(coding: Coding, address: &str, packet: Option<Packet>, text: &[u8], end: u8) -> Vec<u8> {
    let part = |from: usize, to: usize| address.get(from..to).unwrap_or_default();
    let numbers = packet.map(|Packet { total, number }| format!("{total:03X}{number:03X}"));
    let numbers = written(coding, &numbers.unwrap_or_default());
    let length = numbers.len() + text.len();
    let fields = format!("{}{}{}8{length:03X}", part(2, 12), part(0, 2), part(12, 18));
    let mark: &[u8] = match coding {
        Coding::Hex => &[0x7E, 0x7E],
        Coding::Ascii => &[0x01],
    };
    let start = if packet.is_some() { SYN } else { STX };
    let mut frame = [mark, &written(coding, &fields), &[start], &numbers, text, &[end]].concat();
    let sum = crc::of(&frame);
    frame.extend_from_slice(&written(coding, &format!("{sum:04X}")));
    frame
}

/// Hex digits in a coding. They are ours, or have been checked.
pub fn written(coding: Coding, digits: &str) -> Vec<u8> {
    match coding {
        Coding::Hex => bcd::bytes(digits.as_bytes()).unwrap_or_default(),
        Coding::Ascii => digits.as_bytes().to_vec(),
    }
}
