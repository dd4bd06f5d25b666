//! Reports that a station sends again.

use super::*;

const STATION: &str = "0033078101";
const DAY_MS: i64 = 24 * 3_600_000;

/// A threshold report of a level.
fn extra(serial: &str, sent: &str, level: &str) -> Vec<u8> {
    let body = format!("{serial}{sent}F1F1003307810148F0F02607121430 3923{level}");
    frame(0x33, 0x02, &bytes(&body), 0x03)
}

const SENT: &str = "260712143020";
const LEVEL: &str = "00012345";
const TOLD: [&str; 2] =
    ["reading water.level 12.345 m @14:30:00", "alarm water.threshold 12.345 m @14:30:00"];

#[test]
fn the_same_bytes_are_told_once_and_confirmed_each_time() {
    let host = Host::fresh();
    let report = extra("0012", SENT, LEVEL);
    let gives = |after: i64, expect: &[&str]| {
        let answer = send_after(&host, after, STATION, &report);
        assert_eq!(lines(&answer), expect, "{after}");
        answer.expect("a report").sends.into_iter().map(|send| send.payload).collect::<Vec<_>>()
    };
    let confirmed = gives(0, &TOLD);
    assert_eq!(confirmed.len(), 1);
    for after in [0, 30_000, DAY_MS - 1] {
        assert_eq!(gives(after, &[]), confirmed, "{after}");
    }
    // A day after it was told it is a station without clock and serial.
    assert_eq!(gives(DAY_MS, &TOLD), confirmed);
    assert_eq!(gives(DAY_MS + 1, &[]), confirmed);
    // As hex text it is no other report, but other bytes.
    let text: String = report.iter().map(|byte| format!("{byte:02X}")).collect();
    assert_eq!(lines(&send(&host, STATION, text.as_bytes())), TOLD);
    assert_eq!(lines(&send(&host, STATION, text.as_bytes())), [""; 0]);
}

#[test]
fn what_differs_is_told() {
    let host = Host::fresh();
    let told = |frame: &[u8]| !send(&host, STATION, frame).expect("a report").signals.is_empty();
    let report = extra("0012", SENT, LEVEL);
    assert!(told(&report));
    // A serial that goes round, a clock that stands, both of them; the same in another form.
    assert!(told(&extra("0012", "260712143520", LEVEL)));
    assert!(told(&extra("0013", SENT, LEVEL)));
    assert!(told(&extra("0012", SENT, "00012346")));
    let mut asks = report.clone();
    let end = asks.len() - 3;
    asks[end] = 0x05;
    let sum = crc::of(&asks[..=end]).to_be_bytes();
    asks[end + 1..].copy_from_slice(&sum);
    assert!(told(&asks));
    assert!(!told(&report) && !told(&asks));
    // What was refused was not told.
    let mut spoilt = report;
    spoilt[30] ^= 1;
    (0..2).for_each(|_| assert!(send(&host, STATION, &spoilt).is_err()));
}

/// Sixteen are remembered, in little room.
#[test]
fn the_newest_are_remembered() {
    let host = Host::fresh();
    let told = |serial: u16| {
        let report = extra(&format!("{serial:04X}"), SENT, LEVEL);
        !send(&host, STATION, &report).expect("a report").signals.is_empty()
    };
    assert!((0..17).all(told));
    assert!((1..17).all(|serial| !told(serial)));
    assert!(told(0));
    let size = || {
        assert_eq!(tocsin_sdk::memory::get("copies").expect("marks").len(), 256);
        Ok(Outcome::default())
    };
    host.call(STATION, size).expect("a look");
    // A station that only lives is not remembered.
    let host = Host::fresh();
    send(&host, STATION, &frame(0x2F, 0x02, &bytes("0012260712143020"), 0x03)).expect("alive");
    assert!(host.keys(STATION).is_empty());
}
