//! `7E` · header · body · XOR · `7E`, with `7D 02` for `7E` and `7D 01` for `7D`.
//!
//! Header of 2011 and 2013: message id 2, properties 2, telephone 6 (BCD), serial 2;
//! of 2019 (bit 14 of the properties): version 1 and telephone 10. With bit 13 the
//! number of packets 2 and which one 2 follow. Bits 0–9 are the body's length, bits
//! 10–12 its encryption. Everything is big-endian.

use tocsin_sdk::Timestamp;
use tocsin_sdk::text::hex;
use tocsin_sdk::time::Beijing;

pub const MARK: u8 = 0x7E;
pub const ESCAPE: u8 = 0x7D;
/// Beijing to UTC.
const OFFSET_MS: i64 = 8 * 3_600_000;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    pub id: u16,
    pub properties: u16,
    /// Of the 2019 header.
    pub version: Option<u8>,
    pub phone: Vec<u8>,
    pub serial: u16,
    pub packet: Option<Packet>,
    pub body: Vec<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packet {
    pub total: u16,
    /// From 1 on.
    pub number: u16,
}

/// Result of a general answer.
#[derive(Clone, Copy)]
pub enum Ended {
    Done = 0,
    Failed = 1,
    Wrong = 2,
    Unsupported = 3,
}

/// Why no frame was read, and whom to tell.
pub struct Damage {
    pub reason: String,
    pub answer: Option<Box<Frame>>,
}

/// What stands between the marks.
pub fn inside(bytes: &[u8]) -> &[u8] {
    let start = bytes.iter().take_while(|byte| **byte == MARK).count();
    let rest = &bytes[start..];
    let end = rest.iter().rev().take_while(|byte| **byte == MARK).count();
    &rest[..rest.len() - end]
}

impl Frame {
    /// Reads what stands between two marks.
    pub fn read(inside: &[u8]) -> Result<Frame, Damage> {
        let damage = |reason: String| Damage { reason, answer: None };
        let Some(bytes) = unescape(inside) else {
            return Err(damage("转义错误:7D 之后须为 01 或 02 (7D is followed by neither 01 nor 02)".into()));
        };
        let Some((sum, bytes)) = bytes.split_last() else {
            return Err(damage("空帧 (an empty frame)".into()));
        };
        let Some(frame) = Frame::parse(bytes) else {
            return Err(damage(format!(
                "消息头不完整:{} 字节 (no whole header in {} bytes)",
                bytes.len(),
                bytes.len()
            )));
        };
        let computed = bytes.iter().fold(0, |sum, byte| sum ^ byte);
        let stated = usize::from(frame.properties & 0x3FF);
        let reason = if computed != *sum {
            format!(
                "校验码 {sum:02X},应为 {computed:02X} (the checksum is {sum:02X}, it should be {computed:02X})"
            )
        } else if stated != frame.body.len() {
            let actual = frame.body.len();
            format!(
                "消息体长度 {stated},实际 {actual} (the body's length is {stated}, there are {actual} bytes)"
            )
        } else if !is_decimal(&frame.phone) {
            let phone = hex(&frame.phone);
            format!("终端手机号 {phone} 不是 BCD 码 (the telephone {phone} is not decimal digits)")
        } else if frame.packet.is_some_and(|packet| packet.number == 0 || packet.number > packet.total) {
            "分包序号不在总包数之内 (the packet's number is beyond their total)".into()
        } else {
            return Ok(frame);
        };
        Err(Damage { reason, answer: Some(Box::new(frame)) })
    }

    fn parse(bytes: &[u8]) -> Option<Frame> {
        let word = |at: usize| Some(u16::from_be_bytes([*bytes.get(at)?, *bytes.get(at + 1)?]));
        let properties = word(2)?;
        let version = if properties & 1 << 14 != 0 { Some(*bytes.get(4)?) } else { None };
        let (from, digits) = if version.is_some() { (5, 10) } else { (4, 6) };
        let at = from + digits;
        let packet = if properties & 1 << 13 != 0 {
            Some(Packet { total: word(at + 2)?, number: word(at + 4)? })
        } else {
            None
        };
        Some(Frame {
            id: word(0)?,
            properties,
            version,
            phone: bytes.get(from..at)?.to_vec(),
            serial: word(at)?,
            packet,
            body: bytes.get(at + if packet.is_some() { 6 } else { 2 }..)?.to_vec(),
        })
    }

    pub fn is_encrypted(&self) -> bool {
        self.properties & 0x1C00 != 0
    }

    /// The telephone without leading zeros, so that a terminal keeps its name when
    /// its header grows.
    pub fn terminal(&self) -> String {
        let digits = hex(&self.phone);
        match digits.trim_start_matches('0') {
            "" => "0".to_owned(),
            digits => digits.to_owned(),
        }
    }

    /// Serial of the first of the packets that this one is of.
    pub fn first(&self, packet: Packet) -> u16 {
        self.serial.wrapping_sub(packet.number).wrapping_add(1)
    }

    /// 平台通用应答 8001.
    pub fn acknowledge(&self, ended: Ended, serial: u16) -> Vec<u8> {
        let mut body = Vec::with_capacity(5);
        body.extend_from_slice(&self.serial.to_be_bytes());
        body.extend_from_slice(&self.id.to_be_bytes());
        body.push(ended as u8);
        self.answer(0x8001, serial, &body)
    }

    /// 查询服务器时间应答 8004, in UTC.
    pub fn server_time(&self, now: Timestamp, serial: u16) -> Vec<u8> {
        let utc = Beijing::of(now.saturating_sub(OFFSET_MS));
        let two = |number: u8| ((number / 10) << 4) | (number % 10);
        let year = utc.year.rem_euclid(100) as u8;
        let body = [year, utc.month, utc.day, utc.hour, utc.minute, utc.second].map(two);
        self.answer(0x8004, serial, &body)
    }

    /// A message to the terminal, under the header that it uses itself.
    pub fn answer(&self, id: u16, serial: u16, body: &[u8]) -> Vec<u8> {
        let version = if self.version.is_some() { 1 << 14 } else { 0 };
        let mut bytes = Vec::with_capacity(24 + body.len());
        bytes.extend_from_slice(&id.to_be_bytes());
        // Our messages are far below the 1,023 bytes that fit.
        bytes.extend_from_slice(&(body.len() as u16 & 0x3FF | version).to_be_bytes());
        bytes.extend(self.version);
        bytes.extend_from_slice(&self.phone);
        bytes.extend_from_slice(&serial.to_be_bytes());
        bytes.extend_from_slice(body);
        bytes.push(bytes.iter().fold(0, |sum, byte| sum ^ byte));
        escape(&bytes)
    }
}

/// Whether BCD is what it says: a telephone that is none names nobody.
pub fn is_decimal(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| byte >> 4 < 10 && byte & 15 < 10)
}

/// With its marks.
pub fn escape(bytes: &[u8]) -> Vec<u8> {
    let mut escaped = Vec::with_capacity(bytes.len() + 8);
    escaped.push(MARK);
    for byte in bytes {
        match *byte {
            MARK => escaped.extend_from_slice(&[ESCAPE, 2]),
            ESCAPE => escaped.extend_from_slice(&[ESCAPE, 1]),
            byte => escaped.push(byte),
        }
    }
    escaped.push(MARK);
    escaped
}

fn unescape(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut plain = Vec::with_capacity(bytes.len());
    let mut rest = bytes.iter();
    while let Some(byte) = rest.next() {
        plain.push(match *byte {
            ESCAPE => match rest.next()? {
                1 => ESCAPE,
                2 => MARK,
                _ => return None,
            },
            byte => byte,
        });
    }
    Some(plain)
}
