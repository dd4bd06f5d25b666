//! Tables of registrations and what becomes of them.

use crate::Religion;
use serde_json::{Value, json};
use tocsin_sdk::mock::Host;
use tocsin_sdk::{Kind, Outcome, Rejection, Severity};

fn post(body: &Value) -> Result<Outcome, Rejection> {
    Host::fresh().decode::<Religion>(Host::message("", body.to_string().as_bytes()))
}

#[test]
fn a_whole_registration() {
    let body = json!({
        "id": "JH-2026-031", "name": "云岭寺庙会", "venue": "云岭寺", "expected": "3,000",
        "start": "2026-07-13 08:00", "end": "2026-07-13T17:00", "organiser": "云岭寺管委会", "region": 330_791_106_000_u64,
    });
    let outcome = post(&body).unwrap();
    let signal = &outcome.signals[0];
    assert_eq!(
        (&signal.kind, signal.code.as_str(), signal.severity),
        (&Kind::Report, "gathering.registered", Severity::Severe)
    );
    assert_eq!(
        (signal.reference.as_str(), signal.region.as_str(), signal.value),
        ("JH-2026-031", "330791106000", Some(3_000.0))
    );
    assert_eq!(signal.title, "云岭寺庙会 预计 3000 人,达到 1000 人重点关注线");
    let data: Value = serde_json::from_str(&signal.data).unwrap();
    assert_eq!(
        (&data["until"], &data["over_threshold"]),
        (&json!("2026-07-13T17:00:00+08:00"), &json!(true))
    );
    assert!(outcome.defects.is_empty(), "{:?}", outcome.defects);
}

#[test]
fn crowds_are_flagged_from_the_threshold_on() {
    let check = |expected: u32, severity: Severity, flagged: bool| {
        let outcome = post(&json!({"id": "7", "expected": expected})).unwrap();
        let data: Value = serde_json::from_str(&outcome.signals[0].data).unwrap();
        assert_eq!(
            (outcome.signals[0].severity, &data["over_threshold"]),
            (severity, &json!(flagged)),
            "{expected}"
        );
    };
    check(0, Severity::Minor, false);
    check(999, Severity::Minor, false);
    check(1_000, Severity::Moderate, true);
    check(2_999, Severity::Moderate, true);
    check(3_000, Severity::Severe, true);
}

#[test]
fn it_holds_until_its_end() {
    let check = |body: Value, start: Value, until: Value| {
        let mut whole = json!({"id": "7", "expected": 3000});
        whole.as_object_mut().unwrap().extend(body.as_object().unwrap().clone());
        let outcome = post(&whole).unwrap();
        let data: Value = serde_json::from_str(&outcome.signals[0].data).unwrap();
        assert_eq!((&data["start"], &data["until"]), (&start, &until), "{body}");
        assert_eq!(outcome.defects, Vec::<String>::new(), "{body}");
    };
    let (begins, ends) = (json!("2026-08-15T00:00:00+08:00"), json!("2026-08-17T23:59:59.999+08:00"));
    check(json!({"start": "2026-08-15", "end": "2026-08-17"}), begins.clone(), ends.clone());
    check(json!({"开始时间": "2026年8月15日", "结束时间": "20260817"}), begins.clone(), ends.clone());
    check(json!({"start": "2026-08-15"}), begins, json!("2026-08-16T00:00:00+08:00"));
    let eight = json!("2026-08-17T08:00:00+08:00");
    check(json!({"start": "2026-08-17 08:00"}), eight.clone(), json!("2026-08-18T08:00:00+08:00"));
    // What ends on the day on which it begins is not over before.
    check(json!({"start": "2026-08-17 08:00", "end": "2026/8/17"}), eight, ends.clone());
    check(json!({"end": "2026.8.17"}), Value::Null, ends);
    check(json!({}), Value::Null, Value::Null);
}

#[test]
fn a_township_in_words_is_kept() {
    let outcome = post(&json!({"id": "7", "expected": 9, "乡镇": "石湖镇"})).unwrap();
    let data: Value = serde_json::from_str(&outcome.signals[0].data).unwrap();
    assert_eq!((outcome.signals[0].region.as_str(), &data["region_name"]), ("", &json!("石湖镇")));
    assert_eq!(outcome.defects, Vec::<String>::new());
}

#[test]
fn withdrawn_and_refused() {
    let outcome = post(&json!({"id": "7", "expected": 9, "状态": "已取消"})).unwrap();
    assert_eq!(outcome.signals[0].kind, Kind::Recovery);
    for (body, word) in [
        (json!({"id": "7", "expected_people": 9}), "`expected_people` is unknown"),
        (json!({"expected": 9}), "field `id` is missing"),
        (json!({"id": "7", "expected": -9}), "is no count"),
        (
            json!({"id": "7", "expected": 9, "start": "2026-07-13 08:00", "end": "2026-07-12 08:00"}),
            "before it begins",
        ),
        (json!({"id": "7", "expected": 9, "start": "2026-07-13", "end": "2026-07-12"}), "before it begins"),
    ] {
        let refusal = post(&body).unwrap_err();
        assert!(refusal.reason.contains(word), "{body}: {}", refusal.reason);
    }
}
