//! Tables of calls and what becomes of them.

use crate::Police;
use serde_json::{Value, json};
use tocsin_sdk::mock::Host;
use tocsin_sdk::{Datum, Kind, Outcome, Rejection};

fn post(host: &Host, body: &Value) -> Result<Outcome, Rejection> {
    host.decode::<Police>(Host::message("", body.to_string().as_bytes()))
}

#[test]
fn a_whole_call() {
    let call = json!({
        "id": "110-20260712-0815", "type": "火灾", "text": "东苑小区 3 幢冒烟", "address": "东苑小区 3 幢",
        "caller": {"name": "周明", "phone": "138-0000-1001"}, "position": {"lng": "120.2987", "lat": 29.2801},
        "time": "2026-07-12 14:30:20", "township": "330791002", "level": "紧急", "operator": "07",
    });
    let outcome = post(&Host::fresh(), &call).unwrap();
    let signal = &outcome.signals[0];
    assert_eq!(
        (&signal.kind, signal.code.as_str(), signal.reference.as_str()),
        (&Kind::Alarm, "call.fire", "110-20260712-0815")
    );
    assert_eq!(signal.position.map(|position| position.datum), Some(Datum::Gcj02));
    assert_eq!((signal.observed, signal.region.as_str()), (Some(1_783_837_820_000), "330791002000"));
    assert_eq!(signal.title, "110 火灾:东苑小区 3 幢冒烟");
    let data: Value = serde_json::from_str(&signal.data).unwrap();
    assert_eq!((&data["caller"]["phone"], &data["operator"]), (&json!("138-0000-1001"), &json!("07")));
    assert_eq!(outcome.defects, ["fields that nobody reads: operator"]);
}

#[test]
fn a_township_in_words_is_kept() {
    let outcome = post(&Host::fresh(), &json!({"id": "7", "type": "火灾", "region": "石湖镇"})).unwrap();
    let data: Value = serde_json::from_str(&outcome.signals[0].data).unwrap();
    assert_eq!((outcome.signals[0].region.as_str(), &data["region_name"]), ("", &json!("石湖镇")));
    assert!(outcome.defects.is_empty(), "{:?}", outcome.defects);
}

#[test]
fn kinds_by_word_code_and_text() {
    let host = Host::fresh();
    host.set("types", "1001=火灾; 2003 = 交通事故");
    let check = |written: &str, text: &str, kind: Kind, code: &str, defects: usize| {
        let outcome = post(&host, &json!({"编号": 7, "警情类型": written, "内容": text})).unwrap();
        let signal = &outcome.signals[0];
        assert_eq!((&signal.kind, signal.code.as_str()), (&kind, code), "{written} {text}");
        assert_eq!(outcome.defects.len(), defects, "{written} {text}: {:?}", outcome.defects);
    };
    check("火灾类", "", Kind::Alarm, "call.fire", 0);
    check("Traffic", "x", Kind::Alarm, "call.traffic", 0);
    check("1001", "x", Kind::Alarm, "call.fire", 0);
    check("2003", "x", Kind::Alarm, "call.traffic", 0);
    check("治安警情", "打架", Kind::Report, "call.security", 0);
    check("", "厂房着火", Kind::Alarm, "call.fire", 0);
    check("", "两车相撞", Kind::Alarm, "call.traffic", 0);
    check("", "问路", Kind::Report, "call.other", 0);
    check("9999", "楼道有煤气味", Kind::Alarm, "call.gas", 1);
    check("9999", "x", Kind::Report, "call.other", 1);
}

#[test]
fn a_call_that_was_none_is_over() {
    let outcome = post(&Host::fresh(), &json!({"id": "7", "type": "火灾", "state": "误报"})).unwrap();
    assert_eq!((&outcome.signals[0].kind, outcome.signals[0].code.as_str()), (&Kind::Recovery, "call.fire"));
}

#[test]
fn refusals_name_the_field() {
    for (call, word) in [
        (json!({"type": "火灾"}), "field `id` is missing"),
        (json!({"call_no": "7", "type": "火灾"}), "`call_no` is unknown"),
        (json!({"id": "7", "kind_of_call": "火灾"}), "field `type` is missing"),
        (json!([]), "no record"),
    ] {
        let refusal = post(&Host::fresh(), &call).unwrap_err();
        assert!(refusal.reason.contains(word), "{call}: {}", refusal.reason);
    }
}

#[test]
fn a_fire_is_told_wherever_it_is() {
    let call = json!({"id": "7", "type": "火灾", "position": {"lng": 120.1}});
    let outcome = post(&Host::fresh(), &call).unwrap();
    assert_eq!((&outcome.signals[0].kind, outcome.signals[0].position), (&Kind::Alarm, None));
    assert!(outcome.defects[0].contains("needs lon and lat"), "{:?}", outcome.defects);
}
