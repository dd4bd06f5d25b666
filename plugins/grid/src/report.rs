//! One report: read from JSON of many shapes, written as one signal.

use crate::category::{self, Category, OTHER};
use crate::field::{Field, Fields, shown};
use crate::refusal::Refusal;
use crate::{moment, photo, place};
use serde_json::{Map, Value};
use std::hash::Hasher;
use tocsin_sdk::hash::FixedHasher;
use tocsin_sdk::{Certainty, Datum, Position, Severity, Signal, Timestamp};

/// A long text with some links. A photo itself does not fit and must not: what is
/// needed to decide is a link. All of it fits a signal's `data` of 32 KiB.
pub const PAYLOAD_BYTES_MAX: usize = 24 * 1024;
/// Of the report's own id, the host keeps 256 bytes.
const REFERENCE_CHARS_MAX: usize = 64;
/// What fits on one line of a desk.
const TITLE_CHARS_MAX: usize = 60;
const UNREAD_NAMED_MAX: usize = 8;

const TEXT: &[&str] = &["text", "content", "description", "desc", "内容", "描述", "事件描述"];
const CATEGORY: &[&str] = &["category", "type", "eventType", "event_type", "类别", "事件类别", "事件类型"];
const PHOTO: &[&str] = &["photo", "photos", "image", "images", "picture", "pictures", "照片", "图片"];
const REPORTER: &[&str] =
    &["reporter", "reporterId", "reporter_id", "worker", "workerId", "user", "网格员", "上报人"];
const REPORTER_NAME: &[&str] = &["name", "reporterName", "姓名"];
const REPORTER_PHONE: &[&str] = &["phone", "tel", "mobile", "电话"];
const TIME: &[&str] =
    &["time", "at", "observed", "reportTime", "report_time", "timestamp", "时间", "上报时间"];
const REGION: &[&str] = &["township", "region", "regionCode", "region_code", "town", "乡镇", "区划"];
const REFERENCE: &[&str] = &["id", "reference", "eventId", "event_id", "serial", "编号", "事件编号"];
const LEVEL: &[&str] = &["level", "severity", "等级", "事件等级"];
const ADDRESS: &[&str] = &["address", "place", "地址", "地点"];

/// A report that says something.
#[derive(Debug)]
pub struct Report {
    pub category: &'static Category,
    pub text: String,
    pub photos: Vec<String>,
    pub address: String,
    pub reporter: Reporter,
    pub position: Option<Position>,
    pub at: Option<Timestamp>,
    pub region: String,
    pub severity: Severity,
    pub reference: String,
    /// What could not be read.
    pub defects: Vec<String>,
}

#[derive(Debug, Default, PartialEq, Eq)]
pub struct Reporter {
    pub id: String,
    pub name: String,
    pub phone: String,
}

impl Report {
    pub fn read(payload: &[u8], datum: Datum) -> Result<Report, Refusal> {
        let mut fields = Fields::new(object(payload)?);
        let mut defects = Vec::new();
        let text = fields.take(TEXT).and_then(|field| or_defect(&field, field.text(), &mut defects));
        let photos = fields.take(PHOTO).map(|field| photo::links(field, &mut defects)).unwrap_or_default();
        let category = fields.take(CATEGORY);
        let known = category.as_ref().and_then(|field| category::find(&field.text()?));
        if text.is_none() && photos.is_empty() && known.is_none() {
            let reason = "the report says nothing: no text, no photo, no category that is known";
            return Err(Refusal::malformed("text", reason.to_owned()));
        }
        let category = known.unwrap_or_else(|| other(category, &mut defects));
        let position = place::read(&mut fields, datum, &mut defects)?;
        let reporter = reporter(&mut fields, &mut defects);
        let at = fields.take(TIME).and_then(|field| {
            let at = field.text().and_then(|text| moment::read(&text));
            or_defect(&field, at, &mut defects)
        });
        let region = fields.take(REGION).and_then(|field| or_defect(&field, region(&field), &mut defects));
        let severity = fields.take(LEVEL).and_then(|field| or_defect(&field, severity(&field), &mut defects));
        let address = fields.take(ADDRESS).and_then(|field| or_defect(&field, field.text(), &mut defects));
        let reference =
            fields.take(REFERENCE).and_then(|field| or_defect(&field, reference(&field), &mut defects));
        name_unread(&fields, &mut defects);
        Ok(Report {
            category,
            text: text.unwrap_or_default(),
            photos,
            address: address.unwrap_or_default(),
            reporter,
            position,
            at,
            region: region.unwrap_or_default(),
            severity: severity.unwrap_or(Severity::Unknown),
            reference: reference.unwrap_or_else(|| hashed(payload)),
            defects,
        })
    }

    pub fn code(&self) -> String {
        self.category.code()
    }

    /// Certainty `likely`: a person saw it, nobody has confirmed it.
    pub fn signal(&self) -> Signal {
        let mut signal = Signal::report(self.code())
            .device(path_step(&self.reporter.id))
            .urgency(self.category.urgency())
            .severity(self.severity)
            .certainty(Certainty::Likely)
            .observed(self.at)
            .region(&*self.region)
            .reference(&*self.reference)
            .title(self.title())
            .data(self.data());
        signal.position = self.position;
        signal
    }

    fn title(&self) -> String {
        let said = if self.text.is_empty() { &self.address } else { &self.text };
        let blank = |c: char| c.is_whitespace() || c.is_control();
        let words: Vec<&str> = said.split(blank).filter(|word| !word.is_empty()).collect();
        let line = words.join(" ");
        let short: String = line.chars().take(TITLE_CHARS_MAX).collect();
        let more = if short.len() < line.len() { "…" } else { "" };
        let title = self.category.title;
        if short.is_empty() { title.to_owned() } else { format!("{title}:{short}{more}") }
    }

    fn data(&self) -> String {
        let mut data = Map::new();
        data.insert("category".to_owned(), self.category.title.into());
        let Reporter { id, name, phone } = &self.reporter;
        for (key, value) in [("text", &self.text), ("address", &self.address)] {
            if !value.is_empty() {
                data.insert(key.to_owned(), value.as_str().into());
            }
        }
        if !self.photos.is_empty() {
            data.insert("photos".to_owned(), self.photos.clone().into());
        }
        let who: Map<String, Value> = [("id", id), ("name", name), ("phone", phone)]
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(key, value)| (key.to_owned(), value.as_str().into()))
            .collect();
        if !who.is_empty() {
            data.insert("reporter".to_owned(), who.into());
        }
        Value::Object(data).to_string()
    }
}

fn object(payload: &[u8]) -> Result<Map<String, Value>, Refusal> {
    if payload.len() > PAYLOAD_BYTES_MAX {
        let reason =
            format!("{} bytes are more than {PAYLOAD_BYTES_MAX}; send photos as links", payload.len());
        return Err(Refusal::malformed("", reason));
    }
    let text = std::str::from_utf8(payload)
        .map_err(|error| Refusal::malformed("", format!("not UTF-8: {error}")))?;
    match serde_json::from_str(text.trim_start_matches('\u{feff}')) {
        Ok(Value::Object(map)) => Ok(map),
        Ok(other) => Err(Refusal::malformed("", format!("not a JSON object: {}", shown(other)))),
        Err(error) => Err(Refusal::malformed("", format!("not JSON: {error}"))),
    }
}

fn or_defect<T>(field: &Field, read: Option<T>, defects: &mut Vec<String>) -> Option<T> {
    if read.is_none() {
        defects.push(format!("{}: cannot read {}", field.name, shown(&field.value)));
    }
    read
}

fn other(written: Option<Field>, defects: &mut Vec<String>) -> &'static Category {
    defects.push(match written {
        Some(Field { name, value }) => format!("{name}: unknown {}, taken as other", shown(value)),
        None => "category: missing, taken as other".to_owned(),
    });
    OTHER
}

fn reporter(fields: &mut Fields, defects: &mut Vec<String>) -> Reporter {
    let mut reporter = Reporter::default();
    let Some(field) = fields.take(REPORTER) else {
        return reporter;
    };
    match field.value {
        Value::Object(map) => {
            let mut inside = Fields::new(map);
            let mut part = |names| inside.take(names).and_then(|field| field.text()).unwrap_or_default();
            reporter.name = part(REPORTER_NAME);
            reporter.phone = part(REPORTER_PHONE);
            reporter.id = part(REFERENCE);
            if reporter.id.is_empty() {
                reporter.id.clone_from(&reporter.name);
            }
        }
        _ => reporter.id = or_defect(&field, field.text(), defects).unwrap_or_default(),
    }
    reporter
}

/// 12 digits; a county's 6 and a township's 9 are filled up.
fn region(field: &Field) -> Option<String> {
    let code = field.text()?;
    let digits = code.bytes().all(|byte| byte.is_ascii_digit());
    (digits && matches!(code.len(), 6 | 9 | 12)).then(|| format!("{code:0<12}"))
}

/// 一 is the highest of the four grades.
fn severity(field: &Field) -> Option<Severity> {
    match field.text()?.to_lowercase().as_str() {
        "1" | "特别重大" | "特别严重" | "红" | "红色" | "一级" | "extreme" | "critical" | "red" => {
            Some(Severity::Extreme)
        }
        "2" | "重大" | "严重" | "橙" | "橙色" | "二级" | "severe" | "high" | "orange" | "紧急" => {
            Some(Severity::Severe)
        }
        "3" | "较大" | "较重" | "黄" | "黄色" | "三级" | "moderate" | "medium" | "yellow" => {
            Some(Severity::Moderate)
        }
        "4" | "一般" | "蓝" | "蓝色" | "四级" | "minor" | "low" | "blue" => Some(Severity::Minor),
        _ => None,
    }
}

fn reference(field: &Field) -> Option<String> {
    field.text().filter(|id| id.chars().count() <= REFERENCE_CHARS_MAX && !id.contains(char::is_control))
}

/// A device id is a path, and the reporter is one step of it.
fn path_step(id: &str) -> String {
    id.chars()
        .map(|c| if c == '/' || c.is_whitespace() || c.is_control() { '-' } else { c })
        .take(64)
        .collect()
}

/// The same bytes are the same matter, on every host and at every replay.
fn hashed(payload: &[u8]) -> String {
    let mut hasher = FixedHasher::default();
    hasher.write(payload.trim_ascii());
    format!("grid-{:016x}", hasher.finish())
}

fn name_unread(fields: &Fields, defects: &mut Vec<String>) {
    let unread = fields.unread();
    if unread.is_empty() {
        return;
    }
    let named = unread[..unread.len().min(UNREAD_NAMED_MAX)].join(", ");
    let more = unread.len().saturating_sub(UNREAD_NAMED_MAX);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    defects.push(format!("fields that nobody reads: {named}{more}"));
}
