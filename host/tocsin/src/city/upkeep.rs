//! `upkeep.toml`: what a device's condition asks of people, and how long it may last.

use super::department::unknown;
use super::finding::{Findings, text};
use super::source::{Entry, Source};
use super::team::{Around, check_post};
use tocsin_core::city::upkeep::{Feed, Limit, Maintenance, RollCall, Silence, Upkeep};

/// A quarter: what may last longer needs no limit.
const MINUTES_MAX: u32 = 132_480;
const HOURS_MAX: u32 = 2_208;
/// Below two there is nothing to group.
const GROUP_MIN: u32 = 2;

/// `feeds`: what the doors of `city.toml` say.
pub fn read(file: &Source<'_>, feeds: Vec<Feed>, around: &Around<'_>, findings: &mut Findings) -> Upkeep {
    file.only_keys(&["silence", "maintenance", "limit", "roll_call"], findings);
    let silence: Silence = file.section("silence", findings);
    let roll_call: RollCall = file.section("roll_call", findings);
    let maintenance: Vec<Entry<'_, Maintenance>> = file.entries("maintenance", findings);
    let limits: Vec<Entry<'_, Limit>> = file.entries("limit", findings);
    if silence.group < GROUP_MIN {
        let message = text(
            format!("group = {} 无效;应不小于 {GROUP_MIN}", silence.group),
            format!("group = {} groups nothing; write {GROUP_MIN} or more", silence.group),
        );
        findings.error(file.at_path("silence.group", None).named("silence", "group"), "group", message);
    }
    for entry in &maintenance {
        let Maintenance { code, title, post, hours } = &entry.value;
        let front = code.strip_suffix(".*").unwrap_or(code);
        if front.is_empty() || front.contains('*') || title.trim().is_empty() {
            let message = text(
                "code 应为信号代码或以 .* 结尾的前缀,title 不能为空",
                "code is a signal's code or a prefix with .*, and title says what to do",
            );
            findings.error(entry.at("code"), "code", message);
        }
        check_post(entry, post, around, findings);
        check_span(entry, "hours", *hours, HOURS_MAX, findings);
    }
    for entry in &limits {
        check_span(entry, "minutes", entry.value.minutes, MINUTES_MAX, findings);
        for (place, department) in entry.value.departments.iter().enumerate() {
            let ids = || around.departments.iter().map(|known| known.id.as_str());
            if !ids().any(|id| id == department) {
                let message = unknown("部门", "department", department, ids());
                findings.error(entry.at(&format!("departments.{place}")), "department-unknown", message);
            }
        }
    }
    if !roll_call.post.is_empty() && !around.posts.contains(roll_call.post.as_str()) {
        let message = unknown("岗位", "post", &roll_call.post, around.posts.iter().copied());
        findings.error(
            file.at_path("roll_call.post", None).named("roll_call", "post"),
            "post-unknown",
            message,
        );
    }
    let standard = Upkeep::default();
    Upkeep {
        silence,
        roll_call,
        maintenance: written(maintenance, standard.maintenance),
        limits: written(limits, standard.limits),
        feeds,
    }
}

/// A kind of table that the file does not write is the standard's.
fn written<T>(entries: Vec<Entry<'_, T>>, standard: Vec<T>) -> Vec<T> {
    match entries.is_empty() {
        true => standard,
        false => entries.into_iter().map(|entry| entry.value).collect(),
    }
}

fn check_span<T>(entry: &Entry<'_, T>, field: &'static str, value: u32, most: u32, findings: &mut Findings) {
    if !(1..=most).contains(&value) {
        let message = text(
            format!("{field} = {value} 无效;应为 1 至 {most}"),
            format!("{field} = {value} is out of range; write 1 to {most}"),
        );
        findings.error(entry.at(field), field, message);
    }
}
