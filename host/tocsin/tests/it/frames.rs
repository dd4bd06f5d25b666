//! Frames of GB/T 26875.3 as devices send them, and a line to send them on.

use encoding_rs::GB18030;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

pub const ACK: u8 = 3;
pub const NAK: u8 = 6;

/// Types of components: 点型光电感烟火灾探测器, 手动火灾报警按钮.
pub const DETECTOR: u8 = 42;
pub const CALL_POINT: u8 = 23;

/// A photo-electric detector's alarm, checksum and text as computed by hand
/// from the standard; and the centre's acknowledgement.
pub const ALARM: &str = "40400100010114 1E0E0C071A 790300000000 385B00000000 3000 02 \
    0201 01 01 2A 0A000200 0300 33BAC5C2A532B2E3323031CAD2D1CCB8D0 0000000000000000000000000000 \
    141E0E0C071A 90 2323";
pub const ALARM_ACK: &str = "40400100010114 1E0E0C071A 385B00000000 790300000000 0000 03 82 2323";

pub fn bytes(hex: &str) -> Vec<u8> {
    let digits: String = hex.chars().filter(|c| !c.is_whitespace()).collect();
    tocsin_core::outcome::hex::decode(&digits).expect("hex digits")
}

/// A detector's alarm of now.
pub fn alarm(serial: u16, device: u8, number: u16, text: &str) -> Vec<u8> {
    alarm_from(serial, [device, 3, 0, 0, 0, 0], DETECTOR, number, text)
}

/// ... from a device of any address, by a component of some type.
pub fn alarm_from(serial: u16, address: [u8; 6], component: u8, number: u16, text: &str) -> Vec<u8> {
    let at = now();
    let mut data = vec![2, 1, 1, 1, component, 10, 0];
    data.extend(number.to_le_bytes());
    data.extend([3, 0]);
    let mut field = GB18030.encode(text).0.into_owned();
    field.resize(31, 0);
    data.extend(field);
    data.extend(at);
    framed(serial, address, 2, &data, at)
}

fn frame(serial: u16, device: u8, data: &[u8], at: [u8; 6]) -> Vec<u8> {
    framed(serial, [device, 3, 0, 0, 0, 0], 2, data, at)
}

fn framed(serial: u16, address: [u8; 6], command: u8, data: &[u8], at: [u8; 6]) -> Vec<u8> {
    let mut frame = vec![0x40, 0x40];
    frame.extend(serial.to_le_bytes());
    frame.extend([1, 1]);
    frame.extend(at);
    frame.extend(address);
    frame.extend([0x38, 0x5B, 0, 0, 0, 0]);
    frame.extend((data.len() as u16).to_le_bytes());
    frame.push(command);
    frame.extend(data);
    let sum = frame[2..].iter().fold(0u8, |sum, byte| sum.wrapping_add(*byte));
    frame.extend([sum, 0x23, 0x23]);
    frame
}

/// The state of a smoke detector since so many hours ago.
pub fn component(serial: u16, device: u8, number: u16, state: u16, hours: i64) -> Vec<u8> {
    let at = ago(hours);
    let mut data = vec![2, 1, 1, 1, 42, 10, 0];
    data.extend(number.to_le_bytes());
    data.extend(state.to_le_bytes());
    data.extend([0; 31]);
    data.extend(at);
    frame(serial, device, &data, at)
}

fn now() -> [u8; 6] {
    ago(0)
}

/// Second, minute, hour, day, month, year of the century, Beijing time.
fn ago(hours: i64) -> [u8; 6] {
    let then = jiff::Timestamp::now() - jiff::SignedDuration::from_hours(hours);
    let at = then.to_zoned(jiff::tz::TimeZone::fixed(jiff::tz::offset(8)));
    [at.second(), at.minute(), at.hour(), at.day(), at.month(), (at.year() % 100) as i8]
        .map(|part| part as u8)
}

/// A device's word with nothing in it: command 2 as a heartbeat, 3 as a confirmation.
pub fn empty(serial: u16, device: u8, command: u8) -> Vec<u8> {
    framed(serial, [device, 3, 0, 0, 0, 0], command, &[], now())
}

/// 查岗应答 of operator 5 (type 24, bit 5).
pub fn pressed(serial: u16, device: u8) -> Vec<u8> {
    let at = now();
    frame(serial, device, &[&[24, 1, 1 << 5, 5][..], &at].concat(), at)
}

/// A device's connection.
pub struct Line(TcpStream);

impl Line {
    pub fn to(address: &str) -> Line {
        let stream = TcpStream::connect(address).expect("the door");
        stream.set_read_timeout(Some(Duration::from_secs(15))).expect("a timeout");
        Line(stream)
    }

    pub fn send(&mut self, frame: &[u8]) {
        self.0.write_all(frame).expect("sent");
    }

    /// The next answer: acknowledgements and refusals are 30 bytes.
    pub fn answer(&mut self) -> Vec<u8> {
        let mut answer = vec![0; 30];
        self.0.read_exact(&mut answer).expect("an answer");
        answer
    }

    /// The next frame, however long.
    pub fn frame(&mut self) -> Vec<u8> {
        let mut frame = vec![0; 27];
        self.0.read_exact(&mut frame).expect("a header");
        let mut rest = vec![0; usize::from(u16::from_le_bytes([frame[24], frame[25]])) + 3];
        self.0.read_exact(&mut rest).expect("the rest of a frame");
        [frame, rest].concat()
    }

    pub fn say(&mut self, frame: &[u8]) -> Vec<u8> {
        self.send(frame);
        self.answer()
    }
}

/// Command and serial of an answer.
pub fn command(answer: &[u8]) -> (u8, u16) {
    (answer[26], u16::from_le_bytes([answer[2], answer[3]]))
}
