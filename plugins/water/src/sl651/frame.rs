//! Frames: `7E7E` · centre 1 · station 5 (BCD) · password 2 · function 1 · length 2
//! (top nibble 0: up, 8: down) · `02` or `16` · body · `03` or `17` · CRC 2. As text:
//! `01`, the same fields as hex digits, the body as text.

use crate::{bcd, crc};
use tocsin_sdk::Rejection;
use tocsin_sdk::framing::{Extent, Marked};

const HEADER: usize = 13;
const STX: u8 = 0x02;
const SYN: u8 = 0x16;
const ETX: u8 = 0x03;
const ETB: u8 = 0x17;
/// The centre's last word: hang up, or stay on the line.
const EOT: u8 = 0x04;
const ESC: u8 = 0x1B;

const ASCII_HEADER: usize = 23;

pub const BINARY: Marked<'_> = Marked {
    start: &[0x7E, 0x7E],
    header: HEADER,
    front: |_| true,
    extent: |header| Extent::Frame(HEADER + 1 + length(header) + 3),
    check: |frame| {
        let (bytes, sum) = frame.split_at(frame.len() - 2);
        matches!(bytes[bytes.len() - 1], ETX | ETB | 0x05) && crc::of(bytes).to_be_bytes() == sum
    },
    believable: |header| bcd::digits(&header[3..8]).is_some() && header[11] >> 4 == 0,
    yields: |_, _| true,
};

pub const ASCII: Marked<'_> = Marked {
    start: &[0x01],
    header: ASCII_HEADER,
    // One control byte is no rare mark.
    front: |front| front[1..].iter().all(u8::is_ascii_hexdigit),
    extent: |header| match header[1..].iter().all(u8::is_ascii_hexdigit).then(|| hex(&header[19..23])) {
        Some(Some(word)) => Extent::Frame(ASCII_HEADER + 1 + (word & 0x0FFF) as usize + 5),
        _ => Extent::Wrong,
    },
    check: |frame| {
        let (bytes, sum) = frame.split_at(frame.len() - 4);
        matches!(bytes[bytes.len() - 1], ETX | ETB) && hex(sum) == Some(crc::of(bytes).into())
    },
    believable: |header| header[1..].iter().all(u8::is_ascii_hexdigit),
    yields: |_, _| true,
};

fn length(header: &[u8]) -> usize {
    usize::from(u16::from_be_bytes([header[11], header[12]]) & 0x0FFF)
}

pub fn hex(digits: &[u8]) -> Option<u32> {
    u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

/// Which packet of how many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packet {
    pub total: u16,
    pub number: u16,
}

/// A frame that checks out.
#[derive(Debug)]
pub struct Frame<'a> {
    header: &'a [u8],
    /// Ten digits.
    pub station: String,
    pub function: u8,
    pub packet: Option<Packet>,
    /// Behind the packet's numbers.
    pub body: &'a [u8],
}

impl<'a> Frame<'a> {
    pub fn read(bytes: &'a [u8]) -> Result<Frame<'a>, Rejection> {
        let refuse = |reason: String| Err(Rejection::malformed(reason));
        if bytes.len() < HEADER + 4 {
            return refuse(format!("SL 651 帧只有 {} 字节 (a frame has at least 17)", bytes.len()));
        }
        let need = HEADER + 1 + length(bytes) + 3;
        if bytes.len() != need {
            return refuse(format!(
                "正文长度 {} 应成帧 {need} 字节, 实为 {} 字节 (length and frame disagree)",
                length(bytes),
                bytes.len()
            ));
        }
        if bytes[11] >> 4 != 0 {
            return refuse(format!("方向 {:X} 不是上行 (not an uplink frame)", bytes[11] >> 4));
        }
        let (covered, sum) = bytes.split_at(need - 2);
        let stated = u16::from_be_bytes([sum[0], sum[1]]);
        let computed = crc::of(covered);
        if stated != computed {
            return refuse(format!("CRC 0x{stated:04X} 应为 0x{computed:04X} (checksum mismatch)"));
        }
        if !matches!(covered[covered.len() - 1], ETX | ETB | 0x05) {
            return refuse(format!(
                "结束符 {:02X} 应为 03 或 17 (wrong end mark)",
                covered[covered.len() - 1]
            ));
        }
        let Some(station) = bcd::digits(&bytes[3..8]) else {
            return refuse(format!(
                "遥测站地址 {:02X?} 不是 BCD (the station's address is no BCD)",
                &bytes[3..8]
            ));
        };
        let text = &covered[HEADER + 1..covered.len() - 1];
        let (packet, body) = match bytes[HEADER] {
            STX => (None, text),
            SYN => {
                let &[a, b, c, ref body @ ..] = text else {
                    return refuse("多包帧缺包总数和序号 (a packet without its numbers)".to_owned());
                };
                let total = u16::from(a) << 4 | u16::from(b >> 4);
                let number = u16::from(b & 15) << 8 | u16::from(c);
                if number == 0 || number > total {
                    return refuse(format!("包序号 {number}/{total} 无效 (no such packet)"));
                }
                (Some(Packet { total, number }), body)
            }
            other => return refuse(format!("起始符 {other:02X} 应为 02 或 16 (wrong start of text)")),
        };
        Ok(Frame { header: &bytes[..HEADER], station, function: bytes[10], packet, body })
    }

    /// The centre's confirmation: addresses exchanged, direction down, serial and
    /// time of the report.
    pub fn confirmation(&self, serial_and_time: &[u8], stays: bool) -> Vec<u8> {
        let mut answer = Vec::with_capacity(25);
        answer.extend_from_slice(&[0x7E, 0x7E]);
        answer.extend_from_slice(&self.header[3..8]);
        answer.push(self.header[2]);
        answer.extend_from_slice(&self.header[8..10]);
        answer.push(self.function);
        answer.extend_from_slice(&[0x80, serial_and_time.len() as u8, STX]);
        answer.extend_from_slice(serial_and_time);
        answer.push(if stays { ESC } else { EOT });
        let sum = crc::of(&answer);
        answer.extend_from_slice(&sum.to_be_bytes());
        answer
    }
}
