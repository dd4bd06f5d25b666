//! Departments of the city file, and the ids that become subject tokens.

use super::finding::{Findings, Text, text};
use super::nearest::nearest;
use super::source::{Entry, Source};
use std::collections::BTreeSet;
use tocsin_core::city::Department;

/// Streams are named after departments and doors; NATS allows more, operators
/// read them in listings.
const TOKEN_CHARS_MAX: usize = 32;

pub fn read(main: &Source<'_>, findings: &mut Findings) -> Vec<Department> {
    let entries: Vec<Entry<'_, Department>> = main.entries("department", findings);
    if entries.is_empty() {
        let none = text("至少需要一个 [[department]]", "at least one [[department]] is needed");
        findings.error(main.start(), "department-missing", none);
    }
    for entry in &entries {
        check_token(entry, "id", &entry.value.id, findings);
        super::registry::check_heartbeat(entry, entry.value.heartbeat, findings);
    }
    unique(&entries, "id", findings);
    entries.into_iter().map(|entry| entry.value).collect()
}

/// What may stand in a NATS subject, an MQTT topic, a URL and a stream name alike.
pub fn is_token(id: &str) -> bool {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    !id.is_empty() && id.len() <= TOKEN_CHARS_MAX && id.chars().all(allowed)
}

pub fn check_token<T>(entry: &Entry<'_, T>, field: &str, id: &str, findings: &mut Findings) {
    if !is_token(id) {
        findings.error(entry.at(field), "token", not_a_token(id));
    }
}

fn not_a_token(id: &str) -> Text {
    text(
        format!("“{id}” 不能作为标识;只用小写字母、数字和 -,1 至 {TOKEN_CHARS_MAX} 个字符"),
        format!("{id:?} cannot be an id; use 1 to {TOKEN_CHARS_MAX} lower-case letters, digits and -"),
    )
}

/// Reports the second of two entries of one kind with the same id.
pub fn unique<T>(entries: &[Entry<'_, T>], field: &str, findings: &mut Findings) {
    let mut seen = BTreeSet::new();
    for entry in entries {
        if !seen.insert(entry.id.as_str()) {
            findings.error(entry.at(field), "id-twice", twice(&entry.id));
        }
    }
}

pub fn twice(id: &str) -> Text {
    text(format!("{id} 已经用过;请换一个或删去其中一项"), format!("{id} is used twice; rename or remove one"))
}

/// Reports an id that nothing in `known` has, with what there is.
pub fn unknown<'a>(what_zh: &str, what: &str, id: &str, known: impl Iterator<Item = &'a str>) -> Text {
    let known: Vec<&str> = known.collect();
    let meant = nearest(id, known.iter().copied());
    let (meant_zh, meant_en) = meant
        .map(|meant| (format!(";是否应为 {meant}?"), format!("; did you mean {meant}?")))
        .unwrap_or_default();
    // Enough for every department and township of a county; a list of devices is cut.
    let mut names: Vec<&str> = known.into_iter().take(21).collect();
    if names.len() == 21 {
        names[20] = "...";
    }
    let list = if names.is_empty() { "-".to_owned() } else { names.join(", ") };
    text(
        format!("{what_zh} “{id}” 不存在{meant_zh};已有:{list}"),
        format!("{what} {id:?} does not exist{meant_en}; there are: {list}"),
    )
}
