//! One record of one detector, whatever its fields are called.

use crate::word::{self, Word};
use serde_json::{Map, Value, json};
use tocsin_sdk::field::{Field, Fields, Name, POSITION, Refusal, path_step};
use tocsin_sdk::{Datum, Message, Position, Severity, Signal, Timestamp};

const DEVICE: Name = &[
    "device",
    "deviceId",
    "device_id",
    "deviceNo",
    "devId",
    "detector",
    "detectorId",
    "imei",
    "sn",
    "serialNo",
    "id",
    "设备编号",
    "设备",
    "探测器编号",
    "探测器",
];
const EVENT: Name = &[
    "event",
    "eventType",
    "event_type",
    "alarmType",
    "alarm_type",
    "type",
    "kind",
    "status",
    "state",
    "事件",
    "事件类型",
    "报警类型",
    "状态",
];
const SMOKE: Name = &["smoke", "smokeAlarm", "smoke_alarm", "alarm", "fire", "烟雾", "烟雾报警", "报警"];
const SECONDS: Name =
    &["duration", "seconds", "duration_s", "durationS", "durationSeconds", "lasted", "持续时间", "持续秒数"];
const BATTERY: Name =
    &["battery", "batteryPercent", "battery_percent", "batteryLevel", "power", "soc", "电量"];
const LOW: Name = &["lowBattery", "low_battery", "batteryLow", "lowPower", "低电量"];
const FAULT: Name = &["fault", "sensorFault", "error", "故障"];
const DENSITY: Name =
    &["density", "smokeDensity", "smoke_density", "smokeValue", "concentration", "烟雾浓度", "浓度"];
const TEMPERATURE: Name = &["temperature", "temp", "温度"];
const TIME: Name = &[
    "time",
    "at",
    "collectTime",
    "eventTime",
    "event_time",
    "alarmTime",
    "reportTime",
    "ts",
    "timestamp",
    "时间",
    "上报时间",
    "报警时间",
];
const ADDRESS: Name =
    &["address", "location_text", "installAddress", "place", "地址", "安装地址", "安装位置"];
const CONTACT: Name = &["contact", "contacts", "linkman", "owner", "联系人"];
const PHONE: Name = &["phone", "mobile", "tel", "telephone", "电话", "联系电话"];

/// All that is ever read.
pub const KNOWN: &[Name] = &[
    DEVICE,
    EVENT,
    SMOKE,
    SECONDS,
    BATTERY,
    LOW,
    FAULT,
    DENSITY,
    TEMPERATURE,
    TIME,
    ADDRESS,
    CONTACT,
    PHONE,
    POSITION,
];

/// What one record says.
#[derive(Debug)]
pub struct Record {
    pub device: String,
    pub words: Vec<Word>,
    pub observed: Option<Timestamp>,
    /// How long the smoke has lasted, where the detector says so.
    pub seconds: Option<f64>,
    pub battery: Option<f64>,
    density: Option<f64>,
    temperature: Option<f64>,
    position: Option<Position>,
    /// Address and whom to call, as the record has them.
    data: Map<String, Value>,
}

impl Record {
    pub fn read(fields: &mut Fields, message: &Message) -> Result<Record, Refusal> {
        let device = match (fields.text(DEVICE), message.device.as_str()) {
            (id, "") if id.is_empty() => return Err(fields.missing(DEVICE[0])),
            (id, device) if id.is_empty() => device.to_owned(),
            (id, _) => path_step(&id),
        };
        let (mut words, unread) = words(fields);
        let battery = fields.number(BATTERY).filter(|percent| (0.0..=100.0).contains(percent));
        let (density, temperature) = (fields.number(DENSITY), fields.number(TEMPERATURE));
        let seconds = fields.maybe(SECONDS, |field| {
            field.number().ok().or_else(|| lasting(&field.text()?)).filter(|seconds| *seconds >= 0.0)
        });
        let has_numbers = battery.is_some() || density.is_some() || temperature.is_some();
        if words.is_empty() && has_numbers {
            words.push(Word::Alive);
        }
        if words.is_empty() {
            return Err(match unread {
                Some(field) => field.refuse("不是认识的事件", "is no event that is known"),
                None => fields.missing(EVENT[0]),
            });
        }
        let observed = fields.time(TIME);
        let position = fields.position_or_none(Datum::Wgs84);
        let said = [
            ("address", fields.text(ADDRESS)),
            ("contact", fields.text(CONTACT)),
            ("phone", fields.text(PHONE)),
        ];
        let said = said.into_iter().filter(|(_, text)| !text.is_empty());
        let data = said.map(|(name, text)| (name.to_owned(), Value::from(text))).collect();
        fields.name_unread();
        Ok(Record { device, words, observed, seconds, battery, density, temperature, position, data })
    }

    pub fn says(&self, word: Word) -> bool {
        self.words.contains(&word)
    }

    /// There is no smoke, by whatever word.
    pub fn says_end(&self) -> bool {
        self.says(Word::Clear) || self.says(Word::Normal)
    }

    /// A signal of this detector with where and when.
    pub fn about(&self, signal: Signal) -> Signal {
        let signal = Signal { position: self.position, ..signal };
        let signal = signal.device(self.device.as_str()).observed(self.observed);
        if self.data.is_empty() { signal } else { signal.data(Value::Object(self.data.clone()).to_string()) }
    }

    /// The same with more to say than whom to call.
    pub fn about_with(&self, signal: Signal, more: Value) -> Signal {
        let mut data = self.data.clone();
        if let Value::Object(more) = more {
            data.extend(more);
        }
        self.about(signal).data(Value::Object(data).to_string())
    }

    /// Everything besides smoke and battery. `alone`: the record must say that its
    /// detector is there, because nothing else does.
    pub fn rest(&self, alone: bool) -> Vec<Signal> {
        let mut signals = Vec::new();
        for word in &self.words {
            signals.extend(match word {
                Word::Fault => {
                    Some(Signal::fault("fault.device").severity(Severity::Minor).title("探测器故障"))
                }
                Word::Mended => Some(Signal::recovery("fault.device").title("故障恢复")),
                Word::Tamper => {
                    Some(Signal::fault("detector.tamper").severity(Severity::Minor).title("探测器被拆"))
                }
                Word::Test => Some(Signal::status("status.test").title("自检")),
                Word::Offline => Some(Signal::status("device.offline").title("平台报告离线")),
                _ => None,
            });
        }
        let readings = [("smoke.density", self.density, "1"), ("temperature", self.temperature, "Cel")];
        for (code, value, unit) in readings {
            signals.extend(value.map(|value| Signal::reading(code, value, unit)));
        }
        if signals.is_empty() && alone {
            signals.push(Signal::status("device.online").title("在线"));
        }
        signals.into_iter().map(|signal| self.about(signal)).collect()
    }

    pub fn density(&self) -> Value {
        self.density.map_or(Value::Null, |density| json!(density))
    }
}

/// What the event says, and what flags do that stand beside it; the first of them that
/// nobody understands.
fn words(fields: &mut Fields) -> (Vec<Word>, Option<Field>) {
    let (mut words, mut unread) = (Vec::new(), None);
    if let Some(event) = fields.take(EVENT) {
        let said = event.text().or(event.value.as_bool().map(|is| is.to_string())).unwrap_or_default();
        match word::read(&said) {
            Some(word) => words.push(word),
            // What else it says may still count.
            None => {
                fields.defects.push(format!("{}: unknown event {}", event.name, event.value));
                unread = Some(event);
            }
        }
    }
    let flags = [
        (SMOKE, Word::Smoke, Some(Word::Normal)),
        (LOW, Word::LowBattery, Some(Word::BatteryNormal)),
        (FAULT, Word::Fault, None),
    ];
    for (name, on, off) in flags {
        let Some(field) = fields.take(name) else { continue };
        match flag(&field, on, off) {
            Some(Some(word)) if !words.contains(&word) => words.push(word),
            Some(_) => {}
            None => {
                fields.defects.push(format!("{}: cannot read {}", field.name, field.value));
                unread.get_or_insert(field);
            }
        }
    }
    // Smoke and its end in one record: smoke counts.
    if words.iter().any(|word| matches!(word, Word::Smoke | Word::Fire)) {
        words.retain(|word| !matches!(word, Word::Clear | Word::Normal));
    }
    (words, unread)
}

/// What a flag says, where anything; `None` where nobody can read it.
fn flag(field: &Field, on: Word, off: Option<Word>) -> Option<Option<Word>> {
    if let Some(is_on) = field.flag() {
        return Some(if is_on { Some(on) } else { off });
    }
    match field.number() {
        // Levels have steps above 1, and programs write 0 as 0.0.
        Ok(level) if level >= 1.0 => Some(Some(on)),
        Ok(level) if level <= 0.0 => Some(off),
        Ok(_) => None,
        Err(_) => match word::read(&field.text()?)? {
            // All is well with what this flag is about.
            Word::Normal => Some(off),
            word => Some(Some(word)),
        },
    }
}

/// Seconds of a duration with its unit, `95秒` or `1.5 min`.
fn lasting(text: &str) -> Option<f64> {
    let unit = text.find(|letter: char| !letter.is_ascii_digit() && letter != '.')?;
    let (number, unit) = text.split_at(unit);
    let factor = match unit.trim() {
        "秒" | "秒钟" | "s" | "sec" | "second" | "seconds" => 1.0,
        "分" | "分钟" | "min" | "minute" | "minutes" => 60.0,
        "毫秒" | "ms" => 0.001,
        _ => return None,
    };
    Some(number.parse::<f64>().ok()? * factor)
}
