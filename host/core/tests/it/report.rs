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
    desk.pass(at(120));
    assert_eq!(states(&desk)[3..], ["told G330 road.closed", "expired G330 road.closed"]);
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
    // What no rule names, and what is told late, leaves nothing.
    say(&mut desk, 15, Kind::Reading, "wind.speed", ("s", 0.0), Some(3.0), Value::Null);
    desk.hear(200, "water", Kind::Reading, "water.level", |observed| {
        observed.signal.device = "s".into();
        observed.signal.value = Some(9.0);
        observed.signal.observed = Some(at(4));
    });
    assert_eq!(states(&desk).len(), 5, "{:?}", states(&desk));
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
}
