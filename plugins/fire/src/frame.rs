//! The frame of GB/T 26875.3: header, checksum, and the answers 确认 and 否认.
//!
//! `40 40` · serial 2 · version 2 · time 6 · source 6 · destination 6 · length 2 ·
//! command 1 · application data · checksum 1 · `23 23`. Numbers are little-endian.

use tocsin_sdk::{Rejection, Timestamp};

/// From the start mark to the command.
pub const HEADER: usize = 27;
/// A frame without application data.
pub const SHORTEST: usize = 30;
/// 应用数据单元长度 may not exceed this.
pub const MOST_DATA: usize = 1_024;

pub const START: &[u8] = b"@@";
pub const END: &[u8] = b"##";

/// Command bytes; 0 and 7 to 127 are reserved, 128 to 255 the user's.
pub mod command {
    pub const CONTROL: u8 = 1;
    pub const SEND: u8 = 2;
    pub const ACK: u8 = 3;
    pub const REQUEST: u8 = 4;
    pub const ANSWER: u8 = 5;
    pub const NAK: u8 = 6;
}

/// A frame that checks out, or a header that answers a frame which does not.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'a> {
    bytes: &'a [u8],
}

impl<'a> Frame<'a> {
    /// Checks everything that the standard answers with 否认 at this level:
    /// start, length, end, checksum.
    pub fn read(bytes: &'a [u8]) -> Result<Frame<'a>, Rejection> {
        if bytes.len() < HEADER || !bytes.starts_with(START) {
            return Err(Rejection::malformed(format!(
                "不是一帧: {} 字节, 开头 {:02X?} (no frame: it begins with `40 40` and has at least {SHORTEST} bytes)",
                bytes.len(),
                &bytes[..bytes.len().min(4)],
            )));
        }
        let frame = Frame { bytes };
        let length = data_length(bytes);
        if length > MOST_DATA {
            return Err(frame.nak(format!(
                "应用数据单元长度 {length} 超过 {MOST_DATA} (application data longer than the standard allows)"
            )));
        }
        if bytes.len() != SHORTEST + length {
            return Err(frame.nak(format!(
                "长度 {length} 应成帧 {} 字节, 实为 {} 字节 (the frame does not end where its length says)",
                SHORTEST + length,
                bytes.len(),
            )));
        }
        if !bytes.ends_with(END) {
            return Err(frame
                .nak(format!("结束符 {:02X?} 应为 [23, 23] (wrong end mark)", &bytes[bytes.len() - 2..],)));
        }
        let (stated, computed) = (bytes[bytes.len() - 3], checksum(bytes));
        if stated != computed {
            return Err(frame.nak(format!("校验和 0x{stated:02X} 应为 0x{computed:02X} (checksum mismatch)")));
        }
        Ok(frame)
    }

    /// 业务流水号.
    pub fn serial(&self) -> u16 {
        u16::from_le_bytes([self.bytes[2], self.bytes[3]])
    }

    pub fn command(&self) -> u8 {
        self.bytes[26]
    }

    /// 应用数据单元. Only of a frame that [`Frame::read`] let through.
    pub fn data(&self) -> &'a [u8] {
        &self.bytes[HEADER..self.bytes.len() - 3]
    }

    /// When the frame was sent, by the device's clock.
    pub fn time(&self) -> Option<Timestamp> {
        crate::moment::read(&self.bytes[6..12])
    }

    /// The source address as the device's name: twelve hex digits, the most
    /// significant first.
    pub fn source(&self) -> String {
        device(&self.bytes[12..18])
    }

    /// 确认: same serial, version and time, addresses exchanged, no data.
    pub fn ack(&self) -> Vec<u8> {
        self.answer(command::ACK)
    }

    /// A refusal that tells the device so, unless it is itself an answer: two
    /// sides that refuse each other's refusals would never stop.
    pub fn nak(&self, reason: String) -> Rejection {
        self.refuse(Rejection::malformed(reason))
    }

    /// The same for any refusal.
    pub fn refuse(&self, rejection: Rejection) -> Rejection {
        match self.command() {
            command::ACK | command::NAK => rejection,
            _ => rejection.with_reply(self.answer(command::NAK)),
        }
    }

    fn answer(&self, command: u8) -> Vec<u8> {
        let mut answer = Vec::with_capacity(SHORTEST);
        answer.extend_from_slice(&self.bytes[..12]);
        answer.extend_from_slice(&self.bytes[18..24]);
        answer.extend_from_slice(&self.bytes[12..18]);
        answer.extend_from_slice(&[0, 0, command, 0]);
        answer.extend_from_slice(END);
        answer[HEADER] = checksum(&answer);
        answer
    }
}

/// A frame of the centre's own, protocol version 1.1. Addresses as on the wire.
pub fn build(serial: u16, tag: [u8; 6], from: [u8; 6], to: [u8; 6], command: u8, data: &[u8]) -> Vec<u8> {
    let mut frame = Vec::with_capacity(SHORTEST + data.len());
    frame.extend_from_slice(START);
    frame.extend_from_slice(&serial.to_le_bytes());
    frame.extend_from_slice(&[1, 1]);
    frame.extend_from_slice(&tag);
    frame.extend_from_slice(&from);
    frame.extend_from_slice(&to);
    // What goes down is a few bytes.
    frame.extend_from_slice(&(data.len() as u16).to_le_bytes());
    frame.push(command);
    frame.extend_from_slice(data);
    frame.push(0);
    frame.extend_from_slice(END);
    let at = frame.len() - 3;
    frame[at] = checksum(&frame);
    frame
}

/// 应用数据单元长度 of a frame or header.
pub fn data_length(bytes: &[u8]) -> usize {
    usize::from(u16::from_le_bytes([bytes[24], bytes[25]]))
}

/// The low eight bits of the sum of everything between the start mark and the
/// checksum. Given a whole frame.
pub fn checksum(frame: &[u8]) -> u8 {
    /// Every second byte of a word, and as much room above each.
    const SECONDS: u64 = 0x00FF_00FF_00FF_00FF;
    // Eight at a time. Each sum is cut to its low eight bits, which are all that
    // count, long before it could reach its neighbour.
    let (words, rest) = frame[2..frame.len() - 3].as_chunks::<8>();
    let sums = words.iter().fold(0_u64, |sums, word| {
        let word = u64::from_le_bytes(*word);
        (sums & SECONDS) + (word & SECONDS) + (word >> 8 & SECONDS)
    });
    let sum = sums.to_le_bytes().into_iter().step_by(2).fold(0, u8::wrapping_add);
    rest.iter().fold(sum, |sum, byte| sum.wrapping_add(*byte))
}

/// Six address bytes as a device's name.
pub fn device(address: &[u8]) -> String {
    let mut name = String::with_capacity(12);
    address.iter().rev().for_each(|byte| tocsin_sdk::text::push_hex(&mut name, *byte));
    name
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_sum_of_all_bytes(frame in proptest::collection::vec(any::<u8>(), 5..1_100)) {
            let sum = frame[2..frame.len() - 3].iter().fold(0_u8, |sum, byte| sum.wrapping_add(*byte));
            prop_assert_eq!(super::checksum(&frame), sum);
            prop_assert_eq!(super::checksum(&vec![0xFF; frame.len()]), 0_u8.wrapping_sub((frame.len() - 5) as u8));
        }
    }
}
