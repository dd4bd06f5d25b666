use super::*;
use serde_json::{Value, json};

fn post(body: &Value) -> Answer {
    Host::fresh().decode::<Transport>(Host::message("", body.to_string().as_bytes()))
}

#[test]
fn closed_and_reopened_are_one_matter() {
    let mut closure = json!({
        "id": "FL-0712-02", "state": "closed", "road": "G330", "from": "K12+300", "to": "K14", "reason": "塌方",
        "start": "2026-07-12 14:00", "expected_end": "2026-07-12 20:00", "line": [[120.351, 29.262], [120.360, "29.266"]],
    });
    let outcome = post(&closure).unwrap();
    let signal = &outcome.signals[0];
    assert_eq!(
        (&signal.kind, signal.code.as_str(), signal.reference.as_str()),
        (&Kind::Report, "road.closed", "FL-0712-02")
    );
    assert_eq!(signal.title, "G330 K12+300 至 K14 封闭:塌方");
    assert_eq!(signal.position.map(|at| at.lon), Some(120.36));
    let data: Value = serde_json::from_str(&signal.data).unwrap();
    assert_eq!(data["until"], "2026-07-12T20:00:00+08:00");
    assert!(outcome.defects.is_empty(), "{:?}", outcome.defects);
    closure["state"] = "恢复通行".into();
    let reopened = post(&closure).unwrap();
    assert_eq!(
        (&reopened.signals[0].kind, &reopened.signals[0].reference),
        (&Kind::Recovery, &signal.reference)
    );
}

#[test]
fn a_day_is_the_whole_of_it() {
    let check = |body: Value, observed: Option<&str>, start: &str, until: &str| {
        let mut closure = json!({"road": "G330", "state": "closed"});
        closure.as_object_mut().unwrap().extend(body.as_object().unwrap().clone());
        let outcome = post(&closure).unwrap();
        let data: Value = serde_json::from_str(&outcome.signals[0].data).unwrap();
        assert_eq!((&data["start"], &data["until"]), (&json!(start), &json!(until)), "{body}");
        let clock = outcome.signals[0].observed.map(|at| tocsin_sdk::time::Beijing::of(at).to_string());
        assert_eq!(clock.as_deref(), observed, "{body}");
        assert!(outcome.defects.is_empty(), "{body}: {:?}", outcome.defects);
    };
    let (begins, ends) = ("2026-07-12T00:00:00+08:00", "2026-07-15T23:59:59.999+08:00");
    check(json!({"start": "2026-07-12", "expected_end": "2026-07-15"}), None, begins, ends);
    check(json!({"开始时间": "2026年7月12日", "预计恢复时间": "2026.7.15"}), None, begins, ends);
    let (seen, clock) = ("2026-07-12T14:00:00+08:00", "2026-07-15T08:00:00+08:00");
    check(json!({"start": "2026-07-12 14:00", "end": "2026-07-15 08:00"}), Some(seen), seen, clock);
}

#[test]
fn an_end_before_the_start_is_none() {
    let check = |start: &str, end: &str, is_none: bool| {
        let closure = json!({"road": "G330", "state": "closed", "start": start, "expected_end": end});
        let outcome = post(&closure).unwrap();
        let data: Value = serde_json::from_str(&outcome.signals[0].data).unwrap();
        assert_eq!((data["until"].is_null(), data["start"].is_null()), (is_none, false), "{closure}");
        assert_eq!(outcome.signals[0].code, "road.closed");
        let defects: Vec<&str> = outcome.defects.iter().map(String::as_str).collect();
        match is_none {
            false => assert_eq!(defects, [""; 0], "{closure}"),
            true => assert!(defects[0].contains("(it ends before it begins)"), "{defects:?}"),
        }
    };
    check("2026-07-12 14:00", "2026-07-12 13:59", true);
    check("2026-07-12 14:00", "2026-07-11", true);
    check("2026-07-12", "2026-07-11 23:59:59", true);
    check("2026-07-12 14:00", "2026-07-12 14:00", false);
    // A day has not ended before it is over.
    check("2026-07-12 14:00", "2026-07-12", false);
    let closure =
        json!({"road": "G330", "state": "closed", "start": "2026-07-12 14:00", "end": "2025-07-12 20:00"});
    let defect = "预计恢复时间 2025-07-12T20:00:00+08:00 早于开始时间 2026-07-12T14:00:00+08:00,不计 (it ends before it begins)";
    assert_eq!(post(&closure).unwrap().defects, [defect]);
}

#[test]
fn a_township_in_words_is_kept() {
    let outcome = post(&json!({"road": "G330", "state": "closed", "乡镇": "石湖镇"})).unwrap();
    let data: Value = serde_json::from_str(&outcome.signals[0].data).unwrap();
    assert_eq!((&data["region_name"], outcome.defects.len()), (&json!("石湖镇"), 0));
}

#[test]
fn without_an_id_the_stretch_names_it() {
    let reference = |state: &str, to: &str| {
        post(&json!({"道路": "G330", "状态": state, "起点": "K12", "终点": to}))
            .unwrap()
            .signals
            .remove(0)
            .reference
    };
    assert_eq!(reference("封闭", "K14"), reference("恢复", "K14"));
    assert_ne!(reference("封闭", "K14"), reference("封闭", "K15"));
}

#[test]
fn refusals_name_the_field() {
    for (body, word) in [
        (json!({"road": "G330"}), "field `state` is missing"),
        (json!({"road_no": "G330", "state": "closed"}), "`road_no` is unknown"),
        (json!({"road": "G330", "state": "wet"}), "neither closed nor reopened"),
        (json!({"road": "G330", "state": "closed", "line": [[1, 2]]}), "is no line"),
        (json!({"road": "G330", "state": "closed", "line": [[29.2, 120.1], [1, 200]]}), "is no line"),
    ] {
        let refusal = post(&body).unwrap_err();
        assert!(refusal.reason.contains(word), "{body}: {}", refusal.reason);
    }
}
