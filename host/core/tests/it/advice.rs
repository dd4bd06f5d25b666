//! Advice: what each grant lets be done, what is refused by which rule, and that
//! none of it is done twice.

use crate::fixture::{NIGHT, city, steps};
use std::sync::Arc;
use tocsin_core::city::share::Grant;
use tocsin_core::city::{City, Department};
use tocsin_core::core::ADVICE_DEPTH;
use tocsin_core::frame::FrameId;
use tocsin_core::outcome::{Act, Advice};
use tocsin_core::{Advised, Cause, Core, Entry, Fact, Input, Reply};

const SUBJECT: &str = "I20260712-0001";

fn granting(acts: Option<&[Act]>) -> Arc<City> {
    let mut city = (*city()).clone();
    let department = |id: &str| Department { id: id.into(), name: id.into(), heartbeat: None };
    city.departments = vec![department("fire"), department("smoke")];
    city.grants = acts
        .map(|acts| Grant { plugin: "smoke".into(), department: "smoke".into(), acts: acts.to_vec() })
        .into_iter()
        .collect();
    Arc::new(city)
}

fn advice(run: u64, act: Act, subject: &str, object: &str, data: &str) -> Advised {
    Advised {
        frame: FrameId { department: "smoke".into(), run, index: 0 },
        ordinal: 0,
        plugin: "smoke".into(),
        received: NIGHT,
        replay_of: None,
        depth: 1,
        advice: Advice {
            act,
            subject: subject.into(),
            object: object.into(),
            reason: "曲线持续上升".into(),
            data: data.into(),
        },
    }
}

/// Two incidents far apart, then the advice; a follower that only applies must agree.
fn heed(acts: Option<&[Act]>, advised: Advised) -> (Core, Vec<Entry>) {
    let city = granting(acts);
    let (mut core, mut follower) = (Core::new(city.clone()), Core::new(city));
    let input = Input::Advice(advised);
    let mut last = Vec::new();
    let night = steps("0s fire a/1 fire.smoke sev=moderate\n0s fire z/1 fire.smoke");
    for (now, inputs) in night.into_iter().chain([(NIGHT, vec![input.clone()])]) {
        last = core.step(now, &inputs);
        let text = serde_json::to_string(&last).unwrap();
        follower.apply(&serde_json::from_str::<Vec<Entry>>(&text).unwrap(), now);
        assert_eq!((follower.state(), follower.hash()), (core.state(), core.hash()));
    }
    assert_eq!(core.step(NIGHT, &[input]), [], "the same advice again");
    (core, last)
}

fn rule(entries: &[Entry]) -> &str {
    let reply = entries.iter().find_map(|entry| match (&entry.fact, &entry.cause) {
        (Fact::Advised { reply, .. }, Cause::Advice { plugin, department, .. }) => {
            assert_eq!((plugin.as_str(), department.as_str()), ("smoke", "smoke"));
            Some(reply)
        }
        _ => None,
    });
    match reply.expect("the advice is recorded") {
        Reply::Ok { .. } => "",
        Reply::Refused { rule, .. } => rule,
    }
}

/// Rule that refused, state, severity and last note of the incident afterwards.
#[track_caller]
fn check(acts: Option<&[Act]>, advised: Advised, expect: (&str, &str, &str, &str)) {
    let (core, entries) = heed(acts, advised);
    let incident = core.incident(SUBJECT).unwrap();
    let note = incident.notes.last().map(|note| format!("{} {} {}", note.by, note.act, note.text));
    let severity = serde_json::to_value(incident.severity).unwrap();
    let got = (rule(&entries), incident.state.as_str(), severity.as_str().unwrap(), note.unwrap_or_default());
    assert_eq!((got.0, got.1, got.2, got.3.as_str()), expect);
}

#[test]
fn each_act_needs_its_grant() {
    let of = |act: Act, object: &str, data: &str| advice(1, act, SUBJECT, object, data);
    let other = "I20260712-0002";
    let why = "曲线持续上升";
    let noted = |act: &str| format!("smoke advice.{act} {why}");
    let all = [Act::Note, Act::Attach, Act::Confirm, Act::Merge, Act::Raise, Act::Order];
    let severe = r#"{"severity":"severe"}"#;

    // Pushed only: it may note.
    check(None, of(Act::Note, "", ""), ("", "suspected", "moderate", &noted("note")));
    check(None, of(Act::Refute, "", ""), ("", "suspected", "moderate", &noted("refute")));
    check(None, of(Act::Other("evacuate".into()), "", ""), ("", "suspected", "moderate", &noted("evacuate")));
    check(
        None,
        of(Act::Confirm, "", ""),
        ("advice.confirm.not-granted", "suspected", "moderate", &noted("confirm")),
    );
    let told = format!("smoke advice.attach video/7/0 {why}");
    check(
        None,
        of(Act::Attach, "video/7/0", ""),
        ("advice.attach.not-granted", "suspected", "moderate", &told),
    );
    check(Some(&Grant::NAMED), of(Act::Attach, "video/7/0", ""), ("", "suspected", "moderate", &told));
    // Not even that.
    check(Some(&[]), of(Act::Note, "", ""), ("advice.note.not-granted", "suspected", "moderate", ""));
    check(Some(&[]), of(Act::Merge, other, ""), ("advice.merge.not-granted", "suspected", "moderate", ""));

    check(
        Some(&all),
        of(Act::Confirm, "", ""),
        ("", "confirmed", "moderate", &format!("smoke confirm {why}")),
    );
    let merged = format!("smoke merge {other} → {SUBJECT} {why}");
    // The other one's severity is the hazard's own.
    check(Some(&all), of(Act::Merge, other, ""), ("", "suspected", "moderate", &merged));
    check(Some(&all), of(Act::Merge, SUBJECT, ""), ("incident.merge.itself", "suspected", "moderate", ""));
    check(Some(&all), of(Act::Attach, " ", ""), ("advice.attach.no-object", "suspected", "moderate", ""));
    check(
        Some(&all),
        advice(1, Act::Note, "I20260712-0777", "", ""),
        ("incident.unknown", "suspected", "moderate", ""),
    );
    check(Some(&all), advice(1, Act::Note, "U1", "", ""), ("", "suspected", "moderate", ""));

    let raised = format!("smoke raise Moderate → Severe {why}");
    check(Some(&all), of(Act::Raise, "", severe), ("", "suspected", "severe", &raised));
    let noted_raise = noted("raise");
    check(
        Some(&Grant::NAMED),
        of(Act::Raise, "", severe),
        ("advice.raise.not-granted", "suspected", "moderate", &noted_raise),
    );
    let lower = r#"{"severity":"minor"}"#;
    check(Some(&all), of(Act::Raise, "", lower), ("advice.raise.not-higher", "suspected", "moderate", ""));
    check(Some(&all), of(Act::Raise, "", "{}"), ("advice.raise.no-severity", "suspected", "moderate", ""));

    let deep = Advised { depth: ADVICE_DEPTH + 1, ..of(Act::Confirm, "", "") };
    check(Some(&all), deep, ("advice.too-deep", "suspected", "moderate", ""));
}

#[test]
fn what_was_raised_stays_raised_when_more_comes_in() {
    let (mut core, _) =
        heed(Some(&[Act::Raise]), advice(1, Act::Raise, SUBJECT, "", r#"{"severity":"extreme"}"#));
    for (now, inputs) in steps("1m fire b/1 fire.smoke sev=minor frame=70") {
        core.step(now, &inputs);
    }
    let incident = core.incident(SUBJECT).unwrap();
    assert_eq!((incident.count, serde_json::to_value(incident.severity).unwrap()), (2, "extreme".into()));
}

#[test]
fn an_order_is_given_in_the_advisors_name_and_once() {
    let all = [Act::Note, Act::Order];
    let data = r#"{"title":"查岗 市一医院","department":"fire","matter":"fire.roll-call","device":"a"}"#;
    let proposes = |run, data: &str| advice(run, Act::Order, SUBJECT, "", data);
    let (mut core, entries) = heed(Some(&all), proposes(1, data));
    assert_eq!(rule(&entries), "");
    let order = core.state().rooms.orders.values().next().expect("an order").clone();
    assert_eq!(
        (order.by.as_str(), order.incident.as_str(), order.matter.as_str(), order.device.as_str()),
        ("smoke", SUBJECT, "fire.roll-call", "a")
    );
    assert_eq!(order.text, "曲线持续上升");
    let mut again = |advised| rule(&core.step(NIGHT, &[Input::Advice(advised)])).to_owned();
    assert_eq!(again(proposes(2, data)), "advice.order.twice");
    assert_eq!(again(proposes(3, r#"{"title":"t","department":"navy"}"#)), "order.issue.department-unknown");
    assert_eq!(
        again(proposes(4, r#"{"title":"t","department":"fire","device":"nowhere"}"#)),
        "order.issue.device-unknown"
    );
    assert_eq!(again(proposes(5, r#"{"colour":"red"}"#)), "advice.order.malformed");
    // Left out: its own department, the reason as title.
    assert_eq!(again(proposes(6, "{}")), "");
    let (core, entries) = heed(Some(&Grant::NAMED), proposes(1, data));
    assert_eq!((rule(&entries), core.state().rooms.orders.len()), ("advice.order.not-granted", 0));
}

#[test]
fn the_same_word_again_adds_nothing() {
    let (mut core, _) = heed(None, advice(1, Act::Note, SUBJECT, "", ""));
    let entries = core.step(NIGHT, &[Input::Advice(advice(2, Act::Note, SUBJECT, "", ""))]);
    assert_eq!(rule(&entries), "");
    assert_eq!((entries.len(), core.incident(SUBJECT).unwrap().notes.len()), (1, 1));
}
