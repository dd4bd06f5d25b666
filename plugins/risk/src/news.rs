//! From an event to the fact that it tells. Its rows are those of the published
//! schemas (`tocsin schema danger`, `incident`, `inspection`); fields that a city's
//! sharing rules leave out are refused by name where nothing can be said without them.

use crate::fact::{Danger, Incident, Record, Stage};
use crate::room::{Sort, Told};
use crate::severity::Severity;
use crate::words::cut;
use serde::Deserialize;
use serde::de::{self, DeserializeOwned, Deserializer, IgnoredAny};
use tocsin_sdk::{Event, Rejection, Timestamp, time};

/// Ids of the city are under 20; those of records hold the source's own.
const ID_BYTES: usize = 64;
const TITLE_CHARS: usize = 20;
const NAME_CHARS: usize = 30;
const REGION_BYTES: usize = 12;

#[derive(Default, Deserialize)]
struct Place {
    #[serde(default)]
    unit_name: String,
    #[serde(default)]
    region: String,
}

#[derive(Deserialize)]
struct DangerRow {
    level: Level,
    found_at: Time,
    #[serde(default)]
    described_at: Option<Time>,
    #[serde(default)]
    deadline: Option<Time>,
    #[serde(default)]
    rectified_at: Option<Time>,
    #[serde(default)]
    closed_at: Option<Time>,
    #[serde(default)]
    returns: Vec<IgnoredAny>,
    #[serde(default)]
    title: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Level {
    General,
    Major,
}

#[derive(Deserialize)]
struct IncidentRow {
    state: Stage,
    first_at: Time,
    #[serde(default)]
    closed_at: Option<Time>,
    #[serde(default)]
    severity: Severity,
    #[serde(default)]
    hazard_name: String,
    #[serde(default)]
    historic: bool,
}

#[derive(Deserialize)]
struct RecordRow {
    kind: RecordKind,
    held_at: Time,
    #[serde(default)]
    passed: Option<bool>,
    #[serde(default)]
    title: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum RecordKind {
    Inspection,
    Drill,
}

/// As events write them: RFC 3339.
struct Time(Timestamp);

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Time, D::Error> {
        let text = String::deserialize(from)?;
        let wanted = || format!("`{text}` is no time; one reads 2026-07-12T14:30:20+08:00");
        time::parse(&text).map(Time).ok_or_else(|| de::Error::custom(wanted()))
    }
}

/// `None`: it names no unit, or is of no kind that is kept.
pub fn read(event: &Event) -> Result<Option<Told>, Rejection> {
    if event.device.is_empty() {
        return Ok(None);
    }
    let told = event.time;
    let (mut severity, mut is_historic) = (Severity::Unknown, false);
    let fact = match event.kind.split('.').next().unwrap_or_default() {
        "danger" => {
            let row: DangerRow = row(event)?;
            Sort::Danger(Danger {
                told,
                returns: row.returns.len(),
                closed: row.closed_at.map(|at| at.0),
                rectified: row.rectified_at.map(|at| at.0),
                described: row.described_at.is_some(),
                deadline: row.deadline.map(|at| at.0),
                found: row.found_at.0,
                is_major: matches!(row.level, Level::Major),
                title: plain(&row.title, TITLE_CHARS),
            })
        }
        "incident" => {
            let row: IncidentRow = row(event)?;
            (severity, is_historic) = (row.severity, row.historic);
            let (first, closed) = (row.first_at.0, row.closed_at.map(|at| at.0));
            let title = plain(&row.hazard_name, TITLE_CHARS);
            Sort::Incident(Incident { told, stage: row.state, closed, first, title })
        }
        "inspection" => {
            let row: RecordRow = row(event)?;
            let is_drill = matches!(row.kind, RecordKind::Drill);
            let (held, title) = (row.held_at.0, plain(&row.title, TITLE_CHARS));
            Sort::Record(Record { told, held, is_drill, passed: row.passed, title })
        }
        _ => return Ok(None),
    };
    let place: Place = row(event)?;
    let name = plain(&place.unit_name, NAME_CHARS);
    let region = if place.region.len() == REGION_BYTES { place.region } else { String::new() };
    Ok(Some(Told { id: id(event)?, name, region, fact, severity, is_historic }))
}

fn row<T: DeserializeOwned>(event: &Event) -> Result<T, Rejection> {
    // Serde would read a list as the fields in their order.
    let is_object = event.data.trim_start().starts_with('{');
    let read =
        if is_object { serde_json::from_str(&event.data) } else { Err(de::Error::custom("no object")) };
    read.map_err(|error| {
        let subject = cut(&event.subject, 80);
        Rejection::malformed(format!("{} {subject}: 无法读取 (cannot be read): {error}", event.kind))
    })
}

/// It is a key of the state, whose size is promised.
fn id(event: &Event) -> Result<String, Rejection> {
    let id = event.subject.as_str();
    let is_plain = !id.chars().any(|letter| letter.is_control() || matches!(letter, '"' | '\\'));
    match is_plain && (1..=ID_BYTES).contains(&id.len()) {
        true => Ok(id.to_owned()),
        false => Err(Rejection::implausible(format!(
            "{} `{}`: 编号应为 1 至 {ID_BYTES} 字节且无控制符 (an id has 1 to {ID_BYTES} bytes, none of control)",
            event.kind,
            cut(id, 80)
        ))),
    }
}

/// One line that JSON does not make longer.
fn plain(text: &str, most: usize) -> String {
    let letter = |letter: char| match letter {
        '"' | '\\' => '\'',
        letter if letter.is_control() => ' ',
        letter => letter,
    };
    text.trim().chars().take(most).map(letter).collect()
}
