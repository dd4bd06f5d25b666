//! What a lying guest gets past the border: nothing but its alarm.

use crate::support::*;
use tocsin_core::outcome::{Act, RejectionKind};
use tocsin_core::signal::Kind;

#[test]
fn an_alarm_survives_everything_wrong_around_it() {
    let outcome = decode("lies").expect("an answer").result.expect("an outcome");
    let alarm = &outcome.signals[0];
    assert_eq!(alarm.kind, Kind::Alarm);
    assert_eq!(alarm.code, "unknown");
    assert_eq!(alarm.device, "d1/1.1");
    assert_eq!(alarm.title, "\\u{1b}[31mfire\\u{202e}");
    assert_eq!((alarm.observed, alarm.position, alarm.value), (None, None, None));
    assert_eq!((alarm.region.as_str(), alarm.unit.as_str(), alarm.data.as_str()), ("", "", ""));
    assert_eq!(alarm.reference.len(), 256);
    assert_eq!(outcome.signals[1].title, "good");
    assert_eq!(outcome.sends.len(), 1);
    assert_eq!((&outcome.advice[0].act, outcome.advice[0].data.as_str()), (&Act::Note, ""));
    let defects = outcome.defects.join("\n");
    assert!(outcome.defects[0] == "the guest's own\\n", "{defects}");
    for field in ["code", "device", "observed", "position", "region", "value", "reference", "title", "data"] {
        assert!(defects.contains(&format!("signal 0: `{field}`")), "{field} is missing in:\n{defects}");
    }
    assert!(defects.contains("send 0 was dropped") && defects.contains("advice 0: `data`"), "{defects}");
    assert!(!defects.contains("signal 1"), "{defects}");
}

#[test]
fn a_rejection_is_cleaned_too() {
    let rejection = decode("nonsense").expect("an answer").result.expect_err("a rejection");
    assert_eq!(rejection.kind, RejectionKind::Malformed);
    assert_eq!((rejection.reason.as_str(), &rejection.reply[..]), ("what is `nonsense`?\\n", &[0x15][..]));
}

#[test]
fn many_defects_are_counted() {
    let outcome = decode("strings 1000").expect("an answer").result.expect("an outcome");
    assert_eq!(outcome.defects.len(), 64);
    assert_eq!(outcome.defects[63], "and 937 more defects");
}
