use super::*;
use async_nats::HeaderMap;
use serde_json::{Value, json};
use tocsin_sandbox::Registration;

const NOW: i64 = 1_783_837_830_000;

/// Knows `placed`, and `bare` without a place.
struct City;

impl Registry for City {
    fn device(&self, path: &str) -> Option<Registration> {
        let region = match path {
            "placed" => "330791001000",
            "bare" => "",
            _ => return None,
        };
        Some(Registration { id: path.into(), region: region.into(), ..Registration::default() })
    }
}

fn signal(kind: &str, device: &str, more: Value) -> Value {
    let mut signal = json!({"kind": kind, "code": "c", "device": device, "urgency": "unknown",
        "severity": "unknown", "certainty": "unknown"});
    if let (Value::Object(signal), Value::Object(more)) = (&mut signal, more) {
        signal.extend(more);
    }
    signal
}

fn taken(door: &str, end: Value) -> Taken {
    let mut taken = json!({"run": 1, "index": 0, "door": door, "plugin": "p", "received": NOW});
    if let (Value::Object(taken), Value::Object(end)) = (&mut taken, end) {
        taken.extend(end);
    }
    serde_json::from_value(taken).expect("a frame")
}

fn said(signals: &[Value]) -> Value {
    json!({"ok": {"signals": signals}})
}

#[track_caller]
fn check(frame: Taken, expect: Tally) {
    let mut tally = Tally::default();
    tally.take(&frame, &City);
    assert_eq!(tally, Tally { frames: 1, ..expect });
}

#[test]
fn every_flaw_is_counted_and_what_has_none_is_clean() {
    let none = Tally::default();
    let alarm = |device: &str, more| taken("d", said(&[signal("alarm", device, more)]));
    check(taken("d", said(&[])), Tally { clean: 1, ..none });
    check(alarm("placed", json!({})), Tally { clean: 1, signals: 1, ..none });
    check(alarm("bare", json!({})), Tally { signals: 1, nowhere: 1, ..none });
    check(alarm("bare", json!({"region": "330791001000"})), Tally { clean: 1, signals: 1, ..none });
    check(alarm("stranger", json!({})), Tally { signals: 1, unknown: 1, ..none });
    check(alarm("", json!({})), Tally { signals: 1, nameless: 1, ..none });
    check(alarm("placed", json!({"observed": NOW - AGREE_MS})), Tally { signals: 1, late: 1, ..none });
    check(alarm("placed", json!({"observed": NOW + AGREE_MS})), Tally { signals: 1, late: 1, ..none });
    check(alarm("placed", json!({"observed": NOW - 1})), Tally { clean: 1, signals: 1, ..none });
    check(taken("d", said(&[signal("warning", "", json!({}))])), Tally { clean: 1, signals: 1, ..none });
    check(
        taken("d", json!({"rejected": {"kind": "malformed", "reason": "r"}})),
        Tally { refused: 1, ..none },
    );
    check(taken("d", json!({"failed": {"verdict": "trap", "reason": "r"}})), Tally { failed: 1, ..none });
    check(taken("d", json!({"ok": {"defects": ["d"]}})), Tally { defects: 1, ..none });
}

#[test]
fn hours_are_added_up_by_department_once() {
    let folder = std::env::temp_dir().join(format!("tocsin-quality-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let path = folder.join("quality.db");
    let stored = |sequence: u64, department: &str, at: i64, frames: u64, clean: u64| {
        let tally = Tally { at: Timestamp(at), frames, clean, ..Tally::default() };
        let mut headers = HeaderMap::new();
        headers.insert(HEADER, serde_json::to_string(&tally).expect("a tally"));
        Stored {
            subject: format!("tocsin.live.signal.{department}.0"),
            sequence,
            headers,
            payload: Default::default(),
            at: Timestamp(at),
        }
    };
    let (scores, mut follower) = open(&path).expect("a file");
    follower
        .add(&[
            stored(1, "fire", NOW, 10, 9),
            stored(2, "water", NOW, 4, 4),
            stored(3, "fire", NOW + 1, 10, 9),
        ])
        .expect("added");
    follower.add(&[stored(4, "fire", NOW + HOUR_MS, 20, 5)]).expect("added");
    let cards = |since: i64, until: i64| -> Vec<(String, Option<f64>, u64)> {
        let cards = scores.cards(Timestamp(since), Timestamp(until)).expect("cards");
        cards.into_iter().map(|card| (card.department, card.score, card.tally.frames)).collect()
    };
    let hour = NOW / HOUR_MS * HOUR_MS;
    assert_eq!(cards(0, i64::MAX), [("fire".into(), Some(57.5), 40), ("water".into(), Some(100.0), 4)]);
    assert_eq!(
        cards(hour, hour + HOUR_MS),
        [("fire".into(), Some(90.0), 20), ("water".into(), Some(100.0), 4)]
    );
    assert_eq!(cards(hour + HOUR_MS, i64::MAX), [("fire".into(), Some(25.0), 20)]);
    drop((scores, follower));
    let (_, again) = open(&path).expect("the file again");
    assert_eq!(again.file.at(), 4);
    std::fs::remove_dir_all(folder).expect("removed");
}
