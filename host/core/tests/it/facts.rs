//! Facts as JSON: every kind goes there and back, and old ones can be read.

use crate::fixture::{NIGHT, city, play, steps};
use std::collections::BTreeSet;
use tocsin_core::frame::FrameId;
use tocsin_core::outcome::{Act, Advice};
use tocsin_core::{Advised, Core, Entry, Input, Record};

fn advised(run: u64, act: Act, subject: &str, object: &str) -> Input {
    Input::Advice(Advised {
        frame: FrameId { department: "smoke".into(), run, index: 0 },
        ordinal: 0,
        plugin: "smoke".into(),
        received: NIGHT,
        replay_of: None,
        depth: 1,
        advice: Advice {
            act,
            subject: subject.into(),
            object: object.into(),
            reason: "曲线持续上升".into(),
            data: String::new(),
        },
    })
}

#[test]
fn every_fact_goes_to_json_and_back() {
    let timeline = "0s fire a/1 fire.smoke
        1s fire a/1 fire.smoke
        2s fire c/1 fire.smoke late=20m
        3s video cam video.intrusion
        4s fire b/1 fire.smoke
        5s fire a/1 fire.smoke kind=recovery
        6s fire x/1 s kind=status
        7s ! close 1 扑灭
        8s ! close 9 扑灭";
    let (mut core, mut journal) = play(timeline);
    journal.extend(core.step(NIGHT, &[advised(1, Act::Note, "I20260712-0001", "")]));
    journal.extend(core.step(NIGHT.plus_millis(73 * 3_600_000), &[]));
    let mut kinds = BTreeSet::new();
    for entry in &journal {
        let json = serde_json::to_value(entry).unwrap();
        kinds.insert(json["fact"]["fact"].as_str().unwrap().to_owned());
        assert_eq!(&serde_json::from_value::<Entry>(json).unwrap(), entry);
    }
    let all = [
        "advised",
        "answered",
        "became",
        "device-clock",
        "device-provisional",
        "device-seen",
        "incident-changed",
        "incident-joined",
        "incident-merged",
        "incident-opened",
        "incident-recovered",
        "incident-repeated",
        "incidents-retired",
        "support-held",
    ];
    assert_eq!(kinds.iter().map(String::as_str).collect::<Vec<_>>(), all);
    let record =
        Record { format: 1, now: NIGHT, signals: 9, city: "c".into(), prev: core.hash(), entries: journal };
    let read: Record = serde_json::from_slice(&serde_json::to_vec(&record).unwrap()).unwrap();
    assert_eq!((read.digest(), &read), (record.digest(), &record));
}

#[test]
fn a_fact_of_an_older_host_is_read() {
    let old = r#"{"cause":{"cause":"signal","frame":"fire/1/0","ordinal":0,"department":"fire","plugin":"fire"},
        "fact":{"fact":"incident-opened","id":"I20260712-0001","hazard":"fire","evidence":{"key":"k","role":"opens",
        "frame":"fire/1/0","ordinal":0,"department":"fire","plugin":"fire","device":"a","code":"fire.smoke","kind":"alarm",
        "received":1,"first_at":1,"last_at":1,"count":1},"incident":{"id":"I20260712-0001","hazard":"fire","count":1}}}"#;
    let entry: Entry = serde_json::from_str(old).unwrap();
    let mut core = Core::new(city());
    core.apply(&[entry], NIGHT);
    assert_eq!(core.incident("I20260712-0001").unwrap().count, 1);
    let (now, inputs) = steps("0s fire a/1 fire.smoke").remove(0);
    let next = core.step(now, &inputs);
    assert!(
        next.iter().any(|entry| entry.fact.incident_id() == Some("I20260712-0002")),
        "the counter goes on"
    );
}

#[test]
fn odd_data_panics_nowhere() {
    let mut inputs = steps("0s fire a/1 fire.smoke").remove(0).1;
    let Input::Signal(signal) = &mut inputs[0] else { unreachable!() };
    let mut odd = Vec::new();
    for device in ["", "/", "//", "a//", "\u{1f}", &"x/".repeat(5_000)] {
        for observed in [i64::MIN, -1, i64::MAX] {
            for lon in [f64::NAN, f64::INFINITY, 180.0, -180.0, 1e300] {
                signal.frame.run += 1;
                signal.signal.device = device.to_owned();
                signal.signal.code = format!("fire.{device}");
                signal.signal.observed = Some(tocsin_core::time::Timestamp(observed));
                signal.received = tocsin_core::time::Timestamp(observed.wrapping_add(7));
                signal.signal.position = Some(tocsin_core::signal::Position { lon, lat: 90.0 });
                odd.push(Input::Signal(signal.clone()));
            }
        }
    }
    let mut core = Core::new(city());
    for now in [i64::MIN, 0, i64::MAX] {
        core.step(tocsin_core::time::Timestamp(now), &odd);
    }
    assert_eq!(
        core.incidents().filter(|i| i.merged_into.is_none()).map(|i| i.count).sum::<u64>(),
        odd.len() as u64
    );
}
