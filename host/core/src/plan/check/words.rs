//! Of a condition its words: a code that nobody sends, or a region that is not
//! there, makes a condition that never holds, and nobody would see why.

use super::{Found, Known};
use crate::city::plan::Plan;
use crate::plan::condition::{Column, Condition, Word};
use crate::plan::world::Table;
use std::collections::BTreeSet;

const COLOURS: &[&str] = &["blue", "yellow", "orange", "red"];

pub(super) fn words(plan: &Plan, condition: &Condition, path: &str, known: &Known, found: &mut Found) {
    for word in condition.words.iter().filter(|word| !word.text.is_empty()) {
        found.at(word.at, |found| one(plan, word, path, known, found));
    }
}

fn one(plan: &Plan, word: &Word, path: &str, known: &Known, found: &mut Found) {
    let text = &word.text;
    let is_place =
        known.regions.contains(text) || village_of(text).is_some_and(|code| known.regions.contains(&code));
    let mut among = |code, what: (&str, &str), known: &BTreeSet<String>| {
        // A city that lists none of a kind is not held to its list.
        if !known.is_empty() && !known.contains(text) {
            found.unknown(path, code, what, text, known);
        }
    };
    match &word.column {
        Column::Region if is_place => {}
        Column::Region => among("region-unknown", ("区划", "region"), &known.regions),
        Column::Field(table, field) => match (table, field.as_str()) {
            (_, "region") if is_place => {}
            (_, "region") => among("region-unknown", ("区划", "region"), &known.regions),
            (_, "department") => among("department-unknown", ("部门", "department"), &known.departments),
            (Table::Warnings, "event_code") => {
                among(
                    "event-unknown",
                    ("预警事件代码(warnings.toml)", "event code (warnings.toml)"),
                    &known.events,
                );
            }
            (Table::Warnings, "colour") => {
                let colours = COLOURS.iter().map(|colour| (*colour).to_owned()).collect();
                among("colour", ("预警颜色", "warning colour"), &colours);
            }
            (Table::Incidents, "hazard") => among("hazard-unknown", ("危险类别", "hazard"), &known.hazards),
            (Table::Incidents, "unit") => among("unit-unknown", ("单位", "unit"), &known.units),
            (Table::Accidents, "grade") => among("grade-unknown", ("事故等级", "grade"), &known.grades),
            // That none are listed is said elsewhere.
            (Table::Readings, "code") if plan.readings.is_empty() => {}
            (Table::Readings, "code") => {
                let listed = plan.readings.iter().cloned().collect();
                among("reading-unlisted", ("readings 中的代码", "code in `readings`"), &listed);
            }
            // It may speak before it is registered.
            (Table::Readings, "device") if !registered(text, &known.devices) => found.warning(
                path,
                "device-unknown",
                format!("devices.toml 中没有测站或设备 {text}"),
                format!("devices.toml has no station or device {text}"),
            ),
            _ => {}
        },
    }
}

/// The township of a village that the city may not have drawn.
fn village_of(code: &str) -> Option<String> {
    let is_code = code.len() == 12 && code.bytes().all(|digit| digit.is_ascii_digit());
    (is_code && !code.ends_with("000")).then(|| format!("{}000", &code[..9]))
}

/// Itself, or a part of it.
fn registered(device: &str, known: &BTreeSet<String>) -> bool {
    std::iter::successors(Some(device), |path| Some(path.rsplit_once('/')?.0))
        .any(|path| known.contains(path))
}
