//! Pulses, sustained smoke, batteries, verdicts: nights of one detector and of many.

use super::*;
use tocsin_sdk::{Certainty, Event, Severity, Urgency};

const SMOKE: &str = r#"{"event": "smoke"}"#;
const CLEAR: &str = r#"{"event": "normal"}"#;
const PULSE: &str = "alarm smoke.pulse SD-1";
const FIRE: &str = "alarm fire.smoke SD-1";

/// What one detector's night comes to; nothing but signals.
fn check(timeline: &[(i64, &str)], end: i64, expect: &[(i64, &str)]) {
    let host = Host::fresh();
    let said: Vec<_> = night(&host, timeline, end).into_iter().map(|(at, line, _)| (at, line)).collect();
    let said: Vec<(i64, &str)> = said.iter().map(|(seconds, line)| (*seconds, line.as_str())).collect();
    assert_eq!(said, expect, "{timeline:?}");
}

#[test]
fn smoke_that_lasts_is_a_fire_and_a_pulse_is_none() {
    check(&[(0, SMOKE)], 200, &[(40, PULSE)]);
    check(&[(0, SMOKE), (5, CLEAR)], 200, &[(5, PULSE)]);
    check(&[(0, SMOKE), (10, SMOKE), (20, SMOKE)], 200, &[(60, PULSE)]);
    let ninety: Vec<(i64, &str)> = (0..=9).map(|n| (n * 10, SMOKE)).collect();
    let fires: Vec<(i64, &str)> = (3..=9).map(|n| (n * 10, FIRE)).collect();
    check(&ninety, 300, &fires);
    // Twice a minute, and once only at its beginning and its end.
    check(&[(0, SMOKE), (30, SMOKE)], 100, &[(30, FIRE)]);
    check(&[(0, SMOKE), (90, CLEAR)], 100, &[(40, PULSE)]);
    check(&[(0, SMOKE), (35, CLEAR)], 100, &[(35, FIRE)]);
    // A detector that judges itself.
    check(&[(0, r#"{"event": "fire"}"#)], 100, &[(0, FIRE)]);
    check(&[(0, r#"{"event": "smoke", "duration": "90"}"#)], 100, &[(0, FIRE)]);
    // After a pulse, smoke in earnest; two pulses are no fire.
    check(&[(0, SMOKE), (5, CLEAR), (20, SMOKE), (51, SMOKE)], 60, &[(5, PULSE), (51, FIRE)]);
    check(&[(0, SMOKE), (5, CLEAR), (40, SMOKE), (45, CLEAR)], 60, &[(5, PULSE), (45, PULSE)]);
    // What was told as a pulse is over: two of them are none either, three within two
    // minutes are.
    check(&[(0, SMOKE), (50, SMOKE)], 200, &[(40, PULSE), (90, PULSE)]);
    check(&[(0, SMOKE), (50, SMOKE), (100, SMOKE)], 200, &[(40, PULSE), (90, PULSE), (100, FIRE)]);
    check(
        &[(0, SMOKE), (5, CLEAR), (50, SMOKE), (55, CLEAR), (100, SMOKE), (105, CLEAR)],
        200,
        &[(5, PULSE), (55, PULSE), (105, PULSE)],
    );
    // A fire goes on after a pause that would end a pulse.
    check(&[(0, SMOKE), (30, SMOKE), (85, SMOKE)], 200, &[(30, FIRE), (85, FIRE)]);
    // The end of a fire is told once.
    check(
        &[(0, SMOKE), (30, SMOKE), (60, CLEAR), (70, CLEAR)],
        100,
        &[(30, FIRE), (60, "recovery fire.smoke SD-1")],
    );
    check(&[(0, CLEAR)], 100, &[]);
}

#[test]
fn an_end_that_is_said_makes_a_fire_of_a_pulse_and_a_heartbeat_none() {
    let told: &[(i64, &str)] = &[(40, PULSE)];
    for end in ["clear", "recover", "恢复", "烟雾消除", "解除", "报警恢复"] {
        let end = format!(r#"{{"event": "{end}"}}"#);
        check(&[(0, SMOKE), (90, &end)], 800, &[(40, PULSE), (90, FIRE)]);
        check(&[(0, SMOKE), (600, &end)], 800, &[(40, PULSE), (600, FIRE)]);
        check(&[(0, SMOKE), (601, &end)], 800, told);
        // Once, and only of what was not over.
        check(&[(0, SMOKE), (90, &end), (95, &end)], 800, &[(40, PULSE), (90, FIRE)]);
        check(&[(0, SMOKE), (5, CLEAR), (90, &end)], 800, &[(5, PULSE)]);
        check(&[(0, SMOKE), (50, CLEAR), (90, &end)], 800, told);
        check(&[(0, SMOKE), (5, &end), (90, &end)], 800, &[(5, PULSE)]);
        check(&[(0, SMOKE), (35, &end)], 800, &[(35, FIRE)]);
    }
    for beat in [
        CLEAR,
        r#"{"event": "ok"}"#,
        r#"{"event": "正常"}"#,
        r#"{"event": 0}"#,
        r#"{"event": false}"#,
        r#"{"event": "heartbeat", "smoke": false}"#,
        r#"{"battery": 90, "smoke": 0.0}"#,
    ] {
        check(&[(0, SMOKE), (90, beat)], 800, told);
        // An end for everything else.
        check(&[(0, SMOKE), (35, beat)], 800, &[(35, FIRE)]);
        check(&[(0, SMOKE), (30, SMOKE), (60, beat)], 800, &[(30, FIRE), (60, "recovery fire.smoke SD-1")]);
    }
    let host = Host::fresh();
    say(&host, 0, "SD-1", SMOKE).unwrap();
    until(&host, 90);
    let fire = say(&host, 90, "SD-1", r#"{"event": "clear"}"#).unwrap().signals.remove(0);
    assert_eq!((fire.title.as_str(), fire.observed), ("烟雾火警,已持续 90 秒", Some(at(0))));
}

#[test]
fn the_detectors_own_time_counts_and_a_repeat_is_one() {
    let smoke = |time: &str| format!(r#"{{"event": "smoke", "time": "2026-07-12 {time}"}}"#);
    // A burst of what lasted ninety seconds.
    let (a, b) = (smoke("14:29:00"), smoke("14:30:30"));
    check(&[(0, &a), (0, &b)], 60, &[(0, FIRE)]);
    // The same record again, at once and much later, is the same.
    let one = smoke("14:30:28");
    check(&[(0, &one), (1, &one)], 300, &[(40, PULSE)]);
    check(&[(0, &one), (1, &one), (39, &one)], 300, &[(79, PULSE)]);
    check(&[(0, &one), (100, &one), (4_000, &one)], 5_000, &[(40, PULSE)]);
    // Told late, of before: an item, and the live run goes on.
    let old = smoke("12:00:00");
    check(&[(0, &one), (10, &old)], 100, &[(10, PULSE), (40, PULSE)]);
    // A clock that is ahead by hours is not believed.
    let ahead = smoke("20:00:00");
    check(&[(0, &ahead)], 100, &[(40, PULSE)]);
}

#[test]
fn how_loud_each_is() {
    let host = Host::fresh();
    let body = r#"{"deviceId": "SD-1", "alarm": 1, "duration": 45, "address": "东苑 3 幢", "phone": "138-0000-0000"}"#;
    let fire = say(&host, 0, "", body).unwrap().signals.remove(0);
    assert_eq!((fire.urgency, fire.severity), (Urgency::Immediate, Severity::Unknown));
    assert_eq!(fire.title, "烟雾火警,已持续 45 秒");
    let data: serde_json::Value = serde_json::from_str(&fire.data).unwrap();
    assert_eq!((&data["address"], &data["phone"]), (&"东苑 3 幢".into(), &"138-0000-0000".into()));
    say(&host, 0, "", r#"{"deviceId": "SD-2", "alarm": 1, "address": "西苑"}"#).unwrap();
    let (_, answer) = host.advance::<Smoke>(at(100)).remove(0);
    let pulse = answer.unwrap().signals.remove(0);
    assert_eq!(
        (pulse.urgency, pulse.severity, pulse.certainty),
        (Urgency::Expected, Severity::Minor, Certainty::Possible)
    );
    assert!(pulse.data.contains("西苑"), "{}", pulse.data);
}

#[test]
fn two_hundred_detectors_of_one_platform() {
    let host = Host::fresh();
    let mut said = Vec::new();
    for n in 0..200 {
        let body = format!(r#"{{"device": "SD-{n}", "event": "heartbeat", "battery": 90}}"#);
        said.extend(lines(&say(&host, 0, "", &body).unwrap()));
    }
    assert!(said.is_empty(), "a heartbeat with a number: {said:?}");
    for n in 0..3 {
        said.extend(lines(
            &say(&host, n, "", &format!(r#"{{"device": "SD-{n}", "event": "smoke"}}"#)).unwrap(),
        ));
    }
    for n in 0..=18 {
        said.extend(until(&host, n * 5));
        said.extend(lines(&say(&host, n * 5, "", r#"{"device": "SD-9", "event": "smoke"}"#).unwrap()));
    }
    said.extend(until(&host, 1_000));
    for hour in 0..24 {
        let low = r#"{"device": "SD-7", "event": "lowBattery", "battery": 9}"#;
        said.extend(lines(&say(&host, hour * 3_600, "", low).unwrap()));
    }
    let count = |line: &str| said.iter().filter(|said| said.starts_with(line)).count();
    assert_eq!((count("alarm smoke.pulse"), count("alarm fire.smoke SD-9")), (3, 13));
    let news = said.iter().filter(|line| !line.starts_with("status")).count();
    assert_eq!((count("fault battery.low SD-7"), news), (24, 40), "{said:?}");
}

#[test]
fn a_battery_is_low_until_it_is_charged() {
    let battery = |percent: u32| format!(r#"{{"event": "heartbeat", "battery": {percent}}}"#);
    let host = Host::fresh();
    let tell = |percent: u32| lines(&say(&host, 0, "SD-1", &battery(percent)).unwrap());
    assert_eq!(tell(80), [""; 0]);
    assert_eq!(tell(19), ["fault battery.low SD-1"]);
    assert_eq!(tell(18), ["fault battery.low SD-1"], "the city makes one task of it");
    assert_eq!(tell(25), [""; 0], "within the room");
    assert_eq!(tell(95), ["recovery battery.low SD-1"]);
    assert_eq!(tell(96), [""; 0]);
    assert!(host.keys("SD-1").is_empty());
    let flags = [r#"{"lowBattery": true}"#, r#"{"alarm": "电池欠压"}"#];
    for body in flags {
        assert_eq!(lines(&say(&host, 0, "SD-1", body).unwrap()), ["fault battery.low SD-1"], "{body}");
    }
    assert_eq!(lines(&say(&host, 0, "SD-1", r#"{"lowBattery": 0}"#).unwrap()), ["recovery battery.low SD-1"]);
}

fn judged(host: &Host, incident: &str, is_false: bool, time: Timestamp) -> Vec<String> {
    let data = format!(
        r#"{{"device": "SD-1", "verdicts": {{"list": [{{"incident": "old", "is_false": true}},
            {{"incident": "{incident}", "at": "2026-07-12T14:00:00.000+08:00", "is_false": {is_false}, "disposition": "cooking"}}]}}}}"#
    );
    let event = |kind: &str, data: String| Event {
        sequence: 1,
        time,
        kind: kind.to_owned(),
        device: "SD-1".into(),
        subject: "smoke/SD-1".into(),
        data,
    };
    lines(&host.deliver::<Smoke>(event("device.judged", data)).unwrap())
}

#[test]
fn the_fourth_false_alarm_proposes_maintenance_and_mutes_nothing() {
    let host = Host::fresh();
    for n in 1..=3 {
        assert_eq!(judged(&host, &format!("I{n}"), true, NOW), [""; 0]);
        assert_eq!(judged(&host, &format!("I{n}"), true, NOW), [""; 0], "told again");
    }
    assert_eq!(judged(&host, "I4", false, NOW), [""; 0], "it was right once");
    assert_eq!(judged(&host, "I5", true, NOW), ["fault maintenance.proposed SD-1"]);
    assert_eq!(judged(&host, "I6", true, NOW), [""; 0], "proposed already");
    let fire = say(&host, 0, "SD-1", r#"{"event": "fire"}"#).unwrap().signals.remove(0);
    assert_eq!(
        (fire.kind, fire.urgency, fire.severity),
        (Kind::Alarm, Urgency::Immediate, Severity::Unknown)
    );
    // Serviced: it begins anew.
    let done = Event {
        sequence: 2,
        time: NOW,
        kind: "order.done".into(),
        device: "SD-1".into(),
        subject: "O1".into(),
        data: r#"{"matter": "maintenance"}"#.into(),
    };
    host.deliver::<Smoke>(done).unwrap();
    assert_eq!(judged(&host, "I7", true, NOW), [""; 0]);
    // What is older than a quarter does not count.
    for n in 0..3 {
        judged(&host, &format!("J{n}"), true, NOW + 91 * 86_400_000);
    }
}
