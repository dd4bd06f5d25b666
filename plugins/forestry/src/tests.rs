//! Tables of hot spots and what becomes of them.

use crate::Forestry;
use serde_json::{Value, json};
use tocsin_sdk::mock::Host;
use tocsin_sdk::{Kind, Outcome, Rejection};

fn post(host: &Host, body: &Value) -> Result<Outcome, Rejection> {
    host.decode::<Forestry>(Host::message("", body.to_string().as_bytes()))
}

#[test]
fn confidence_decides() {
    let check = |confidence: Value, kind: Kind, value: f64| {
        let body = json!({"lon": 120.355, "lat": 29.262, "confidence": confidence});
        let outcome = post(&Host::fresh(), &body).unwrap();
        assert_eq!(
            (&outcome.signals[0].kind, outcome.signals[0].value),
            (&kind, Some(value)),
            "{confidence}"
        );
    };
    check(json!("h"), Kind::Alarm, 90.0);
    check(json!("nominal"), Kind::Alarm, 60.0);
    check(json!("低"), Kind::Report, 30.0);
    check(json!("59%"), Kind::Report, 59.0);
    check(json!(60), Kind::Alarm, 60.0);
    check(Value::Null, Kind::Report, 50.0);
}

#[test]
fn what_is_near_is_one_place() {
    let host = Host::fresh();
    let check = |id: &str, lon: f64, at: &str, reference: &str, spots: u64| {
        let body = json!({"id": id, "lon": lon, "lat": 29.262, "confidence": 80, "time": format!("2026-07-12 {at}")});
        let outcome = post(&host, &body).unwrap();
        let data: Value = serde_json::from_str(&outcome.signals[0].data).unwrap();
        assert_eq!(
            (outcome.signals[0].reference.as_str(), data["cluster"]["spots"].as_u64()),
            (reference, Some(spots)),
            "{id}"
        );
    };
    check("a", 120.355, "14:00:00", "a", 1);
    check("b", 120.363, "14:01:00", "a", 2);
    check("c", 120.371, "14:02:00", "a", 3);
    check("c", 120.371, "14:02:00", "a", 3);
    check("d", 120.455, "14:02:00", "d", 1);
    check("e", 120.355, "18:30:00", "e", 1);
}

#[test]
fn refusals_name_the_field() {
    for (body, word) in [
        (json!({"confidence": 80}), "field `position` is missing"),
        (json!({"lon": 120.1, "confidence": 80}), "no latitude"),
        (json!({"longitude_deg": 120.1, "lat": 29.1}), "no longitude"),
        (json!({"lon": 29.1, "lat": 120.1}), "swapped"),
        (json!({"lon": 120.1, "lat": 29.1, "confidence": 180}), "not within 0 to 100"),
        (json!({"lon": 120.1, "lat": 29.1, "confidence": "sure"}), "is no confidence"),
    ] {
        let refusal = post(&Host::fresh(), &body).unwrap_err();
        assert!(refusal.reason.contains(word), "{body}: {}", refusal.reason);
    }
}
