//! 隐患: that every rule names departments and posts that there are.

use super::department::unknown;
use super::finding::{Findings, text};
use super::grid::check_post;
use super::source::{Entry, Source};
use std::collections::BTreeSet;
use tocsin_core::city::Department;
use tocsin_core::city::danger::{Charge, Dangers, Deadline, Desk};

/// Ten years: what takes longer is no rectification.
const DAYS_MAX: u32 = 3_650;
/// A week, as for orders.
const MINUTES_MAX: u32 = 7 * 24 * 60;

pub fn read(
    file: &Source<'_>,
    departments: &[Department],
    posts: &BTreeSet<&str>,
    findings: &mut Findings,
) -> Dangers {
    file.only_keys(&["desk", "deadline", "charge"], findings);
    let desk: Option<Entry<'_, Desk>> = file.table("desk", findings);
    let deadline: Option<Entry<'_, Deadline>> = file.table("deadline", findings);
    let charges: Vec<Entry<'_, Charge>> = file.entries("charge", findings);
    let known: Vec<&str> = departments.iter().map(|department| department.id.as_str()).collect();
    if let Some(entry) = &desk {
        for (field, list) in [("reporters", &entry.value.reporters), ("recheck", &entry.value.recheck)] {
            for id in list.iter().filter(|id| !known.contains(&id.as_str())) {
                let message = unknown("部门", "department", id, known.iter().copied());
                findings.error(entry.at(field), "department-unknown", message);
            }
        }
        check_post(entry, "superior", &entry.value.superior, posts, findings);
    }
    if let Some(entry) = &deadline {
        let Deadline { general, major, acknowledge } = entry.value;
        for (field, value, most, unit) in [
            ("general", general, DAYS_MAX, "天 (days)"),
            ("major", major, DAYS_MAX, "天 (days)"),
            ("acknowledge", acknowledge, MINUTES_MAX, "分钟 (minutes)"),
        ] {
            if !(1..=most).contains(&value) {
                let message = text(
                    format!("{field} = {value} 应为 1 至 {most} {unit}"),
                    format!("{field} = {value} is out of range; write 1 to {most} {unit}"),
                );
                findings.error(entry.at(field), "range", message);
            }
        }
    }
    for entry in &charges {
        let charge = &entry.value;
        if !known.contains(&charge.department.as_str()) {
            let message = unknown("部门", "department", &charge.department, known.iter().copied());
            findings.error(entry.at("department"), "department-unknown", message);
        }
        check_post(entry, "post", &charge.post, posts, findings);
        if !matches!(charge.level.as_str(), "" | "general" | "major") {
            let message = unknown("级别", "level", &charge.level, ["general", "major"].into_iter());
            findings.error(entry.at("level"), "level-unknown", message);
        }
    }
    Dangers {
        desk: desk.map(|entry| entry.value).unwrap_or_default(),
        deadline: deadline.map(|entry| entry.value).unwrap_or_default(),
        charges: charges.into_iter().map(|entry| entry.value).collect(),
    }
}
