//! Every role and every import, through one guest; and that it is pure.

use crate::support::*;
use tocsin_core::outcome::Act;
use tocsin_core::signal::{Kind, Urgency};
use tocsin_core::time::Timestamp;
use tocsin_sandbox::*;

fn event(kind: &str, device: &str) -> Event {
    Event {
        sequence: 9,
        time: NOW,
        kind: kind.into(),
        device: device.into(),
        subject: "i-1".into(),
        data: "{}".into(),
    }
}

#[test]
fn all_five_roles_answer() {
    let mut guest = guest(&roles());
    let mut room = Room::default();

    let pieces = guest.frame("\nfire 3\n@d7\nrest".as_bytes()).expect("pieces");
    let seen: Vec<_> = pieces.iter().map(|p| (p.kind, p.length, p.device.as_str())).collect();
    assert_eq!(seen, [(PieceKind::Noise, 1, ""), (PieceKind::Red, 7, ""), (PieceKind::Routine, 4, "d7")]);

    let answer = guest.call(message(1, "fire 三层"), &mut room).expect("an answer");
    let outcome = answer.result.expect("an outcome");
    let alarm = &outcome.signals[0];
    assert_eq!(
        (&alarm.kind, alarm.urgency, alarm.device.as_str()),
        (&Kind::Alarm, Urgency::Immediate, "d1/1.1")
    );
    assert_eq!((alarm.title.as_str(), alarm.data.as_str()), ("烟感报警 三层", r#"{"door":"tcp"}"#));
    assert_eq!(outcome.sends[0].payload, b"ack\n");

    let answer = guest.call(message(2, "arm 30"), &mut room).expect("an answer");
    let due = Timestamp(NOW.0 + 30_000);
    assert_eq!(answer.changes, [Change::Set { key: "silence".into(), at: due }]);
    assert_eq!(room.timers["silence"], due);

    let tick = Tick { sequence: 3, due, device: "d1/1.1".into(), key: "silence".into() };
    let answer = guest.call(Call::Wake(tick), &mut room).expect("an answer");
    let fault = &answer.result.expect("an outcome").signals[0];
    assert_eq!((&fault.kind, fault.observed), (&Kind::Fault, Some(due)));
    assert_eq!(room.timers["silence"], Timestamp(due.0 + 60_000));

    let answer = guest.call(Call::Deliver(event("order.issued", "d1")), &mut room).expect("an answer");
    assert_eq!(answer.changes, [Change::Put { key: "order i-1".into(), value: b"order.issued".to_vec() }]);
    let outcome = answer.result.expect("an outcome");
    assert_eq!((outcome.sends[0].device.as_str(), outcome.sends[0].channel.as_str()), ("d1", "orders"));

    let answer = guest.call(Call::Advise(event("incident.changed", "")), &mut room).expect("an answer");
    assert_eq!(answer.result.expect("an outcome").advice[0].act, Act::Note);

    let answer = guest.call(message(4, "???"), &mut room).expect("an answer");
    assert_eq!(answer.result.expect_err("a rejection").reply, b"nak\n");
    assert_eq!(answer.logs, [(Level::Warn, "unreadable: ???".to_owned())]);
}

#[test]
fn imports_say_what_the_city_says() {
    let title = |payload: &str| {
        let answer = guest(&roles()).call(message(1, payload), &mut Room::default()).expect("an answer");
        answer.result.expect("an outcome").signals[0].title.clone()
    };
    assert_eq!(title("name"), r#"d1 一号楼 {"limit":5}"#);
    assert_eq!(title("secret"), "芝麻");
}

#[test]
fn a_role_that_is_not_exported_is_said_and_not_counted() {
    let mut guest = guest(&rogue());
    for _ in 0..10 {
        let verdict = guest.call(Call::Advise(event("x", "")), &mut Room::default()).expect_err("no advisor");
        assert_eq!(verdict.kind, VerdictKind::Role);
    }
    assert_eq!(guest.breaker(), Breaker::Closed);
}

/// A fresh instance answers with the same bytes as a pooled one; one that does
/// not is found so.
#[test]
fn purity_shows() {
    let answers = |plugin: &Plugin, script: &[&str], fresh: bool| {
        let mut guest = guest(plugin);
        let mut room = Room::default();
        let run = |(sequence, payload): (usize, &&str)| {
            if fresh {
                guest.fresh();
            }
            format!("{:?}", guest.call(message(sequence as u64, payload), &mut room))
        };
        (0..3)
            .flat_map(|_| script.to_vec())
            .collect::<Vec<_>>()
            .iter()
            .enumerate()
            .map(run)
            .collect::<Vec<_>>()
    };
    let script = ["count", "arm 5", "name", "fire 1", "???", "disarm", "count"];
    assert_eq!(answers(&roles(), &script, false), answers(&roles(), &script, true));
    assert_ne!(answers(&rogue(), &["impure"], false), answers(&rogue(), &["impure"], true));
}

/// An instance is replaced after so many calls, and nobody notices.
#[test]
fn instances_are_replaced_in_passing() {
    let mut guest = guest(&rogue());
    let mut room = Room::default();
    let mut restarts = 0;
    for sequence in 0..2_500 {
        let answer = guest.call(message(sequence, "impure"), &mut room).expect("an answer");
        restarts += usize::from(answer.result.expect("an outcome").signals[0].title == "call 1");
    }
    assert_eq!(restarts, 3);
}
