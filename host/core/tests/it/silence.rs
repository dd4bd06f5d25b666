//! Who says nothing: visible within two heartbeats, over when it speaks, many as one.

use crate::fixture::{self, NIGHT};
use crate::room::{self, Night};
use std::sync::Arc;
use tocsin_core::city::City;
use tocsin_core::city::upkeep::Feed;
use tocsin_core::event::events;
use tocsin_core::frame::FrameId;
use tocsin_core::time::Timestamp;
use tocsin_core::{Entry, Heard, Input};

/// Devices `a` and `b` of the fire department speak every two minutes.
fn city() -> City {
    let mut city = (*room::city()).clone();
    for device in city.devices.iter_mut().filter(|device| matches!(device.id.as_str(), "a" | "b")) {
        device.heartbeat = Some(120);
    }
    city
}

fn at(seconds: i64) -> Timestamp {
    NIGHT.plus_millis(seconds * 1_000)
}

/// A frame without signals, as a heartbeat is.
fn heard(department: &str, door: &str, device: &str, seconds: i64) -> Input {
    Input::Heard(Heard {
        frame: FrameId { department: department.into(), run: seconds as u64 + 1, index: 0 },
        plugin: department.into(),
        door: door.into(),
        device: device.into(),
        received: at(seconds),
    })
}

/// `when department door device` of each frame; a line without one lets clocks act.
fn play(night: &mut Night, timeline: &str) {
    for line in timeline.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let seconds: i64 = words[0].trim_end_matches('s').parse().expect(line);
        night.until(at(seconds));
        let inputs: Vec<Input> = match words[..] {
            [_, department, door, device] => vec![heard(department, door, device, seconds)],
            _ => vec![],
        };
        night.step(at(seconds), &inputs);
    }
}

fn check(city: City, timeline: &str, expect: &[&str]) -> Night {
    let mut night = Night::new(Arc::new(city));
    night.step(NIGHT, &[]);
    play(&mut night, timeline);
    assert_eq!(night.told(&["device"]), expect, "{timeline}");
    night
}

#[test]
fn silence_is_seen_within_two_heartbeats_and_over_when_it_speaks() {
    let night = check(
        city(),
        "0s fire tcp a
         0s fire tcp b
         100s fire tcp b
         200s fire tcp b
         300s fire tcp b
         300s",
        &["4m device.silent fire/a silent"],
    );
    let row = &night.core.state().rooms.devices["fire/a"];
    assert_eq!((row.heard_at, row.points[0].since), (Some(at(0)), at(0)));
    assert!(row.points[0].title.contains("120"), "{row:?}");
    let mut night = night;
    play(&mut night, "310s fire tcp a/1/2");
    let told = night.told(&["device"]);
    assert_eq!(told.last().map(String::as_str), Some("5.166666666666667m device.spoke fire/a"), "{told:?}");
    assert_eq!(night.core.state().rooms.devices["fire/a"].state, "normal");
}

#[test]
fn who_never_spoke_is_silent_too_and_a_signal_is_a_word() {
    let mut night = Night::new(Arc::new(city()));
    night.step(NIGHT, &[]);
    night.go_on("3m fire a fire.smoke kind=status\n 6m");
    assert_eq!(night.told(&["device"]), ["4m device.silent fire/b silent"]);
    let row = &night.core.state().rooms.devices["fire/b"];
    assert_eq!(row.heard_at, None);
    night.go_on("7m");
    assert_eq!(night.told(&["device"]).last().unwrap(), "7m device.silent fire/a silent");
}

#[test]
fn what_the_host_says_to_itself_is_no_word_of_the_device() {
    let mut night = Night::new(Arc::new(city()));
    night.step(NIGHT, &[]);
    let mut timer = fixture::alarm(7, "fire", "a", "device.offline", at(200));
    timer.signal.kind = tocsin_core::signal::Kind::Status;
    timer.door = "clock".into();
    night.step(at(200), &[Input::Signal(timer)]);
    night.until(at(250));
    let told = night.told(&["device"]);
    assert!(told.contains(&"4m device.silent fire/a silent,offline".to_owned()), "{told:?}");
}

#[test]
fn a_host_that_was_away_has_heard_nothing() {
    let mut night = check(city(), "0s fire tcp a\n 10s fire tcp b\n 200s", &[]);
    // It comes back an hour later: nobody is silent yet.
    night.restart(Arc::new(city()));
    night.step(at(3_700), &[]);
    assert_eq!(night.told(&["device"]), [""; 0], "asleep: the clock jumped");
    play(&mut night, "3800s fire tcp a\n 3939s");
    assert_eq!(night.told(&["device"]), [""; 0]);
    play(&mut night, "3941s");
    assert_eq!(night.told(&["device"]), ["65.66666666666667m device.silent fire/b silent"]);
    // What was silent stays so over a restart, and is told once.
    night.restart(Arc::new(city()));
    play(&mut night, "4000s fire tcp a\n 4200s fire tcp a\n 4300s fire tcp b");
    assert_eq!(night.told(&["device"]).len(), 2, "{:?}", night.told(&["device"]));
}

#[test]
fn a_city_that_no_longer_expects_it() {
    let mut night = check(city(), "200s fire tcp b\n 241s", &["4m device.silent fire/a silent"]);
    night.restart(room::city());
    assert_eq!(night.core.state().rooms.devices["fire/a"].state, "normal");
}

#[test]
fn a_department_and_a_door_are_expected_too() {
    let mut city = city();
    city.devices.iter_mut().for_each(|device| device.heartbeat = None);
    city.departments.iter_mut().find(|known| known.id == "fire").unwrap().heartbeat = Some(60);
    city.upkeep.feeds = vec![Feed { door: "tcp".into(), department: "fire".into(), heartbeat: 30 }];
    check(
        city,
        "30s fire tcp a
         90s fire udp x
         130s fire udp x
         200s fire tcp x",
        &["1.5m device.silent fire:tcp silent", "3.3333333333333335m device.spoke fire:tcp"],
    );
}

#[test]
fn many_at_once_are_one_finding() {
    let mut city = city();
    let one = city.devices[0].clone();
    for n in 0..2_000 {
        let (id, heartbeat) = (format!("d{n}"), Some(60));
        city.devices.push(tocsin_core::city::Device { id, heartbeat, ..one.clone() });
    }
    let mut night = Night::new(Arc::new(city));
    night.step(NIGHT, &[]);
    // A cable is cut: the last word of each was at another moment.
    for n in 0..2_000 {
        night.step(at(n / 40), &[heard("fire", "tcp", &format!("d{n}"), n / 40)]);
    }
    night.until(at(239));
    let rows = &night.core.state().rooms.devices;
    assert_eq!(rows.values().filter(|row| row.state == "silent").count(), 2_001);
    let department = &rows["fire"];
    assert_eq!((department.silent, department.expected), (2_000, 2_002), "{department:?}");
    assert_eq!(department.points[0].title, "2000 个装置失联,共 2002 个应报");
    // What the city's systems hear: a few lines, not two thousand pages.
    let heard_events = |night: &Night| {
        let entries: Vec<Entry> = night.journal.iter().map(|(_, entry)| entry.clone()).collect();
        events(&entries, NIGHT).into_iter().filter(|event| event.kind.starts_with("device.")).count()
    };
    assert!(heard_events(&night) < 10, "{}", heard_events(&night));
    // And all of them come back.
    let back: Vec<Input> = (0..2_000).map(|n| heard("fire", "tcp", &format!("d{n}"), 239)).collect();
    night.step(at(239), &back);
    night.step(at(239), &[heard("fire", "tcp", "a", 239), heard("fire", "tcp", "b", 239)]);
    night.until(at(300));
    let rows = &night.core.state().rooms.devices;
    assert!(rows.values().all(|row| row.state == "normal"), "{:?}", rows["fire"]);
    assert!(heard_events(&night) < 12, "{}", heard_events(&night));
}

#[test]
fn chatter_leaves_no_facts() {
    let mut night = check(city(), "0s fire tcp a\n 0s fire tcp b", &[]);
    let before = night.journal.len();
    for second in 1..600 {
        night.step(at(second), &[heard("fire", "tcp", "a", second), heard("fire", "tcp", "b", second)]);
    }
    // Last seen, once a minute each.
    assert!(night.journal.len() - before <= 20, "{}", night.journal.len() - before);
    assert_eq!(night.told(&["device"]), [""; 0]);
}

/// That bytes came at all is no effect of the first signal in them.
#[test]
fn an_alarm_that_ends_a_silence_is_an_alarm() {
    let mut city = city();
    city.upkeep.feeds = vec![Feed { door: "weather".into(), department: "water".into(), heartbeat: 60 }];
    for (department, door, device) in [("fire", "tcp", "a"), ("water", "weather", "x")] {
        let mut night = Night::new(Arc::new(city.clone()));
        night.step(NIGHT, &[]);
        night.until(at(900));
        let frame = FrameId { department: department.into(), run: 77, index: 0 };
        let mut inputs = vec![Input::Heard(Heard {
            frame,
            plugin: department.into(),
            door: door.into(),
            device: device.into(),
            received: at(1_000),
        })];
        inputs.extend((0..3).map(|ordinal| {
            let mut alarm =
                fixture::alarm(77, department, &format!("{device}/{ordinal}"), "fire.smoke", at(1_000));
            (alarm.ordinal, alarm.door) = (ordinal, door.into());
            Input::Signal(alarm)
        }));
        night.until(at(1_000));
        night.step(at(1_000), &inputs);
        // Told again, as after a crash between two writes, nothing counts twice.
        night.step(at(1_001), &inputs);
        let alarms: u64 = night.core.incidents().map(|incident| incident.count).sum();
        assert_eq!(alarms, 3, "{department} {door}");
        let told = night.told(&["device"]);
        assert!(told.iter().any(|line| line.contains("device.spoke")), "{department} {door}: {told:?}");
    }
}
