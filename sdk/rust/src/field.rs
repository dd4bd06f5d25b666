//! The fields of a JSON object as departments really send them: taken by any of
//! their names, numbers as text, text as numbers, what is empty as absent.
//!
//! A field that must be there and is not is refused by name, together with the
//! names that would be known and those that nobody knows: so a renamed field is
//! caught where it comes in. What is optional and cannot be read is left out and
//! named in [`Fields::defects`]; what nobody reads is kept by [`Fields::data`].
//!
//! ```
//! use tocsin_sdk::field::{Fields, Name};
//!
//! const GATE: Name = &["gate", "闸机"];
//! const VISITORS: Name = &["visitors", "count", "在园人数"];
//!
//! let read = |text: &str| {
//!     let mut fields = Fields::of(serde_json::from_str(text).unwrap(), &[GATE, VISITORS]);
//!     fields.need(VISITORS)?.whole()
//! };
//! assert_eq!(read(r#"{"count": "1,200", "gate": null}"#).unwrap(), 1_200);
//! let refusal = read(r#"{"visitor_num": 7, "gate": "east"}"#).unwrap_err();
//! assert_eq!(
//!     refusal.reason,
//!     "字段 visitors 缺失;已知字段为 gate, visitors;未知字段 visitor_num (field `visitors` is missing; known fields are `gate`, `visitors`; `visitor_num` is unknown)"
//! );
//! ```

mod moment;
mod place;
mod records;
mod refusal;
mod region;
#[cfg(test)]
mod tests;
mod unread;

pub use moment::{Moment, moment};
pub use place::{POSITION, datum};
pub use records::{RECORDS_MAX, each};
pub use refusal::Refusal;

use crate::{Severity, Timestamp};
use serde_json::{Map, Value};

/// All names of one field: the one we use first, then what else it is called.
pub type Name = &'static [&'static str];

/// Names and values in a sentence are cut, so that an input cannot fill the log.
const SHOWN_CHARS_MAX: usize = 40;
/// Names in one sentence.
const NAMED_MAX: usize = 8;

/// What is left in here at the end nobody has read.
#[derive(Debug)]
pub struct Fields {
    map: Map<String, Value>,
    known: &'static [Name],
    /// What was there and could not be read, one sentence each.
    pub defects: Vec<String>,
    /// What [`Fields::region`] found in words (`石湖镇`), else empty: the city knows
    /// names. [`Fields::data`] writes it; who writes `data` alone writes it as well.
    pub region_name: String,
}

/// A value with the name it stood under.
#[derive(Debug)]
pub struct Field {
    /// As the input wrote it.
    pub name: String,
    /// Not absent.
    pub value: Value,
}

impl Fields {
    /// The fields of an object; nothing is said of what is known.
    pub fn new(map: Map<String, Value>) -> Fields {
        Fields::of(map, &[])
    }

    /// The fields of an object of which all that is ever read is `known`.
    pub fn of(map: Map<String, Value>, known: &'static [Name]) -> Fields {
        Fields { map, known, defects: Vec::new(), region_name: String::new() }
    }

    /// The first of `names` that holds something; the others stay, so that a
    /// second, contradicting value is seen to be unread.
    pub fn take(&mut self, names: &[&str]) -> Option<Field> {
        for name in names {
            if let Some((name, value)) = self.map.remove_entry(*name)
                && !is_absent(&value)
            {
                return Some(Field { name, value });
            }
        }
        None
    }

    /// As [`Fields::take`], or the refusal that names what is missing.
    pub fn need(&mut self, name: Name) -> Result<Field, Refusal> {
        self.take(name).ok_or_else(|| self.missing(name[0]))
    }

    /// The refusal for want of `name`.
    pub fn missing(&self, name: &str) -> Refusal {
        let known: Vec<&str> = self.known.iter().map(|names| names[0]).collect();
        let is_known = |name: &str| self.known.iter().chain(place::PLACE).any(|names| names.contains(&name));
        let unknown: Vec<String> = self.unread().into_iter().filter(|name| !is_known(name)).collect();
        let ticked =
            |names: &[&str]| names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        let shown: Vec<&str> = unknown.iter().take(NAMED_MAX).map(String::as_str).collect();
        let mut chinese = format!("字段 {name} 缺失;已知字段为 {}", known.join(", "));
        let mut english = format!("field `{name}` is missing; known fields are {}", ticked(&known));
        if !shown.is_empty() {
            let verb = if shown.len() == 1 { "is" } else { "are" };
            chinese.push_str(&format!(";未知字段 {}", shown.join(", ")));
            english.push_str(&format!("; {} {verb} unknown", ticked(&shown)));
        }
        Refusal::malformed(name, format!("{chinese} ({english})"))
    }

    /// An optional field as `read` makes it; a defect where it cannot.
    pub fn maybe<T>(&mut self, names: &[&str], read: impl FnOnce(&Field) -> Option<T>) -> Option<T> {
        let field = self.take(names)?;
        let value = read(&field);
        if value.is_none() {
            self.name_unreadable(&field);
        }
        value
    }

    fn name_unreadable(&mut self, field: &Field) {
        self.defects.push(format!("{}: cannot read {}", field.name, shown(&field.value)));
    }

    /// An optional text, empty where it is absent.
    pub fn text(&mut self, names: &[&str]) -> String {
        self.maybe(names, Field::text).unwrap_or_default()
    }

    /// An optional number.
    pub fn number(&mut self, names: &[&str]) -> Option<f64> {
        self.maybe(names, |field| number(&field.value))
    }

    /// An optional time; without a zone it is Beijing's.
    pub fn time(&mut self, names: &[&str]) -> Option<Timestamp> {
        self.maybe(names, Field::time)
    }

    /// An optional moment or whole day.
    pub fn day_or_time(&mut self, names: &[&str]) -> Option<Moment> {
        self.maybe(names, Field::day_or_time)
    }
}

impl Field {
    /// Text, or a number as text.
    pub fn text(&self) -> Option<String> {
        text(&self.value)
    }

    /// A moment in any of the forms of [`moment`]; a whole day is none.
    pub fn time(&self) -> Option<Timestamp> {
        self.day_or_time().filter(|moment| !moment.is_day).map(|moment| moment.at)
    }

    /// A moment, or a whole day where no clock is written.
    pub fn day_or_time(&self) -> Option<Moment> {
        moment(&self.value)
    }

    /// A number, or the refusal that names the field.
    pub fn number(&self) -> Result<f64, Refusal> {
        number(&self.value).ok_or_else(|| self.refuse("不是数", "is no number"))
    }

    /// A count: whole, not negative; or the refusal that names the field.
    pub fn whole(&self) -> Result<u64, Refusal> {
        let number = self.number()?;
        match number >= 0.0 && number.fract() == 0.0 && number < 1e15 {
            true => Ok(number as u64),
            false => Err(self.refuse("不是个数", "is no count")),
        }
    }

    /// Text that is an id: one line of at most 64 characters; else the refusal.
    pub fn id(&self) -> Result<String, Refusal> {
        let id = self.text().filter(|id| id.chars().count() <= 64 && !id.contains(char::is_control));
        id.ok_or_else(|| self.refuse("不是编号", "is no id"))
    }

    /// One of the four grades, in colours, words or numbers; 一 is the highest.
    pub fn severity(&self) -> Option<Severity> {
        let text = self.text()?.to_lowercase();
        let word = text.strip_suffix("预警").unwrap_or(&text);
        match word {
            "1" | "i" | "ⅰ" | "特别重大" | "特别严重" | "红" | "红色" | "一级" | "extreme" | "critical"
            | "red" => Some(Severity::Extreme),
            "2" | "ii" | "ⅱ" | "重大" | "严重" | "橙" | "橙色" | "二级" | "severe" | "high" | "orange"
            | "紧急" => Some(Severity::Severe),
            "3" | "iii" | "ⅲ" | "较大" | "较重" | "黄" | "黄色" | "三级" | "moderate" | "medium"
            | "yellow" => Some(Severity::Moderate),
            "4" | "iv" | "ⅳ" | "一般" | "蓝" | "蓝色" | "四级" | "minor" | "low" | "blue" => {
                Some(Severity::Minor)
            }
            _ => None,
        }
    }

    /// A flag in any of the ways to say one.
    pub fn flag(&self) -> Option<bool> {
        match self.text().map(|text| text.to_lowercase()).as_deref() {
            Some("1" | "true" | "yes" | "y" | "on" | "是" | "有") => Some(true),
            Some("0" | "false" | "no" | "n" | "off" | "否" | "无") => Some(false),
            _ => self.value.as_bool(),
        }
    }

    /// Malformed because of this field.
    pub fn refuse(&self, chinese: &str, english: &str) -> Refusal {
        let value = shown(&self.value);
        Refusal::malformed(&self.name, format!("{value} {chinese} ({value} {english})"))
    }
}

/// Text, or a number as text; trimmed; `None` where it is neither.
pub fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// A letter, digit or mark of full width as the keyboard has it.
pub fn half_width(c: char) -> char {
    match c {
        '\u{3000}' => ' ',
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        _ => c,
    }
}

/// A number, or text that is one, also with thousands `1,200`; never infinite.
pub fn number(value: &Value) -> Option<f64> {
    let number = match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => match text.trim() {
            grouped if is_grouped(grouped) => grouped.replace(',', "").parse().ok(),
            plain => plain.parse().ok(),
        },
        _ => None,
    };
    number.filter(|number: &f64| number.is_finite())
}

fn is_grouped(text: &str) -> bool {
    let whole = text.split('.').next().unwrap_or(text).trim_start_matches('-');
    let mut groups = whole.split(',');
    let digits = |group: &str| !group.is_empty() && group.bytes().all(|byte| byte.is_ascii_digit());
    let first = groups.next().unwrap_or_default();
    whole.contains(',')
        && digits(first)
        && first.len() <= 3
        && groups.all(|group| digits(group) && group.len() == 3)
}

/// `null`, blank text, an empty list or object.
pub fn is_absent(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(list) => list.is_empty(),
        Value::Object(map) => map.is_empty(),
        _ => false,
    }
}

/// A value as a person may read it in a sentence.
pub fn shown(value: impl std::fmt::Display) -> String {
    let text = value.to_string();
    match text.char_indices().nth(SHOWN_CHARS_MAX) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// A step of a device's path: `/`, blanks and control characters become `-`.
pub fn path_step(id: &str) -> String {
    id.chars()
        .map(|c| if c == '/' || c.is_whitespace() || c.is_control() { '-' } else { c })
        .take(64)
        .collect()
}

/// The same input is the same matter, on every host and at every replay.
pub fn hashed(prefix: &str, payload: &[u8]) -> String {
    use std::hash::Hasher;
    let mut hasher = crate::hash::FixedHasher::default();
    hasher.write(payload.trim_ascii());
    format!("{prefix}-{:016x}", hasher.finish())
}

/// One line for a desk: blanks are one, and the end is cut.
pub fn line(text: &str, chars_max: usize) -> String {
    let blank = |c: char| c.is_whitespace() || c.is_control();
    let words: Vec<&str> = text.split(blank).filter(|word| !word.is_empty()).collect();
    let line = words.join(" ");
    let short: String = line.chars().take(chars_max).collect();
    let more = if short.len() < line.len() { "…" } else { "" };
    format!("{short}{more}")
}
