//! An alarm notification → one signal and the reply with the same SN.

use crate::document::Element;
use crate::reply::Reply;
use crate::table::{self, Row, Sort, UNKNOWN};
use tocsin_sdk::json::Object;
use tocsin_sdk::{Datum, Outcome, Rejection, Severity, Signal, Timestamp, time};

/// GB/T 28181: 8 centre, 2 industry, 3 type, 1 network, 6 serial.
const DEVICE_DIGITS: usize = 20;
/// A zone that is wrong is off by less: a clock that is ahead by more is wrong.
const AHEAD_MS: i64 = 86_400_000;
/// What fits on one line of a desk, behind the type's title.
const TITLE_CHARS_MAX: usize = 60;

pub fn read(notify: &Element, datum: Datum, received: Timestamp) -> Result<Outcome, Rejection> {
    let mut defects = Vec::new();
    let device = device(notify, &mut defects)?;
    let methods = methods(notify, &mut defects);
    let severity = severity(notify, &mut defects);
    let observed = observed(notify, received, &mut defects);
    if methods.is_none() && severity.is_none() && observed.is_none() {
        let reason =
            format!("none of AlarmPriority, AlarmMethod and AlarmTime can be read: {}", defects.join("; "));
        return Err(Rejection::malformed(reason));
    }
    let row = row(notify, methods.as_deref().unwrap_or_default(), &mut defects);
    let event = event(notify, row, &mut defects);
    let mut signal = match row.sort {
        Sort::Fault => Signal::fault(row.code),
        Sort::Alarm | Sort::Activity => Signal::alarm(row.code),
    }
    .device(device)
    .urgency(row.sort.urgency())
    .severity(severity.unwrap_or(Severity::Unknown))
    .observed(observed)
    .title(title(notify, row, event))
    .data(data(notify));
    if let Some((lon, lat)) = position(notify, &mut defects) {
        signal = signal.position(lon, lat, datum);
    }
    let mut outcome = Outcome::from(signal);
    match Reply::to(notify) {
        Some(reply) => outcome = outcome.reply(reply.ok()),
        None => defects.push("SN is missing, so there is no reply".to_owned()),
    }
    outcome.defects = defects;
    Ok(outcome)
}

/// The id as one step of a device path; other ids than the standard's are taken.
pub fn device(notify: &Element, defects: &mut Vec<String>) -> Result<String, Rejection> {
    let id = notify.field("DeviceID").ok_or_else(|| Rejection::malformed("DeviceID is missing or empty"))?;
    let (id, fault) = device_id(&id);
    defects.extend(fault);
    Ok(id)
}

/// An id as one step of a path, and what is wrong with it.
pub fn device_id(id: &str) -> (String, Option<String>) {
    let fits = id.len() == DEVICE_DIGITS && id.bytes().all(|byte| byte.is_ascii_digit());
    let step: String =
        id.chars().map(|c| if c == '/' || c.is_whitespace() { '-' } else { c }).take(64).collect();
    let fault = (!fits).then(|| format!("DeviceID {step} is not {DEVICE_DIGITS} digits"));
    (step, fault)
}

fn methods(notify: &Element, defects: &mut Vec<String>) -> Option<Vec<u8>> {
    let text = field(notify, "AlarmMethod", defects)?;
    let digits = text.chars().filter(|c| !matches!(c, ' ' | ',' | '/' | '+'));
    let methods: Option<Vec<u8>> = digits.map(|c| c.to_digit(10).map(|digit| digit as u8)).collect();
    let known = methods
        .filter(|list| (1..=7).contains(&list.len()) && list.iter().all(|digit| (1..=7).contains(digit)));
    or_defect("AlarmMethod", &text, known, "1 to 7", defects)
}

fn severity(notify: &Element, defects: &mut Vec<String>) -> Option<Severity> {
    let text = field(notify, "AlarmPriority", defects)?;
    let severity = match text.as_str() {
        "1" => Some(Severity::Extreme),
        "2" => Some(Severity::Severe),
        "3" => Some(Severity::Moderate),
        "4" => Some(Severity::Minor),
        _ => None,
    };
    or_defect("AlarmPriority", &text, severity, "1 to 4", defects)
}

/// A clock that is ahead is named; its alarm is live all the same.
fn observed(notify: &Element, received: Timestamp, defects: &mut Vec<String>) -> Option<Timestamp> {
    let text = field(notify, "AlarmTime", defects)?;
    let at = or_defect("AlarmTime", &text, time::parse(&text), "a time", defects)?;
    if at > received.saturating_add(AHEAD_MS) {
        let shown = short(&text);
        defects.push(format!("AlarmTime {shown} 晚于收到时间一天以上,设备时钟不准 (more than a day ahead)"));
    }
    Some(at)
}

fn row(notify: &Element, methods: &[u8], defects: &mut Vec<String>) -> Row {
    if methods.len() > 1 {
        defects.push(format!("AlarmMethod joins {} methods, as only a query should", methods.len()));
    }
    // 0 and empty are how some say that there is none.
    let written = notify.anywhere("AlarmType").filter(|text| text != "0");
    let kind = written.as_deref().map_or(Some(0), |text| text.parse().ok());
    let row = table::choose(methods, kind.unwrap_or(0)).unwrap_or(UNKNOWN);
    if let Some(written) = written.filter(|_| kind != Some(row.kind)) {
        defects.push(format!("AlarmType {} is not one of this method", short(&written)));
    }
    row.or_said(|| ["AlarmDescription", "AlarmInfo"].map(|name| notify.anywhere(name).unwrap_or_default()))
}

fn event(notify: &Element, row: Row, defects: &mut Vec<String>) -> &'static str {
    let Some(written) = notify.anywhere("EventType").filter(|_| row.code == "video.intrusion") else {
        return "";
    };
    match written.as_str() {
        "1" => "(进入区域)",
        "2" => "(离开区域)",
        _ => {
            defects.push(format!("EventType {} is not 1 or 2", short(&written)));
            ""
        }
    }
}

pub fn position(notify: &Element, defects: &mut Vec<String>) -> Option<(f64, f64)> {
    let (lon, lat) = (notify.anywhere("Longitude"), notify.anywhere("Latitude"));
    if lon.is_none() && lat.is_none() {
        return None;
    }
    let degrees = |text: &Option<String>, most: f64| -> Option<f64> {
        text.as_deref()?.parse().ok().filter(|number: &f64| number.abs() <= most)
    };
    match (degrees(&lon, 180.0), degrees(&lat, 90.0)) {
        // A camera that was never told where it is.
        (Some(0.0), Some(0.0)) => None,
        (Some(lon), Some(lat)) => Some((lon, lat)),
        _ => {
            let shown = |text: Option<String>| short(&text.unwrap_or_default());
            defects.push(format!("Longitude {:?}, Latitude {:?} are no position", shown(lon), shown(lat)));
            None
        }
    }
}

fn title(notify: &Element, row: Row, event: &str) -> String {
    let said = notify.field("AlarmDescription").unwrap_or_default();
    let short: String = said.chars().take(TITLE_CHARS_MAX).collect();
    let more = if short.len() < said.len() { "…" } else { "" };
    let title = row.title;
    if short.is_empty() { format!("{title}{event}") } else { format!("{title}{event}:{short}{more}") }
}

/// What the notification said, in its own words.
fn data(notify: &Element) -> String {
    let mut data = Object::new();
    for (key, name) in [
        ("serial", "SN"),
        ("method", "AlarmMethod"),
        ("type", "AlarmType"),
        ("event", "EventType"),
        ("priority", "AlarmPriority"),
        ("description", "AlarmDescription"),
        ("info", "AlarmInfo"),
    ] {
        if let Some(text) = notify.anywhere(name) {
            data = data.text(key, &text);
        }
    }
    data.finish()
}

fn field(notify: &Element, name: &str, defects: &mut Vec<String>) -> Option<String> {
    let text = notify.field(name);
    if text.is_none() {
        defects.push(format!("{name} is missing"));
    }
    text
}

fn or_defect<T>(
    name: &str,
    text: &str,
    value: Option<T>,
    expected: &str,
    defects: &mut Vec<String>,
) -> Option<T> {
    if value.is_none() {
        defects.push(format!("{name} {} is not {expected}", short(text)));
    }
    value
}

fn short(text: &str) -> String {
    text.chars().take(40).collect()
}
