//! The reading of a unit's colour.

use super::*;
use tocsin_sdk::Kind;

#[test]
fn a_change_is_said_once_with_its_facts() {
    let host = Host::fresh();
    let found = danger("H-12", "major", NOW, 9);
    let told = tell(&host, &found);
    let [said] = &told.signals[..] else { panic!("one signal: {told:?}") };
    assert_eq!((&said.kind, &*said.code, said.value), (&Kind::Reading, "risk.unit", Some(2.0)));
    assert_eq!((&*said.unit, &*said.device, &*said.region), ("1", UNIT, "330791002000"));
    assert_eq!(said.title, "青山化工一厂 黄色风险（原蓝色）：重大隐患 H-12「安全出口上锁」整改中");
    let data: Value = serde_json::from_str(&said.data).unwrap();
    assert_eq!(
        data,
        json!({"unit": UNIT, "unit_name": "青山化工一厂", "colour": "yellow", "before": "blue", "points": 30,
               "days": 90, "count": 1, "facts": [{"id": "H-12", "what": "danger.major.open", "weight": 30,
               "at_least": "yellow", "date": "2026-07-12T14:30:30+08:00", "title": "安全出口上锁"}]})
    );
    assert_eq!(tell(&host, &found).signals.len(), 0);
    let closed = tell(&host, &with(found, NOW + DAY, &[("closed_at", json!(text(NOW + DAY)))]));
    assert_eq!(closed.signals[0].value, Some(1.0));
    assert!(closed.signals[0].title.starts_with("青山化工一厂 蓝色风险（原黄色）："));
}

/// The core leaves aside what was measured no later than what it knows.
#[test]
fn two_changes_of_one_moment_have_an_order() {
    let host = Host::fresh();
    let found = danger("H-12", "major", NOW, 9);
    let first = tell(&host, &found).signals[0].observed;
    let closed = with(found, NOW, &[("closed_at", json!(text(NOW)))]);
    assert_eq!((first, tell(&host, &closed).signals[0].observed), (Some(NOW), Some(NOW + 1)));
}

#[test]
fn a_unit_without_risk_says_nothing() {
    let host = Host::fresh();
    assert_eq!(tell(&host, &inspection("safety:1", Some(true), NOW)).signals.len(), 0);
    assert!(
        host.advance::<Risk>(NOW + 9 * DAY)
            .iter()
            .all(|(_, answer)| { answer.as_ref().is_ok_and(|outcome| outcome.signals.is_empty()) })
    );
}

#[test]
fn records_weigh_as_they_ended() {
    for (event, points) in [
        (inspection("safety:1", Some(false), NOW), 38),
        (inspection("safety:1", Some(true), NOW), 26),
        (inspection("safety:1", None, NOW), 30),
        (drill("safety:1", NOW), 24),
    ] {
        let host = Host::fresh();
        tell(&host, &danger("H1", "major", NOW, 9));
        tell(&host, &event);
        assert_eq!(stands(&host).1, points, "{}", event.data);
    }
}
