//! What a report says: values of stations at their times, and what cannot be read.

mod telling;

use super::element::{Element, Series};
use super::frame::{Coding, Frame};
use super::{ascii, body};
use crate::bcd;
use tocsin_sdk::{Rejection, Timestamp};

/// 链路维持报: that the station lives.
pub const KEEPALIVE: u8 = 0x2F;
/// 加报: a threshold of the station was crossed.
const EXTRA: u8 = 0x33;
/// Pictures are not read.
pub const PICTURE: u8 = 0x36;

/// Values told of one report: three days of five-minute values. In signals of some
/// 200 bytes they stay, with all below, within the manifest's limits.
const MOST_VALUES: usize = 900;
/// Stations told of one report.
const MOST_STATIONS: usize = 64;
/// Bytes told of what people wrote.
const MOST_TEXT: usize = 4_096;
/// More of them say nothing new.
const MOST_DEFECTS: usize = 32;

/// Between the values of a series.
pub const FIVE_MINUTES: i64 = 5 * 60_000;

/// The names of what a station sends.
pub fn function_name(function: u8) -> Option<&'static str> {
    Some(match function {
        KEEPALIVE => "链路维持报",
        0x30 => "测试报",
        0x31 => "均匀时段报",
        0x32 => "定时报",
        EXTRA => "加报",
        0x34 => "小时报",
        0x35 => "人工置数报",
        PICTURE => "图片报",
        0x37 => "查询实时数据",
        0x38 => "查询时段数据",
        0x39 => "查询人工置数",
        0x3A => "查询指定要素",
        _ => return None,
    })
}

/// One value at one time.
#[derive(Clone, Copy, Debug)]
struct Sample {
    element: Element,
    value: f64,
    observed: Option<Timestamp>,
}

/// What a report says of one station.
#[derive(Debug)]
struct Section {
    station: String,
    class: Option<u8>,
    samples: Vec<Sample>,
}

#[derive(Debug)]
pub struct Report {
    function: u8,
    /// The station that speaks.
    own: String,
    sent: Option<Timestamp>,
    sections: Vec<Section>,
    /// An element that came without a value was a level.
    is_level_unread: bool,
    /// 人工置数 of the last station, as it was written.
    manual: Vec<u8>,
    values: usize,
    defects: Vec<String>,
    /// Beyond `MOST_DEFECTS`.
    more: usize,
}

impl Report {
    pub fn read(frame: &Frame<'_>, text: &[u8]) -> Result<Report, Rejection> {
        let head = frame.coding.head_of(text);
        let digits = match frame.coding {
            Coding::Hex => Some(head.to_vec()),
            Coding::Ascii => bcd::bytes(head),
        };
        let Some([_, _, time @ ..]) = digits.as_deref() else {
            let reason = format!("正文 {} 字节, 缺流水号和发报时间 (no serial and time)", text.len());
            return Err(Rejection::malformed(reason));
        };
        let mut report = Report {
            function: frame.function,
            own: frame.station.clone(),
            sent: bcd::time(time),
            sections: Vec::new(),
            is_level_unread: false,
            manual: Vec::new(),
            values: 0,
            defects: Vec::new(),
            more: 0,
        };
        if report.sent.is_none() {
            report.defect(format!("发报时间 {time:02X?} 无效 (no such time)"));
        }
        match frame.coding {
            Coding::Hex => body::read(&mut report, text, head.len()),
            Coding::Ascii => ascii::read(&mut report, &text[head.len()..]),
        }
        Ok(report)
    }

    /// Whether groups of values at equal steps follow a step: 均匀时段报, and the
    /// answer in its form.
    pub fn is_uniform(&self) -> bool {
        matches!(self.function, 0x31 | 0x38)
    }

    /// All that follows is of this station (6.6.2.7).
    pub fn station(&mut self, station: String, class: Option<u8>) {
        if self.sections.is_empty() && station != self.own {
            self.defect(format!(
                "正文地址 {station} 与帧头 {} 不同 (the body names another station)",
                self.own
            ));
        }
        match self.sections.last_mut() {
            Some(section) if section.station == station => section.class = class.or(section.class),
            _ => self.sections.push(Section { station, class, samples: Vec::new() }),
        }
    }

    pub fn defect(&mut self, what: String) {
        match self.defects.len() < MOST_DEFECTS {
            true => self.defects.push(what),
            false => self.more += 1,
        }
    }

    /// It is named, and what stands behind it is no value.
    pub fn without_value(&mut self, id: u16, what: String) {
        self.is_level_unread |= telling::LEVELS.contains(&id);
        self.defect(what);
    }

    pub fn value(&mut self, element: Element, value: f64, observed: Option<Timestamp>) {
        self.values += 1;
        if self.values > MOST_VALUES {
            return;
        }
        if self.sections.is_empty() {
            self.station(self.own.clone(), None);
        }
        if let Some(section) = self.sections.last_mut() {
            section.samples.push(Sample { element, value, observed });
        }
    }

    /// Values of five minutes, the first at the observed time (tables 36 and C.1).
    pub fn series(&mut self, element: Element, series: Series, data: &[u8], observed: Option<Timestamp>) {
        let values = data.chunks_exact(series.bytes);
        if data.is_empty() || !values.remainder().is_empty() {
            self.defect(format!("{element} {} 字节不成组 (no whole number of values)", data.len()));
        }
        for (place, value) in values.enumerate() {
            if value.iter().all(|byte| *byte == 0xFF) {
                continue;
            }
            let raw = value.iter().fold(0_u32, |sum, byte| sum << 8 | u32::from(*byte));
            let after = place as i64 * FIVE_MINUTES;
            self.value(element, f64::from(raw) / series.per, observed.map(|at| at + after));
        }
    }

    /// Bits of table 58.
    pub fn state(&mut self, element: Element, data: &[u8], observed: Option<Timestamp>) {
        match *data {
            [a, b, c, d] => self.value(element, u32::from_be_bytes([a, b, c, d]).into(), observed),
            _ => self.defect(format!("{element} 应有 4 字节, 实为 {} (not four bytes)", data.len())),
        }
    }

    pub fn manual(&mut self, text: &[u8]) {
        self.manual = text.trim_ascii().to_vec();
    }

    /// What stands behind a mark and is not read.
    pub fn unread(&mut self, what: &str, bytes: usize) {
        self.defect(format!("{what} 之后 {bytes} 字节不解析 (kept, not read)"));
    }
}
