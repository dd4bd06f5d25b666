//! What a box posts, in every way that it may say it.

use super::{BOX, NOW, events, post, readings, report};
use crate::Electricity;
use serde_json::{Value, json};
use tocsin_sdk::mock::Host;
use tocsin_sdk::{Message, Outcome, RejectionKind, Severity};

#[test]
fn a_whole_report() {
    let outcome = post(Host::fresh(), NOW, &report(NOW - 10_000, &json!({}))).unwrap();
    assert_eq!((readings(&outcome), events(&outcome)), (13, vec![]));
    let of = |code: &str, device: &str| {
        outcome.signals.iter().find(|signal| signal.code == code && signal.device == device).unwrap()
    };
    let voltage = of("voltage", &format!("{BOX}/a"));
    assert_eq!(
        (voltage.value, voltage.unit.as_str(), voltage.observed),
        (Some(221.3), "V", Some(NOW - 10_000))
    );
    assert_eq!(voltage.title, "A 相电压 221.3 V");
    assert_eq!(
        (of("current.residual", BOX).value, of("current.residual", BOX).unit.as_str()),
        (Some(35.0), "mA")
    );
    assert_eq!(of("electric.switch", BOX).data, r#"{"state":"1"}"#);
    assert_eq!(outcome.defects, ["空缺 (empty): infraredAlarm"]);
}

#[test]
fn what_cannot_be_read_is_a_defect() {
    let check = |fields: Value, defect: &str, count: usize| {
        let outcome = post(Host::fresh(), NOW, &report(NOW, &fields)).unwrap();
        assert_eq!(readings(&outcome), count, "{fields}");
        assert!(outcome.defects.iter().any(|said| said.contains(defect)), "{fields}: {:?}", outcome.defects);
    };
    check(json!({"aVoltage": "", "bVoltage": null}), "aVoltage, bVoltage, infraredAlarm", 11);
    check(json!({"residualCurrent": "abc"}), "residualCurrent: \"abc\" is no number", 12);
    check(json!({"residualCurrent": 0.3}), "单位", 12);
    check(json!({"aTemperature": 314.6}), "单位", 12);
    check(json!({"collectTime": "yesterday"}), "the time of receipt counts", 13);
    check(json!({"collectTime": ""}), "the time of receipt counts", 13);
    check(json!({"serialNo": ""}), "serialNo is missing or empty", 13);
    let mut whole = report(NOW, &json!({}));
    whole.as_object_mut().unwrap().remove("cCurrent");
    let outcome = post(Host::fresh(), NOW, &whole).unwrap();
    assert!(outcome.defects.contains(&"缺少 (missing): cCurrent".to_owned()), "{:?}", outcome.defects);
    // A box of one phase lacks nothing.
    let host = Host::fresh();
    host.register(BOX, r#"{"phases": 1}"#);
    whole
        .as_object_mut()
        .unwrap()
        .retain(|key, _| !key.starts_with(['b', 'c']) || key == "collectTime" || key == "boxTemperature");
    let outcome = post(host, NOW, &whole).unwrap();
    assert_eq!(outcome.defects, ["空缺 (empty): infraredAlarm"]);
}

#[test]
fn what_is_refused() {
    let check = |device: &str, body: &str, reason: &str| {
        let refused =
            Host::fresh().decode::<Electricity>(Host::message(device, body.as_bytes())).expect_err(body);
        assert_eq!(refused.kind, RejectionKind::Malformed, "{body}");
        assert!(refused.reason.contains(reason), "{body}: {}", refused.reason);
    };
    check(BOX, "", "JSON");
    check(BOX, "<xml/>", "JSON");
    check(BOX, "7", "no JSON object");
    check(BOX, "[]", "0 boxes");
    check(BOX, "[7]", "no JSON object");
    check(BOX, "{}", "no field");
    check(BOX, r#"{"serialNo":"1"}"#, "no field");
    check("", r#"{"residualCurrent":"5"}"#, "serialNo");
    check("", r#"[{"serialNo":"1"},{}]"#, "no field");
    check(BOX, &"[".repeat(100_000), "JSON");
}

#[test]
fn many_boxes_in_one_message() {
    let list: Vec<Value> =
        (0..30).map(|n| report(NOW, &json!({"serialNo": format!("B{n}"), "residualCurrent": 400}))).collect();
    let host = Host::fresh();
    let send = |body: &Value, at: i64| {
        host.decode::<Electricity>(Message { received: at, ..Host::message("", body.to_string().as_bytes()) })
            .unwrap()
    };
    assert_eq!(events(&send(&json!({"code": 0, "data": list}), NOW)), Vec::<String>::new());
    let later: Vec<Value> = (0..30)
        .map(|n| report(NOW + 30_000, &json!({"serialNo": format!("B{n}"), "residualCurrent": 400})))
        .collect();
    assert_eq!(events(&send(&Value::from(later), NOW + 30_000)).len(), 30);
    // More than are remembered: nothing is lost, only the hold time.
    let many: Vec<Value> = (30..60)
        .map(|n| report(NOW, &json!({"serialNo": format!("B{n}"), "residualCurrent": 400})))
        .collect();
    let outcome = send(&Value::from(many), NOW);
    assert_eq!((readings(&outcome), events(&outcome).len()), (30 * 13, 12));
    assert_eq!(outcome.defects.iter().filter(|said| said.contains("name the device")).count(), 12);
}

/// Samples of one field every `step` seconds; all events of all of them.
fn run(host: Host, field: &str, step: i64, values: &[f64]) -> Vec<String> {
    let outcomes = values.iter().enumerate().map(|(n, value)| {
        let at = NOW + n as i64 * step * 1_000;
        let woken = host.advance::<Electricity>(at).into_iter().map(|(_, answer)| answer.unwrap());
        let woken: Vec<Outcome> = woken.collect();
        (woken, post(host, at, &report(at, &json!({field: value.to_string()}))).unwrap())
    });
    outcomes
        .flat_map(|(woken, outcome)| woken.into_iter().chain([outcome]))
        .flat_map(|outcome| events(&outcome))
        .collect()
}

#[test]
fn limits() {
    let check = |field: &str, step: i64, values: &[f64], expect: &[&str]| {
        assert_eq!(run(Host::fresh(), field, step, values), expect, "{field} {values:?}");
    };
    check("residualCurrent", 30, &[35.0, 350.0, 350.0, 350.0], &["Alarm electric.residual DX26070001"]);
    check("residualCurrent", 15, &[350.0, 200.0, 350.0, 200.0], &[]);
    check("bTemperature", 30, &[90.0, 90.0], &["Alarm electric.temperature DX26070001/b"]);
    check("boxTemperature", 30, &[65.0, 65.0], &["Alarm electric.temperature DX26070001"]);
    check("aVoltage", 30, &[300.0, 300.0], &["Alarm electric.overvoltage DX26070001/a"]);
    check("aVoltage", 30, &[150.0, 150.0], &["Alarm electric.undervoltage DX26070001/a"]);
    check("aVoltage", 30, &[0.0, 0.0, 0.0], &[]);
    check("aCurrent", 30, &[900.0, 900.0], &[]);
    check("smokeAlarm", 30, &[1.0, 1.0], &["Alarm fire.smoke DX26070001"]);
    check(
        "smokeAlarm",
        30,
        &[1.0, 0.0, 0.0, 0.0],
        &["Alarm fire.smoke DX26070001", "Recovery fire.smoke DX26070001"],
    );
    check("alarm", 30, &[3.0], &["Alarm electric.alarm DX26070001"]);
    let recovered = [vec![350.0; 3], vec![50.0; 12]].concat();
    check(
        "residualCurrent",
        30,
        &recovered,
        &["Alarm electric.residual DX26070001", "Recovery electric.residual DX26070001"],
    );
}

#[test]
fn a_device_has_its_own_limits() {
    let host = Host::fresh();
    host.register(BOX, r#"{"residual_ma": 500, "current_a": 100, "hold_s": 60}"#).set("temperature_c", "50");
    assert_eq!(run(host, "residualCurrent", 30, &[400.0, 400.0, 400.0]), Vec::<String>::new());
    assert_eq!(run(host, "aCurrent", 30, &[120.0, 120.0]), Vec::<String>::new());
    let host = Host::fresh();
    host.register(BOX, r#"{"residual_ma": 500, "current_a": 100, "hold_s": 60}"#).set("temperature_c", "50");
    assert_eq!(
        run(host, "aCurrent", 30, &[120.0, 120.0, 120.0]),
        ["Alarm electric.overcurrent DX26070001/a"]
    );
    let host = Host::fresh();
    host.set("temperature_c", "50").set("hold_s", "0").set("hysteresis", "nonsense");
    assert_eq!(run(host, "aTemperature", 30, &[55.0]), ["Alarm electric.temperature DX26070001/a"]);
}

#[test]
fn flapping_is_one_alarm_with_a_count() {
    let host = Host::fresh();
    let mut told = Vec::new();
    for n in 0..200 {
        let at = NOW + n * 15_000;
        let value = if n % 2 == 0 { 305 } else { 285 };
        told.extend(post(host, at, &report(at, &json!({"residualCurrent": value}))).unwrap().signals);
    }
    told.retain(|signal| signal.code.starts_with("electric.residual"));
    assert!(told.len() <= 52, "at most one a minute: {}", told.len());
    let fingerprints: std::collections::BTreeSet<_> =
        told.iter().map(|signal| (&signal.device, &signal.code, &signal.reference)).collect();
    assert_eq!(fingerprints.len(), 1);
    let last = told.last().unwrap();
    assert!(
        last.title.contains("累计越限") && last.data.contains("\"crossings\":100"),
        "{} {}",
        last.title,
        last.data
    );
    assert_eq!(last.severity, Severity::Moderate);
}

#[test]
fn silence_over_the_limit_and_silence_at_all() {
    let host = Host::fresh();
    // Its clock is an hour behind: the hold runs all the same.
    post(host, NOW, &report(NOW - 3_600_000, &json!({"residualCurrent": 350}))).unwrap();
    let woken = host.advance::<Electricity>(NOW + 29_000);
    assert!(woken.is_empty(), "{woken:?}");
    let alarm = host.advance::<Electricity>(NOW + 31_000).remove(0).1.unwrap();
    assert_eq!(events(&alarm), ["Alarm electric.residual DX26070001"]);
    assert!(alarm.signals[0].title.contains("此后未再上报"), "{}", alarm.signals[0].title);
    assert_eq!(alarm.signals[0].observed, Some(NOW - 3_570_000));
    let told = |until: i64| -> Vec<String> {
        host.advance::<Electricity>(until)
            .into_iter()
            .flat_map(|(_, answer)| events(&answer.unwrap()))
            .collect()
    };
    assert_eq!(told(NOW + 899_000), Vec::<String>::new());
    assert_eq!(told(NOW + 901_000), ["Fault device.silent DX26070001"]);
    assert_eq!(told(NOW + 90_000_000), Vec::<String>::new(), "said once");
    let back = NOW + 90_000_000;
    assert!(
        events(&post(host, back, &report(back, &json!({}))).unwrap())
            .contains(&"Recovery device.silent DX26070001".to_owned())
    );
}

/// A report whose fields are all empty.
fn empty(at: i64) -> Value {
    let mut whole = report(at, &json!({}));
    let fields = whole.as_object_mut().unwrap().iter_mut();
    let fields = fields.filter(|(key, _)| !matches!(key.as_str(), "serialNo" | "collectTime"));
    fields.for_each(|(_, value)| *value = json!(""));
    whole
}

#[test]
fn a_box_that_posts_nothing_is_silent() {
    const SILENT: &str = "Fault device.silent DX26070001";
    const BACK: &str = "Recovery device.silent DX26070001";
    /// Seconds, what is posted then, and what is told until then and of it.
    fn check(host: Host, posts: &[(i64, Value, &[&str])]) {
        for (second, fields, expect) in posts {
            let at = NOW + second * 1_000;
            let woken = host.advance::<Electricity>(at);
            let mut told: Vec<String> =
                woken.into_iter().flat_map(|(_, answer)| events(&answer.unwrap())).collect();
            let mut body = empty(at);
            fields.as_object().unwrap().iter().for_each(|(key, value)| body[key] = value.clone());
            told.extend(events(&post(host, at, &body).unwrap()));
            assert_eq!(told, *expect, "{second} s: {fields}");
        }
    }
    let nothing = || json!({});
    // From the first sight of it; a flag is a value, a switch by itself is none.
    check(
        Host::fresh(),
        &[
            (0, nothing(), &[]),
            (600, json!({"residualCurrent": 99_999}), &[]),
            (899, json!({"airSwitch": "1"}), &[]),
            (901, nothing(), &[SILENT]),
            (1_200, json!({"airSwitch": "0"}), &[]),
            (1_500, json!({"smokeAlarm": "0"}), &[BACK]),
            (1_800, nothing(), &[]),
            (2_399, nothing(), &[]),
            (2_401, json!({"residualCurrent": 35}), &[SILENT, BACK]),
        ],
    );
    // What comes without a value ends no hold early.
    let over = "Alarm electric.residual DX26070001";
    check(
        Host::fresh(),
        &[
            (0, json!({"residualCurrent": 350}), &[]),
            (20, nothing(), &[]),
            (29, nothing(), &[]),
            (31, nothing(), &[over]),
        ],
    );
}

#[test]
fn a_late_sample_is_a_reading_and_no_more() {
    let host = Host::fresh();
    post(host, NOW, &report(NOW, &json!({}))).unwrap();
    for n in 0..10 {
        let outcome =
            post(host, NOW + n, &report(NOW - 600_000 + n * 30_000, &json!({"residualCurrent": 900})))
                .unwrap();
        assert_eq!((readings(&outcome), events(&outcome)), (13, vec![]), "{n}");
    }
    // A clock that was set back is believed at last: no danger stays unseen.
    let told: Vec<String> = (0..25)
        .flat_map(|n| {
            events(
                &post(
                    host,
                    NOW + n * 30_000,
                    &report(NOW - 90_000_000 + n * 30_000, &json!({"residualCurrent": 900})),
                )
                .unwrap(),
            )
        })
        .collect();
    assert_eq!(told, ["Alarm electric.residual DX26070001"]);
}

#[test]
fn a_flag_that_comes_late_is_an_alarm() {
    const SMOKE: &str = "Alarm fire.smoke DX26070001";
    const OVER: &str = "Recovery fire.smoke DX26070001";
    /// Minutes from the start, what `smokeAlarm` says then, and what is told.
    fn check(records: &[(i64, &str, &[&str])]) {
        let host = Host::fresh();
        for (n, (minute, smoke, expect)) in records.iter().enumerate() {
            let at = NOW + minute * 60_000;
            let outcome =
                post(host, NOW + 3_600_000 + n as i64, &report(at, &json!({"smokeAlarm": smoke}))).unwrap();
            assert_eq!(events(&outcome), *expect, "record {n} of {records:?}");
            let alarm = outcome.signals.iter().find(|signal| signal.code == "fire.smoke");
            assert!(alarm.is_none_or(|alarm| alarm.observed == Some(at)), "record {n} of {records:?}");
        }
    }
    // Once, of its own time; what comes on time clears it.
    check(&[(9, "0", &[]), (3, "1", &[SMOKE]), (4, "1", &[]), (10, "0", &[]), (11, "0", &[OVER])]);
    // A late record clears nothing, and adds nothing to what stands.
    check(&[
        (9, "1", &[SMOKE]),
        (3, "0", &[]),
        (5, "0", &[]),
        (4, "1", &[]),
        (10, "0", &[]),
        (11, "0", &[OVER]),
    ]);
    // A copy of what was told is no other fire; what was not told is.
    check(&[
        (5, "1", &[SMOKE]),
        (6, "1", &[]),
        (7, "0", &[]),
        (9, "0", &[OVER]),
        (5, "1", &[]),
        (6, "1", &[]),
        (2, "1", &[SMOKE]),
    ]);
    check(&[(9, "0", &[]), (3, "1", &[SMOKE]), (10, "0", &[]), (11, "0", &[OVER]), (3, "1", &[])]);
}
