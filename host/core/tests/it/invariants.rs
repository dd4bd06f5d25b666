//! What holds of orders and calls through any night.

use crate::fixture::{NIGHT, alarm};
use crate::room::{Night, city};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use tocsin_core::command::Act;
use tocsin_core::duty::{Call, Watch};
use tocsin_core::order::{Asked, Escalation, Order, Stage};
use tocsin_core::signal::Kind;
use tocsin_core::thing::{Row, Thing};
use tocsin_core::{Command, Fact, Input};

const POSTS: [&str; 6] =
    ["water-duty", "water-deputy", "police-duty", "police-deputy", "east-duty", "fire-duty"];
const PEOPLE: [&str; 5] = ["w1", "w2", "wd", "e1", "pd"];
const DEPARTMENTS: [&str; 3] = ["water", "police", "fire"];
const WORDS: [&str; 8] =
    ["delivered", "acknowledged", "departed", "arrived", "done", "declined", "failed", "order.arrived"];
const VERBS: [&str; 7] = ["deliver", "ack", "depart", "arrive", "done", "decline", "cancel"];

/// One thing that somebody says: verb, whom about, and two numbers to choose with.
#[derive(Clone, Debug)]
struct Deed {
    sort: usize,
    subject: u32,
    a: usize,
    b: usize,
    /// Said twice, as a program does that did not hear the answer.
    again: bool,
    minutes: i64,
}

prop_compose! {
    fn deed()(sort in 0..12_usize, subject in 1..5_u32, a in 0..60_usize, b in 0..60_usize, again in prop::bool::weighted(0.3), minutes in prop_oneof![Just(0_i64), 0..8_i64, 0..90_i64])
        -> Deed { Deed { sort, subject, a, b, again, minutes } }
}

fn asked(noun: &str, verb: &str, id: &str, fields: Value) -> Act {
    let Value::Object(fields) = fields else { unreachable!() };
    Act::read(noun, verb, id, fields).expect("a command")
}

fn input(number: usize, deed: &Deed, now: tocsin_core::time::Timestamp) -> Input {
    let Deed { sort, subject, a, b, .. } = deed;
    let order = format!("O20260712-{subject:04}");
    let minutes = |number: usize| (!number.is_multiple_of(4)).then_some(number + 1);
    let act = match sort {
        0..=2 => {
            let (department, post) = match b % 3 {
                0 => ("", POSTS[a % 5]),
                _ => (DEPARTMENTS[a % 3], ""),
            };
            let fields = json!({"title": "任务", "department": department, "post": post,
                "acknowledge": minutes(*a), "arrive": minutes(*b), "done": minutes(a + b)});
            asked("order", "issue", "", fields)
        }
        3..=5 => {
            let verb = VERBS[a % VERBS.len()];
            let fields = match verb {
                "done" => json!({"result": "好"}),
                "decline" | "cancel" => json!({"reason": "另有任务"}),
                _ => json!({}),
            };
            asked("order", verb, &order, fields)
        }
        6..=7 => {
            let mut signal =
                alarm(9_000 + number as u64, DEPARTMENTS[b % 3], "x", WORDS[a % WORDS.len()], now);
            signal.signal.kind = Kind::Progress;
            signal.signal.reference = order;
            signal.signal.observed = Some(now.plus_millis(60_000 * (*a as i64 % 7 - 3)));
            return Input::Signal(signal);
        }
        8 => asked("duty", "handover", POSTS[a % 6], json!({"to": PEOPLE[b % 5]})),
        9 => asked(
            "duty",
            "call",
            "",
            json!({"matter": format!("W{subject}"), "title": format!("级别{}", a % 2), "regions": ["330000001000", "330000002000"]}),
        ),
        10 => asked("duty", "confirm", &format!("C20260712-{subject:04}"), json!({})),
        _ => asked("duty", "close", &format!("D20260712-{subject:04}"), json!({"reason": "已处理"})),
    };
    Input::Command(Command { id: format!("c{number}"), actor: "值班员".into(), act })
}

/// Rungs that were passed over were empty, or their holders had been asked.
fn check_ladder(post: &str, steps: &[Escalation], watches: &BTreeMap<String, Watch>) {
    let city = city();
    let above = city.duty.posts.iter().find(|known| known.id == post);
    let rungs: Vec<&str> = above.map_or(vec![], |known| vec![post, &known.deputy, &known.superior]);
    let Some(last) = steps.last() else { return };
    let place = |asked: &Asked| rungs.iter().position(|rung| *rung == asked.post);
    let (Some(from), Some(to)) = (place(&last.from), place(&last.to)) else { return };
    assert!(from < to || (from == to && last.from.person.is_empty()), "{steps:?}");
    let asked: Vec<&str> =
        steps.iter().flat_map(|step| [step.from.person.as_str(), step.to.person.as_str()]).collect();
    for rung in rungs.iter().take(to).skip(from + 1).filter(|rung| !rung.is_empty()) {
        let holder = watches.get(*rung).and_then(|watch| watch.holder.as_ref());
        assert!(
            holder.is_none_or(|holder| asked.contains(&holder.person.as_str())),
            "{rung} was skipped: {steps:?}"
        );
    }
}

fn check_order(before: Option<&Order>, order: &Order, watches: &BTreeMap<String, Watch>) {
    let told =
        [order.delivered_at, order.acknowledged_at, order.departed_at, order.arrived_at, order.ended_at];
    let times: Vec<_> = [Some(order.issued_at)].into_iter().chain(told).flatten().collect();
    assert!(times.is_sorted(), "{order:?}");
    assert_eq!(order.ended_at.is_some(), !order.state.is_open());
    assert!(order.state.is_open() || order.next.is_none());
    assert!(order.escalations.iter().is_sorted_by(|a, b| a.at <= b.at));
    let Some(before) = before else { return };
    assert!(order.state >= before.state);
    if !before.state.is_open() {
        let unchanged = Order { refused: order.refused, ..before.clone() };
        assert_eq!(order, &unchanged, "an ended order moved");
    }
    for (was, is) in [
        (before.delivered_at, order.delivered_at),
        (before.acknowledged_at, order.acknowledged_at),
        (before.departed_at, order.departed_at),
        (before.arrived_at, order.arrived_at),
    ] {
        assert!(was.is_none() || was == is, "a time changed");
    }
    assert!(order.missed.starts_with(&before.missed) && order.missed.len() <= 3);
    assert!(order.escalations.starts_with(&before.escalations));
    if order.escalations.len() > before.escalations.len() {
        assert_eq!(order.escalations.len(), before.escalations.len() + 1);
        assert!(before.state < Stage::Acknowledged);
        check_ladder(&order.post, &order.escalations, watches);
    }
}

fn check_call(before: Option<&Call>, call: &Call, watches: &BTreeMap<String, Watch>) {
    assert!(call.asked_tries <= 3 && call.tries >= call.asked_tries);
    assert_eq!(call.confirmed_at.is_some(), call.state == "confirmed");
    let Some(before) = before else { return };
    assert!(before.is_open(), "an ended call moved: {before:?}");
    if call.escalations.len() > before.escalations.len() {
        assert!(before.asked_tries == 3, "passed over too early: {call:?}");
        check_ladder(&call.post, &call.escalations, watches);
    }
}

fn check_journal(night: &Night) {
    let mut orders: BTreeMap<String, Order> = BTreeMap::new();
    let mut calls: BTreeMap<String, Call> = BTreeMap::new();
    let mut watches: BTreeMap<String, Watch> = BTreeMap::new();
    for (_, entry) in &night.journal {
        let Fact::Became { thing, .. } = &entry.fact else { continue };
        match thing {
            Thing::Order(order) => {
                check_order(orders.get(&order.id), order, &watches);
                orders.insert(order.id.clone(), (**order).clone());
            }
            Thing::Call(call) => {
                check_call(calls.get(&call.id), call, &watches);
                calls.insert(call.id.clone(), (**call).clone());
            }
            Thing::Watch(watch) => _ = watches.insert(watch.id.clone(), (**watch).clone()),
            _ => {}
        }
    }
    let now = night.now();
    for order in orders.values().filter(|order| order.state < Stage::Acknowledged) {
        let is_late = order.acknowledge_by.is_some_and(|by| by <= now);
        assert_eq!(order.missed.iter().any(|missed| missed == "acknowledge"), is_late, "{order:?}");
    }
    let rooms = &night.core.state().rooms;
    assert!(rooms.orders.values().all(|order| order.due().is_none_or(|due| due > now)));
    assert!(rooms.calls.values().all(|call| call.due().is_none_or(|due| due > now)));
    assert!(rooms.watches.values().all(|watch| watch.due().is_none_or(|due| due > now)));
    let found = |id: &str| {
        night.journal.iter().any(
            |(_, entry)| matches!(&entry.fact, Fact::Became { thing: Thing::Gap(gap), .. } if gap.id == id),
        )
    };
    let gaps =
        rooms.orders.values().map(|order| &order.gap).chain(rooms.calls.values().map(|call| &call.gap));
    assert!(gaps.filter(|gap| !gap.is_empty()).all(|gap| found(gap)));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, ..ProptestConfig::default() })]

    #[test]
    fn orders_and_calls_only_go_on(deeds in prop::collection::vec(deed(), 1..40), cut in 0..40_usize) {
        let mut night = Night::new(city());
        let mut now = NIGHT;
        for (number, deed) in deeds.iter().enumerate() {
            if number == cut {
                night.double();
            }
            now = now.plus_millis(deed.minutes * 60_000);
            night.until(now);
            let input = input(number, deed, now);
            night.step(now, std::slice::from_ref(&input));
            if deed.again {
                let before = night.core.state().rooms.clone();
                night.step(now, &[input]);
                prop_assert_eq!(&night.core.state().rooms, &before);
            }
        }
        // All that is still open comes to rest.
        night.until(now.plus_millis(3 * 86_400_000));
        check_journal(&night);
        let known = night.journal.len();
        night.restart(city());
        prop_assert_eq!(night.journal.len(), known);
    }
}
