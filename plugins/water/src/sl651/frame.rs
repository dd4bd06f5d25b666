//! Frames: `7E7E` · centre 1 · station 5 · password 2 · function 1 · length 2 (top
//! nibble 0: up, 8: down) · `02` or `16` · body · `03` or `17` · CRC 2. As text: `01`,
//! the same fields as hex digits, the body as text.

use super::answer;
use crate::{bcd, crc};
use serde::{Deserialize, Serialize};
use tocsin_sdk::Rejection;
use tocsin_sdk::framing::{Extent, Marked};

const HEADER: usize = 13;
const ASCII_HEADER: usize = 23;
const ETX: u8 = 0x03;
const ETB: u8 = 0x17;
const ENQ: u8 = 0x05;

pub const BINARY: Marked<'_> = Marked {
    start: &[0x7E, 0x7E],
    header: HEADER,
    front: |_| true,
    extent: |header| Extent::Frame(HEADER + 1 + length(header) + 3),
    check: |frame| {
        let (bytes, sum) = frame.split_at(frame.len() - 2);
        ends(bytes) && crc::of(bytes).to_be_bytes() == sum
    },
    // An administrative code or the 00 of a hydrological station; what follows may be HEX.
    believable: |header| bcd::number(&header[3..6]).is_some() && header[11] >> 4 == 0,
    yields: |_, _| true,
};

pub const ASCII: Marked<'_> = Marked {
    start: &[0x01],
    header: ASCII_HEADER,
    // One control byte is no rare mark.
    front: |front| front[1..].iter().all(u8::is_ascii_hexdigit),
    extent: |header| match hex(&header[1..]) {
        Some(_) => Extent::Frame(ASCII_HEADER + 1 + ascii_length(header) + 5),
        None => Extent::Wrong,
    },
    check: |frame| {
        let (bytes, sum) = frame.split_at(frame.len() - 4);
        ends(bytes) && hex(sum) == Some(crc::of(bytes).into())
    },
    believable: |header| hex(&header[1..]).is_some(),
    yields: |_, _| true,
};

fn length(header: &[u8]) -> usize {
    usize::from(u16::from_be_bytes([header[11], header[12]]) & 0x0FFF)
}

fn ascii_length(header: &[u8]) -> usize {
    hex(&header[20..23]).unwrap_or_default() as usize
}

/// Some stations end with the centre's ENQ.
fn ends(covered: &[u8]) -> bool {
    covered.last().is_some_and(|end| matches!(*end, ETX | ETB | ENQ))
}

/// The low 32 bits of a number in hex digits and nothing else.
fn hex(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |sum: u32, byte| Some(sum << 4 | char::from(*byte).to_digit(16)?))
}

/// How fields and bodies are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Coding {
    #[default]
    Hex,
    Ascii,
}

impl Coding {
    /// Serial and time of a report; empty where the body has none.
    pub fn head_of(self, body: &[u8]) -> &[u8] {
        let head = match self {
            Coding::Hex => body.get(..8),
            Coding::Ascii => body.get(..16).filter(|digits| hex(digits).is_some()),
        };
        head.unwrap_or_default()
    }
}

/// Which packet of how many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packet {
    pub total: u16,
    pub number: u16,
}

impl Packet {
    /// The numbers, and what stands behind them; `None` where there are none.
    fn read(coding: Coding, text: &[u8]) -> Option<(Packet, &[u8])> {
        let (total, number, body) = match (coding, text) {
            (Coding::Hex, &[a, b, c, ref body @ ..]) => {
                (u32::from(a) << 4 | u32::from(b >> 4), u32::from(b & 15) << 8 | u32::from(c), body)
            }
            (Coding::Hex, _) => return None,
            (Coding::Ascii, _) => {
                let (numbers, body) = text.split_at_checked(6)?;
                (hex(&numbers[..3])?, hex(&numbers[3..])?, body)
            }
        };
        // Twelve bits each.
        Some((Packet { total: total as u16, number: number as u16 }, body))
    }
}

/// A frame that checks out.
#[derive(Debug)]
pub struct Frame<'a> {
    pub coding: Coding,
    /// Centre, station, password and function, as they are written.
    address: &'a [u8],
    /// Ten digits, the last four of which may be HEX.
    pub station: String,
    pub function: u8,
    pub packet: Option<Packet>,
    /// Behind the packet's numbers.
    pub body: &'a [u8],
    /// Another frame of the same conversation follows (ETB).
    pub more: bool,
}

impl<'a> Frame<'a> {
    pub fn binary(bytes: &'a [u8]) -> Result<Frame<'a>, Rejection> {
        if bytes.len() < HEADER + 4 {
            return refuse(format!("SL 651 帧只有 {} 字节 (a frame has at least 17)", bytes.len()));
        }
        agrees(length(bytes), HEADER + 1 + length(bytes) + 1, 2, bytes)?;
        if bytes[11] >> 4 != 0 {
            return refuse(format!("方向 {:X} 不是上行 (not an uplink frame)", bytes[11] >> 4));
        }
        let (covered, sum) = bytes.split_at(bytes.len() - 2);
        let stated = u16::from_be_bytes([sum[0], sum[1]]);
        let computed = crc::of(covered);
        if stated != computed {
            return refuse(format!("CRC 0x{stated:04X} 应为 0x{computed:04X} (checksum mismatch)"));
        }
        let (packet, body, more) = contents(Coding::Hex, &covered[HEADER..])?;
        Ok(Frame {
            coding: Coding::Hex,
            address: &bytes[2..11],
            station: bcd::name(&bytes[3..8]),
            function: bytes[10],
            packet,
            body,
            more,
        })
    }

    pub fn ascii(bytes: &'a [u8]) -> Result<Frame<'a>, Rejection> {
        if bytes.len() < ASCII_HEADER + 6 || hex(&bytes[1..ASCII_HEADER]).is_none() {
            return refuse(format!("不是 SL 651 ASCII 帧: {} 字节 (no ASCII frame)", bytes.len()));
        }
        agrees(ascii_length(bytes), ASCII_HEADER + 1 + ascii_length(bytes) + 1, 4, bytes)?;
        if bytes[19] != b'0' {
            return refuse(format!("方向 {} 不是上行 (not an uplink frame)", char::from(bytes[19])));
        }
        let (covered, sum) = bytes.split_at(bytes.len() - 4);
        let computed = crc::of(covered);
        if hex(sum) != Some(computed.into()) {
            let stated = String::from_utf8_lossy(sum);
            return refuse(format!("CRC {stated} 应为 {computed:04X} (checksum mismatch)"));
        }
        let (packet, body, more) = contents(Coding::Ascii, &covered[ASCII_HEADER..])?;
        Ok(Frame {
            coding: Coding::Ascii,
            address: &bytes[1..19],
            station: station(&bytes[3..13]),
            // Two digits.
            function: hex(&bytes[17..19]).unwrap_or_default() as u8,
            packet,
            body,
            more,
        })
    }

    pub fn head(&self) -> &'a [u8] {
        self.coding.head_of(self.body)
    }

    /// Eighteen hex digits, as the station wrote them.
    pub fn address(&self) -> String {
        match self.coding {
            Coding::Hex => bcd::name(self.address),
            Coding::Ascii => String::from_utf8_lossy(self.address).into_owned(),
        }
    }

    /// The centre's confirmation: serial and time of the report and, of one in
    /// several packets, the number of the last (tables 19 and 23).
    pub fn confirmation(&self, head: &[u8], stays: bool) -> Vec<u8> {
        let packet = self.packet.map(|Packet { total, .. }| Packet { total, number: total });
        let end = match (packet, self.more) {
            (None, true) => answer::ACK,
            _ if stays => answer::ESC,
            _ => answer::EOT,
        };
        answer::frame(self.coding, &self.address(), packet, head, end)
    }
}

/// A station that is written as digits, whatever their case.
pub fn station(digits: &[u8]) -> String {
    String::from_utf8_lossy(digits).to_ascii_uppercase()
}

fn refuse<T>(reason: String) -> Result<T, Rejection> {
    Err(Rejection::malformed(reason))
}

/// A checksum follows what is covered. Where it looks like the beginning of a frame, its
/// bytes were left to that frame.
fn agrees(length: usize, covered: usize, sum: usize, bytes: &[u8]) -> Result<(), Rejection> {
    let (need, is) = (covered + sum, bytes.len());
    if is == need {
        return Ok(());
    }
    if (covered..need).contains(&is) && ends(&bytes[..covered]) {
        let computed = crc::of(&bytes[..covered]);
        let left = need - is;
        return refuse(format!(
            "CRC 缺 {left} 字节, 应为 0x{computed:04X}, 其处像另一帧的开头 (checksum mismatch: a frame seems to begin in it)"
        ));
    }
    refuse(format!("正文长度 {length} 应成帧 {need} 字节, 实为 {is} 字节 (length and frame disagree)"))
}

/// What stands from the start of text to the end mark, both included.
fn contents(coding: Coding, covered: &[u8]) -> Result<(Option<Packet>, &[u8], bool), Rejection> {
    let &[start, ref text @ .., end] = covered else { return refuse("帧无正文 (no text)".to_owned()) };
    if !ends(covered) {
        return refuse(format!("结束符 {end:02X} 应为 03 或 17 (wrong end mark)"));
    }
    match start {
        answer::STX => Ok((None, text, end == ETB)),
        answer::SYN => match Packet::read(coding, text) {
            None => refuse("多包帧缺包总数和序号 (a packet without its numbers)".to_owned()),
            Some((Packet { total, number }, _)) if number == 0 || number > total => {
                refuse(format!("包序号 {number}/{total} 无效 (no such packet)"))
            }
            Some((packet, body)) => Ok((Some(packet), body, end == ETB)),
        },
        other => refuse(format!("起始符 {other:02X} 应为 02 或 16 (wrong start of text)")),
    }
}
