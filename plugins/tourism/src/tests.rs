//! Tables of counts and what becomes of them.

use crate::Tourism;
use serde_json::{Value, json};
use tocsin_sdk::mock::Host;
use tocsin_sdk::{Kind, Outcome, Rejection, RejectionKind, Severity};

fn post(host: &Host, body: &str) -> Result<Outcome, Rejection> {
    host.decode::<Tourism>(Host::message("", body.as_bytes()))
}

/// `alarm crowd.over 5230` a signal.
fn told(answer: Result<Outcome, Rejection>) -> Vec<String> {
    let outcome = answer.unwrap_or_else(|refusal| panic!("{}", refusal.reason));
    let line = |signal: &tocsin_sdk::Signal| {
        let kind = match signal.kind {
            Kind::Alarm => "alarm",
            Kind::Recovery => "recovery",
            _ => "reading",
        };
        format!("{kind} {} {}", signal.code, signal.value.unwrap_or_default())
    };
    outcome.signals.iter().map(line).collect()
}

#[test]
fn a_count_that_dances_is_one_alarm() {
    let host = Host::fresh();
    let mut minute = 0;
    let mut check = |visitors: u32, expect: &[&str]| {
        minute += 1;
        let body = json!({"area": "longtan", "visitors": visitors, "limit": "5000", "time": format!("2026-07-12 14:{minute:02}:00")});
        let got = told(post(&host, &body.to_string()));
        assert_eq!(got[1..], *expect, "{visitors}");
        assert_eq!(got[0], format!("reading crowd.inside {visitors}"));
    };
    check(5000, &[]);
    check(5001, &["alarm crowd.over 5001"]);
    check(4990, &[]);
    check(5100, &[]);
    check(4501, &[]);
    check(4500, &["recovery crowd.over 4500"]);
    check(4400, &[]);
    check(6000, &["alarm crowd.over 6000"]);
    assert_eq!(host.keys(""), ["over/longtan"]);
}

#[test]
fn a_crowd_that_grows_severe_is_told_again() {
    let host = Host::fresh();
    let mut minute = 0;
    let mut check = |visitors: u32, expect: Option<Severity>| {
        minute += 1;
        let body = json!({"area": "longtan", "visitors": visitors, "limit": 5000, "time": format!("2026-07-12 14:{minute:02}:00")});
        let outcome = post(&host, &body.to_string()).unwrap();
        let alarm = outcome.signals.iter().find(|signal| signal.kind == Kind::Alarm);
        assert_eq!(alarm.map(|signal| signal.severity), expect, "{visitors}");
    };
    check(5001, Some(Severity::Moderate));
    check(5999, None);
    check(6000, Some(Severity::Severe));
    check(5500, None);
    check(6500, None);
    check(4500, None);
    check(6000, Some(Severity::Severe));
    check(4500, None);
    check(5001, Some(Severity::Moderate));
}

#[test]
fn what_an_older_version_remembered_is_told_again_where_it_is_severe() {
    let host = Host::fresh();
    tocsin_sdk::memory::put("over/longtan", br#"{"since":1783836000000,"at":1783836000000}"#);
    let body = r#"{"area": "longtan", "visitors": 6000, "limit": 5000, "time": "2026-07-12 14:20:00"}"#;
    assert_eq!(told(post(&host, body)), ["reading crowd.inside 6000", "alarm crowd.over 6000"]);
}

#[test]
fn a_township_in_words_is_kept() {
    let outcome = post(&Host::fresh(), r#"{"area": "a", "visitors": 7, "乡镇": "石湖镇"}"#).unwrap();
    let data: Value = serde_json::from_str(&outcome.signals[0].data).unwrap();
    assert_eq!((&data["region_name"], outcome.defects.len()), (&json!("石湖镇"), 0));
}

#[test]
fn what_comes_late_moves_nothing() {
    let host = Host::fresh();
    let body = |visitors: u32, at: &str| {
        json!({"area": "longtan", "visitors": visitors, "limit": 5000, "time": format!("2026-07-12 {at}")})
            .to_string()
    };
    assert_eq!(told(post(&host, &body(6000, "13:00:00"))).len(), 1, "an hour and a half late");
    assert_eq!(told(post(&host, &body(6000, "14:20:00"))).len(), 2);
    assert_eq!(told(post(&host, &body(100, "14:10:00"))).len(), 1, "older than what is known");
    assert_eq!(told(post(&host, &body(6000, "14:20:00"))).len(), 1, "the same again");
}

#[test]
fn the_limit_may_be_the_registrations() {
    let host = Host::fresh();
    host.register("longtan", r#"{"limit": 100}"#);
    assert_eq!(told(post(&host, r#"{"景区": "longtan", "在园人数": "101"}"#)).len(), 2);
    assert_eq!(told(post(&host, r#"{"景区": "elsewhere", "在园人数": "101"}"#)).len(), 1);
}

#[test]
fn many_areas_at_once() {
    let body = json!([
        {"area": "a", "visitors": 12, "limit": 10, "position": [120.3, 29.3], "weather": "晴"},
        {"area": "b", "visitor_num": 12},
        {"area": "c", "visitors": 8, "limit": 10},
    ]);
    let outcome = post(&Host::fresh(), &body.to_string()).unwrap();
    let devices: Vec<&str> = outcome.signals.iter().map(|signal| signal.device.as_str()).collect();
    assert_eq!(devices, ["a", "a", "c"]);
    let data: Value = serde_json::from_str(&outcome.signals[0].data).unwrap();
    assert_eq!(data, json!({"name": "a", "visitors": 12, "limit": 10.0, "weather": "晴"}));
    assert_eq!(outcome.defects.len(), 2, "{:?}", outcome.defects);
    assert!(outcome.defects[1].contains("`visitor_num` is unknown"), "{:?}", outcome.defects);
}

#[test]
fn more_than_any_area_holds_is_not_believed() {
    let post = |visitors: u64, limit: u64| {
        let body = json!({"area": "a", "在园人数": visitors.to_string(), "limit": limit}).to_string();
        post(&Host::fresh(), &body)
    };
    assert_eq!(told(post(10_000_000, 10)), ["reading crowd.inside 10000000", "alarm crowd.over 10000000"]);
    let refusal = post(1_000_000_000_000, 10).unwrap_err();
    let reason = "在园人数: 1000000000000 人超过任何景区所能容纳的 10000000 人 (more than any area can hold)";
    assert_eq!((refusal.kind, refusal.reason.as_str()), (RejectionKind::Implausible, reason));
    assert!(post(10_000_001, 10).is_err());
    // Nor is a limit that would mute the area.
    let outcome = post(6_000, 1_000_000_000_000).unwrap();
    assert_eq!(
        (outcome.signals.len(), outcome.defects),
        (1, vec!["limit: cannot read 1000000000000".into()])
    );
}

#[test]
fn refusals_name_the_field() {
    for (body, word) in [
        (r#"{"area": "a", "visitor_num": 7}"#, "field `visitors` is missing"),
        (r#"{"visitors": 7}"#, "field `area` is missing"),
        (r#"{"area": "a", "visitors": -7}"#, "is no count"),
        (r#"{"area": "a", "visitors": "many"}"#, "is no number"),
        (r#"{"area": "a", "visitors": 7, "position": [29.3, 120.3]}"#, "swapped"),
        ("<xml/>", "not JSON"),
        ("", "no record"),
    ] {
        let refusal = post(&Host::fresh(), body).unwrap_err();
        assert!(refusal.reason.contains(word), "{body}: {}", refusal.reason);
    }
}
