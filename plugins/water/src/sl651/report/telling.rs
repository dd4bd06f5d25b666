//! A report as signals.

use super::{
    EXTRA, KEEPALIVE, MOST_DEFECTS, MOST_STATIONS, MOST_TEXT, MOST_VALUES, Report, Sample, Section,
    function_name,
};
use crate::sl651::element;
use encoding_rs::GB18030;
use std::borrow::Cow;
use tocsin_sdk::json::Object;
use tocsin_sdk::time::Beijing;
use tocsin_sdk::{Outcome, Severity, Signal, Timestamp};

/// Levels that a threshold may be of: river or tide, above a dam, below it, intakes.
pub(super) const LEVELS: [u16; 11] = [0x39, 0x3B, 0x3A, 0x3C, 0x3D, 0x3E, 0x3F, 0x40, 0x41, 0x42, 0x43];

/// A station's clock that is ahead by more is wrong.
const AHEAD_MS: i64 = 24 * 3_600_000;

/// Of a title.
const SHOWN_CHARS: usize = 100;

impl Report {
    /// The signals. A station's own threshold report is an alarm with its level
    /// (or rain) and the readings beside it.
    pub fn tell(mut self, mut outcome: Outcome, received: Timestamp) -> Outcome {
        self.believe(received);
        self.cut();
        for section in &self.sections {
            outcome.signals.extend(section.samples.iter().map(|sample| self.reading(section, sample)));
        }
        if !self.manual.is_empty() {
            outcome.signals.push(self.written());
        }
        if self.function == EXTRA {
            self.alarms(&mut outcome, received);
        }
        outcome.defects.append(&mut self.defects);
        outcome
    }

    /// Times that cannot be are none: what was measured then counts as of the report, or
    /// of its arrival. 链路维持报 says nothing of a time.
    fn believe(&mut self, received: Timestamp) {
        if self.function == KEEPALIVE {
            return;
        }
        let latest = received.saturating_add(AHEAD_MS);
        let take = |time: &mut Option<Timestamp>| time.take_if(|at| *at > latest);
        let sent = take(&mut self.sent);
        let samples = self.sections.iter_mut().flat_map(|section| &mut section.samples);
        let observed = samples.filter_map(|sample| take(&mut sample.observed)).reduce(|first, _| first);
        for (what, at) in [("发报时间", sent), ("观测时间", observed)] {
            if let Some(at) = at {
                let at = Beijing::of(at);
                self.defect(format!("{what} {at} 晚于收到时间一天以上 (more than a day ahead)"));
            }
        }
    }

    /// To what is told; what is left out becomes a defect.
    fn cut(&mut self) {
        let beyond = |is: usize, most: usize, what: &str, name: &str| {
            let left = is.saturating_sub(most);
            let defect = format!("{what}超过 {most} {name}, 余 {left} 未列 (more than are told)");
            (left > 0).then_some(defect)
        };
        let values = beyond(self.values, MOST_VALUES, "一份报文", "个值");
        let stations = beyond(self.sections.len(), MOST_STATIONS, "一份报文", "个站");
        let text = beyond(self.manual.len(), MOST_TEXT, "人工置数", "字节");
        let defects = beyond(self.defects.len() + self.more, MOST_DEFECTS, "不能解析之处", "个");
        self.sections.truncate(MOST_STATIONS);
        self.manual.truncate(MOST_TEXT);
        self.defects.extend([values, stations, text, defects].into_iter().flatten());
    }

    fn data(&self, section: Option<&Section>) -> Object {
        let class = section.and_then(|section| section.class).unwrap_or(0);
        Object::with_capacity(160)
            .text("function", function_name(self.function).unwrap_or_default())
            .number("class", class)
    }

    fn reading(&self, section: &Section, sample: &Sample) -> Signal {
        let Sample { element, value, observed } = *sample;
        let station = section.station.as_str();
        let signal = match element.id {
            element::STATE => {
                Signal::status(element.code()).title(format!("遥测站 {station} 状态 {:08X}H", value as u32))
            }
            _ => Signal::reading(element.code(), value, element.unit)
                .title(format!("遥测站 {station} {} {value} {}", element.name, element.sign)),
        };
        let data = self.data(Some(section)).text("element", &format!("{:02X}", element.id));
        signal.device(station).observed(observed.or(self.sent)).data(data.finish())
    }

    /// 人工置数: what an observer wrote, as text where it is some. The standard names no
    /// encoding: what is not UTF-8 may be GB 18030, and its bytes are told as well.
    fn written(&self) -> Signal {
        let section = self.sections.last();
        let station = section.map_or(&self.own, |section| &section.station);
        let data = self.data(section);
        let unicode = whole(&self.manual, |bytes| std::str::from_utf8(bytes).ok().map(Cow::Borrowed));
        let (text, data) = match unicode {
            Some(text) => (Some(text), data),
            None => {
                let chinese = whole(&self.manual, |bytes| {
                    GB18030.decode_without_bom_handling_and_without_replacement(bytes)
                });
                (chinese.filter(|text| !text.chars().any(is_odd)), data.hex("bytes", &self.manual))
            }
        };
        let (shown, data) = match text {
            Some(text) => (text.chars().take(SHOWN_CHARS).collect(), data.text("text", &text)),
            None => (format!("{} 字节", self.manual.len()), data),
        };
        Signal::report("water.manual")
            .device(station.as_str())
            .observed(self.sent)
            .title(format!("遥测站 {station} 人工置数: {shown}"))
            .data(data.finish())
    }

    /// One of each station that says something; of the one that speaks if none does.
    fn alarms(&self, outcome: &mut Outcome, received: Timestamp) {
        let alarms = self.sections.iter().filter(|section| !section.samples.is_empty());
        let before = outcome.signals.len();
        outcome
            .signals
            .extend(alarms.map(|section| self.crossed(&section.station, &section.samples, received)));
        if outcome.signals.len() == before {
            outcome.signals.push(self.crossed(&self.own, &[], received));
        }
    }

    fn crossed(&self, station: &str, samples: &[Sample], received: Timestamp) -> Signal {
        let level = LEVELS.iter().find_map(|id| samples.iter().rev().find(|sample| sample.element.id == *id));
        let rain = || samples.iter().find(|sample| sample.element.code().starts_with("rain."));
        let (code, what, lead) = match (level, level.or_else(rain)) {
            (Some(_), lead) => ("water.threshold", "水位", lead),
            (None, Some(lead)) => ("rain.threshold", "雨量", Some(lead)),
            // Which level it reached is for somebody to look up; that it is one is not.
            (None, None) if self.is_level_unread => ("water.threshold", "水位", None),
            (None, None) => ("station.threshold", "监测值", None),
        };
        let observed = lead.and_then(|sample| sample.observed).or(self.sent);
        let at = Beijing::of(observed.unwrap_or(received));
        let value =
            lead.map(|sample| format!(" {} {}", sample.value, sample.element.sign)).unwrap_or_default();
        let signal = Signal::alarm(code)
            .severity(Severity::Moderate)
            .device(station)
            .observed(observed)
            .title(format!("遥测站 {station} 加报: {what}{value} ({:02}:{:02})", at.hour, at.minute));
        match lead {
            Some(sample) => signal.value(sample.value, sample.element.unit),
            None => signal,
        }
    }
}

/// All of it, or without a letter that was cut in two at the end.
fn whole<'b>(bytes: &'b [u8], read: impl Fn(&'b [u8]) -> Option<Cow<'b, str>>) -> Option<Cow<'b, str>> {
    const LETTER: usize = 4;
    (0..LETTER)
        .find_map(|less| read(bytes.get(..bytes.len().checked_sub(less)?)?))
        .filter(|text| !text.is_empty())
}

/// No letter that people write: the bytes are of another encoding, or of none.
fn is_odd(c: char) -> bool {
    c.is_control() || matches!(c, '\u{E000}'..='\u{F8FF}' | '\u{FFFD}')
}
