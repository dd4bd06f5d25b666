//! Sharing: what one department may see of what was decided. A pure function of
//! the city's rules and the event; the publisher of a department's news asks it.
//!
//! Own is what names the department in its row: its orders, its teams, its
//! stock. It is seen whole, and no rule takes from it. Whose order it is the core
//! says, never a plugin.

use crate::city::share::{Share, Show};
use crate::event::Event;
use serde_json::{Map, Value};

/// What everybody sees without a rule, without what is personal.
const OPEN: [&str; 3] = ["incident", "warning", "response"];

/// Fields that speak of a person, at any depth. `phone` and `person` also make
/// the `name` beside them personal.
pub(crate) const PERSONAL: [&str; 15] = [
    "phone",
    "phones",
    "mobile",
    "telephone",
    "person",
    "people",
    "contact",
    "contacts",
    "reporter",
    "caller",
    "informant",
    "id_card",
    "id_number",
    "confirmed_by",
    "said",
];

/// Kept by every rule that lists fields: without them the rest says nothing.
pub(crate) const KEPT: [&str; 2] = ["id", "state"];

/// What `department` sees of an event: its data, or `None` where it is not for it.
pub fn seen(shares: &[Share], department: &str, event: &Event) -> Option<Value> {
    if owner(event) == Some(department) {
        return Some(event.data.clone());
    }
    let rule = shares.iter().find(|share| speaks(share, department, event));
    let show = match rule {
        Some(rule) => rule.show,
        None if OPEN.contains(&noun(&event.kind)) => Show::Summary,
        None => Show::Nothing,
    };
    let mut data = event.data.clone();
    match show {
        Show::Nothing => return None,
        Show::Summary => {
            // Why a row changed is one line for its own officers, and often names one.
            if let Value::Object(fields) = &mut data
                && !OPEN.contains(&noun(&event.kind))
            {
                fields.remove("note");
            }
            redact(&mut data);
        }
        Show::Whole => {}
    }
    if let (Some(rule), Value::Object(fields)) = (rule, &mut data) {
        choose(rule, fields);
    }
    Some(data)
}

/// Whose row it is; nobody's of incidents.
fn owner(event: &Event) -> Option<&str> {
    match noun(&event.kind) {
        // Warnings concern all; who heard one first does not own it.
        "incident" | "warning" => None,
        _ => event.data.get("department").and_then(Value::as_str).filter(|owner| !owner.is_empty()),
    }
}

fn noun(kind: &str) -> &str {
    kind.split('.').next().unwrap_or_default()
}

fn speaks(share: &Share, department: &str, event: &Event) -> bool {
    let to = share.departments.is_empty() || share.departments.iter().any(|known| known == department);
    let here = share.regions.is_empty() || share.regions.iter().any(|region| holds(region, &event.region));
    to && here && matches(&share.kind, &event.kind)
}

/// `incident.*` or the whole type.
pub fn matches(pattern: &str, kind: &str) -> bool {
    match pattern.strip_suffix(".*") {
        Some(prefix) => kind.strip_prefix(prefix).is_some_and(|rest| rest.starts_with('.')),
        None => pattern == kind,
    }
}

/// Whether a 12-digit code is that region or lies in it: 2, 2, 2, 3 and 3 digits
/// by GB/T 2260 and GB/T 10114, zeros where a level is not named.
pub fn holds(region: &str, code: &str) -> bool {
    let level = [2, 4, 6, 9]
        .into_iter()
        .find(|end| region.get(*end..).is_some_and(|rest| rest.bytes().all(|digit| digit == b'0')));
    match level.and_then(|end| region.get(..end)) {
        Some(front) => code.starts_with(front),
        None => code == region,
    }
}

fn choose(rule: &Share, fields: &mut Map<String, Value>) {
    let kept = |name: &String| KEPT.contains(&name.as_str());
    if !rule.only.is_empty() {
        fields.retain(|name, _| kept(name) || rule.only.contains(name));
    }
    fields.retain(|name, _| kept(name) || !rule.without.contains(name));
}

/// Takes out what is personal, and telephone numbers wherever text has them.
fn redact(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            if fields.contains_key("phone") || fields.contains_key("person") {
                fields.remove("name");
            }
            fields.retain(|name, _| !PERSONAL.contains(&name.as_str()));
            fields.values_mut().for_each(redact);
        }
        Value::Array(items) => items.iter_mut().for_each(redact),
        Value::String(text) => {
            if let Some(masked) = masked(text) {
                *text = masked;
            }
        }
        _ => {}
    }
}

/// The text without mobile numbers; `None` where there are none.
fn masked(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let mut out = String::new();
    let (mut from, mut at) = (0, 0);
    while at < bytes.len() {
        if !bytes[at].is_ascii_digit() {
            at += 1;
        } else if let Some(end) = mobile(bytes, at) {
            // Both ends stand beside ASCII bytes: they are boundaries.
            out.push_str(&text[from..at]);
            out.push_str("***");
            (from, at) = (end, end);
        } else {
            at += bytes[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        }
    }
    (from > 0).then(|| out + &text[from..])
}

/// Behind the mobile number that begins at `at`: 11 digits from 13 to 19, also
/// written `138-0000-0001` or `138 0000 0001`, and no digit behind them.
fn mobile(bytes: &[u8], at: usize) -> Option<usize> {
    let mut end = at;
    for (place, group) in [3, 4, 4].into_iter().enumerate() {
        if place > 0 && matches!(bytes.get(end), Some(b'-' | b' ')) {
            end += 1;
        }
        bytes.get(end..end + group)?.iter().all(u8::is_ascii_digit).then_some(())?;
        end += group;
    }
    let is_mobile = bytes[at] == b'1' && bytes[at + 1] >= b'3';
    (is_mobile && !bytes.get(end).is_some_and(u8::is_ascii_digit)).then_some(end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact::Cause;
    use crate::time::Timestamp;
    use serde_json::json;

    fn event(kind: &str, data: Value) -> Event {
        Event {
            kind: kind.into(),
            subject: "X".into(),
            region: "330791001000".into(),
            data,
            cause: Cause::Clock,
            ordinal: 0,
            time: Timestamp(0),
        }
    }

    fn order() -> Event {
        event(
            "order.issued",
            json!({"id": "O1", "state": "issued", "department": "fire", "title": "查岗", "note": "下达给 王明",
                   "asked": {"post": "p", "person": "w", "name": "王明", "phone": "138-0000-0001"}}),
        )
    }

    fn incident() -> Event {
        event(
            "incident.opened",
            json!({"id": "I1", "state": "suspected", "title": "烟感报警 致电13800000001", "unit_name": "医院",
                   "notes": [{"by": "u", "text": "电话 138 0000 0002 核实"}], "contacts": [{"name": "李", "phone": "1"}]}),
        )
    }

    fn rule(text: &str) -> Share {
        serde_json::from_str(text).expect("a rule")
    }

    #[track_caller]
    fn check(rules: &[&str], department: &str, event: &Event, expect: Option<Value>) {
        let rules: Vec<Share> = rules.iter().map(|text| rule(text)).collect();
        assert_eq!(seen(&rules, department, event), expect, "{rules:?}");
    }

    #[test]
    fn a_department_sees_all_of_its_own_and_nothing_of_anothers_orders() {
        check(&[], "fire", &order(), Some(order().data));
        check(&[r#"{"kind":"order.*","show":"nothing"}"#], "fire", &order(), Some(order().data));
        check(&[], "water", &order(), None);
    }

    #[test]
    fn everybody_sees_incidents_without_people() {
        let expect = json!({"id": "I1", "state": "suspected", "title": "烟感报警 致电***", "unit_name": "医院",
                            "notes": [{"by": "u", "text": "电话 *** 核实"}]});
        check(&[], "water", &incident(), Some(expect));
        check(&[r#"{"kind":"incident.*","show":"nothing"}"#], "water", &incident(), None);
        let whole = r#"{"kind":"incident.*","show":"whole","departments":["water"]}"#;
        check(&[whole], "water", &incident(), Some(incident().data));
    }

    #[test]
    fn the_first_rule_that_speaks_counts() {
        let rules = [
            r#"{"kind":"order.issued","departments":["emergency"],"only":["title","asked"]}"#,
            r#"{"kind":"order.*","show":"nothing"}"#,
        ];
        let expect = json!({"id": "O1", "state": "issued", "title": "查岗", "asked": {"post": "p"}});
        check(&rules, "emergency", &order(), Some(expect));
        check(&rules, "water", &order(), None);
        let without = r#"{"kind":"order.issued","show":"whole","without":["asked","note","state"]}"#;
        let expect = json!({"id": "O1", "state": "issued", "department": "fire", "title": "查岗"});
        check(&[without], "water", &order(), Some(expect));
    }

    #[test]
    fn rules_of_a_region_speak_of_what_lies_in_it() {
        let within = |code: &str, expect: bool| {
            let share = format!(r#"{{"kind":"incident.*","regions":["{code}"],"show":"nothing"}}"#);
            assert_eq!(seen(&[rule(&share)], "water", &incident()).is_none(), expect, "{code}");
        };
        within("330791001000", true);
        within("330791000000", true);
        within("330000000000", true);
        within("330791002000", false);
        within("330791001001", false);
        within("", false);
    }

    #[test]
    fn telephone_numbers_are_masked_and_other_numbers_are_not() {
        for (text, expect) in [
            ("I20260712-0001 000000000379", None),
            ("330791001000", None),
            ("12800000000", None),
            ("138000000011", None),
            ("致电13800000001，", Some("致电***，")),
            ("13800000001 13900000002", Some("*** ***")),
            ("138-0000-0001/139-0000-0002", Some("***/***")),
            ("2026-07-12 14:30", None),
            ("", None),
        ] {
            assert_eq!(masked(text).as_deref(), expect, "{text}");
        }
    }

    #[test]
    fn patterns_match_whole_words() {
        for (pattern, kind, expect) in [
            ("incident.*", "incident.opened", true),
            ("incident.opened", "incident.opened", true),
            ("incident.*", "incidents.opened", false),
            ("incident.opened", "incident.closed", false),
        ] {
            assert_eq!(matches(pattern, kind), expect, "{pattern} {kind}");
        }
    }
}
