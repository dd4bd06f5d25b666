//! What a report says: serial, times, elements.

use super::element::{self, Element};
use crate::bcd;
use tocsin_sdk::json::Object;
use tocsin_sdk::time::Beijing;
use tocsin_sdk::{Outcome, Rejection, Severity, Signal, Timestamp};

/// 链路维持报: that the station lives.
const KEEPALIVE: u8 = 0x2F;
/// 加报: a threshold of the station was crossed.
const EXTRA: u8 = 0x33;

/// The names of the uplink functions that a station begins.
pub fn function_name(function: u8) -> Option<&'static str> {
    Some(match function {
        KEEPALIVE => "链路维持报",
        0x30 => "测试报",
        0x31 => "均匀时段报",
        0x32 => "定时报",
        EXTRA => "加报",
        0x34 => "小时报",
        0x35 => "人工置数报",
        0x37 => "查询实时数据",
        0x38 => "查询时段数据",
        0x39 => "查询人工置数",
        0x3A => "查询指定要素",
        _ => return None,
    })
}

/// One value at one time.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    pub element: Element,
    pub value: f64,
    pub observed: Option<Timestamp>,
}

#[derive(Debug)]
pub struct Report {
    pub function: u8,
    pub station: String,
    pub class: Option<u8>,
    pub sent: Option<Timestamp>,
    pub samples: Vec<Sample>,
    pub defects: Vec<String>,
}

impl Report {
    pub fn binary(function: u8, station: &str, body: &[u8]) -> Result<Report, Rejection> {
        if function_name(function).is_none() {
            return Err(Rejection::unsupported(format!(
                "功能码 {function:02X}H 不是遥测站上行报文 (not a report)"
            )));
        }
        let Some((head, mut rest)) = body.split_at_checked(8) else {
            return Err(Rejection::malformed(format!(
                "正文 {} 字节, 缺流水号和发报时间 (no serial and time)",
                body.len()
            )));
        };
        let sent = bcd::time(&head[2..]);
        let mut report = Report {
            function,
            station: station.to_owned(),
            class: None,
            sent,
            samples: Vec::new(),
            defects: Vec::new(),
        };
        if sent.is_none() {
            report.defects.push(format!("发报时间 {:02X?} 无效 (no such time)", &head[2..]));
        }
        if let Some(behind) = rest.strip_prefix(&[0xF1, 0xF1]) {
            let Some((address, behind)) = behind.split_at_checked(5) else {
                return Err(Rejection::malformed("F1F1 之后缺遥测站地址 (no address behind F1F1)"));
            };
            match bcd::digits(address) {
                Some(inner) if inner != station => report
                    .defects
                    .push(format!("正文地址 {inner} 与帧头 {station} 不同 (the body names another station)")),
                _ => {}
            }
            let (class, behind) =
                behind.split_first().map_or((None, behind), |(class, behind)| (Some(*class), behind));
            (report.class, rest) = (class, behind);
        }
        report.elements(rest);
        Ok(report)
    }

    /// Elements up to the end; what cannot be read is a defect, and what stands
    /// behind an unreadable length is lost with it.
    fn elements(&mut self, mut rest: &[u8]) {
        let mut observed = None;
        let mut step_ms = None;
        while !rest.is_empty() {
            if let Some(behind) = rest.strip_prefix(&[0xF0, 0xF0]) {
                let Some((time, behind)) = behind.split_at_checked(5) else {
                    self.defects.push("F0F0 之后缺观测时间 (no time behind F0F0)".to_owned());
                    return;
                };
                observed = bcd::time(time);
                if observed.is_none() {
                    self.defects.push(format!("观测时间 {time:02X?} 无效 (no such time)"));
                }
                rest = behind;
                continue;
            }
            let &[id, definition, ref behind @ ..] = rest else {
                self.defects.push(format!("要素 {:02X}H 缺数据定义 (no definition)", rest[0]));
                return;
            };
            let (bytes, decimals) = (usize::from(definition >> 3), u32::from(definition & 7));
            let Some((data, behind)) = behind.split_at_checked(bytes) else {
                self.defects
                    .push(format!("要素 {id:02X}H 应有 {bytes} 字节, 只剩 {} 字节 (cut off)", behind.len()));
                return;
            };
            rest = behind;
            match id {
                element::STEP => step_ms = element::step_ms(data),
                _ => self.element(id, data, decimals, observed, step_ms),
            }
        }
    }

    fn element(
        &mut self,
        id: u8,
        data: &[u8],
        decimals: u32,
        observed: Option<Timestamp>,
        step_ms: Option<i64>,
    ) {
        let element = element::of(id);
        if let Some(series) = element.series {
            return self.series(element, series, data, observed, step_ms.unwrap_or(5 * 60_000));
        }
        if id == element::STATE {
            return self.states(data, observed);
        }
        match element::value(data, decimals) {
            Some(value) => self.samples.push(Sample { element, value, observed }),
            None => {
                self.defects.push(format!("{} ({id:02X}H) 无有效值 {data:02X?} (no value)", element.name));
            }
        }
    }

    /// Values of one hour at equal steps, the last one at the observed time.
    fn series(
        &mut self,
        element: Element,
        series: element::Series,
        data: &[u8],
        observed: Option<Timestamp>,
        step_ms: i64,
    ) {
        let count = data.len() / series.bytes;
        for (place, chunk) in data.chunks_exact(series.bytes).enumerate() {
            if chunk.iter().all(|byte| *byte == 0xFF) {
                continue;
            }
            let raw = chunk.iter().fold(0_u32, |sum, byte| sum << 8 | u32::from(*byte));
            let back = (count - 1 - place) as i64 * step_ms;
            self.samples.push(Sample {
                element: element.clone(),
                value: f64::from(raw) / series.per,
                observed: observed.map(|at| at - back),
            });
        }
    }

    fn states(&mut self, data: &[u8], observed: Option<Timestamp>) {
        let bits = data.iter().fold(0_u32, |sum, byte| sum << 8 | u32::from(*byte));
        self.samples.push(Sample { element: element::of(element::STATE), value: bits.into(), observed });
    }

    /// The signals. A station's own threshold report is an alarm with its level
    /// (or rain) and the readings beside it.
    pub fn tell(self, mut outcome: Outcome, received: Timestamp) -> Outcome {
        outcome.defects.extend(self.defects.iter().cloned());
        let name = function_name(self.function).unwrap_or_default();
        for sample in &self.samples {
            let observed = sample.observed.or(self.sent);
            let data = Object::with_capacity(160)
                .text("function", name)
                .text("element", &format!("{:02X}", sample.element.id))
                .number("class", self.class.unwrap_or(0));
            let title = format!(
                "遥测站 {} {} {} {}",
                self.station, sample.element.name, sample.value, sample.element.sign
            );
            let signal = match sample.element.id {
                element::STATE => Signal::status(sample.element.code.as_str())
                    .title(format!("遥测站 {} 状态 {:08X}H", self.station, sample.value as u32)),
                _ => Signal::reading(sample.element.code.as_str(), sample.value, sample.element.unit)
                    .title(title),
            };
            outcome =
                outcome.signal(signal.device(self.station.as_str()).observed(observed).data(data.finish()));
        }
        match self.function {
            EXTRA => outcome.signal(self.crossed(received)),
            _ => outcome,
        }
    }

    fn crossed(&self, received: Timestamp) -> Signal {
        let of = |code: &str| self.samples.iter().rev().find(|sample| sample.element.code == code);
        let lead = of("water.level")
            .or_else(|| self.samples.iter().find(|sample| sample.element.code.starts_with("rain.")));
        let (code, what) = match lead {
            Some(sample) if sample.element.code == "water.level" => ("water.threshold", "水位"),
            Some(_) => ("rain.threshold", "雨量"),
            None => ("station.threshold", "监测值"),
        };
        let observed = lead.and_then(|sample| sample.observed).or(self.sent);
        let at = Beijing::of(observed.unwrap_or(received));
        let value =
            lead.map(|sample| format!(" {} {}", sample.value, sample.element.sign)).unwrap_or_default();
        let signal = Signal::alarm(code)
            .severity(Severity::Moderate)
            .device(self.station.as_str())
            .observed(observed)
            .title(format!("遥测站 {} 加报: {what}{value} ({:02}:{:02})", self.station, at.hour, at.minute));
        match lead {
            Some(sample) => signal.value(sample.value, sample.element.unit),
            None => signal,
        }
    }
}
