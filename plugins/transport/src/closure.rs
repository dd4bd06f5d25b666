//! Road closures and their end, as the road administration posts them.
//!
//! ```json
//! {"id": "FL-0712-02", "state": "closed", "road": "G330", "from": "K12+300", "to": "K14",
//!  "reason": "塌方", "start": "2026-07-12 14:00", "expected_end": "2026-07-12 20:00",
//!  "line": [[120.351, 29.262], [120.360, 29.266]]}
//! ```
//!
//! One closure, an array, or one a line. `road` and `state` must be there. Closed
//! is a report `road.closed` that holds until its expected end, reopened its
//! recovery; both carry the closure's id or, without one, road and stretch. An end
//! that is a day ends with it; one that is before the start is a defect, and none.

use serde_json::{Value, json};
use tocsin_sdk::field::{self, Field, Fields, Moment, Name, Refusal, datum, hashed, number};
use tocsin_sdk::time::Beijing;
use tocsin_sdk::{Answer, Certainty, Datum, Message, Position, Severity, Signal, Timestamp, Urgency, city};

const ID: Name = &["id", "closureId", "closure_id", "number", "编号"];
const STATE: Name = &["state", "status", "action", "状态"];
const ROAD: Name = &["road", "roadName", "road_name", "route", "道路", "路名", "线路"];
const FROM: Name = &["from", "fromStake", "from_stake", "start_stake", "起点", "起点桩号"];
const TO: Name = &["to", "toStake", "to_stake", "end_stake", "终点", "终点桩号"];
const REASON: Name = &["reason", "cause", "原因", "封闭原因"];
const START: Name = &["start", "startTime", "start_time", "time", "at", "开始时间", "时间"];
const END: Name =
    &["expected_end", "expectedEnd", "end", "endTime", "end_time", "until", "预计恢复时间", "结束时间"];
const LINE: Name = &["line", "path", "polyline", "轨迹"];
const DIRECTION: Name = &["direction", "方向"];
const REGION: Name = &["region", "regionCode", "region_code", "township", "乡镇", "区划"];
const KNOWN: &[Name] =
    &[ID, STATE, ROAD, FROM, TO, REASON, START, END, LINE, DIRECTION, REGION, field::POSITION];

/// Points of a line that are kept.
const POINTS_MAX: usize = 200;

pub fn decode(message: &Message) -> Answer {
    field::each(message, KNOWN, read)
}

fn read(fields: &mut Fields) -> Result<Vec<Signal>, Refusal> {
    let road = fields.need(ROAD)?.id()?;
    let state = fields.need(STATE)?;
    let is_closed = is_closed(&state).ok_or_else(|| {
        state.refuse("既非封闭也非恢复,可用 closed、reopened", "is neither closed nor reopened")
    })?;
    let (from, to) = (fields.text(FROM), fields.text(TO));
    let reference = match fields.take(ID) {
        Some(field) => field.id()?,
        None => hashed("road", format!("{road}|{from}|{to}").as_bytes()),
    };
    let (reason, direction) = (fields.text(REASON), fields.text(DIRECTION));
    let (start, end) = (fields.day_or_time(START), fields.day_or_time(END));
    // A whole day says since when it holds, not when somebody saw it.
    let observed = start.filter(|start| is_closed && !start.is_day).map(Moment::start);
    let (start, end) = (start.map(Moment::start), end.map(Moment::end));
    let until = until(start, end, &mut fields.defects);
    let line = line(fields)?;
    let position = match (fields.position(Datum::Wgs84)?, line.as_deref()) {
        (None, Some(line)) => line.get(line.len() / 2).copied(),
        (position, _) => position,
    };
    let region = fields.region(REGION);
    let stretch = match (from.is_empty(), to.is_empty()) {
        (true, true) => String::new(),
        (false, true) => format!(" {from}"),
        (true, false) => format!(" 至 {to}"),
        (false, false) => format!(" {from} 至 {to}"),
    };
    let why = if reason.is_empty() { String::new() } else { format!(":{reason}") };
    let signal = match is_closed {
        true => Signal::report("road.closed").title(format!("{road}{stretch} 封闭{why}")),
        false => Signal::recovery("road.closed").title(format!("{road}{stretch} 恢复通行")),
    };
    let data = json!({
        "state": if is_closed { "closed" } else { "reopened" }, "road": road, "from": from, "to": to,
        "direction": direction, "reason": reason, "start": start.map(shown), "until": until.map(shown),
        "line": line.as_ref().map(|line| line.iter().map(|point| json!([point.lon, point.lat, ])).collect::<Vec<_>>()),
        "line_datum": line.as_ref().and_then(|line| line.first()).map(|point| datum_name(point.datum)),
    });
    Ok(vec![
        signal
            .device("roads")
            .reference(reference)
            .urgency(Urgency::Expected)
            .severity(Severity::Minor)
            .certainty(Certainty::Observed)
            .observed(observed)
            .region(region)
            .at(position)
            .data(fields.data(data)),
    ])
}

/// An end before the beginning is none: the road would be taken for open.
fn until(start: Option<Timestamp>, end: Option<Timestamp>, defects: &mut Vec<String>) -> Option<Timestamp> {
    let end = end?;
    let Some(start) = start.filter(|start| end < *start) else { return Some(end) };
    let (start, end) = (shown(start), shown(end));
    defects.push(format!("预计恢复时间 {end} 早于开始时间 {start},不计 (it ends before it begins)"));
    None
}

fn is_closed(state: &Field) -> Option<bool> {
    match state.text().unwrap_or_default().to_lowercase().as_str() {
        "closed" | "close" | "1" | "封闭" | "封路" | "关闭" | "中断" | "管制" | "交通管制" | "双向封闭" => {
            Some(true)
        }
        "reopened" | "reopen" | "open" | "opened" | "0" | "恢复" | "恢复通行" | "开放" | "解除" | "通行" => {
            Some(false)
        }
        _ => None,
    }
}

/// `[[lon, lat], …]` or a GeoJSON line.
fn line(fields: &mut Fields) -> Result<Option<Vec<Position>>, Refusal> {
    let Some(Field { name, value }) = fields.take(LINE) else { return Ok(None) };
    let points = value.get("coordinates").unwrap_or(&value);
    let datum = city::setting("datum").and_then(|name| datum(&name)).unwrap_or(Datum::Wgs84);
    let point = |point: &Value| {
        let (lon, lat) = (number(point.get(0)?)?, number(point.get(1)?)?);
        (lon.abs() <= 180.0 && lat.abs() <= 90.0).then_some(Position { lon, lat, datum })
    };
    let read: Option<Vec<Position>> =
        points.as_array().and_then(|points| points.iter().take(POINTS_MAX).map(point).collect());
    match read.filter(|line| line.len() >= 2) {
        Some(line) => Ok(Some(line)),
        None => Err(Field { name, value }.refuse("不是折线 [[lon, lat], …]", "is no line [[lon, lat], …]")),
    }
}

fn datum_name(datum: Datum) -> &'static str {
    match datum {
        Datum::Wgs84 => "wgs84",
        Datum::Gcj02 => "gcj02",
        Datum::Bd09 => "bd09",
    }
}

fn shown(at: Timestamp) -> String {
    Beijing::of(at).to_string()
}
