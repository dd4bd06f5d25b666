//! Tables of displacements and what becomes of them.

use crate::Resources;
use serde_json::{Value, json};
use tocsin_sdk::mock::Host;
use tocsin_sdk::{Kind, Outcome, Rejection, Severity};

fn post(host: &Host, body: &Value) -> Result<Outcome, Rejection> {
    host.decode::<Resources>(Host::message("", body.to_string().as_bytes()))
}

/// `alarm geology.deformation 86` a signal, without the readings.
fn moved(host: &Host, at: &str, mm: f64, rate: Value) -> Vec<String> {
    let body = json!({"point": "YL-3", "displacement": mm.to_string(), "rate": rate, "time": format!("2026-07-12 {at}")});
    let outcome = post(host, &body).unwrap_or_else(|refusal| panic!("{}", refusal.reason));
    let lines =
        outcome.signals.iter().filter(|signal| signal.kind != Kind::Reading).map(|signal| {
            match signal.kind {
                Kind::Alarm => format!("alarm {:?}", signal.severity).replace("Severity::", ""),
                _ => "recovery".to_owned(),
            }
        });
    lines.collect()
}

#[test]
fn each_level_is_told_once_on_the_way_up() {
    let host = Host::fresh();
    let null = Value::Null;
    assert_eq!(moved(&host, "14:10:00", 49.9, json!(1)), Vec::<String>::new());
    assert_eq!(moved(&host, "14:11:00", 50.0, json!(1)), ["alarm Minor"]);
    assert_eq!(moved(&host, "14:12:30", 55.0, json!(1)), Vec::<String>::new());
    assert_eq!(moved(&host, "14:13:00", 55.0, json!("20")), ["alarm Severe"]);
    assert_eq!(moved(&host, "14:14:00", 48.0, json!(1)), Vec::<String>::new(), "below, not well below");
    assert_eq!(moved(&host, "14:15:00", 40.0, json!(1)), ["recovery"]);
    assert_eq!(moved(&host, "14:16:00", 40.0, null), Vec::<String>::new());
}

#[test]
fn the_rate_follows_from_the_record_before() {
    let host = Host::fresh();
    let rate = |at: &str, mm: f64| {
        let body = json!({"point": "YL-3", "displacement": mm, "time": format!("2026-07-12 {at}")});
        let outcome = post(&host, &body).unwrap();
        outcome.signals.iter().find(|signal| signal.code == "geology.rate").and_then(|signal| signal.value)
    };
    assert_eq!(rate("14:05:00", 10.0), None);
    assert_eq!(rate("14:10:00", 10.1), None, "too near");
    assert_eq!(rate("14:17:00", 10.1), Some(12.0));
    assert_eq!(rate("12:00:00", 99.0), None, "late");
}

#[test]
fn a_points_own_levels_count() {
    let host = Host::fresh();
    host.register("YL-3", r#"{"displacement_mm": [1, 2, 3, 4]}"#);
    let body = json!({"point": "YL-3", "displacement": 3.5, "level": "蓝色"});
    let outcome = post(&host, &body).unwrap();
    assert_eq!(outcome.signals[1].severity, Severity::Severe);
    let said = post(&Host::fresh(), &json!({"监测点": "x", "位移": 3.5, "预警等级": "红色"})).unwrap();
    assert_eq!(said.signals[1].severity, Severity::Extreme);
}

#[test]
fn a_township_in_words_is_kept() {
    let outcome = post(&Host::fresh(), &json!({"point": "x", "displacement": 99, "乡镇": "石湖镇"})).unwrap();
    assert_eq!((outcome.signals.len(), outcome.defects.len()), (2, 0), "{:?}", outcome.defects);
    for signal in &outcome.signals {
        let data: Value = serde_json::from_str(&signal.data).unwrap();
        assert_eq!((signal.region.as_str(), &data["region_name"]), ("", &json!("石湖镇")));
    }
}

#[test]
fn refusals_name_the_field() {
    for (body, word) in [
        (json!({"point": "x", "disp": 3}), "`disp` is unknown"),
        (json!({"displacement": 3}), "field `point` is missing"),
        (json!({"point": "x", "displacement": "far"}), "is no number"),
        (json!({"point": "x", "displacement": 3, "rate": "fast"}), "is no number"),
    ] {
        let refusal = post(&Host::fresh(), &body).unwrap_err();
        assert!(refusal.reason.contains(word), "{body}: {}", refusal.reason);
    }
}
