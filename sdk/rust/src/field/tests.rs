use super::*;
use crate::mock::Host;
use crate::{Datum, Signal};
use serde_json::json;

const VISITORS: Name = &["visitors", "人数"];
const GATE: Name = &["gate"];

fn fields(value: Value) -> Fields {
    let Value::Object(map) = value else { panic!("{value} is no object") };
    Fields::of(map, &[GATE, VISITORS])
}

#[test]
fn numbers_in_the_field() {
    let check = |value: Value, expect: Option<f64>| assert_eq!(number(&value), expect, "{value}");
    check(json!(12.5), Some(12.5));
    check(json!(" 12.5 "), Some(12.5));
    check(json!("1,200"), Some(1_200.0));
    check(json!("12,345,678.9"), Some(12_345_678.9));
    check(json!("-3"), Some(-3.0));
    for none in [
        json!("1,20"),
        json!(",200"),
        json!("1200人"),
        json!("NaN"),
        json!("1e999"),
        json!(""),
        json!([1]),
        json!(null),
    ] {
        check(none, None);
    }
}

#[test]
fn counts_and_flags() {
    let field = |value: Value| Field { name: "visitors".into(), value };
    for (value, expect) in
        [(json!(0), Some(0)), (json!("7.0"), Some(7)), (json!(-1), None), (json!(1.5), None)]
    {
        assert_eq!(field(value.clone()).whole().ok(), expect, "{value}");
    }
    for (value, expect) in
        [(json!(true), Some(true)), (json!("否"), Some(false)), (json!(1), Some(true)), (json!("x"), None)]
    {
        assert_eq!(field(value.clone()).flag(), expect, "{value}");
    }
}

#[test]
fn what_is_renamed_is_named() {
    let check = |value: Value, expect: &str| {
        let refusal = fields(value).need(VISITORS).unwrap_err();
        assert_eq!(refusal.field, "visitors");
        assert!(refusal.reason.ends_with(expect), "{}", refusal.reason);
    };
    check(
        json!({"gate": "east", "visitor_num": 7}),
        "known fields are `gate`, `visitors`; `visitor_num` is unknown)",
    );
    check(json!({"a": 1, "b": 2, "lon": 120}), "`a`, `b` are unknown)");
    check(json!({"visitors": " "}), "known fields are `gate`, `visitors`)");
    assert!(fields(json!({"人数": "7"})).need(VISITORS).is_ok());
}

#[test]
fn what_nobody_reads_is_kept() {
    let mut fields = fields(json!({"visitors": 7, "weather": "晴", "note": null, "gate": "x"}));
    fields.take(VISITORS);
    let data: Value =
        serde_json::from_str(&fields.data(json!({"visitors": 7, "gate": "east", "limit": null}))).unwrap();
    assert_eq!(data, json!({"visitors": 7, "gate": "east", "weather": "晴"}));
    assert_eq!(fields.defects, ["fields that nobody reads: gate, weather"]);
}

#[test]
fn what_nobody_reads_leaves_room_for_what_was_read() {
    let picture = "x".repeat(16 * 1024);
    let mut fields = fields(json!({"visitors": 7, "picture": picture, "weather": "晴"}));
    fields.take(VISITORS);
    let data: Value = serde_json::from_str(&fields.data(json!({"visitors": 7}))).unwrap();
    assert_eq!(data, json!({"visitors": 7, "weather": "晴"}));
    assert_eq!(
        fields.defects,
        ["fields that nobody reads: picture, weather", "too large to keep: picture of 16393 bytes"]
    );
}

#[test]
fn regions_by_code_or_name() {
    let check = |written: Value, code: &str, name: &str, defects: usize| {
        let mut fields = fields(json!({ "乡镇": written }));
        assert_eq!(fields.region(&["township", "乡镇"]), code, "{written}");
        assert_eq!((fields.region_name.as_str(), fields.defects.len()), (name, defects), "{written}");
        let data: Value = serde_json::from_str(&fields.data(json!({}))).unwrap();
        assert_eq!(data.get("region_name").and_then(Value::as_str).unwrap_or_default(), name, "{written}");
    };
    check(json!("330791002"), "330791002000", "", 0);
    check(json!(330_791_002_000_u64), "330791002000", "", 0);
    check(json!("石湖镇"), "", "石湖镇", 0);
    check(json!(" 青山市\n石湖镇 "), "", "青山市 石湖镇", 0);
    check(json!("镇".repeat(64)), "", &format!("{}…", "镇".repeat(63)), 0);
    for none in [json!("33079100"), json!(-7), json!(true), json!(["石湖镇"]), json!("-")] {
        check(none, "", "", 1);
    }
    check(json!(""), "", "", 0);
}

#[test]
fn a_day_is_no_time() {
    let check = |written: &str, time: Option<Timestamp>, moment: Option<Moment>| {
        let mut read = fields(json!({ "at": written }));
        assert_eq!(
            (read.time(&["at"]), read.defects.len()),
            (time, usize::from(time.is_none())),
            "{written}"
        );
        assert_eq!(fields(json!({ "at": written })).day_or_time(&["at"]), moment, "{written}");
    };
    let (day, at) = (1_783_785_600_000, 1_783_837_820_000);
    check("2026-07-12", None, Some(Moment { at: day, is_day: true }));
    check("2026年7月12日14时30分20秒", Some(at), Some(Moment { at, is_day: false }));
    check("昨天", None, None);
}

#[test]
fn many_records_cost_nobody_elses() {
    let check = |payload: &str, told: usize, defects: &[&str]| {
        let message = Host::message("", payload.as_bytes());
        let answer = each(&message, &[GATE, VISITORS], |fields| {
            let value = fields.need(VISITORS)?.number()?;
            Ok(vec![Signal::reading("crowd.inside", value, "{person}").at(fields.position(Datum::Gcj02)?)])
        });
        let outcome = answer.unwrap_or_else(|refusal| panic!("{payload}: {}", refusal.reason));
        assert_eq!(outcome.signals.len(), told, "{payload}");
        assert_eq!(outcome.defects.len(), defects.len(), "{payload}: {:?}", outcome.defects);
        outcome
            .defects
            .iter()
            .zip(defects)
            .for_each(|(got, expect)| assert!(got.starts_with(expect), "{got}"));
        let reply: Value = serde_json::from_slice(&outcome.sends[0].payload).unwrap();
        assert_eq!(reply["accepted"], true);
    };
    Host::fresh();
    check(r#"{"visitors": 7}"#, 1, &[]);
    check(r#"[{"visitors": 7}, {"人数": "8"}]"#, 2, &[]);
    check("{\"visitors\": 7}\n{\"visitors\": 8}\n", 2, &[]);
    check(r#"[{"visitors": 7}, {"visitor": 8}, 9]"#, 1, &["第 2 条", "第 3 条"]);
    check("{\"visitors\": 7}\n{\"visitors\": 8, \"ga", 1, &["第 2 条"]);
    let refused = |payload: &str, field: &str| {
        let answer = each(&Host::message("", payload.as_bytes()), &[VISITORS], |fields| {
            fields.need(VISITORS).map(|_| Vec::new())
        });
        let reply: Value = serde_json::from_slice(&answer.unwrap_err().reply).unwrap();
        assert_eq!((&reply["accepted"], reply["field"].as_str()), (&json!(false), Some(field)), "{payload}");
    };
    refused(r#"[{"visitor": 8}, 9]"#, "visitors");
    refused(&"{\"visitors\":1}".repeat(RECORDS_MAX + 1), "");
    for broken in ["", "[]", "hello", "{", "[[1]]", "\u{feff}", "7"] {
        refused(broken, "");
    }
}

#[test]
fn grades_in_all_words() {
    let field = |text: &str| Field { name: "level".into(), value: text.into() };
    for (text, expect) in [
        ("红色预警", Some(Severity::Extreme)),
        ("Ⅱ", Some(Severity::Severe)),
        ("3", Some(Severity::Moderate)),
        ("蓝", Some(Severity::Minor)),
        ("很大", None),
    ] {
        assert_eq!(field(text).severity(), expect, "{text}");
    }
}
