//! Rosters and single shifts: days and times as people write them, in Beijing time.

use super::{Known, RawPost, check_person};
use crate::city::department::unknown;
use crate::city::finding::{Findings, text};
use crate::city::source::{Entry, Source};
use jiff::civil::{Date, DateTime, Time};
use serde::Deserialize;
use std::collections::BTreeMap;
use tocsin_core::city::duty::{Roster, Shift};
use tocsin_core::time::Timestamp;

/// Nobody is on duty longer in one piece than a year.
const DAYS_MAX: u32 = 366;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawRoster {
    /// `2026-07-01`
    from: String,
    /// `08:00`, ascending.
    hand_over: Vec<String>,
    /// A turn lasts so many days; missing: until the next hand-over.
    #[serde(default)]
    days: Option<u32>,
    /// Missing: the post's people.
    #[serde(default)]
    pub people: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawShift {
    post: String,
    person: String,
    /// `2026-07-12 20:00`
    from: String,
    until: String,
    #[serde(default)]
    note: String,
}

pub fn read(post: &Entry<'_, RawPost>, known: &Known<'_>, findings: &mut Findings) -> Option<Roster> {
    let roster = post.value.roster.as_ref()?;
    for (index, person) in roster.people.iter().enumerate() {
        check_person(post, &format!("roster.people.{index}"), person, known, findings);
    }
    let from = roster.from.parse::<Date>().ok().and_then(|day| beijing(day.to_datetime(Time::midnight())));
    if from.is_none() {
        let message = text(
            format!("日期 “{}” 无效;应写成 2026-07-01", roster.from),
            format!("{:?} is no day; write it as 2026-07-01", roster.from),
        );
        findings.error(post.at("roster.from"), "day", message);
    }
    let minutes: Vec<Option<u32>> = roster.hand_over.iter().map(|time| minute(time)).collect();
    let ascending = minutes.iter().all(Option::is_some) && minutes.is_sorted_by(|a, b| a < b);
    if !ascending || minutes.is_empty() {
        let message = text(
            format!("交接时刻 {:?} 无效;应写成 [\"08:00\", \"20:00\"],由早到晚,不重复", roster.hand_over),
            format!(
                "hand_over {:?} is not it; write [\"08:00\", \"20:00\"], early to late, none twice",
                roster.hand_over
            ),
        );
        findings.error(post.at("roster.hand_over"), "hand-over", message);
    }
    let days = roster.days;
    if let Some(days) = days.filter(|days| !(1..=DAYS_MAX).contains(days)) {
        let message = text(
            format!("days = {days} 无效;应为 1 至 {DAYS_MAX}"),
            format!("days = {days} is out of range; write 1 to {DAYS_MAX}"),
        );
        findings.error(post.at("roster.days"), "days", message);
    }
    let people = if roster.people.is_empty() { &post.value.people } else { &roster.people };
    let a_day = u32::try_from(minutes.len()).unwrap_or(u32::MAX);
    Some(Roster {
        from: from?,
        hand_over: minutes.into_iter().flatten().collect(),
        turns: days.map_or(1, |days| days.saturating_mul(a_day)),
        people: people.clone(),
    })
}

pub fn shifts(file: &Source<'_>, known: &Known<'_>, findings: &mut Findings) -> Vec<Shift> {
    let entries: Vec<Entry<'_, RawShift>> = file.entries("shift", findings);
    let mut shifts = Vec::new();
    let mut taken: BTreeMap<&str, Vec<(Timestamp, Timestamp)>> = BTreeMap::new();
    for entry in &entries {
        let RawShift { post, person, from, until, note } = &entry.value;
        if !known.posts.contains(post.as_str()) {
            let message = unknown("岗位", "post", post, known.posts.iter().copied());
            findings.error(entry.at("post"), "post-unknown", message);
        }
        check_person(entry, "person", person, known, findings);
        let (Some(from), Some(until)) =
            (moment(entry, "from", from, findings), moment(entry, "until", until, findings))
        else {
            continue;
        };
        if from >= until {
            let message = text("until 应晚于 from", "until must be later than from");
            findings.error(entry.at("until"), "shift-order", message);
            continue;
        }
        let times = taken.entry(post).or_default();
        if let Some((other, _)) = times.iter().find(|(start, end)| *start < until && from < *end) {
            let message = text(
                format!("与同一岗位自 {other} 起的一班重叠;请调整其一"),
                format!("it overlaps the shift of this post that begins at {other}; change one of them"),
            );
            findings.error(entry.at("from"), "shift-overlap", message);
        }
        times.push((from, until));
        shifts.push(Shift { post: post.clone(), person: person.clone(), from, until, note: note.clone() });
    }
    shifts
}

fn moment(
    entry: &Entry<'_, RawShift>,
    field: &str,
    word: &str,
    findings: &mut Findings,
) -> Option<Timestamp> {
    let moment = word.parse::<DateTime>().ok().and_then(beijing);
    if moment.is_none() {
        let message = text(
            format!("时刻 “{word}” 无效;应写成 2026-07-12 20:00(北京时间)"),
            format!("{word:?} is no time; write it as 2026-07-12 20:00, Beijing time"),
        );
        findings.error(entry.at(field), "time", message);
    }
    moment
}

fn minute(word: &str) -> Option<u32> {
    let time = word.parse::<Time>().ok()?;
    let (hour, minute) = (u32::try_from(time.hour()).ok()?, u32::try_from(time.minute()).ok()?);
    Some(hour * 60 + minute)
}

fn beijing(at: DateTime) -> Option<Timestamp> {
    let at = at.to_zoned(jiff::tz::TimeZone::fixed(jiff::tz::offset(8))).ok()?;
    Some(Timestamp(at.timestamp().as_millisecond()))
}
