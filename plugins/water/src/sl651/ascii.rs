//! The same reports as text: `ST 0033078101 H TT 2607121430 Z 12.345 PJ 0.5 VT 12.10`.

use super::body::{Report, Sample, function_name};
use super::element::{self, Element};
use super::frame::hex;
use crate::crc;
use tocsin_sdk::time::beijing;
use tocsin_sdk::{Rejection, Timestamp};

const HEADER: usize = 23;

pub struct Frame<'a> {
    bytes: &'a [u8],
    /// Serial and time, sixteen characters.
    head: &'a str,
}

impl Frame<'_> {
    pub fn confirmation(&self, stays: bool) -> Vec<u8> {
        let mut answer = vec![0x01];
        answer.extend_from_slice(&self.bytes[3..13]);
        answer.extend_from_slice(&self.bytes[1..3]);
        answer.extend_from_slice(&self.bytes[13..19]);
        answer.extend_from_slice(format!("8{:03X}", self.head.len()).as_bytes());
        answer.push(0x02);
        answer.extend_from_slice(self.head.as_bytes());
        answer.push(if stays { 0x1B } else { 0x04 });
        let sum = crc::of(&answer);
        answer.extend_from_slice(format!("{sum:04X}").as_bytes());
        answer
    }
}

pub fn read(bytes: &[u8]) -> Result<(Frame<'_>, Report), Rejection> {
    let refuse = |reason: String| Err(Rejection::malformed(reason));
    if bytes.len() < HEADER + 6 || !bytes[1..HEADER].iter().all(u8::is_ascii_hexdigit) {
        return refuse(format!("不是 SL 651 ASCII 帧: {} 字节 (no ASCII frame)", bytes.len()));
    }
    let length = hex(&bytes[19..23]).map_or(0, |word| (word & 0x0FFF) as usize);
    let need = HEADER + 1 + length + 5;
    if bytes.len() != need {
        return refuse(format!(
            "正文长度 {length} 应成帧 {need} 字节, 实为 {} 字节 (length and frame disagree)",
            bytes.len()
        ));
    }
    let (covered, sum) = bytes.split_at(need - 4);
    let computed = crc::of(covered);
    if hex(sum) != Some(computed.into()) {
        let stated = String::from_utf8_lossy(sum);
        return refuse(format!("CRC {stated} 应为 {computed:04X} (checksum mismatch)"));
    }
    let Ok(body) = std::str::from_utf8(&covered[HEADER + 1..covered.len() - 1]) else {
        return refuse("正文不是 ASCII (the body is no text)".to_owned());
    };
    let Some(function) =
        hex(&bytes[17..19]).map(|function| function as u8).filter(|f| function_name(*f).is_some())
    else {
        return Err(Rejection::unsupported(format!(
            "功能码 {} 不是遥测站上行报文 (not a report)",
            String::from_utf8_lossy(&bytes[17..19])
        )));
    };
    let Some(head) = body.get(..16).filter(|head| head.bytes().all(|byte| byte.is_ascii_hexdigit())) else {
        return refuse("正文缺流水号和发报时间 (no serial and time)".to_owned());
    };
    let mut report = Report {
        function,
        station: String::from_utf8_lossy(&bytes[3..13]).into_owned(),
        class: None,
        sent: time(&head[4..]),
        samples: Vec::new(),
        defects: Vec::new(),
    };
    words(&mut report, &body[16..]);
    Ok((Frame { bytes, head }, report))
}

fn words(report: &mut Report, text: &str) {
    let mut words = text.split_ascii_whitespace().peekable();
    let mut observed = None;
    while let Some(word) = words.next() {
        match word {
            "ST" => {
                _ = words.next();
                // The class is one letter between the address and what is measured.
                if let Some(class) = words.next_if(|word| word.len() == 1 && *word != "Z" && *word != "Q") {
                    report.class = class.bytes().next();
                }
            }
            "TT" => {
                let value = words.next().unwrap_or_default();
                observed = time(value);
                if observed.is_none() {
                    report.defects.push(format!("观测时间 TT {value} 无效 (no such time)"));
                }
            }
            symbol => match (of(symbol), words.next()) {
                (Some(element), Some(value)) => {
                    match value.parse::<f64>().ok().filter(|value| value.is_finite()) {
                        Some(value) => report.samples.push(Sample { element, value, observed }),
                        None => report.defects.push(format!("{symbol} 无有效值 {value} (no value)")),
                    }
                }
                (None, Some(value)) => {
                    report.defects.push(format!("要素 {symbol} {value} 未列 (an element that is not known)"));
                }
                (_, None) => report.defects.push(format!("要素 {symbol} 缺值 (no value behind it)")),
            },
        }
    }
}

/// The element by its letters.
fn of(symbol: &str) -> Option<Element> {
    let id = match symbol {
        "AI" => 0x02,
        "C" => 0x03,
        "P1" => 0x1A,
        "P2" => 0x1B,
        "P3" => 0x1C,
        "P6" => 0x1D,
        "P12" => 0x1E,
        "PD" => 0x1F,
        "PJ" => 0x20,
        "PN01" => 0x21,
        "PN05" => 0x22,
        "PN10" => 0x23,
        "PN30" => 0x24,
        "PR" => 0x25,
        "PT" => 0x26,
        "Q" => 0x27,
        "VA" => 0x37,
        "VT" => 0x38,
        "Z" => 0x39,
        "ZB" => 0x3A,
        "ZU" => 0x3B,
        _ => return None,
    };
    Some(element::of(id))
}

fn time(digits: &str) -> Option<Timestamp> {
    let part = |place: usize| digits.get(place * 2..place * 2 + 2)?.parse::<u8>().ok();
    let second = if digits.len() >= 12 { part(5)? } else { 0 };
    beijing(2000 + i32::from(part(0)?), part(1)?, part(2)?, part(3)?, part(4)?, second)
}
