//! 民宗: gatherings that temples and churches register, with the crowd they expect.
//!
//! ```json
//! {"id": "JH-2026-031", "name": "云岭寺庙会", "venue": "云岭寺", "expected": 3000,
//!  "start": "2026-07-13 08:00", "end": "2026-07-13 17:00", "organiser": "云岭寺管委会",
//!  "region": "330791106000"}
//! ```
//!
//! One registration, an array, or one a line. `id` and `expected` must be there.
//! Each is a report `gathering.registered` that holds until its end, or for a day
//! from its start where no end is said; a day without a clock is the whole of it.
//! At or above the setting `threshold` it is flagged: `over_threshold` in `data`,
//! severity moderate, severe at three times as many. A registration that is withdrawn
//! (`state` 取消) is its recovery; the same id again replaces what was said.
//!
//! **Refused**, with the field named: a record without `id` or `expected`, a crowd
//! that is no count, an end before the start.

#[cfg(test)]
mod tests;

use serde_json::json;
use tocsin_sdk::field::{self, Field, Fields, Moment, Name, Refusal};
use tocsin_sdk::time::Beijing;
use tocsin_sdk::{Answer, Certainty, Datum, Decoder, Message, Severity, Signal, Timestamp, Urgency, city};

const ID: Name = &["id", "registration", "registrationId", "registration_id", "number", "备案号", "编号"];
const NAME: Name = &["name", "title", "activity", "活动名称", "名称"];
const VENUE: Name = &["venue", "place", "temple", "场所", "活动场所", "地点"];
const EXPECTED: Name =
    &["expected", "expectedCrowd", "expected_crowd", "crowd", "attendance", "预计人数", "人数", "参加人数"];
const START: Name = &["start", "startTime", "start_time", "from", "开始时间", "时间"];
const END: Name = &["end", "endTime", "end_time", "until", "to", "结束时间"];
const ORGANISER: Name = &["organiser", "organizer", "contact", "主办方", "负责人"];
const REGION: Name = &["region", "regionCode", "region_code", "township", "乡镇", "区划"];
const STATE: Name = &["state", "status", "状态"];
const KNOWN: &[Name] = &[ID, NAME, VENUE, EXPECTED, START, END, ORGANISER, REGION, STATE, field::POSITION];

/// Times the threshold from which a crowd may become a danger to itself.
const SEVERE_TIMES: f64 = 3.0;
/// How long a gathering lasts of which no end is said: most fill a day.
const UNSAID_MS: i64 = 24 * 3_600_000;

/// The plugin.
#[derive(Debug)]
pub struct Religion;

tocsin_sdk::export!(Religion: decoder);

impl Decoder for Religion {
    fn decode(message: Message) -> Answer {
        field::each(&message, KNOWN, read)
    }
}

fn read(fields: &mut Fields) -> Result<Vec<Signal>, Refusal> {
    let id = fields.need(ID)?.id()?;
    let expected = fields.need(EXPECTED)?.whole()?;
    let (name, venue, organiser) = (fields.text(NAME), fields.text(VENUE), fields.text(ORGANISER));
    let (start, end) =
        (fields.day_or_time(START).map(Moment::start), fields.day_or_time(END).map(Moment::end));
    if let (Some(start), Some(end)) = (start, end)
        && end < start
    {
        return Err(Refusal::implausible("end", "结束早于开始 (it ends before it begins)"));
    }
    let until = end.or(start.map(|start| start + UNSAID_MS));
    let is_withdrawn = fields.maybe(STATE, Field::text).is_some_and(|state| is_withdrawn(&state));
    let (region, position) = (fields.region(REGION), fields.position(Datum::Gcj02)?);
    let threshold = city::number("threshold", 1_000.0, 1.0..=1e9);
    let is_over = expected as f64 >= threshold;
    let severity = match expected as f64 {
        crowd if crowd >= threshold * SEVERE_TIMES => Severity::Severe,
        _ if is_over => Severity::Moderate,
        _ => Severity::Minor,
    };
    let what = if name.is_empty() { "聚集活动" } else { &name };
    let at = if venue.is_empty() || what.contains(&*venue) { String::new() } else { format!("({venue})") };
    let flag = if is_over { format!(",达到 {threshold} 人重点关注线") } else { String::new() };
    let signal = match is_withdrawn {
        true => Signal::recovery("gathering.registered").title(format!("{what}{at} 已取消")),
        false => Signal::report("gathering.registered").title(format!("{what}{at} 预计 {expected} 人{flag}")),
    };
    let data = json!({
        "name": name, "venue": venue, "organiser": organiser, "expected": expected,
        "threshold": threshold, "over_threshold": is_over,
        "start": start.map(shown), "until": until.map(shown),
    });
    Ok(vec![
        signal
            .device("registry")
            .reference(id)
            .urgency(Urgency::Future)
            .severity(severity)
            .certainty(Certainty::Likely)
            .value(expected as f64, "{person}")
            .region(region)
            .at(position)
            .data(fields.data(data)),
    ])
}

fn shown(at: Timestamp) -> String {
    Beijing::of(at).to_string()
}

fn is_withdrawn(state: &str) -> bool {
    let state = state.trim().to_lowercase();
    ["cancelled", "canceled", "withdrawn", "取消", "撤销", "已取消", "已撤销"].contains(&&*state)
}
