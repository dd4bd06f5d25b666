//! One report: read from JSON of many shapes, written as one signal.

use crate::category::{self, Category, OTHER};
use crate::{framing, photo};
use serde_json::{Map, Value};
use tocsin_sdk::field::{Field, Fields, Refusal, hashed, line, path_step, shown};
use tocsin_sdk::json::sound;
use tocsin_sdk::{Certainty, Datum, Position, Severity, Signal, Timestamp};

/// A frame of the host, and a body of its HTTP doors.
const PAYLOAD_BYTES_MAX: usize = 128 * 1024;
/// A long text with some links, which fits a signal's `data` of 32 KiB. A photo itself
/// must not: what is needed to decide is a link.
const DATA_BYTES_MAX: usize = 24 * 1024;
/// What fits on one line of a desk.
const TITLE_CHARS_MAX: usize = 60;

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
    /// Where the region stands in words.
    pub region_name: String,
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
    pub fn read(object: Map<String, Value>, payload: &[u8]) -> Result<Report, Refusal> {
        let mut fields = Fields::new(object);
        let text = fields.maybe(TEXT, Field::text);
        let photo = fields.take(PHOTO);
        let is_pictured = photo.is_some();
        let photos = photo.map(|field| photo::names(field, &mut fields.defects)).unwrap_or_default();
        let category = fields.take(CATEGORY);
        let known = category.as_ref().and_then(|field| category::find(&field.text()?));
        // A picture that is left out says something all the same: its bytes are kept.
        if text.is_none() && !is_pictured && known.is_none() {
            let reason = "the report says nothing: no text, no photo, no category that is known";
            return Err(Refusal::malformed("text", reason));
        }
        let category = known.unwrap_or_else(|| other(category, &mut fields.defects));
        let position = fields.position_or_none(Datum::Wgs84);
        let reporter = reporter(&mut fields);
        let at = fields.time(TIME);
        let region = fields.region(REGION);
        let severity = fields.maybe(LEVEL, Field::severity).unwrap_or(Severity::Unknown);
        let address = fields.text(ADDRESS);
        let reference =
            fields.maybe(REFERENCE, |field| field.id().ok()).unwrap_or_else(|| hashed("grid", payload));
        fields.name_unread();
        Ok(Report {
            category,
            text: text.unwrap_or_default(),
            photos,
            address,
            reporter,
            position,
            at,
            region,
            region_name: fields.region_name,
            severity,
            reference,
            defects: fields.defects,
        })
    }

    pub fn code(&self) -> String {
        self.category.code()
    }

    /// Certainty `likely`: a person saw it, nobody has confirmed it.
    pub fn signal(&self) -> Result<Signal, Refusal> {
        let data = bounded(self.data())?;
        Ok(Signal::report(self.code())
            .device(path_step(&self.reporter.id))
            .urgency(self.category.urgency())
            .severity(self.severity)
            .certainty(Certainty::Likely)
            .observed(self.at)
            .region(&*self.region)
            .reference(&*self.reference)
            .title(self.title())
            .data(data)
            .at(self.position))
    }

    fn title(&self) -> String {
        let said = if self.text.is_empty() { &self.address } else { &self.text };
        let line = line(said, TITLE_CHARS_MAX);
        let title = self.category.title;
        if line.is_empty() { title.to_owned() } else { format!("{title}:{line}") }
    }

    fn data(&self) -> String {
        let mut data = Map::new();
        data.insert("category".to_owned(), self.category.title.into());
        let Reporter { id, name, phone } = &self.reporter;
        for (key, value) in
            [("text", &self.text), ("address", &self.address), ("region_name", &self.region_name)]
        {
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

/// One JSON object of bounded size.
pub fn object(payload: &[u8]) -> Result<Map<String, Value>, Refusal> {
    match payload.len() {
        // Where it breaks off is the framer's word, not the sender's.
        framing::CUT_AT => read(payload).map_err(|_| too_large(framing::CUT_AT, framing::OBJECT_BYTES_MAX)),
        0..=PAYLOAD_BYTES_MAX => read(payload),
        length => Err(too_large(length, PAYLOAD_BYTES_MAX)),
    }
}

/// What a signal says, which the host keeps as a whole or not at all.
pub fn bounded(data: String) -> Result<String, Refusal> {
    match data.len() {
        0..=DATA_BYTES_MAX => Ok(data),
        length => Err(too_large(length, DATA_BYTES_MAX)),
    }
}

fn too_large(length: usize, most: usize) -> Refusal {
    Refusal::malformed("", format!("{length} bytes are more than {most}; send photos as links"))
}

fn read(payload: &[u8]) -> Result<Map<String, Value>, Refusal> {
    let text = std::str::from_utf8(payload)
        .map_err(|error| Refusal::malformed("", format!("not UTF-8: {error}")))?;
    match serde_json::from_str(&sound(text.trim_start_matches('\u{feff}'))) {
        Ok(Value::Object(map)) => Ok(map),
        Ok(other) => Err(Refusal::malformed("", format!("not a JSON object: {}", shown(other)))),
        Err(error) => Err(Refusal::malformed("", format!("not JSON: {error}"))),
    }
}

fn other(written: Option<Field>, defects: &mut Vec<String>) -> &'static Category {
    defects.push(match written {
        Some(Field { name, value }) => format!("{name}: unknown {}, taken as other", shown(value)),
        None => "category: missing, taken as other".to_owned(),
    });
    OTHER
}

fn reporter(fields: &mut Fields) -> Reporter {
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
        _ => match field.text() {
            Some(id) => reporter.id = id,
            None => fields.defects.push(format!("{}: cannot read {}", field.name, shown(&field.value))),
        },
    }
    reporter
}
