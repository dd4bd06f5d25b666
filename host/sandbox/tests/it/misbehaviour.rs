//! A guest that misbehaves costs its call, and nothing else.

use crate::fixture;
use crate::support::*;
use std::time::{Duration, Instant};
use tocsin_sandbox::*;

#[test]
fn every_misbehaviour_has_its_verdict() {
    let check = |payload: &str, kind: VerdictKind, reason: &str| {
        let verdict = decode(payload).expect_err(payload);
        assert_eq!(verdict.kind, kind, "{payload}: {verdict}");
        assert!(verdict.reason.contains(reason), "{payload}: {verdict}");
        assert!(!verdict.reason.contains(char::is_control), "{payload}: {verdict}");
    };
    check("trap", VerdictKind::Trap, "unreachable");
    check("panic", VerdictKind::Panic, "panicked at src/lib.rs:7: 数组越界\\u{1b}");
    check("spin", VerdictKind::Deadline, "20 ms of processor time that are allowed");
    check("bulk", VerdictKind::Deadline, "20 ms of processor time that are allowed");
    check("leak", VerdictKind::Memory, "33554432 are allowed");
    check("recurse 100000000", VerdictKind::Stack, "recursion");
    check("recurse-wide 100000000", VerdictKind::Trap, "its own stack");
    check("signals 513", VerdictKind::Output, "513 signals");
    check("signals 20000", VerdictKind::Output, "bytes across the border");
    check("sends 65", VerdictKind::Output, "65 sends");
    check("bytes 40000", VerdictKind::Output, "bytes in one answer");
    check("bytes 4000000", VerdictKind::Output, "bytes across the border");
    check("bytes 1073741824", VerdictKind::Memory, "");
    check("strings 100000", VerdictKind::Output, "bytes across the border");
    check("calls 10000000", VerdictKind::HostCalls, "10000 calls");
    check("put 1000", VerdictKind::Quota, "32768 are allowed");
    check("key 257", VerdictKind::Quota, "256 are allowed");
    check("timers 65", VerdictKind::Quota, "64 are allowed");
    check("timer-at -1", VerdictKind::Output, "before 1970");
    check("timer-at 99999999999999", VerdictKind::Output, "after 2200");
}

#[test]
fn what_is_within_the_limits_passes() {
    for payload in [
        "fine",
        "empty",
        "grow",
        "recurse 1000",
        "signals 512",
        "sends 64",
        "bytes 30000",
        "strings 64",
        "calls 9000",
        "put 30",
        "timers 64",
        "timer-at 0",
        "log 100",
    ] {
        let answer = decode(payload).unwrap_or_else(|verdict| panic!("{payload}: {verdict}"));
        assert!(answer.result.is_ok(), "{payload}");
    }
}

#[test]
fn framing_sees_bytes_alone() {
    let check = |buffer: &str, expect: Result<usize, (VerdictKind, &str)>| match (
        guest(&rogue()).frame(buffer.as_bytes()),
        expect,
    ) {
        (Ok(pieces), Ok(count)) => assert_eq!(pieces.len(), count, "{buffer}"),
        (Err(verdict), Err((kind, reason))) => {
            assert_eq!(verdict.kind, kind, "{buffer}: {verdict}");
            assert!(verdict.reason.contains(reason), "{buffer}: {verdict}");
        }
        (got, _) => panic!("{buffer}: {got:?}"),
    };
    check("", Ok(0));
    check("a\nb\nc", Ok(2));
    check("log", Ok(1));
    check("long", Err((VerdictKind::Output, "3 bytes where 2 are left of 4")));
    check("huge", Err((VerdictKind::Output, "are left of 4")));
    check("none", Err((VerdictKind::Output, "no bytes")));
    check("state", Err((VerdictKind::HostCalls, "state.get")));
    check("spin", Err((VerdictKind::Deadline, "")));
    check("trap", Err((VerdictKind::Trap, "")));
}

#[test]
fn a_call_that_fails_undoes_all_and_one_that_answers_does_all() {
    let mut guest = guest(&rogue());
    let mut room = Room::default();
    room.apply(&Change::Put { key: "kept".into(), value: vec![1] });
    let before = room.clone();

    guest.call(message(1, "puttrap"), &mut room).expect_err("a trap");
    assert_eq!(room, before);
    guest.call(message(2, "put 1000"), &mut room).expect_err("a quota");
    assert_eq!(room, before);
    let answer = guest.call(message(3, "putdel"), &mut room).expect("a rejection");
    assert_eq!(answer.result.expect_err("rejected").reply, b"nak");
    assert_eq!((answer.changes.len(), &room), (0, &before));

    let answer = guest.call(message(4, "put 2"), &mut room).expect("an answer");
    assert_eq!(answer.changes.len(), 2);
    assert_eq!(room.state.len(), 3);
    let again = guest.call(message(5, "put 2"), &mut room).expect("an answer");
    assert_eq!(again.changes, [], "the same values are no change");
}

#[test]
fn logs_are_few_short_and_on_one_line() {
    let answer = decode("log 1000").expect("an answer");
    assert_eq!(answer.logs.len(), 33);
    assert!(answer.logs.iter().all(|(_, line)| line.len() <= 4_096 && !line.contains(char::is_control)));
    assert_eq!(answer.logs[32], (Level::Warn, "968 more lines of this call were not kept".into()));
    assert!(answer.logs[0].1.starts_with("0\\r\\n\\u{1b}[2Jforged"));
}

/// 3,000 traps of every cheap kind, beside a guest that keeps working.
#[test]
fn thousands_of_traps_cost_no_memory_and_no_neighbour() {
    let plugin = rogue();
    let mut neighbour = guest(&roles());
    let mut room = Room::default();
    let mut one = |sequence: u64| {
        let answer = neighbour.call(message(sequence, "count"), &mut room).expect("the neighbour works");
        answer.result.expect("an outcome").signals[0].value
    };
    let kinds = ["trap", "panic", "signals 513", "put 1000", "recurse 100000000", "calls 10001"];
    let round = |sequence: u64| {
        // A new guest each time, so that no breaker rests.
        let mut rogue = guest(&plugin);
        let payload = kinds[sequence as usize % kinds.len()];
        rogue.call(message(sequence, payload), &mut Room::default()).expect_err(payload);
    };
    for sequence in 0..300 {
        round(sequence);
    }
    let before = resident_mib();
    let start = Instant::now();
    for sequence in 0..3_000 {
        round(sequence);
        if sequence % 100 == 0 {
            assert_eq!(one(sequence), Some((sequence / 100 + 1) as f64));
        }
    }
    let (grown, each) = (resident_mib() - before, start.elapsed() / 3_000);
    println!("3000 traps: {each:?} each, resident memory {grown:+.1} MiB");
    assert!(grown < 16.0, "{grown} MiB");
}

#[test]
fn a_kill_comes_soon_and_leaks_nothing() {
    let plugin = rogue();
    let mut worst = Duration::ZERO;
    for sequence in 0..20 {
        let start = Instant::now();
        guest(&plugin).call(message(sequence, "spin"), &mut Room::default()).expect_err("a deadline");
        worst = worst.max(start.elapsed());
    }
    println!("worst kill of a 20 ms budget: {worst:?}");
    // Ten budgets of wall time, two ticks, and a busy machine.
    assert!(worst < Duration::from_millis(1_000), "{worst:?}");

    let fill = |sequence| {
        guest(&plugin).call(message(sequence, "bytes 4000000"), &mut Room::default()).expect_err("output");
    };
    // What the pool and the allocator keep for themselves they keep once.
    (0..20).for_each(fill);
    let before = resident_mib();
    (20..40).for_each(fill);
    let grown = resident_mib() - before;
    println!("20 × 25 MB filled: resident memory {grown:+.1} MiB");
    assert!(grown < 48.0, "{grown} MiB");
}

#[test]
fn the_breaker_opens_rests_and_probes() {
    let mut guest = guest(&rogue());
    let mut room = Room::default();
    for sequence in 0..4 {
        guest.call(message(sequence, "trap"), &mut room).expect_err("a trap");
        guest.fresh();
        guest.call(message(sequence, "trap"), &mut room).expect_err("the same on a fresh instance");
    }
    assert_eq!(guest.breaker(), Breaker::Closed);
    guest.call(message(4, "trap"), &mut room).expect_err("a trap");
    assert_eq!(guest.breaker(), Breaker::Open);
    let rest = guest.ready_in();
    assert!(rest > Duration::from_millis(500) && rest <= Duration::from_secs(1), "{rest:?}");
    let verdict = guest.call(message(5, "fine"), &mut room).expect_err("it rests");
    assert_eq!(verdict.kind, VerdictKind::Broken);
    assert!(!verdict.kind.ran());
    std::thread::sleep(guest.ready_in());
    assert_eq!(guest.breaker(), Breaker::HalfOpen);
    guest.call(message(5, "fine"), &mut room).expect("the probe works");
    assert_eq!((guest.breaker(), guest.ready_in()), (Breaker::Closed, Duration::ZERO));
}

#[test]
fn more_than_agreed_waits_and_loses_nothing() {
    let plugin = with_limits(fixture::rogue(), |limits| limits.frames_per_second = 5);
    let mut guest = guest(&plugin);
    let mut room = Room::default();
    for sequence in 0..5 {
        guest.call(message(sequence, "fine"), &mut room).expect("a second's worth at once");
    }
    let wait = guest.ready_in();
    assert!(wait > Duration::ZERO && wait <= Duration::from_millis(200), "{wait:?}");
    assert_eq!(guest.call(message(5, "fine"), &mut room).expect_err("busy").kind, VerdictKind::Busy);
    std::thread::sleep(guest.ready_in());
    guest.call(message(5, "fine"), &mut room).expect("its turn");
}

/// A neighbour that burns both cores must not turn an honest call into a verdict.
#[test]
fn a_starved_call_is_not_a_slow_one() {
    let plugin = with_limits(fixture::rogue(), |limits| limits.milliseconds = 50);
    std::thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|| {
                let mut burner = guest(&rogue());
                for sequence in 0..8 {
                    let _ = burner.call(message(sequence, "spin"), &mut Room::default());
                }
            });
        }
        let mut honest = guest(&plugin);
        for sequence in 0..200 {
            honest.call(message(sequence, "recurse 1500"), &mut Room::default()).expect("an honest call");
        }
    });
}
