//! 实况: what departments said last, how it ends, and a township's picture of it.

use crate::cases::{Desk, at};
use crate::fixture::{city, east_north};
use serde_json::{Value, json};
use tocsin_core::Incident;
use tocsin_core::city::City;
use tocsin_core::city::report::{Hydrants, Reports, Rule};
use tocsin_core::now;
use tocsin_core::report::hydrants;
use tocsin_core::signal::Kind;
use tocsin_core::thing::Noun;

const EAST: &str = "330000001000";
const WEST: &str = "330000002000";

fn desk() -> Desk {
    let rule = |code: &str, hours: u32, every_s: u32, limits: &[f64]| Rule {
        code: code.into(),
        name: String::new(),
        hours,
        every_s,
        limits: limits.to_vec(),
    };
    let reports = Reports {
        rules: vec![
            rule("road.*", 72, 0, &[]),
            rule("water.level", 6, 300, &[]),
            rule("pipe.pressure", 48, 900, &[100.0]),
        ],
        hydrants: Hydrants { code: "pipe.pressure".into(), ..Hydrants::default() },
    };
    Desk::new(City { reports, ..City::clone(&city()) })
}

/// A word of `roads` or `water` about a thing some metres east of the centre.
fn say(
    desk: &mut Desk,
    minute: i64,
    kind: Kind,
    code: &str,
    (device, east_m): (&str, f64),
    value: Option<f64>,
    data: Value,
) {
    desk.hear(minute, "water", kind, code, |observed| {
        observed.signal.device = device.into();
        observed.signal.title = format!("{device} {code}");
        observed.signal.position = Some(east_north(east_m, 0.0));
        observed.signal.value = value;
        observed.signal.data = if data.is_null() { String::new() } else { data.to_string() };
    });
}

fn states(desk: &Desk) -> Vec<String> {
    desk.changes()
        .into_iter()
        .filter(|(_, _, thing)| thing.noun() == Noun::Report)
        .map(|(_, change, thing)| format!("{change} {}", thing.face().title))
        .collect()
}

#[test]
fn a_closure_holds_until_it_is_over() {
    let mut desk = desk();
    let closed = |desk: &mut Desk, minute, data| {
        say(desk, minute, Kind::Report, "road.closed", ("G330", 40.0), None, data);
    };
    closed(&mut desk, 1, json!({"until": "2026-07-13T04:00:00+08:00"}));
    closed(&mut desk, 2, json!({"until": "2026-07-13T04:00:00+08:00"}));
    assert_eq!(states(&desk), ["told G330 road.closed"], "the same word again says nothing new");
    closed(&mut desk, 3, json!({"until": "2026-07-13T06:00:00+08:00"}));
    say(&mut desk, 4, Kind::Recovery, "road.closed", ("G330", 40.0), None, Value::Null);
    say(&mut desk, 5, Kind::Recovery, "road.closed", ("G330", 40.0), None, Value::Null);
    assert_eq!(states(&desk)[1..], ["told G330 road.closed", "over G330 road.closed"]);
    // Closed again; this time its own end comes.
    closed(&mut desk, 6, json!({"until": "2026-07-12T23:00:00+08:00"}));
    // A copy of what was ended comes late: the road stays open.
    closed(&mut desk, 7, json!({"until": "2026-07-12T23:00:00+08:00"}));
    say(&mut desk, 8, Kind::Recovery, "road.closed", ("G330", 40.0), None, Value::Null);
    closed(&mut desk, 9, json!({"until": "2026-07-12T23:00:00+08:00"}));
    assert_eq!(states(&desk)[3..], ["told G330 road.closed", "over G330 road.closed"]);
    closed(&mut desk, 10, json!({"until": "2026-07-12T23:30:00+08:00"}));
    desk.pass(at(120));
    assert_eq!(states(&desk)[5..], ["told G330 road.closed", "expired G330 road.closed"]);
}

#[test]
fn numbers_are_recorded_coarsely_unless_they_cross_a_limit() {
    let mut desk = desk();
    for (minute, value) in [(0, 1.0), (1, 1.1), (2, 1.2), (5, 1.3), (6, 1.4)] {
        say(&mut desk, minute, Kind::Reading, "water.level", ("s", 0.0), Some(value), Value::Null);
    }
    let row = |desk: &Desk| desk.things(Noun::Report)[0].clone();
    assert_eq!((states(&desk).len(), &row(&desk)["value"]), (2, &json!(1.3)));
    for (minute, value) in [(10, 300.0), (11, 250.0), (12, 90.0), (13, 80.0), (14, 200.0)] {
        say(&mut desk, minute, Kind::Reading, "pipe.pressure", ("h", 0.0), Some(value), Value::Null);
    }
    assert_eq!(states(&desk).len(), 2 + 3, "{:?}", states(&desk));
    // Of several in one frame the last says how it stands.
    for (ordinal, value) in (0..).zip([190.0, 180.0]) {
        desk.hear(16, "water", Kind::Reading, "pipe.pressure", |observed| {
            (observed.frame.run, observed.ordinal) = (7_000, ordinal);
            observed.signal.device = "frame".into();
            observed.signal.title = "frame".into();
            observed.signal.value = Some(value);
        });
    }
    assert_eq!(desk.row(Noun::Report, "water/frame pipe.pressure")["value"], 180.0);
    // What no rule names, and what is told late, leaves nothing.
    say(&mut desk, 15, Kind::Reading, "wind.speed", ("s", 0.0), Some(3.0), Value::Null);
    desk.hear(200, "water", Kind::Reading, "water.level", |observed| {
        observed.signal.device = "s".into();
        observed.signal.value = Some(9.0);
        observed.signal.observed = Some(at(4));
    });
    assert_eq!(states(&desk).len(), 7, "{:?}", states(&desk));
}

#[test]
fn two_departments_measure_one_circuit() {
    let mut desk = desk();
    let tell = |desk: &mut Desk, minute, department: &str, value| {
        desk.hear(minute, department, Kind::Reading, "water.level", |observed| {
            observed.signal.device = if department == "fire" { "a/box" } else { "meter-7" }.into();
            observed.signal.value = Some(value);
        });
    };
    tell(&mut desk, 0, "fire", 2.1);
    tell(&mut desk, 1, "video", 2.2);
    let row = desk.things(Noun::Report)[0].clone();
    assert_eq!((desk.things(Noun::Report).len(), &row["value"]), (1, &json!(2.2)));
    assert_eq!(
        row["sources"],
        json!([{"department": "fire", "value": 2.1, "at": at(0).0}, {"department": "video", "value": 2.2, "at": at(1).0}])
    );
    tell(&mut desk, 6, "fire", 2.3);
    let state = desk.core.state();
    let facts = now::of("330000000000", &desk.city(), state.incidents.values(), &state.rooms);
    assert_eq!(facts[0].departments, ["fire", "video"]);
    assert_eq!(facts[0].quality["sources"][0]["value"], 2.3);
}

#[test]
fn a_region_is_known_by_its_name_and_by_its_villages() {
    let mut desk = desk();
    let tell = |desk: &mut Desk, minute, region: &str, data: Value| {
        desk.hear(minute, "water", Kind::Report, "road.closed", |observed| {
            observed.signal.device = format!("r{minute}");
            observed.signal.region = region.into();
            observed.signal.data = data.to_string();
        });
        desk.row(Noun::Report, &format!("water/r{minute} road.closed"))["region"].clone()
    };
    let named = |name: &str| json!({"region_name": name});
    assert_eq!(tell(&mut desk, 0, EAST, json!({})), EAST);
    assert_eq!(tell(&mut desk, 1, "330000001203", json!({})), EAST);
    assert_eq!(tell(&mut desk, 2, "", named("青山市东乡")), EAST);
    assert_eq!(tell(&mut desk, 3, "", named("别处镇")), "330000000000");
    assert_eq!(tell(&mut desk, 4, WEST, named("东乡")), WEST, "its code counts first");
}

#[test]
fn registers_are_no_news() {
    let mut desk = desk();
    for (minute, code) in
        (0..).zip(["unit.registered", "danger.found", "inspection.done", "supervision.unit"])
    {
        say(&mut desk, minute, Kind::Report, code, ("r", 0.0), None, json!({"unit": "U9", "id": "U9"}));
    }
    assert_eq!(states(&desk), [""; 0]);
}

#[test]
fn a_township_sees_its_own() {
    let mut desk = desk();
    say(&mut desk, 0, Kind::Report, "road.closed", ("G330", 40.0), None, Value::Null);
    say(&mut desk, 0, Kind::Report, "gathering.registered", ("registry", -900.0), None, Value::Null);
    // What opens an incident is one, and not told twice.
    say(&mut desk, 0, Kind::Report, "report.fire", ("worker", 60.0), None, Value::Null);
    let seen = |desk: &Desk, region: &str| {
        let state = desk.core.state();
        let facts = now::of(region, &desk.city(), state.incidents.values(), &state.rooms);
        let mut codes: Vec<String> =
            facts.iter().map(|fact| format!("{} {}", fact.noun, fact.code)).collect();
        codes.sort();
        codes
    };
    assert_eq!(seen(&desk, EAST), ["incident fire", "report road.closed"]);
    assert_eq!(seen(&desk, WEST), ["report gathering.registered"]);
    assert_eq!(seen(&desk, "330000000000").len(), 3);
    desk.pass(at(25 * 60));
    assert_eq!(seen(&desk, WEST), Vec::<String>::new(), "grown old");
}

#[test]
fn a_fire_shows_the_dry_hydrant_and_offers_the_next() {
    let mut desk = desk();
    for (device, east_m, kilopascal) in [("dry", 100.0, 20.0), ("near", 500.0, 300.0), ("far", 900.0, 300.0)]
    {
        say(&mut desk, 0, Kind::Reading, "pipe.pressure", (device, east_m), Some(kilopascal), Value::Null);
    }
    let rules = desk.city().reports.hydrants.clone();
    let incident = |hazard: &str, east_m: f64| Incident {
        hazard: hazard.into(),
        position: Some(east_north(east_m, 0.0)),
        ..Incident::default()
    };
    let check = |incident: Incident, expect: &[(&str, bool, bool)]| {
        let found = hydrants(&incident, desk.core.state().rooms.reports.values(), &rules);
        let found: Vec<(&str, bool, bool)> =
            found.iter().map(|hydrant| (hydrant.device.as_str(), hydrant.dry, hydrant.offered)).collect();
        assert_eq!(found, expect, "{}", incident.hazard);
    };
    check(incident("fire", 0.0), &[("dry", true, false), ("near", false, true)]);
    check(incident("fire", 690.0), &[("near", false, false), ("far", false, false)]);
    check(incident("flood", 0.0), &[]);
    check(incident("fire", 9_000.0), &[]);
    // What alarms by its own limit is not offered, however the city measures.
    say(
        &mut desk,
        1,
        Kind::Reading,
        "pipe.pressure",
        ("near", 500.0),
        Some(120.0),
        json!({"low_limit_kpa": 140.0}),
    );
    let found = hydrants(&incident("fire", 0.0), desk.core.state().rooms.reports.values(), &rules);
    let offered: Vec<&str> =
        found.iter().filter(|hydrant| hydrant.offered).map(|hydrant| hydrant.device.as_str()).collect();
    assert_eq!(offered, ["far"]);
}
