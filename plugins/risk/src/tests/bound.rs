//! However much is told, a room stays within its quota.

use super::*;
use crate::room::{DANGERS_KEPT, INCIDENTS_KEPT, RECORDS_KEPT};
use std::cell::Cell;
use tocsin_sdk::memory;

/// What the manifest promises, with room to spare.
const MOST: usize = 28 << 10;

/// Keys and values of the room.
fn bytes(host: &Host) -> usize {
    let (keys, bytes) = (host.keys(UNIT), Cell::new(0));
    let count = || {
        bytes.set(keys.iter().map(|key| key.len() + memory::get(key).unwrap().len()).sum());
        Ok(Outcome::default())
    };
    host.call(UNIT, count).unwrap();
    bytes.get()
}

#[test]
fn thousands_of_the_longest_facts_fit() {
    let host = Host::fresh();
    let long = "𠮷".repeat(200);
    let id = |n: i64| format!("{n:0>64}");
    let far = json!("0001-01-01T00:00:00.001+08:00");
    for n in 0..1_000 {
        let at = NOW + n;
        let more = [
            ("title", json!(long)),
            ("hazard_name", json!(long)),
            ("unit_name", json!(long)),
            ("closed_at", far.clone()),
            ("rectified_at", far.clone()),
            ("deadline", far.clone()),
            ("returns", json!(vec![0; 16])),
        ];
        tell(&host, &with(danger(&id(n), "major", NOW, 1), at, &more));
        tell(&host, &with(incident(&id(n), "incident.opened", "suspected", NOW), at, &more[..4]));
        tell(&host, &with(inspection(&id(n), Some(false), NOW), at, &more));
    }
    let kept = room(&host);
    let books = (kept.dangers.len(), kept.incidents.len(), kept.records.len());
    assert_eq!(books, (DANGERS_KEPT, INCIDENTS_KEPT, RECORDS_KEPT));
    let bytes = bytes(&host);
    assert!(bytes <= MOST, "{bytes} bytes");
    assert!(kept.advised.len() <= INCIDENTS_KEPT);
    assert_eq!(kept.dangers.keys().next_back(), Some(&id(999)), "the latest told stay");
}

/// Smoke pulses do not push out the danger that nobody has mended.
#[test]
fn each_sort_has_room_of_its_own() {
    let host = Host::fresh();
    tell(&host, &danger("H1", "major", NOW, 1));
    for n in 0..500 {
        let pulse = incident(&format!("I{n}"), "incident.closed", "false-alarm", NOW + 5 * DAY + n);
        tell(&host, &pulse);
    }
    let last = room(&host);
    let judged = judge(&Rules::default(), &last, "");
    assert_eq!((judged.facts[0].id, judged.colour.name()), ("H1", "红色"));
}

/// Titles, data and reasons stay within what the host takes, whatever names say.
#[test]
fn what_is_said_is_short() {
    let host = Host::fresh();
    for n in 0..40 {
        let id = format!("{n:0>64}");
        let more =
            [("title", json!("\u{1}\"\\".repeat(100))), ("unit_name", json!("\u{7f}\"厂".repeat(100)))];
        let told = tell(&host, &with(danger(&id, "major", NOW - 9 * DAY, 1), NOW + n, &more));
        assert!(told.signals.iter().all(|said| said.title.len() <= 512 && said.data.len() <= 2_048));
    }
    let told = tell(&host, &incident("I1", "incident.opened", "suspected", NOW));
    assert!(told.advice[0].reason.len() <= 1_024);
}
