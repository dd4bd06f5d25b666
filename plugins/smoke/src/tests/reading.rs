//! What records look like, and which are refused.

use super::*;

fn check(body: &str, expect: &[&str]) {
    let outcome =
        say(&Host::fresh(), 0, "", body).unwrap_or_else(|refusal| panic!("{body}: {}", refusal.reason));
    assert_eq!(lines(&outcome), expect, "{body}");
}

#[test]
fn names_words_and_flags() {
    check(r#"{"imei": 8675309, "alarmType": "FIRE_ALARM"}"#, &["alarm fire.smoke 8675309"]);
    check(
        r#"{"设备编号": "楼1-3", "事件": "火警", "时间": "2026-07-12 14:30:20"}"#,
        &["alarm fire.smoke 楼1-3"],
    );
    check(r#"{"sn": "A/1 b", "type": "fault"}"#, &["fault fault.device A-1-b"]);
    check(r#"{"sn": "A", "type": "防拆"}"#, &["fault detector.tamper A"]);
    check(r#"{"sn": "A", "type": "selftest"}"#, &["status status.test A"]);
    check(r#"{"sn": "A", "type": "offline"}"#, &["status device.offline A"]);
    check(r#"{"sn": "A", "type": "heartbeat"}"#, &["status device.online A"]);
    check(r#"{"sn": "A", "fault": 0, "battery": "88", "temp": "21.5"}"#, &[]);
    check(r#"{"sn": "A", "smoke": 0, "alarm": "", "fault": "1"}"#, &["fault fault.device A"]);
    // A fire beside a clear counts.
    check(r#"{"sn": "A", "status": "normal", "alarm": 1, "duration": 60}"#, &["alarm fire.smoke A"]);
    check(r#"{"sn": "A", "status": "normal", "alarm": 1, "持续时间": "95秒"}"#, &["alarm fire.smoke A"]);
    check(r#"{"sn": "A", "status": "normal", "alarm": 1, "duration": "1.5 min"}"#, &["alarm fire.smoke A"]);
}

#[test]
fn flags_that_programs_write_as_fractions() {
    let reads = |body: &str, expect: &[&str], defects: usize| {
        let outcome = say(&Host::fresh(), 0, "A", body).unwrap();
        assert_eq!(
            (lines(&outcome), outcome.defects.len()),
            (expect.iter().map(|line| (*line).to_owned()).collect(), defects),
            "{body}: {:?}",
            outcome.defects
        );
    };
    for off in ["0", "0.0", "-1", r#""0.0""#, r#"" 0.00 ""#] {
        reads(&format!(r#"{{"duration": 90, "smoke": {off}}}"#), &[], 0);
        reads(&format!(r#"{{"battery": 90, "fault": {off}}}"#), &[], 0);
        reads(&format!(r#"{{"battery": 90, "lowBattery": {off}}}"#), &[], 0);
    }
    for on in ["1", "1.0", "2.0", "7", r#""1.0""#] {
        reads(&format!(r#"{{"duration": 90, "smoke": {on}}}"#), &["alarm fire.smoke A"], 0);
        reads(&format!(r#"{{"fault": {on}}}"#), &["fault fault.device A"], 0);
        reads(&format!(r#"{{"lowBattery": {on}}}"#), &["fault battery.low A"], 0);
    }
    for between in ["0.5", r#""0.1""#] {
        for flag in ["smoke", "fault", "lowBattery"] {
            reads(&format!(r#"{{"battery": 90, "duration": 90, "{flag}": {between}}}"#), &[], 1);
        }
    }
    // All is well with what the flag is about, and with nothing else.
    reads(r#"{"battery": 90, "fault": "ok", "lowBattery": "正常"}"#, &[], 0);
}

#[test]
fn bad_parts_cost_nothing_else() {
    let body = r#"{"sn": "A", "event": "fire", "time": "gestern", "battery": "viel", "colour": "red", "position": null}"#;
    let outcome = say(&Host::fresh(), 0, "", body).unwrap();
    assert_eq!(lines(&outcome), ["alarm fire.smoke A"]);
    assert_eq!(outcome.signals[0].observed, None);
    let defects = outcome.defects.join("\n");
    assert!(["time", "battery", "colour"].iter().all(|name| defects.contains(name)), "{defects}");
    // One record of many.
    let many = r#"[{"sn": "A", "event": "fire"}, {"event": "fire"}, 7, {"sn": "B", "event": "fire"}]"#;
    let outcome = say(&Host::fresh(), 0, "", many).unwrap();
    assert_eq!(lines(&outcome), ["alarm fire.smoke A", "alarm fire.smoke B"]);
    assert_eq!(outcome.defects.len(), 2, "{:?}", outcome.defects);
}

#[test]
fn what_says_nothing_is_refused() {
    for (body, reason) in [
        ("", "没有记录"),
        ("<xml/>", "JSON"),
        ("[]", "没有记录"),
        (r#"{"event": "fire"}"#, "device"),
        (r#"{"sn": "A"}"#, "event"),
        (
            r#"{"sn": "A", "event": "party"}"#,
            "event: \"party\" 不是认识的事件 (\"party\" is no event that is known)",
        ),
        (r#"{"sn": "A", "事件": "爆炸"}"#, "\"爆炸\""),
        (r#"{"sn": "A", "alarm": "爆炸"}"#, "\"爆炸\""),
        ("\u{0}\u{1}", "JSON"),
    ] {
        let refusal = say(&Host::fresh(), 0, "", body).expect_err(body);
        assert!(refusal.reason.contains(reason), "{body}: {}", refusal.reason);
    }
    assert!(say(&Host::fresh(), 0, "SD-1", r#"{"event": "fire"}"#).is_ok(), "the topic names it");
    let state = Host::fresh();
    let _ = say(&state, 0, "SD-1", r#"[{"event": "smoke"}, 7"#);
    assert!(state.keys("SD-1").is_empty() && state.timers().is_empty(), "a refused payload leaves no trace");
}
