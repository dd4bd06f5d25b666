//! One record: the fields of a JSON object or of a table's row, taken out by what
//! they mean. What is left at the end nobody has read, and is named in `defects`.

use crate::field::{self, Field};
use crate::refusal::Refusal;
use crate::table::{Columns, cells};
use crate::value;
use crate::{charset, framing};
use serde_json::{Map, Value};
use tocsin_sdk::json::sound;
use tocsin_sdk::{Datum, Message, Position};

/// A frame of the host, and a body of its HTTP doors.
pub const BYTES_MAX: usize = 128 * 1024;
const IDENTITY_CHARS: usize = 64;
const UNREAD_NAMED_MAX: usize = 8;
/// Names in a defect are cut, so that a record cannot fill the log.
const SHOWN_CHARS: usize = 40;
pub const PHOTOS_MAX: usize = 8;
/// What is longer is a picture and no name of one. The host keeps so much of each.
const PHOTO_CHARS_MAX: usize = 500;

#[derive(Debug, Default)]
pub struct Record {
    fields: Vec<(Field, Value)>,
    unread: Vec<String>,
    pub defects: Vec<String>,
}

impl Record {
    pub fn read(message: &Message) -> Result<Record, Refusal> {
        let cut = || Refusal::too_large(framing::CUT_AT, framing::RECORD_BYTES_MAX);
        let is_row = Columns::of_device(&message.device).is_some();
        match message.payload.len() {
            // A row that was cut in its last cell looks whole.
            framing::CUT_AT if is_row => Err(cut()),
            // Where it breaks off is the framer's word, not the sender's.
            framing::CUT_AT => Record::of_bytes(message).map_err(|_| cut()),
            0..=BYTES_MAX => Record::of_bytes(message),
            length => Err(Refusal::too_large(length, BYTES_MAX)),
        }
    }

    fn of_bytes(message: &Message) -> Result<Record, Refusal> {
        let text =
            charset::text(&message.payload).ok_or_else(|| Refusal::whole("neither UTF-8 nor GB 18030"))?;
        match (text.trim_start().starts_with(['{', '[']), Columns::of_device(&message.device)) {
            (false, Some(columns)) => Record::of_row(&text, &columns),
            (true, _) => match serde_json::from_str(&sound(&text)) {
                Ok(Value::Object(map)) => Ok(Record::of_object(map)),
                Ok(_) => Err(Refusal::whole("a list of records is cut by the framer; this door has none")),
                Err(error) => Err(Refusal::whole(format!("not JSON: {error}"))),
            },
            (false, None) => Err(Refusal::whole(
                "neither a JSON object nor a row below a header such as 隐患编号,隐患描述,整改期限 (id,text,deadline)",
            )),
        }
    }

    fn of_row(line: &str, columns: &Columns) -> Result<Record, Refusal> {
        let cells = cells(line, columns.separator);
        let extra = cells.iter().skip(columns.fields.len()).any(|cell| !cell.is_empty());
        if cells.len() < columns.fields.len() || extra {
            return Err(Refusal::whole(format!(
                "the row has {} cells, the header {}; was it cut?",
                cells.len(),
                columns.fields.len()
            )));
        }
        let mut record = Record::default();
        for (place, (cell, field)) in cells.into_iter().zip(&columns.fields).enumerate() {
            match field {
                Some(field) => record.put(field, Value::String(cell)),
                None if cell.is_empty() => {}
                None => record.unread.push(format!("column {}", place + 1)),
            }
        }
        Ok(record)
    }

    pub fn of_object(map: Map<String, Value>) -> Record {
        let mut record = Record::default();
        for (name, value) in map {
            match field::named(&name) {
                Some(field) if !value::is_absent(&value) => record.put(field, value),
                Some(_) => {}
                None if value::is_absent(&value) => {}
                None => record.unread.push(shown(&name)),
            }
        }
        record
    }

    /// The first that says something counts; a second, contradicting one is seen to
    /// be unread.
    fn put(&mut self, field: Field, value: Value) {
        if value::is_absent(&value) {
            return;
        }
        match self.fields.iter().find(|(known, _)| *known == field) {
            None => self.fields.push((field, value)),
            Some((_, known)) if *known == value => {}
            Some(_) => self.unread.push(format!("{} (twice)", field::shown(field))),
        }
    }

    pub fn has(&self, field: Field) -> bool {
        self.peek(field).is_some()
    }

    pub fn peek(&self, field: Field) -> Option<&Value> {
        self.fields.iter().find(|(known, _)| *known == field).map(|(_, value)| value)
    }

    pub fn take(&mut self, field: Field) -> Option<Value> {
        let place = self.fields.iter().position(|(known, _)| *known == field)?;
        Some(self.fields.remove(place).1)
    }

    /// What is optional: read, or left out with a defect.
    pub fn read_as<T>(&mut self, field: Field, read: impl FnOnce(&Value) -> Option<T>) -> Option<T> {
        let value = self.take(field)?;
        let read = read(&value);
        if read.is_none() {
            self.defects.push(format!("{}: cannot read {}", field::shown(field), shown(&value)));
        }
        read
    }

    pub fn text(&mut self, field: Field) -> String {
        self.read_as(field, value::text).unwrap_or_default()
    }

    /// What a record is known by: one line of at most 64 characters, half width.
    pub fn identity(&mut self, field: Field) -> Result<Option<String>, Refusal> {
        let Some(value) = self.take(field) else { return Ok(None) };
        let inner = value.get("id").or_else(|| value.get("编号")).unwrap_or(&value);
        let id = value::text(inner).map(|id| value::plain(&id)).unwrap_or_default();
        let is_id = !id.is_empty() && id.chars().count() <= IDENTITY_CHARS && !id.contains(char::is_control);
        match is_id {
            true => Ok(Some(id)),
            false => Err(Refusal::malformed(
                field,
                format!("{} is no id of at most {IDENTITY_CHARS} characters", shown(&value)),
            )),
        }
    }

    /// The unit that it speaks of: its id and name, either of which may be missing.
    pub fn unit(&mut self) -> Result<(String, String), Refusal> {
        let named = self.peek(field::UNIT).and_then(|unit| unit.get("name").or_else(|| unit.get("名称")));
        let name = named.and_then(value::text).unwrap_or_default();
        let id = self.identity(field::UNIT)?.unwrap_or_default();
        let written = self.text(field::UNIT_NAME);
        Ok((id, if written.is_empty() { name } else { written }))
    }

    /// Links, and names of the sender's own; pictures themselves do not fit and must
    /// not.
    pub fn photos(&mut self) -> Vec<String> {
        let written = match self.take(field::PHOTO) {
            Some(Value::Array(list)) => list,
            // A picture inside has such marks of its own.
            Some(Value::String(text)) if !text.trim_start().starts_with("data:") => {
                text.split([',', ';', '|', ' ', '\u{ff0c}', '\u{ff1b}']).map(Value::from).collect()
            }
            Some(other) => vec![other],
            None => return Vec::new(),
        };
        let mut names = Vec::new();
        for item in written.iter().filter(|item| !value::is_absent(item)) {
            match photo(item) {
                Ok(name) if names.len() < PHOTOS_MAX => names.push(name),
                Ok(name) => self.defects.push(format!("photo: one too many: {}", shown(&name))),
                Err(why) => self.defects.push(format!("photo: {why}")),
            }
        }
        names
    }

    /// A place that cannot be one refuses the record: a wrong place is worse than a
    /// second try. One of which half is missing is left out.
    pub fn position(&mut self, datum: Datum) -> Result<Option<Position>, Refusal> {
        let datum = self.read_as(field::DATUM, |value| value::datum(&value::text(value)?)).unwrap_or(datum);
        let (mut lon, mut lat) = (self.take(field::LON), self.take(field::LAT));
        if let Some(point) = self.take(field::POSITION) {
            (lon, lat) = pair(&point).map_or((lon, lat), |(lon, lat)| (Some(lon), Some(lat)));
            if lon.is_none() {
                self.defects.push(format!("position: cannot read {}", shown(&point)));
            }
        }
        let (lon, lat) = match (lon, lat) {
            (None, None) => return Ok(None),
            (lon, lat) => (lon.as_ref().and_then(value::number), lat.as_ref().and_then(value::number)),
        };
        let (Some(lon), Some(lat)) = (lon, lat) else {
            self.defects.push("position: lon and lat are no two numbers".to_owned());
            return Ok(None);
        };
        if !(-180.0..=180.0).contains(&lon) || !(-90.0..=90.0).contains(&lat) || (lon == 0.0 && lat == 0.0) {
            return Err(Refusal::implausible(field::POSITION, format!("{lon},{lat} is no place")));
        }
        Ok(Some(Position { lon, lat, datum }))
    }

    /// A region as 12 digits, or as the name that is written: the city knows names.
    pub fn region(&mut self, field: Field) -> (String, String) {
        let written = value::plain(&self.text(field));
        let digits = !written.is_empty() && written.bytes().all(|byte| byte.is_ascii_digit());
        match (digits, written.len()) {
            (true, 6 | 9 | 12) => (format!("{written:0<12}"), String::new()),
            (true, _) => {
                self.defects.push(format!("{}: {written} is no code of a region", field::shown(field)));
                Default::default()
            }
            (false, _) => (String::new(), written),
        }
    }

    pub fn name_unread(&mut self) {
        let fields = std::mem::take(&mut self.fields);
        self.unread.extend(fields.iter().map(|(field, _)| field::shown(field).to_owned()));
        if self.unread.is_empty() {
            return;
        }
        let named = self.unread[..self.unread.len().min(UNREAD_NAMED_MAX)].join(", ");
        let more = self.unread.len().saturating_sub(UNREAD_NAMED_MAX);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        self.defects.push(format!("fields that nobody reads: {named}{more}"));
    }
}

/// What names a photo; else why it does not.
fn photo(item: &Value) -> Result<String, String> {
    let written = item.as_str().or_else(|| item["url"].as_str()).map(str::trim);
    let chars = written.map_or_else(|| item.to_string().chars().count(), |name| name.chars().count());
    if chars > PHOTO_CHARS_MAX {
        return Err(format!("{chars} characters are a picture and no name of one; send a link"));
    }
    let name = written.filter(|name| is_harmless(name)).map(str::to_owned);
    name.ok_or_else(|| format!("no link and no name of a photo: {}", shown(item)))
}

/// A console may show it as a link: so it is one line, and nothing that a browser runs.
fn is_harmless(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let runs = ["javascript:", "vbscript:", "data:"].iter().any(|scheme| lower.starts_with(scheme));
    !runs && !name.contains(char::is_control)
}

/// `{lon, lat}`, `[lon, lat]`, GeoJSON or `"lon,lat"`.
fn pair(point: &Value) -> Option<(Value, Value)> {
    match point {
        Value::Object(map) => {
            let of = |names: &[&str]| names.iter().find_map(|name| map.get(*name)).cloned();
            if let Some(point) = map.get("coordinates") {
                return pair(point);
            }
            Some((of(&["lon", "lng", "longitude", "经度"])?, of(&["lat", "latitude", "纬度"])?))
        }
        Value::Array(two) => match &two[..] {
            [lon, lat, ..] => Some((lon.clone(), lat.clone())),
            _ => None,
        },
        Value::String(text) => {
            let text = value::plain(text);
            let (lon, lat) = text.split_once([',', ' '])?;
            Some((lon.trim().into(), lat.trim().into()))
        }
        _ => None,
    }
}

/// A value as a person may read it in a defect.
pub fn shown(value: impl std::fmt::Display) -> String {
    let text = value.to_string();
    match text.char_indices().nth(SHOWN_CHARS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
