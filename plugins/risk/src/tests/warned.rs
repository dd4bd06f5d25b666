//! What is told on incidents, and what is not.

use super::*;
use tocsin_sdk::Advice;

/// A unit with a major danger nine days over its deadline, and three fires behind it.
fn red() -> Host {
    let host = orange();
    for n in 1..=3 {
        let closed = [("closed_at", json!(text(NOW - 20 * DAY)))];
        let fire = incident(&format!("I{n}"), "incident.closed", "closed", NOW - 20 * DAY);
        tell(&host, &with(fire, NOW - 20 * DAY, &closed));
    }
    host
}

fn orange() -> Host {
    let host = Host::fresh();
    tell(&host, &danger("H-12", "major", NOW - 14 * DAY, 5));
    host
}

fn words(advice: &[Advice]) -> Vec<String> {
    advice.iter().map(|advice| format!("{:?} {} {}", advice.act, advice.subject, advice.data)).collect()
}

fn opened(id: &str, at: Timestamp) -> Event {
    incident(id, "incident.opened", "suspected", at)
}

#[test]
fn a_fire_at_a_red_unit_is_raised_with_what_inspectors_knew() {
    let host = red();
    let told = tell(&host, &opened("I9", NOW));
    assert_eq!(words(&told.advice), [r#"Act::Raise I9 {"severity":"severe"}"#]);
    assert_eq!(
        told.advice[0].reason,
        "青山化工一厂为红色风险（105 分）：重大隐患 H-12「安全出口上锁」逾期 9 天；90 天内火灾 3 起"
    );
}

#[test]
fn at_an_orange_unit_it_is_noted() {
    let host = orange();
    let told = tell(&host, &opened("I9", NOW));
    assert_eq!(words(&told.advice), ["Act::Note I9 "]);
}

#[test]
fn what_is_as_severe_already_is_noted_so_that_the_reason_is_read() {
    for severity in ["severe", "extreme"] {
        let told = tell(&red(), &with(opened("I9", NOW), NOW, &[("severity", json!(severity))]));
        assert_eq!(words(&told.advice), ["Act::Note I9 "], "{severity}");
        assert!(told.advice[0].reason.contains("红色风险（105 分）"));
    }
}

#[test]
fn it_is_raised_by_one_step_up_to_where_the_rules_say() {
    for (severity, rules, expect) in [
        ("unknown", "", "moderate"),
        ("minor", "", "moderate"),
        ("moderate", "", "severe"),
        ("severe", r#"{"raise": "extreme"}"#, "extreme"),
        ("unknown", r#"{"raise": "minor"}"#, "minor"),
        ("moderate", r#"{"raise": "extreme"}"#, "severe"),
    ] {
        let host = red();
        host.set("rules", rules);
        let told = tell(&host, &with(opened("I9", NOW), NOW, &[("severity", json!(severity))]));
        assert_eq!(told.advice[0].data, format!(r#"{{"severity":"{expect}"}}"#), "{severity} {rules}");
    }
}

/// An open fire makes its unit orange by itself, but tells nobody anything about it.
#[test]
fn an_incident_does_not_count_against_itself() {
    let host = Host::fresh();
    assert_eq!(words(&tell(&host, &opened("I1", NOW)).advice), [""; 0]);
    let confirmed = tell(&host, &incident("I1", "incident.changed", "confirmed", NOW + 1));
    assert_eq!((words(&confirmed.advice).len(), stands(&host)), (0, ("橙色", 40)));
    assert_eq!(confirmed.signals[0].value, Some(3.0));
    // For another one it does.
    assert_eq!(words(&tell(&host, &opened("I2", NOW + 2)).advice), ["Act::Note I2 "]);
}

#[test]
fn the_same_is_never_told_twice() {
    let host = orange();
    let first = opened("I9", NOW);
    assert_eq!(tell(&host, &first).advice.len(), 1);
    for again in [
        first.clone(),
        with(first.clone(), NOW + 1, &[("count", json!(7))]),
        with(first.clone(), NOW + 2, &[("state", json!("confirmed"))]),
        with(first.clone(), NOW + 3, &[("state", json!("responding"))]),
        with(first, NOW + 4, &[("state", json!("closed")), ("closed_at", json!(text(NOW + 4)))]),
    ] {
        assert_eq!(words(&tell(&host, &again).advice), [""; 0], "{}", again.data);
    }
}

#[test]
fn what_has_become_worse_is_told_when_people_are_sure() {
    let host = orange();
    tell(&host, &opened("I9", NOW));
    tell(&host, &danger("H-13", "major", NOW - 9 * DAY, 2));
    let confirmed = tell(&host, &incident("I9", "incident.changed", "confirmed", NOW + 1));
    assert_eq!(words(&confirmed.advice), [r#"Act::Raise I9 {"severity":"severe"}"#]);
    assert!(confirmed.advice[0].reason.contains("重大隐患 2 项逾期（H-12 最久，9 天）"));
}

#[test]
fn nothing_is_told_on_what_is_over_or_long_past() {
    let closed = [("state", json!("closed")), ("closed_at", json!(text(NOW)))];
    for event in [
        with(opened("I9", NOW), NOW, &closed),
        with(opened("I9", NOW), NOW, &[("historic", json!(true))]),
        with(opened("I9", NOW), NOW, &[("state", json!("merged"))]),
    ] {
        assert_eq!(words(&tell(&red(), &event).advice), [""; 0], "{}", event.data);
    }
    // Heard of too late: the end is known.
    let host = red();
    tell(&host, &with(opened("I9", NOW), NOW + 9, &closed));
    assert_eq!(words(&tell(&host, &opened("I9", NOW)).advice), [""; 0]);
}

#[test]
fn a_better_unit_is_spared() {
    let host = Host::fresh();
    tell(&host, &danger("H1", "major", NOW, 30));
    tell(&host, &drill("safety:1", NOW));
    assert_eq!(stands(&host), ("黄色", 24));
    assert_eq!(words(&tell(&host, &opened("I9", NOW)).advice), [""; 0]);
}
