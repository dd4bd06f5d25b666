//! 文旅: how many visitors a scenic area holds, and when that is too many.
//!
//! ```json
//! {"area": "longtan", "name": "龙潭景区", "visitors": "5,230", "limit": 5000,
//!  "time": "2026-07-12 14:30:20", "position": [120.31, 29.27]}
//! ```
//!
//! One record, an array, or one a line. `area` and `visitors` must be there; the
//! limit may stand in the record or in the area's registration (`limit`). Every
//! record is a reading `crowd.inside`. The first above the limit is an alarm
//! `crowd.over`, the first from 120 % of it on another, severe one, the first at or
//! below `release_percent` of it the recovery, so that a count that dances around
//! the limit, or around 120 %, is told once. What is told more than
//! half an hour late, or older than what is known, is a reading and nothing else.
//!
//! **Refused**, with the field named: a record without `area` or `visitors` (a
//! renamed field is named), a count that is none or more than any area can hold, a
//! position that cannot be one.

#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};
use serde_json::json;
use tocsin_sdk::field::{self, Field, Fields, Name, Refusal, path_step};
use tocsin_sdk::{Answer, Certainty, Datum, Decoder, Message, Severity, Signal, Timestamp, city, memory};

const AREA: Name = &["area", "areaId", "area_id", "scenic", "scenicId", "id", "景区编号", "景区"];
const NAME: Name = &["name", "areaName", "area_name", "title", "景区名称", "名称"];
const VISITORS: Name =
    &["visitors", "inside", "count", "current", "currentNum", "在园人数", "人数", "实时人数"];
const LIMIT: Name = &["limit", "capacity", "maxVisitors", "max", "限流人数", "最大承载量", "承载量"];
const TIME: Name = &["time", "at", "timestamp", "observed", "collectTime", "时间", "采集时间"];
const REGION: Name = &["region", "regionCode", "township", "乡镇", "区划"];
const KNOWN: &[Name] = &[AREA, NAME, VISITORS, LIMIT, TIME, REGION, field::POSITION];

/// What is older says nothing of now.
const LATE_MS: i64 = 30 * 60_000;
/// In a crush ten people stand on a square metre; no area's ways and squares are more
/// than a square kilometre.
const VISITORS_MAX: u64 = 10 * 1_000_000;
/// From this share of the limit on, people may come to harm.
const SEVERE_PERCENT: f64 = 120.0;

/// The plugin.
#[derive(Debug)]
pub struct Tourism;

tocsin_sdk::export!(Tourism: decoder);

impl Decoder for Tourism {
    fn decode(message: Message) -> Answer {
        field::each(&message, KNOWN, |fields| read(fields, message.received))
    }
}

/// What the operator said of an area.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Registered {
    limit: Option<f64>,
}

/// An area that is over its limit, and the newest time that was told of it.
#[derive(Deserialize, Serialize)]
struct Over {
    since: Timestamp,
    at: Timestamp,
    /// Held until it is over. Older versions did not say it: then it is told anew.
    #[serde(default)]
    is_severe: bool,
}

struct Count {
    area: String,
    name: String,
    visitors: u64,
    limit: Option<f64>,
    at: Timestamp,
}

fn read(fields: &mut Fields, received: Timestamp) -> Result<Vec<Signal>, Refusal> {
    let area = path_step(&fields.need(AREA)?.id()?);
    let visitors = visitors(&fields.need(VISITORS)?)?;
    let registered = city::device(&area);
    let settings: Registered = registered.as_ref().and_then(|known| known.settings()).unwrap_or_default();
    let limit = fields.maybe(LIMIT, limit).or(settings.limit).filter(|limit| *limit > 0.0);
    let name = match fields.text(NAME) {
        name if name.is_empty() => registered.map(|known| known.title).filter(|title| !title.is_empty()),
        name => Some(name),
    };
    let observed = fields.time(TIME);
    let count = Count {
        name: name.unwrap_or_else(|| area.clone()),
        at: observed.unwrap_or(received),
        area,
        visitors,
        limit,
    };
    let (position, region) = (fields.position(Datum::Gcj02)?, fields.region(REGION));
    let data = fields.data(json!({"name": count.name, "visitors": visitors, "limit": limit}));
    let mut signals = vec![
        Signal::reading("crowd.inside", visitors as f64, "{person}").title(count.title()).data(data.clone()),
    ];
    signals.extend(count.crossing(received).map(|signal| signal.data(data)));
    let dressed =
        |signal: Signal| signal.device(&*count.area).observed(observed).at(position).region(&*region);
    Ok(signals.into_iter().map(dressed).collect())
}

fn visitors(field: &Field) -> Result<u64, Refusal> {
    let visitors = field.whole()?;
    match visitors <= VISITORS_MAX {
        true => Ok(visitors),
        false => Err(Refusal::implausible(
            &field.name,
            format!("{visitors} 人超过任何景区所能容纳的 {VISITORS_MAX} 人 (more than any area can hold)"),
        )),
    }
}

/// One that no count can cross would mute the area.
fn limit(field: &Field) -> Option<f64> {
    field.number().ok().filter(|limit| *limit <= VISITORS_MAX as f64)
}

impl Count {
    fn title(&self) -> String {
        match self.limit {
            Some(limit) => format!("{} 在园 {} 人,限流 {limit} 人", self.name, self.visitors),
            None => format!("{} 在园 {} 人", self.name, self.visitors),
        }
    }

    /// The alarms when limits are crossed, the recovery well below.
    fn crossing(&self, received: Timestamp) -> Option<Signal> {
        let limit = self.limit?;
        let key = format!("over/{}", self.area);
        let known: Option<Over> = memory::load(&key);
        let is_old = received - self.at > LATE_MS || known.as_ref().is_some_and(|over| self.at < over.at);
        if is_old {
            return None;
        }
        let visitors = self.visitors as f64;
        if visitors > limit {
            return self.over(limit, &key, known.as_ref());
        }
        (known.is_some() && visitors <= limit * city::number("release_percent", 90.0, 1.0..=100.0) / 100.0)
            .then(|| {
                memory::forget(&key);
                Signal::recovery("crowd.over")
                    .value(visitors, "{person}")
                    .title(format!("{} 已降到 {} 人,限流 {limit} 人", self.name, self.visitors))
            })
    }

    /// Above the limit: an alarm where that is new, or severe for the first time.
    fn over(&self, limit: f64, key: &str, known: Option<&Over>) -> Option<Signal> {
        let percent = self.visitors as f64 / limit * 100.0;
        let (is_severe, was_severe) = (percent >= SEVERE_PERCENT, known.is_some_and(|known| known.is_severe));
        let since = known.map_or(self.at, |known| known.since);
        memory::save(key, &Over { since, at: self.at, is_severe: is_severe || was_severe });
        (known.is_none() || is_severe && !was_severe).then(|| {
            Signal::alarm("crowd.over")
                .severity(if is_severe { Severity::Severe } else { Severity::Moderate })
                .certainty(Certainty::Observed)
                .value(self.visitors as f64, "{person}")
                .title(format!(
                    "{} 超限:在园 {} 人,为限流 {limit} 人的 {percent:.0}%",
                    self.name, self.visitors
                ))
        })
    }
}
