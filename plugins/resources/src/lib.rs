//! 自然资源: how far a slope has moved, how fast it moves, and when that is too much.
//!
//! ```json
//! {"point": "YL-HP-03", "name": "云岭后山 3 号点", "displacement": "86.4", "rate": 12.5,
//!  "time": "2026-07-12 14:30:00", "position": {"lon": 120.36, "lat": 29.25}}
//! ```
//!
//! One record, an array, or one a line. `point` and `displacement` (mm, since the
//! point was set) must be there. Each record is a reading `geology.displacement`
//! and, where the rate is said or follows from the record before (at least ten
//! minutes older), one `geology.rate` in mm/d. Both are held against four levels,
//! 蓝 黄 橙 红, of the settings or of the point's registration ([`level`]); the
//! higher counts, and so does a level that the record itself says. A level that is
//! reached is an alarm `geology.deformation`, a higher one another, and below nine
//! tenths of the lowest it is over. What is told late is a reading and nothing else.
//!
//! **Refused**, with the field named: a record without `point` or `displacement`,
//! or with numbers that are none.

mod level;
#[cfg(test)]
mod tests;

use level::{Level, Levels};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tocsin_sdk::field::{self, Field, Fields, Name, Refusal, path_step};
use tocsin_sdk::{Answer, Certainty, Datum, Decoder, Message, Signal, Timestamp, city, memory};

const POINT: Name =
    &["point", "pointId", "point_id", "device", "deviceId", "id", "监测点", "监测点编号", "编号"];
const NAME: Name = &["name", "title", "pointName", "point_name", "监测点名称", "名称"];
const DISPLACEMENT: Name =
    &["displacement", "displacement_mm", "value", "cumulative", "位移", "累计位移", "位移量"];
const RATE: Name = &["rate", "rate_mm_d", "velocity", "speed", "速率", "位移速率"];
const LEVEL: Name = &["level", "warningLevel", "warning_level", "预警等级", "等级"];
const TIME: Name = &["time", "at", "timestamp", "observed", "collectTime", "监测时间", "时间"];
const REGION: Name = &["region", "regionCode", "region_code", "township", "乡镇", "区划"];
const KNOWN: &[Name] = &[POINT, NAME, DISPLACEMENT, RATE, LEVEL, TIME, REGION, field::POSITION];

const DAY_MS: f64 = 86_400_000.0;
/// What is nearer in time says more of the instrument's noise than of the slope.
const APART_MS: i64 = 10 * 60_000;
/// What is older says nothing of now.
const LATE_MS: i64 = 30 * 60_000;

/// The plugin.
#[derive(Debug)]
pub struct Resources;

tocsin_sdk::export!(Resources: decoder);

impl Decoder for Resources {
    fn decode(message: Message) -> Answer {
        field::each(&message, KNOWN, |fields| read(fields, message.received))
    }
}

/// What a point said last.
#[derive(Clone, Default, Deserialize, Serialize)]
struct Known {
    at: Timestamp,
    mm: f64,
    rate: Option<f64>,
    level: Option<Level>,
}

fn read(fields: &mut Fields, received: Timestamp) -> Result<Vec<Signal>, Refusal> {
    let point = path_step(&fields.need(POINT)?.id()?);
    let mm = fields.need(DISPLACEMENT)?.number()?;
    let stated = fields.take(RATE).map(|field| field.number()).transpose()?;
    let named = fields.maybe(LEVEL, Field::severity).and_then(Level::of);
    let registered = city::device(&point);
    let title = registered.as_ref().map(|known| known.title.as_str()).filter(|title| !title.is_empty());
    let name = match fields.text(NAME) {
        name if name.is_empty() => title.unwrap_or(&point).to_owned(),
        name => name,
    };
    let levels = Levels::of(registered.as_ref());
    let observed = fields.time(TIME);
    let (region, position) = (fields.region(REGION), fields.position(Datum::Wgs84)?);
    let at = observed.unwrap_or(received);
    let key = format!("point/{point}");
    let known: Option<Known> = memory::load(&key);
    let is_old = received - at > LATE_MS || known.as_ref().is_some_and(|known| at < known.at);
    let rate = stated.or_else(|| rate(known.as_ref().filter(|_| !is_old)?, mm, at));
    let level = levels.reached(mm, rate).max(named);
    let data = fields.data(json!({
        "name": name, "displacement_mm": mm, "rate_mm_d": rate, "level": level.map(Level::name),
        "levels": {"displacement_mm": levels.displacement, "rate_mm_d": levels.rate},
    }));
    let mut signals =
        vec![Signal::reading("geology.displacement", mm, "mm").title(format!("{name} 累计位移 {mm} mm"))];
    if let Some(rate) = rate {
        signals.push(
            Signal::reading("geology.rate", rate, "mm/d").title(format!("{name} 位移速率 {rate:.1} mm/d")),
        );
    }
    if !is_old {
        let before = known.as_ref().and_then(|known| known.level);
        let is_calm = level.is_none() && levels.is_calm(mm, rate);
        if let Some(level) = level.filter(|level| Some(*level) > before) {
            let speed = rate.map(|rate| format!(",速率 {rate:.1} mm/d")).unwrap_or_default();
            signals.push(
                Signal::alarm("geology.deformation")
                    .severity(level.severity())
                    .certainty(Certainty::Observed)
                    .value(mm, "mm")
                    .title(format!("{name} 变形达{}:累计 {mm} mm{speed}", level.name())),
            );
        } else if is_calm && before.is_some() {
            signals.push(
                Signal::recovery("geology.deformation")
                    .value(mm, "mm")
                    .title(format!("{name} 变形已低于阈值")),
            );
        }
        let base = known.filter(|known| at - known.at < APART_MS);
        let (since, from) = base.map_or((at, mm), |known| (known.at, known.mm));
        // Held until calm, so that a slope that dances around a level is one alarm.
        let level = if is_calm { None } else { before.max(level) };
        memory::save(&key, &Known { at: since, mm: from, rate, level });
    }
    let dressed =
        |signal: Signal| signal.device(&*point).observed(observed).region(&*region).at(position).data(&*data);
    Ok(signals.into_iter().map(dressed).collect())
}

/// Millimetres a day since the record before; the rate known where that is too near.
fn rate(known: &Known, mm: f64, at: Timestamp) -> Option<f64> {
    match at - known.at {
        apart if apart >= APART_MS => {
            let rate = (mm - known.mm) / (apart as f64 / DAY_MS);
            Some((rate * 10.0).round() / 10.0)
        }
        _ => known.rate,
    }
}
