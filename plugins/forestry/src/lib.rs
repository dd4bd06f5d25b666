//! 林业: hot spots that satellites and cameras see, and which of them are one fire.
//!
//! ```json
//! {"id": "HS-0712-003", "source": "satellite", "satellite": "VIIRS", "confidence": "nominal",
//!  "lon": 120.355, "lat": 29.262, "frp": 12.4, "time": "2026-07-12T06:20:00Z"}
//! ```
//!
//! One hot spot, an array, or one a line. When it was seen may also be said as NASA
//! FIRMS does, `acq_date` and `acq_time` (`0620`, or the number 620), which are UTC. The position must be there (WGS-84
//! unless said otherwise). `confidence` is a percentage or `low`, `nominal`,
//! `high` (also `l n h`, 低 中 高); without one it is taken as 50. At or above the
//! setting `alarm_percent` a hot spot is an alarm `wildfire.hotspot`, below it a
//! report `wildfire.suspect`. Hot spots within `cluster_m` and three hours of each
//! other are one place: they carry the same `reference`, and `data.cluster` says
//! how many there are, so a burning slope is one alarm with a count ([`cluster`]).
//!
//! **Refused**, with the field named: a hot spot without a position, or with one
//! that cannot be, a confidence that is none.

mod acquired;
mod cluster;
#[cfg(test)]
mod tests;

use cluster::Spot;
use serde_json::json;
use tocsin_sdk::field::{self, Field, Fields, Name, Refusal, path_step};
use tocsin_sdk::{
    Answer, Certainty, Datum, Decoder, Message, Position, Severity, Signal, Timestamp, city, datum,
};

const ID: Name = &["id", "hotspotId", "hotspot_id", "fireId", "编号", "热点编号"];
const SOURCE: Name = &["source", "sourceType", "type", "来源"];
const INSTRUMENT: Name = &["satellite", "camera", "instrument", "device", "卫星", "摄像机", "设备"];
const CONFIDENCE: Name = &["confidence", "conf", "credibility", "置信度", "可信度"];
const POWER: Name = &["frp", "power", "辐射功率"];
const AREA: Name = &["area", "area_m2", "hectares", "面积"];
const TIME: Name = &["time", "at", "acquired", "acq_time", "timestamp", "observed", "观测时间", "时间"];
const REGION: Name = &["region", "regionCode", "region_code", "township", "乡镇", "区划"];
const KNOWN: &[Name] = &[
    field::POSITION,
    CONFIDENCE,
    SOURCE,
    INSTRUMENT,
    ID,
    POWER,
    AREA,
    TIME,
    acquired::DATE,
    acquired::CLOCK,
    REGION,
];

/// What nobody says how sure they are of is as likely as not.
const UNSAID_PERCENT: f64 = 50.0;

/// The plugin.
#[derive(Debug)]
pub struct Forestry;

tocsin_sdk::export!(Forestry: decoder);

impl Decoder for Forestry {
    fn decode(message: Message) -> Answer {
        field::each(&message, KNOWN, |fields| read(fields, message.received))
    }
}

fn read(fields: &mut Fields, received: Timestamp) -> Result<Vec<Signal>, Refusal> {
    let Some(position) = fields.position(Datum::Wgs84)? else {
        return Err(fields.missing(field::POSITION[0]));
    };
    let percent = match fields.take(CONFIDENCE) {
        Some(field) => confidence(&field)?,
        None => UNSAID_PERCENT,
    };
    let source = fields.text(SOURCE);
    let instrument = fields.text(INSTRUMENT);
    let id = fields.maybe(ID, |field| field.id().ok());
    let observed = acquired::pair(fields).or_else(|| fields.time(TIME));
    let (power, area, region) = (fields.number(POWER), fields.number(AREA), fields.region(REGION));
    let is_camera =
        ["camera", "video", "摄像", "视频"].iter().any(|word| source.to_lowercase().contains(word));
    let at = observed.unwrap_or(received);
    let cluster = cluster::join(Spot::new(at, wgs84(position), id.as_deref()));
    let is_alarm = percent >= city::number("alarm_percent", 60.0, 0.0..=100.0);
    let seen = if is_camera { "摄像机" } else { "卫星" };
    let count = cluster.spots;
    let more = if count > 1 { format!(",同一处第 {count} 个") } else { String::new() };
    let device =
        if instrument.is_empty() { if is_camera { "camera" } else { "satellite" } } else { &*instrument };
    let signal = match is_alarm {
        true => Signal::alarm("wildfire.hotspot").title(format!("{seen}热点,置信度 {percent:.0}%{more}")),
        false => {
            Signal::report("wildfire.suspect").title(format!("{seen}疑似热点,置信度 {percent:.0}%{more}"))
        }
    };
    let data = json!({
        "id": id, "source": source, "instrument": instrument, "confidence": percent, "frp": power, "area": area,
        "cluster": {"id": cluster.id, "spots": count, "span_m": cluster.span_m},
    });
    Ok(vec![
        signal
            .device(path_step(device))
            .reference(cluster.id)
            .severity(if is_alarm && count > 1 { Severity::Severe } else { Severity::Unknown })
            .certainty(certainty(percent))
            .value(percent, "%")
            .observed(observed)
            .region(region)
            .at(Some(position))
            .data(fields.data(data)),
    ])
}

/// A percentage, or the three words of VIIRS.
fn confidence(field: &Field) -> Result<f64, Refusal> {
    let text = field.text().unwrap_or_default().to_lowercase();
    let percent = match text.trim_end_matches('%') {
        "l" | "low" | "低" => 30.0,
        "n" | "nominal" | "medium" | "中" => 60.0,
        "h" | "high" | "高" => 90.0,
        number => match number.parse::<f64>() {
            Ok(number) => number,
            Err(_) => return Err(field.refuse("不是置信度", "is no confidence")),
        },
    };
    match (0.0..=100.0).contains(&percent) {
        true => Ok(percent),
        false => Err(field.refuse("不在 0 到 100 之间", "is not within 0 to 100")),
    }
}

fn certainty(percent: f64) -> Certainty {
    match percent {
        80.0.. => Certainty::Likely,
        40.0..80.0 => Certainty::Possible,
        _ => Certainty::Unlikely,
    }
}

fn wgs84(Position { lon, lat, datum }: Position) -> (f64, f64) {
    match datum {
        Datum::Wgs84 => (lon, lat),
        Datum::Gcj02 => datum::gcj02_to_wgs84(lon, lat),
        Datum::Bd09 => datum::bd09_to_wgs84(lon, lat),
    }
}
