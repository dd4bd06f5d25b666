//! Frames that a logger sends again.

use super::*;

const DAY: i64 = 24 * 60;

/// What the same frame says after so many minutes, each time with the same answer.
fn check(frame: &str, rows: &[(i64, &[&str])]) {
    let host = Host::fresh();
    let mut answers = Vec::new();
    for (minutes, expect) in rows {
        let answer = send_after(&host, *minutes, frame);
        assert_eq!(lines(&answer), *expect, "{minutes}: {frame}");
        answers.push(answer.unwrap().sends);
    }
    answers.windows(2).for_each(|pair| assert_eq!(pair[0][0].payload, pair[1][0].payload));
}

#[test]
fn what_was_told_is_answered_and_no_more() {
    let told: &[&str] = &["reading pollutant.w01018 42.5 mg/L", "reading pollutant.w21003 1.25 mg/L"];
    // A day later it is a logger whose clock stands.
    check(VECTOR, &[(0, told), (0, &[]), (DAY - 1, &[]), (DAY, told), (DAY + 1, &[])]);
    let alarm = frame(2071, "Flag=5;", "AlarmTime=20260712143000;w01018-Ala=810");
    check(&alarm, &[(0, &["alarm pollutant.over 810 mg/L"]), (1, &[])]);
    let status = frame(2021, "Flag=5;", "SB1-RS=1");
    check(&status, &[(0, &["status station.2021"]), (1, &[])]);
    // Without a QN its time names it; without either nothing does.
    let nameless = |time: &str| {
        sealed(&format!("ST=32;CN=2011;PW=123456;MN=QS-WS-01;Flag=5;CP=&&{time}w01018-Rtd=42.5&&"))
    };
    let told: &[&str] = &["reading pollutant.w01018 42.5 mg/L"];
    check(&nameless("DataTime=20260712143000;"), &[(0, told), (1, &[])]);
    check(&nameless(""), &[(0, told), (1, told)]);
    // A time that is none is none.
    let host = Host::fresh();
    (0..2).for_each(|_| assert_eq!(lines(&send(&host, &nameless("DataTime=;"))).len(), 2));
}

#[test]
fn what_differs_is_told() {
    let host = Host::fresh();
    let told = |frame: &str| !send(&host, frame).unwrap().signals.is_empty();
    let with = |qn: u8, mn: &str, cn: u16, value: &str| {
        sealed(&format!(
            "QN=202607121430{qn:02}000;ST=32;CN={cn};PW=123456;MN={mn};Flag=5;CP=&&DataTime=20260712143000;w01018-Rtd={value}&&"
        ))
    };
    let frames = [
        with(20, "QS-WS-01", 2011, "1"),
        with(21, "QS-WS-01", 2011, "1"),
        with(20, "QS-WS-02", 2011, "1"),
        with(20, "QS-WS-01", 2061, "1"),
        with(20, "QS-WS-01", 2011, "2"),
    ];
    assert!(frames.iter().all(|frame| told(frame)));
    assert!(frames.iter().all(|frame| !told(frame)));
    // What was refused was not told.
    let bad = frame(2011, "Flag=5;", "DataTime=20260712143000;w01018-Rtd=abc");
    (0..2).for_each(|_| assert!(send(&host, &bad).is_err()));
    // Sixteen are remembered.
    assert!((30..46).all(|second| told(&with(second, "QS-WS-01", 2011, "1"))));
    assert!((30..46).all(|second| !told(&with(second, "QS-WS-01", 2011, "1"))));
    assert!(told(&frames[4]));
}

#[test]
fn what_comes_again_counts_once() {
    let host = Host::fresh();
    host.register("QS-WS-01", r#"{"limits": {"w01018": 40}}"#);
    assert_eq!(lines(&send(&host, VECTOR)).len(), 2);
    (0..5).for_each(|_| assert!(lines(&send(&host, VECTOR)).is_empty()));
}
