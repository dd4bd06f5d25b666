//! 事故: grades that rise, clocks that mean something; without the file the
//! standard's.

use super::department::{unique, unknown};
use super::finding::{Findings, text};
use super::grid::check_post;
use super::source::{Entry, Source};
use std::collections::BTreeSet;
use tocsin_core::city::Department;
use tocsin_core::city::accident::{Accidents, Clock, ClockKind, Desk, Grade, Level, Means, Start};

/// A year: what is due later than this is a mistake in the unit.
const MINUTES_MAX: u32 = 366 * 24 * 60;

pub fn read(
    file: &Source<'_>,
    departments: &[Department],
    posts: &BTreeSet<&str>,
    findings: &mut Findings,
) -> Accidents {
    if file.is_empty() {
        return Accidents::default();
    }
    file.only_keys(&["level", "grade", "clock", "desk"], findings);
    let levels: Vec<Entry<'_, Level>> = file.entries("level", findings);
    let grades: Vec<Entry<'_, Grade>> = file.entries("grade", findings);
    let clocks: Vec<Entry<'_, Clock>> = file.entries("clock", findings);
    let desk: Option<Entry<'_, Desk>> = file.table("desk", findings);
    unique(&levels, "id", findings);
    unique(&grades, "id", findings);
    unique(&clocks, "id", findings);
    check_grades(file, &levels, &grades, findings);
    check_clocks(&grades, &clocks, findings);
    let standard = Accidents::default();
    let desk = desk.map_or(standard.desk, |entry| {
        let known = departments.iter().map(|department| department.id.as_str());
        let department = &entry.value.department;
        if !department.is_empty() && !known.clone().any(|id| id == department) {
            let message = unknown("部门", "department", department, known);
            findings.error(entry.at("department"), "department-unknown", message);
        }
        check_post(&entry, "post", &entry.value.post, posts, findings);
        entry.value
    });
    let values = |own: Vec<Level>, standard| if own.is_empty() { standard } else { own };
    Accidents {
        levels: values(levels.into_iter().map(|entry| entry.value).collect(), standard.levels),
        grades: match grades.is_empty() {
            true => standard.grades,
            false => grades.into_iter().map(|entry| entry.value).collect(),
        },
        clocks: match clocks.is_empty() {
            true => standard.clocks,
            false => clocks.into_iter().map(|entry| entry.value).collect(),
        },
        desk,
    }
}

/// From the lightest up, each column rises, and so does the level that is told.
fn check_grades(
    file: &Source<'_>,
    levels: &[Entry<'_, Level>],
    grades: &[Entry<'_, Grade>],
    findings: &mut Findings,
) {
    let standard = Accidents::default();
    let known: Vec<&str> = match levels.is_empty() {
        true => standard.levels.iter().map(|level| level.id.as_str()).collect(),
        false => levels.iter().map(|entry| entry.value.id.as_str()).collect(),
    };
    let height = |level: &str| known.iter().position(|id| *id == level);
    for entry in grades {
        if height(&entry.value.level).is_none() {
            let message = unknown("上报层级", "level", &entry.value.level, known.iter().copied());
            findings.error(entry.at("level"), "level-unknown", message);
        }
    }
    if let Some(first) = grades.first() {
        let lowest = &first.value;
        if lowest.deaths > 0 || lowest.injuries > 0 || lowest.loss > 0 {
            let message = text(
                "最低等级的三项应均为 0,否则轻的事故没有等级",
                "deaths, injuries and loss of the lightest grade are 0, or light accidents have no grade",
            );
            findings.error(first.at("deaths"), "grade-lowest", message);
        }
    } else if !levels.is_empty() {
        let message = text(
            "写了 [[level]] 就须写 [[grade]],说明各等级报到哪一级",
            "with [[level]] of its own the file needs [[grade]] that names them",
        );
        findings.error(file.start(), "grade-missing", message);
    }
    for pair in grades.windows(2) {
        let (lower, higher) = (&pair[0].value, &pair[1].value);
        let columns = [
            ("deaths", u64::from(lower.deaths), u64::from(higher.deaths)),
            ("injuries", u64::from(lower.injuries), u64::from(higher.injuries)),
            ("loss", lower.loss, higher.loss),
        ];
        for (column, below, above) in columns {
            if above <= below {
                let message = text(
                    format!("{column} = {above} 应大于前一等级 {} 的 {below};等级由轻到重排列", lower.id),
                    format!(
                        "{column} = {above} must be above the {below} of {} before it; grades stand from the lightest up",
                        lower.id
                    ),
                );
                findings.error(pair[1].at(column), "grade-order", message);
            }
        }
        if let (Some(below), Some(above)) = (height(&lower.level), height(&higher.level))
            && above < below
        {
            let message = text(
                format!("更重的等级不能报得更低:{} 报至 {}", lower.id, lower.level),
                format!(
                    "a graver grade cannot be reported lower than {}, which goes to {}",
                    lower.id, lower.level
                ),
            );
            findings.error(pair[1].at("level"), "grade-order", message);
        }
    }
}

fn check_clocks(grades: &[Entry<'_, Grade>], clocks: &[Entry<'_, Clock>], findings: &mut Findings) {
    let standard = Accidents::default();
    let known: Vec<&str> = match grades.is_empty() {
        true => standard.grades.iter().map(|grade| grade.id.as_str()).collect(),
        false => grades.iter().map(|entry| entry.value.id.as_str()).collect(),
    };
    for entry in clocks {
        let clock = &entry.value;
        if !(1..=MINUTES_MAX).contains(&clock.minutes) {
            let message = text(
                format!("minutes = {} 应为 1 至 {MINUTES_MAX} 分钟", clock.minutes),
                format!("minutes = {} is out of range; write 1 to {MINUTES_MAX}", clock.minutes),
            );
            findings.error(entry.at("minutes"), "minutes", message);
        }
        for (place, grade) in clock.grades.iter().enumerate() {
            if !known.contains(&grade.as_str()) {
                let message = unknown("事故等级", "grade", grade, known.iter().copied());
                findings.error(entry.at(&format!("grades.{place}")), "grade-unknown", message);
            }
        }
        let only_first = [
            ("means", clock.means != Means::Any && clock.kind != ClockKind::First),
            ("from", clock.from != Start::Known && clock.kind != ClockKind::First),
        ];
        for (field, is_misplaced) in only_first {
            if is_misplaced {
                let message = text(
                    format!("{field} 只用于 kind = \"first\" 的时限"),
                    format!("{field} is for clocks of kind = \"first\" only; remove it"),
                );
                findings.error(entry.at(field), "field-misplaced", message);
            }
        }
    }
}
