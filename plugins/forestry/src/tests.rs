//! Tables of hot spots and what becomes of them.

use crate::Forestry;
use serde_json::{Value, json};
use tocsin_sdk::mock::Host;
use tocsin_sdk::time::Beijing;
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
fn a_satellites_pair_is_in_utc() {
    let check = |said: Value, observed: Option<&str>, defects: usize| {
        let mut body = json!({"lon": 120.355, "lat": 29.262, "confidence": "n"});
        body.as_object_mut().unwrap().extend(said.as_object().unwrap().clone());
        let outcome = post(&Host::fresh(), &body).unwrap();
        let clock = outcome.signals[0].observed.map(|at| Beijing::of(at).to_string());
        assert_eq!(clock.as_deref(), observed, "{said}");
        assert_eq!(outcome.defects.len(), defects, "{said}: {:?}", outcome.defects);
    };
    let seen = Some("2026-07-12T14:20:00+08:00");
    for clock in [json!("0620"), json!(620), json!("620"), json!("06:20")] {
        check(json!({"acq_date": "2026-07-12", "acq_time": clock}), seen, 0);
    }
    check(json!({"acq_date": "2026-07-11", "acq_time": 0}), Some("2026-07-11T08:00:00+08:00"), 0);
    check(json!({"acq_date": "2026-07-11", "acq_time": 2_359}), Some("2026-07-12T07:59:00+08:00"), 0);
    check(json!({"acq_time": "2026-07-12T06:20:00Z"}), seen, 0);
    check(json!({"acq_date": "2026-07-12 14:20"}), seen, 0);
    for clock in [json!("2460"), json!("0660"), json!(-5), json!(6.2), json!("06200"), json!([620])] {
        check(json!({"acq_date": "2026-07-12", "acq_time": clock}), None, 1);
    }
    check(json!({"acq_date": "2026-07-12"}), None, 1);
    check(json!({"acq_date": "2026-07-12", "time": "2026-07-12 14:20"}), seen, 1);
}

#[test]
fn a_township_in_words_is_kept() {
    let body = json!({"lon": 120.355, "lat": 29.262, "township": "云岭乡"});
    let outcome = post(&Host::fresh(), &body).unwrap();
    let data: Value = serde_json::from_str(&outcome.signals[0].data).unwrap();
    assert_eq!((&data["region_name"], outcome.defects.len()), (&json!("云岭乡"), 0));
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
