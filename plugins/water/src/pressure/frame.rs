//! `A5 5A` · command 1 · total length 2 · id 12 (ASCII) · battery 1 · RSSI 1 · interval
//! 2 (s) · count 2 · type 1 · alarm bits 1 · limits low 2, high 2 · current 2 · UTC 4 (of
//! the last sample) · samples 2 each, oldest first · CRC 2 · `55 AA`. Big-endian.

use crate::crc;
use tocsin_sdk::framing::{Extent, Marked};
use tocsin_sdk::{Rejection, Timestamp};

/// Without samples.
const SHORTEST: usize = 39;
/// What is believed by its length alone: some 490 samples, a day at every three minutes.
const USUAL: usize = 1_024;
/// 2,028 samples, a day and a half at every minute.
const LONGEST: usize = 4_095;
/// To behind the count, which a longer one must agree with.
const HEADER: usize = 23;

pub const STREAM: Marked<'_> = Marked {
    start: &[0xA5, 0x5A],
    header: HEADER,
    front: |_| true,
    extent: |header| {
        let word = |at: usize| usize::from(u16::from_be_bytes([header[at], header[at + 1]]));
        let (length, is_whole) = (word(3), word(3) == SHORTEST + 2 * word(21));
        match length {
            SHORTEST..=USUAL => Extent::Frame(length),
            ..=LONGEST if is_whole => Extent::Frame(length),
            _ if is_whole => Extent::Forbidden,
            _ => Extent::Wrong,
        }
    },
    check: |frame| frame.ends_with(&[0x55, 0xAA]) && sums(frame).0 == sums(frame).1,
    believable: |_| true,
    yields: |_, _| true,
};

/// Stated and computed.
fn sums(frame: &[u8]) -> (u16, u16) {
    let at = frame.len() - 4;
    (u16::from_be_bytes([frame[at], frame[at + 1]]), crc::of(&frame[..at]))
}

/// The id as the device's name; what is no letter, digit, `-` or `_` is left out.
pub fn device(frame: &[u8]) -> String {
    let id = frame.get(5..17).unwrap_or_default();
    id.iter()
        .filter(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
        .map(|byte| char::from(*byte))
        .collect()
}

#[derive(Clone, Copy, Debug)]
pub struct Unit {
    /// kPa of one step.
    step: f64,
    /// Steps of one of what people read.
    per: f64,
    pub sign: &'static str,
}

impl Unit {
    pub fn kilopascal(self, raw: i16) -> f64 {
        // Steps are whole tenths of kPa: no digit is lost, none is made up.
        (f64::from(raw) * self.step * 10.0).round() / 10.0
    }

    pub fn shown(self, raw: i16) -> String {
        (f64::from(raw) / self.per).to_string()
    }
}

pub struct Meaning {
    pub code: &'static str,
    pub name: &'static str,
    /// The terminal is unwell, not the water.
    pub is_fault: bool,
}

#[derive(Debug)]
pub struct Frame<'a> {
    pub device: String,
    pub battery: i64,
    pub rssi: i64,
    pub bits: u8,
    pub low: i16,
    pub high: i16,
    pub current: i16,
    pub at: Timestamp,
    pub unit: Unit,
    /// These frames have no number, but a copy has the same.
    pub sum: u16,
    kind: u8,
    interval_ms: i64,
    samples: &'a [u8],
}

impl<'a> Frame<'a> {
    pub fn read(bytes: &'a [u8]) -> Result<Frame<'a>, Rejection> {
        let refuse = |reason: String| Err(Rejection::malformed(reason));
        if bytes.len() < SHORTEST {
            return refuse(format!("压力终端帧只有 {} 字节 (at least {SHORTEST})", bytes.len()));
        }
        let word = |at: usize| u16::from_be_bytes([bytes[at], bytes[at + 1]]);
        let signed = |at: usize| i16::from_be_bytes([bytes[at], bytes[at + 1]]);
        if usize::from(word(3)) != bytes.len() {
            return refuse(format!(
                "长度字段 {} 实为 {} 字节 (length and frame disagree)",
                word(3),
                bytes.len()
            ));
        }
        if !bytes.ends_with(&[0x55, 0xAA]) {
            return refuse(format!(
                "结束符 {:02X?} 应为 [55, AA] (wrong end mark)",
                &bytes[bytes.len() - 2..]
            ));
        }
        let (stated, computed) = sums(bytes);
        if stated != computed {
            return refuse(format!("CRC 0x{stated:04X} 应为 0x{computed:04X} (checksum mismatch)"));
        }
        let samples = &bytes[35..bytes.len() - 4];
        if usize::from(word(21)) * 2 != samples.len() {
            return refuse(format!(
                "记录数 {} 与 {} 字节数据不符 (count and data disagree)",
                word(21),
                samples.len()
            ));
        }
        let device = device(bytes);
        if device.is_empty() {
            return refuse("终端编号为空 (no id)".to_owned());
        }
        let kind = bytes[23];
        let unit = match kind {
            0 => Unit { step: 0.1, per: 10.0, sign: "kPa" },
            2 => Unit { step: 1.0, per: 100.0, sign: "bar" },
            // 1, and the hydrant types, whose pressure is in MPa.
            _ => Unit { step: 1.0, per: 1_000.0, sign: "MPa" },
        };
        let seconds = u32::from_be_bytes([bytes[31], bytes[32], bytes[33], bytes[34]]);
        Ok(Frame {
            device,
            battery: i64::from(bytes[17] & 0x1F) * 5,
            rssi: i64::from(bytes[18] as i8),
            bits: bytes[24],
            low: signed(25),
            high: signed(27),
            current: signed(29),
            at: i64::from(seconds) * 1_000,
            unit,
            sum: sums(bytes).0,
            kind,
            interval_ms: i64::from(word(19)) * 1_000,
            samples,
        })
    }

    /// Time and raw value, oldest first; the last one at the frame's own time. One that
    /// records none still says what it measures.
    pub fn samples(&self) -> impl Iterator<Item = (Timestamp, i16)> + Clone + use<'_> {
        let count = self.samples.len() / 2;
        let alone = self.samples.is_empty().then_some((self.at, self.current));
        let recorded = self.samples.chunks_exact(2).enumerate().map(move |(place, pair)| {
            let back = (count - 1 - place) as i64 * self.interval_ms;
            (self.at - back, i16::from_be_bytes([pair[0], pair[1]]))
        });
        recorded.chain(alone)
    }

    /// Whether anything but the terminal's own health is wrong.
    pub fn alarms_now(&self) -> bool {
        (0..8).any(|bit| {
            self.bits >> bit & 1 == 1 && self.meaning(bit).is_some_and(|meaning| !meaning.is_fault)
        })
    }

    pub fn meaning(&self, bit: u8) -> Option<Meaning> {
        let alarm = |code, name| Some(Meaning { code, name, is_fault: false });
        let fault = |code, name| Some(Meaning { code, name, is_fault: true });
        // Written as decimal in one place and as hex in the next.
        let discharges = matches!(self.kind, 0x34 | 34 | 0x24 | 24);
        let moves = matches!(self.kind, 0x24 | 24);
        match bit {
            0 => alarm("hydrant.pressure-low", "压力过低"),
            1 => alarm("hydrant.pressure-high", "压力过高"),
            2 => fault("battery.low", "电池电量低"),
            3 => fault("sensor.fault", "传感器故障"),
            4 => fault("hardware.fault", "硬件故障"),
            5 if moves => alarm("hydrant.impact", "撞击"),
            6 if moves => alarm("hydrant.tilt", "倾斜"),
            5 => alarm("hydrant.pressure2-low", "第二路压力过低"),
            6 => alarm("hydrant.pressure2-high", "第二路压力过高"),
            7 if discharges => alarm("hydrant.discharge", "放水"),
            _ => None,
        }
    }
}
