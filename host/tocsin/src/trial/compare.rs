//! An expectation against an output: only what is named must match.

use crate::text;
use serde_json::Value;
use tocsin_core::time::Timestamp;

/// One difference, in words: where, what was expected, what there is.
pub fn differences(expected: &Value, got: &Value) -> Vec<String> {
    let mut found = Vec::new();
    walk("", expected, got, &mut found);
    found
}

fn walk(path: &str, expected: &Value, got: &Value, found: &mut Vec<String>) {
    match (expected, got) {
        // Of what is remembered `{}` says that there is nothing, as `[]` does of lists.
        (Value::Object(fields), _) if fields.is_empty() && is_room(path) => {
            if got.as_object().is_some_and(|kept| !kept.is_empty()) {
                found.push(format!("{path}: expected nothing, got {got}"));
            }
        }
        (Value::Object(fields), _) if got.is_object() || is_room(path) => {
            let rejection = &got["rejection"];
            if is_answer(path) && !rejection.is_null() && !fields.contains_key("rejection") {
                found.push(text!(vector_refused, reason = rejection));
            }
            for (name, expected) in fields {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                walk(&path, expected, &got[name.as_str()], found);
            }
        }
        (Value::Array(expected), Value::Array(got)) => {
            for (index, (expected, got)) in expected.iter().zip(got).enumerate() {
                walk(&format!("{path}[{index}]"), expected, got, found);
            }
            for (index, missing) in expected.iter().enumerate().skip(got.len()) {
                found.push(format!("{path}[{index}]: expected {missing}, there are only {}", got.len()));
            }
            for (index, more) in got.iter().enumerate().skip(expected.len()) {
                found.push(format!("{path}[{index}]: not expected: {more}"));
            }
        }
        _ if same(expected, got) => {}
        (_, Value::Null) => found.push(format!("{path}: expected {expected}, there is none")),
        _ => found.push(format!("{path}: expected {expected}, got {got}")),
    }
}

/// State and timers, and what a device has of them.
fn is_room(path: &str) -> bool {
    ["state", "timers"]
        .iter()
        .any(|room| path.strip_prefix(room).is_some_and(|rest| rest.is_empty() || rest.starts_with('.')))
}

/// What one call said: the output itself, or one of several frames.
fn is_answer(path: &str) -> bool {
    path.is_empty()
        || path.strip_prefix("frames[").is_some_and(|rest| rest.ends_with(']') && !rest.contains('.'))
}

fn same(expected: &Value, got: &Value) -> bool {
    match (expected, got) {
        // What is empty is not said.
        (Value::Null, Value::Null) => true,
        (Value::Array(items), Value::Null) => items.is_empty(),
        (Value::String(text), Value::Null) => text.is_empty(),
        (Value::Number(a), Value::Number(b)) => {
            a == b
                || a.as_f64().zip(b.as_f64()).is_some_and(|(a, b)| (a - b).abs() <= 1e-9 * a.abs().max(1.0))
        }
        (Value::String(expected), Value::String(got)) => reads(expected, got),
        _ => expected == got,
    }
}

/// `…` at an end stands for anything; times are the same in any form.
fn reads(expected: &str, got: &str) -> bool {
    let (open, rest) = match expected.strip_prefix('…') {
        Some(rest) => (true, rest),
        None => (false, expected),
    };
    match (open, rest.strip_suffix('…')) {
        (false, None) => expected == got || same_time(expected, got),
        (true, None) => got.ends_with(rest),
        (false, Some(front)) => got.starts_with(front),
        (true, Some(middle)) => got.contains(middle),
    }
}

fn same_time(a: &str, b: &str) -> bool {
    matches!((a.parse::<Timestamp>(), b.parse::<Timestamp>()), (Ok(a), Ok(b)) if a == b)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn nothing_is_expected_by_name() {
        let refused = json!({"rejection": {"kind": "malformed", "reason": "no JSON"}});
        let found = differences(&json!({"signals": []}), &refused);
        assert!(found.len() == 1 && found[0].contains("no JSON"), "{found:?}");
        assert!(differences(&json!({"rejection": {}}), &refused).is_empty());
        assert_eq!(differences(&json!({"rejection": null}), &refused).len(), 1);
        let frames = json!({"frames": [refused, {"signals": []}]});
        assert_eq!(differences(&json!({"frames": [{}, {}]}), &frames).len(), 1);
        let kept = json!({"state": {"D1": {"on": true}}, "timers": {"D1": {"check": "x"}}});
        for expected in [json!({"state": {}}), json!({"timers": {}}), json!({"timers": {"D1": {}}})] {
            assert_eq!(differences(&expected, &kept).len(), 1, "{expected}");
        }
        assert!(differences(&json!({"state": {"D1": {"on": true}}, "timers": {"D2": {}}}), &kept).is_empty());
    }

    #[test]
    fn only_what_is_named_counts() {
        let got = json!({
            "signals": [{"kind": "reading", "value": 12.5, "title": "水位 12.50 米",
                         "observed": "2026-07-12T14:30:20.000+08:00", "data": {"a": 1, "b": [1, 2]}}],
            "defects": ["`at` is `x`, no time"]
        });
        let check = |expected: Value, expect: &[&str]| {
            let found = differences(&expected, &got);
            assert_eq!(found.len(), expect.len(), "{found:?}");
            for (found, expect) in found.iter().zip(expect) {
                assert!(found.contains(expect), "{found} / {expect}");
            }
        };
        check(json!({}), &[]);
        check(json!({"signals": [{"kind": "reading", "value": 12.5}], "sends": []}), &[]);
        check(json!({"signals": [{"observed": "2026-07-12 14:30:20", "data": {"b": [1, 2]}}]}), &[]);
        check(json!({"defects": ["…no time"]}), &[]);
        check(json!({"defects": ["`at`…"], "signals": [{"title": "…12.50…"}]}), &[]);
        check(json!({"signals": []}), &["signals[0]: not expected"]);
        check(json!({"signals": [{}, {"kind": "alarm"}]}), &["signals[1]: expected"]);
        check(json!({"signals": [{"value": 12.4}]}), &["signals[0].value: expected 12.4, got 12.5"]);
        check(json!({"signals": [{"data": {"c": 1}}]}), &["signals[0].data.c: expected 1, there is none"]);
        check(json!({"rejection": {"kind": "malformed"}}), &["rejection: expected"]);
        check(json!({"signals": [{"unit": ""}]}), &[]);
        check(json!({"rejection": {}}), &["rejection: expected"]);
        check(json!({"state": {}, "timers": {"D1": {}}}), &[]);
        check(json!({"signals": {"kind": "reading"}}), &["signals: expected"]);
    }
}
