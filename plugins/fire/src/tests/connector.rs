//! Downlink: what goes out for an order, and what the device's answers make of it.

use super::*;
use tocsin_sdk::{Event, Kind, Outcome, Tick, Timestamp};

/// 2026-07-12 14:30:20, as [`TAG`] says.
const NOW: Timestamp = 1_783_837_820_000;
const DAY: Timestamp = 24 * 3_600_000;
const ROLL_CALL: &str =
    "40 40 09 00 01 01 14 1E 0E 0C 07 1A 38 5B 00 00 00 00 79 03 00 00 00 00 03 00 01 5B 01 0A F1 23 23";

fn event(kind: &str, order: &str, matter: &str, more: &str) -> Event {
    Event {
        sequence: 9 << 16,
        time: NOW,
        kind: kind.to_owned(),
        device: UITD.to_owned(),
        subject: order.to_owned(),
        data: format!(
            r#"{{"id":"{order}","matter":"{matter}","device":"{UITD}","department":"fire"{more}}}"#
        ),
    }
}

fn issue(host: &Host, order: &str, matter: &str) -> Outcome {
    host.deliver::<Fire>(event("order.issued", order, matter, "")).expect("delivered")
}

/// A frame of the device that answers one of ours.
fn answer(command: u8, serial: u8) -> Vec<u8> {
    let mut frame = frame(command, &[]);
    frame[2] = serial;
    let at = frame.len() - 3;
    frame[at] = checksum(&frame);
    frame
}

/// 查岗应答 of operator 5.
fn pressed() -> Vec<u8> {
    send(24, &[[&[1 << 5, 5][..], &TAG].concat()])
}

/// `step order title` of each progress.
fn progress(outcome: &Outcome) -> Vec<String> {
    let moved = outcome.signals.iter().filter(|signal| signal.kind == Kind::Progress);
    moved.map(|signal| format!("{} {} {}", signal.code, signal.reference, signal.title)).collect()
}

fn hear(host: &Host, bytes: &[u8]) -> Vec<String> {
    progress(&decode(host, bytes).expect("a frame that is read"))
}

fn fire_timers(host: &Host, until: Timestamp) -> Vec<(Tick, Outcome)> {
    host.advance::<Fire>(until).into_iter().map(|(tick, answer)| (tick, answer.expect("woken"))).collect()
}

#[test]
fn a_roll_call_goes_down_as_the_standard_writes_it() {
    let host = Host::fresh();
    let outcome = issue(&host, "O1", "fire.roll-call");
    assert_eq!((outcome.sends.len(), outcome.signals.len()), (1, 0));
    assert_eq!((outcome.sends[0].device.as_str(), &outcome.sends[0].payload), (UITD, &hex(ROLL_CALL)));
    assert_eq!(issue(&host, "O1", "fire.roll-call"), Outcome::default(), "told again");
}

#[test]
fn confirmed_is_delivered_and_answered_is_done() {
    let host = Host::fresh();
    issue(&host, "O1", "fire.roll-call");
    assert_eq!(hear(&host, &answer(3, 8)), [""; 0], "not ours");
    assert_eq!(hear(&host, &answer(3, 9)), ["delivered O1 装置已确认查岗, 待值班人员应答"]);
    assert_eq!(hear(&host, &answer(3, 9)), [""; 0], "twice");
    let outcome = decode(&host, &pressed()).unwrap();
    assert_eq!(outcome.signals[0].code, "operation.roll-call", "the report itself stays");
    assert_eq!(progress(&outcome), ["done O1 查岗应答, 操作员 5"]);
    assert_eq!(outcome.sends.len(), 1, "and is acknowledged");
    assert!(host.keys(UITD).is_empty() && host.timers().is_empty());
    assert_eq!(hear(&host, &pressed()), [""; 0]);
}

#[test]
fn an_answer_without_a_confirmation_will_do() {
    let host = Host::fresh();
    issue(&host, "O1", "fire.roll-call");
    assert_eq!(hear(&host, &pressed()), ["done O1 查岗应答, 操作员 5"]);
}

#[test]
fn silence_is_asked_three_times_ten_seconds_apart() {
    let host = Host::fresh();
    issue(&host, "O1", "fire.roll-call");
    let woken = fire_timers(&host, NOW + 60_000);
    let told: Vec<_> = woken
        .iter()
        .map(|(tick, outcome)| ((tick.due - NOW) / 1_000, outcome.sends.len(), progress(outcome).len()))
        .collect();
    assert_eq!(told, [(10, 1, 0), (20, 1, 0), (30, 0, 1)]);
    for (_, outcome) in &woken[..2] {
        assert_eq!((outcome.sends[0].device.as_str(), &outcome.sends[0].payload), (UITD, &hex(ROLL_CALL)));
    }
    assert!(progress(&woken[2].1)[0].starts_with("failed O1 用户信息传输装置未确认, 已发送 3 次"));
    // What comes late is told, within a day.
    assert_eq!(hear(&host, &answer(3, 9)), ["delivered O1 迟到: 装置已确认查岗, 待值班人员应答"]);
    assert_eq!(hear(&host, &pressed()), ["done O1 查岗应答, 操作员 5"]);
}

#[test]
fn nobody_answers() {
    let host = Host::fresh();
    let order = event("order.issued", "O1", "fire.roll-call", &format!(r#","done_by":{}"#, NOW + 3 * 60_000));
    let sent = host.deliver::<Fire>(order).unwrap().sends.remove(0).payload;
    assert_eq!(sent[27..30], [91, 1, 3], "minutes until it is to be done");
    let text = r#","done_by":"2026-07-12T14:37:20.000+08:00""#;
    let sent = Host::fresh()
        .deliver::<Fire>(event("order.issued", "O1", "fire.roll-call", text))
        .unwrap()
        .sends
        .remove(0);
    assert_eq!(sent.payload[27..30], [91, 1, 7]);
    let host = Host::fresh();
    host.deliver::<Fire>(event(
        "order.issued",
        "O1",
        "fire.roll-call",
        &format!(r#","done_by":{}"#, NOW + 3 * 60_000),
    ))
    .unwrap();
    hear(&host, &answer(3, 9));
    let received = Host::message(UITD, b"").received;
    let woken = fire_timers(&host, NOW + DAY / 2);
    assert_eq!((woken.len(), woken[0].0.due), (1, received + 3 * 60_000));
    assert!(progress(&woken[0].1)[0].starts_with("failed O1 装置已确认查岗, 但值班人员逾时未应答"));
    assert_eq!(hear(&host, &pressed()), ["done O1 迟到: 查岗应答, 操作员 5"]);

    issue(&host, "O2", "fire.roll-call");
    fire_timers(&host, NOW + 3 * DAY);
    assert_eq!(hear(&host, &pressed()), [""; 0], "forgotten after a day");
    assert!(host.keys(UITD).is_empty() && host.timers().is_empty());
}

#[test]
fn a_clock_is_set_to_the_time_of_the_try() {
    let host = Host::fresh();
    let first = issue(&host, "O1", "fire.clock-sync").sends.remove(0).payload;
    assert_eq!((first[26], &first[27..29], &first[29..35]), (1, &[90, 1][..], &TAG[..]));
    let second = fire_timers(&host, NOW + 10_000).remove(0).1.sends.remove(0).payload;
    assert_eq!((&second[2..4], second[29]), (&first[2..4], 30), "the same serial, ten seconds later");
    assert_eq!(hear(&host, &answer(3, 9)), ["done O1 装置已确认同步时钟"]);
    assert!(host.timers().is_empty());
}

#[test]
fn a_refusal_is_sent_again_at_once() {
    let host = Host::fresh();
    issue(&host, "O1", "fire.roll-call");
    for _ in 0..2 {
        let outcome = decode(&host, &answer(6, 9)).unwrap();
        assert_eq!(outcome.sends[0].payload, hex(ROLL_CALL));
    }
    assert!(hear(&host, &answer(6, 9))[0].starts_with("failed O1"));
    assert_eq!(decode(&host, &answer(6, 9)).unwrap(), Outcome::default());
}

/// Some firmware puts what it has to say into its answer: a fire there is a fire.
#[test]
fn what_an_answer_carries_is_told() {
    let data = |flag: u8, object: &[u8]| [&[flag, 1][..], object].concat();
    let smoke = component(42, 3, "烟感".as_bytes(), TAG);
    let check = |command: u8, data: &[u8], codes: &[&str], says: &str| {
        let host = Host::fresh();
        issue(&host, "O1", "fire.roll-call");
        let mut answer = frame(command, data);
        answer[2] = 9;
        let at = answer.len() - 3;
        answer[at] = checksum(&answer);
        let outcome = decode(&host, &answer).expect("an answer");
        let told: Vec<&str> = outcome.signals.iter().map(|signal| signal.code.as_str()).collect();
        assert_eq!(told, codes, "{data:02X?}");
        let is_settled = outcome.sends.len() == usize::from(command == 6);
        assert!(is_settled, "nothing but the roll call goes down: {:?}", outcome.sends);
        match says {
            "" => assert_eq!(outcome.defects, [""; 0]),
            says => {
                assert!(outcome.defects[0].starts_with(&format!("{UITD}: {says}")), "{:?}", outcome.defects);
            }
        }
    };
    check(3, &[], &["delivered"], "");
    check(6, &[], &[], "");
    let says = "帧不应带数据, 却有类型 2 的 1 个信息对象, 共 48 字节, 照常上报";
    check(3, &data(2, &smoke), &["delivered", "fire.smoke"], &format!("确认{says}"));
    check(6, &data(2, &smoke), &["fire.smoke"], &format!("否认{says}"));
    // 查岗应答 together with 确认.
    let pressed = [&[1 << 5, 5][..], &TAG].concat();
    check(
        3,
        &data(24, &pressed),
        &["delivered", "operation.roll-call", "done"],
        "确认帧不应带数据, 却有类型 24 的",
    );
    // What cannot be read costs nothing of the answer.
    check(
        3,
        &[91, 1, 10],
        &["delivered"],
        "确认帧不应带数据, 却有类型 91 的 1 个信息对象, 共 3 字节, 未能读出: 类型标志 91",
    );
    check(
        6,
        &data(2, &smoke[1..]),
        &[],
        "否认帧不应带数据, 却有类型 2 的 1 个信息对象, 共 47 字节, 未能读出: ",
    );
    check(3, &[7], &["delivered"], "确认帧不应带数据, 却有数据 07, 未能读出: ");
}

#[test]
fn an_order_that_is_over_is_left() {
    let host = Host::fresh();
    issue(&host, "O1", "fire.roll-call");
    host.deliver::<Fire>(event("order.cancelled", "O1", "fire.roll-call", "")).unwrap();
    assert!(host.keys(UITD).is_empty() && host.timers().is_empty());
    assert_eq!(fire_timers(&host, NOW + DAY).len(), 0);
}

#[test]
fn orders_under_way_have_serials_of_their_own_and_a_bound() {
    let host = Host::fresh();
    let serial = |outcome: &Outcome| outcome.sends[0].payload[2];
    let serials: Vec<u8> =
        (0..8).map(|n| serial(&issue(&host, &format!("O{n}"), "fire.roll-call"))).collect();
    assert_eq!(serials, [9, 10, 11, 12, 13, 14, 15, 16]);
    assert!(
        progress(&issue(&host, "O8", "fire.roll-call"))[0].starts_with("declined O8 该装置的下行请求过多")
    );
    assert_eq!(hear(&host, &pressed()).len(), 8, "one answer is for all that ask");
}

#[test]
fn what_is_not_for_a_uitd_is_left_or_declined() {
    let host = Host::fresh();
    for matter in ["", "T20260712-0001", "fire.other"] {
        assert_eq!(issue(&host, "O1", matter), Outcome::default(), "{matter}");
    }
    let mut order = event("order.issued", "O1", "fire.roll-call", "");
    order.data = order.data.replace(UITD, "gate-7");
    order.device = "gate-7".into();
    let outcome = host.deliver::<Fire>(order).unwrap();
    assert!(progress(&outcome)[0].starts_with("declined O1 设备“gate-7”不是"), "{outcome:?}");
    let mut odd = event("order.issued", "O1", "fire.roll-call", "");
    odd.data = "no JSON".into();
    assert!(host.deliver::<Fire>(odd).is_err());
}

#[test]
fn settings_count_where_they_can() {
    let host = Host::fresh();
    host.set("downlink_timeout_s", "2").set("roll_call_minutes", "999").set("centre_address", "0000000000ff");
    let sent = issue(&host, "O1", "fire.roll-call").sends.remove(0).payload;
    assert_eq!((sent[29], sent[12]), (10, 0xff), "999 minutes are none of a byte");
    assert_eq!(host.timers()[0].0, NOW + 2_000);
    assert_eq!(host.logged().len(), 1);
}
