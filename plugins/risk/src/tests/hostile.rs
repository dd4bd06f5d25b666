//! What events must not be able to do.

use super::*;
use proptest::prelude::*;

/// The refusal, or `.` where the event is left aside.
fn refusal(event: &Event) -> String {
    let host = Host::fresh();
    let answer = host.advise::<Risk>(event.clone());
    assert!(host.keys(UNIT).is_empty(), "nothing is kept of {event:?}");
    answer.map_or_else(|refusal| refusal.reason, |_| ".".to_owned())
}

#[test]
fn what_cannot_be_read_is_refused_by_name() {
    let whole = danger("H1", "major", NOW, 5);
    let without = |field: &str| {
        let mut data: Value = serde_json::from_str(&whole.data).unwrap();
        data.as_object_mut().unwrap().remove(field);
        Event { data: data.to_string(), ..whole.clone() }
    };
    let but = |field: &str, value: Value| with(whole.clone(), NOW, &[(field, value)]);
    let named = |subject: &str| Event { subject: subject.to_owned(), ..whole.clone() };
    for (event, says) in [
        (without("level"), "missing field `level`"),
        (without("found_at"), "missing field `found_at`"),
        (but("level", json!("huge")), "unknown variant `huge`"),
        (but("found_at", json!(1_783_837_830_000_i64)), "invalid type: integer"),
        (but("deadline", json!("月底")), "`月底` is no time"),
        (but("closed_at", json!("2026-13-01T00:00:00+08:00")), "is no time"),
        (but("returns", json!("none")), "invalid type: string"),
        (but("title", json!({"a": []})), "invalid type: map"),
        (but("region", json!(330791)), "invalid type: integer"),
        (Event { data: "{\"level\"".into(), ..whole.clone() }, "EOF"),
        (Event { data: "[\"major\"]".into(), ..whole.clone() }, "no object"),
        (Event { data: String::new(), ..whole.clone() }, "no object"),
        (Event { data: "{\"level\":".repeat(100_000), ..whole.clone() }, "cannot be read"),
        (event("incident.opened", "I1", NOW, json!({"state": "burning"})), "unknown variant `burning`"),
        (event("incident.opened", "I1", NOW, json!({"state": "suspected"})), "missing field `first_at`"),
        (event("inspection.held", "s:1", NOW, json!({"kind": "visit"})), "unknown variant `visit`"),
        (event("inspection.held", "s:1", NOW, json!({"kind": "drill"})), "missing field `held_at`"),
        (named(""), "an id has 1 to 64 bytes"),
        (named(&"h".repeat(65)), "an id has 1 to 64 bytes"),
        (named("H\n1"), "an id has 1 to 64 bytes"),
    ] {
        let refused = refusal(&event);
        assert!(refused.contains(says), "{refused} does not say {says}");
        assert!(refused.contains(&event.kind), "{refused} does not name its event");
    }
}

#[test]
fn what_names_no_unit_is_left_aside() {
    for (kind, device) in [("danger.found", ""), ("incident.opened", ""), ("order.issued", UNIT)] {
        let event = Event { device: device.into(), ..event(kind, "X", NOW, json!({})) };
        assert_eq!(refusal(&event), ".", "{kind} {device}");
    }
}

/// A danger that was spoken of before it was described weighs nothing.
#[test]
fn a_mention_is_no_danger() {
    let host = Host::fresh();
    let mention = json!({"level": "major", "found_at": text(0), "described_at": null, "deadline": null});
    assert_eq!(tell(&host, &event("danger.mentioned", "H1", NOW, mention)).signals.len(), 0);
    assert_eq!(stands(&host), ("蓝色", 0));
}

proptest! {
    #[test]
    fn no_bytes_end_in_a_panic(
        kind in "(danger|incident|inspection)\\.[a-z]{1,8}", subject in ".{0,80}", data in ".{0,200}",
        time in any::<i64>(),
    ) {
        let _ = Host::fresh().advise::<Risk>(Event {
            sequence: 1, time, kind, device: UNIT.into(), subject, data,
        });
    }

    #[test]
    fn no_moment_does(time in any::<i64>(), found in any::<i64>()) {
        let host = Host::fresh();
        let _ = host.advise::<Risk>(with(danger("H1", "major", found.clamp(-60_000_000_000_000, 200_000_000_000_000), 5), time, &[]));
        let tick = tocsin_sdk::Tick { sequence: 1, due: time, device: UNIT.into(), key: "day".into() };
        prop_assert!(host.wake::<Risk>(tick).is_ok());
    }
}
