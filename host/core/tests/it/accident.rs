//! 事故 (ACCEPTANCE 4): grades, numbered reports, clocks that run out.

use crate::cases::{Desk, at};
use crate::fixture::city;
use serde_json::{Value, json};
use tocsin_core::city::City;
use tocsin_core::city::accident::{Accidents, Clock, ClockKind, Means, Start};
use tocsin_core::thing::Noun;

fn desk() -> Desk {
    Desk::new(City::clone(&city()))
}

/// The standard's clocks in a city with platforms.
pub fn desk_with(grid: tocsin_core::city::grid::Grid) -> Desk {
    Desk::new(City { grid, ..City::clone(&city()) })
}

/// The local rules: 20 minutes by telephone, 40 in writing.
fn strict() -> Desk {
    let local = |id: &str, name: &str, minutes, means| Clock {
        id: id.into(),
        name: name.into(),
        kind: ClockKind::First,
        minutes,
        means,
        grades: vec![],
        from: Start::Happened,
    };
    let mut rules = Accidents::default();
    rules.clocks.push(local("phone", "电话报告", 20, Means::Phone));
    rules.clocks.push(local("written", "书面报告", 40, Means::Written));
    Desk::new(City { accidents: rules, ..City::clone(&city()) })
}

fn new(desk: &mut Desk, minute: i64, fields: Value) -> String {
    let mut all = json!({"title": "化工厂爆燃", "happened_at": at(0).0});
    for (name, value) in fields.as_object().into_iter().flatten() {
        all[name] = value.clone();
    }
    desk.ask(minute, "accident", "report", "", all).expect("a new accident")
}

fn accident(desk: &Desk, id: &str) -> Value {
    desk.row(Noun::Accident, id)
}

/// `clock(level) +minutes` of those that run, by their time.
fn clocks(row: &Value) -> Vec<String> {
    let mut running: Vec<(i64, String)> = row["clocks"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|clock| clock["met_at"].is_null() && clock["is_missed"] == false)
        .map(|clock| {
            let due = (clock["due_at"].as_i64().unwrap() - at(0).0) / 60_000;
            (
                due,
                format!("{}({}) +{due}", clock["clock"].as_str().unwrap(), clock["level"].as_str().unwrap()),
            )
        })
        .collect();
    running.sort();
    running.into_iter().map(|(_, text)| text).collect()
}

fn missed(row: &Value) -> Vec<String> {
    let text = |missed: &Value| {
        let late = missed["late_minutes"].as_i64().map_or("never".to_owned(), |late| format!("{late} late"));
        format!("{}({}) {late}", missed["clock"].as_str().unwrap(), missed["level"].as_str().unwrap())
    };
    row["missed"].as_array().into_iter().flatten().map(text).collect()
}

#[test]
fn two_dead_and_eight_injured_then_a_third_dies() {
    let mut desk = desk();
    let id = new(&mut desk, 10, json!({"deaths": 2, "injuries": 8, "region": "330000001000"}));
    assert_eq!(id, "A20260712-0001");
    let row = accident(&desk, &id);
    assert_eq!((&row["grade"], &row["target"]), (&json!("general"), &json!("prefecture")));
    assert_eq!(clocks(&row), ["upward(prefecture) +130", "daily(county) +1450", "final(county) +43200"]);

    // At that moment.
    desk.ask(30, "accident", "report", &id, json!({"deaths": 3})).unwrap();
    let row = accident(&desk, &id);
    assert_eq!((&row["grade"], &row["target"]), (&json!("large"), &json!("province")));
    assert_eq!(row["target_name"], "省");
    assert_eq!(
        clocks(&row),
        ["upward(prefecture) +130", "upward(province) +270", "daily(county) +1470", "final(county) +43200"]
    );
    let grading = row["gradings"].as_array().unwrap().last().unwrap();
    assert_eq!(
        (&grading["from"], &grading["to"], &grading["column"]),
        (&json!("general"), &json!("large"), &json!("deaths"))
    );
    assert_eq!(grading["at"], at(30).0);
    assert_eq!(desk.story(&id), "reported reported graded");

    // Upward: the prefecture is told, then the province; each stops what it covers.
    desk.ask(60, "accident", "report", &id, json!({"to": "prefecture"})).unwrap();
    assert_eq!(clocks(&accident(&desk, &id))[0], "upward(province) +270");
    desk.ask(90, "accident", "report", &id, json!({"to": "province", "text": "伤员均已送医"})).unwrap();
    desk.ask(100, "accident", "report", &id, json!({"final": true, "to": "province"})).unwrap();
    let row = accident(&desk, &id);
    let names: Vec<&str> =
        row["reports"].as_array().unwrap().iter().map(|r| r["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["初报", "续报一", "续报二", "续报三", "终报"]);
    let numbers: Vec<u64> =
        row["reports"].as_array().unwrap().iter().map(|r| r["number"].as_u64().unwrap()).collect();
    assert_eq!(numbers, [1, 2, 3, 4, 5]);
    assert_eq!(
        (&row["reports"][0]["grade"], &row["reports"][1]["grade"]),
        (&json!("general"), &json!("large"))
    );
    assert_eq!((&row["reports"][3]["to"], &row["reported_to"]), (&json!("province"), &json!("province")));
    assert_eq!(row["reports"][4]["by"], "王值班");
    assert_eq!((clocks(&row), missed(&row)), (vec![], vec![]));
    assert_eq!(row["state"], "final");

    // What changes after the final report supplements it, and the grade follows.
    desk.ask(200, "accident", "report", &id, json!({"deaths": 10})).unwrap();
    let row = accident(&desk, &id);
    assert_eq!(
        (&row["reports"][5]["name"], &row["grade"], &row["target"]),
        (&json!("补报一"), &json!("major"), &json!("state-council"))
    );
    desk.ask(210, "accident", "close", &id, json!({"result": "善后完毕"})).unwrap();
    let row = accident(&desk, &id);
    assert_eq!(
        (&row["state"], &row["result"], &row["next"]),
        (&json!("closed"), &json!("善后完毕"), &Value::Null)
    );
    desk.replays();
}

#[test]
fn a_clock_that_ran_out_stays_visible() {
    let mut desk = desk();
    let id = new(&mut desk, 10, json!({"deaths": 3}));
    // Nobody tells the prefecture until 130, nor the province until 250.
    desk.pass(at(129));
    assert_eq!(missed(&accident(&desk, &id)), Vec::<String>::new());
    desk.pass(at(131));
    let row = accident(&desk, &id);
    assert_eq!(missed(&row), ["upward(prefecture) never"]);
    assert_eq!(
        (&row["missed"][0]["due_at"], &row["missed"][0]["found_at"]),
        (&json!(at(130).0), &json!(at(130).0 + 1))
    );
    let order = desk.row(Noun::Order, row["missed"][0]["order"].as_str().unwrap());
    assert_eq!((&order["post"], &order["matter"]), (&json!("county-desk"), &json!(id)));
    assert_eq!(desk.story(&id), "reported overdue");

    // The late report says how late it was, and erases nothing.
    desk.ask(145, "accident", "report", &id, json!({"to": "province"})).unwrap();
    let row = accident(&desk, &id);
    assert_eq!(missed(&row), ["upward(prefecture) 15 late"]);
    assert_eq!(row["missed_count"], 1);
    assert_eq!(clocks(&row), ["daily(county) +1585", "final(county) +43200"]);

    // Follow-ups fall due day by day, whether the last one came or not.
    desk.pass(at(1586 + 1440));
    let row = accident(&desk, &id);
    assert_eq!(missed(&row)[1..], ["daily(county) never", "daily(county) never"]);
    desk.ask(3100, "accident", "report", &id, json!({})).unwrap();
    let row = accident(&desk, &id);
    assert_eq!(missed(&row)[1..], ["daily(county) 1515 late", "daily(county) 75 late"]);
    desk.replays();
}

#[test]
fn a_first_report_that_comes_late_is_late() {
    let mut desk = desk();
    let id = new(&mut desk, 75, json!({}));
    let row = accident(&desk, &id);
    assert_eq!(missed(&row), ["first(county) 15 late"]);
    assert_eq!(desk.story(&id), "reported overdue");
    assert!(desk.things(Noun::Order).is_empty(), "it has come: nobody is ordered to report it");
    // From when the head of the unit knew.
    let id = new(&mut desk, 76, json!({"known_at": at(40).0}));
    assert_eq!(missed(&accident(&desk, &id)), Vec::<String>::new());
}

#[test]
fn local_clocks_are_tighter() {
    let mut desk = strict();
    let id = new(&mut desk, 15, json!({"means": "phone"}));
    let row = accident(&desk, &id);
    assert_eq!(missed(&row), Vec::<String>::new());
    assert_eq!(clocks(&row)[0], "written(county) +40");
    desk.ask(38, "accident", "report", &id, json!({"means": "written"})).unwrap();
    desk.pass(at(45));
    assert_eq!(missed(&accident(&desk, &id)), Vec::<String>::new());

    let id = new(&mut desk, 50, json!({"means": "phone"}));
    assert_eq!(missed(&accident(&desk, &id)), ["phone(county) 30 late", "written(county) never"]);
    desk.ask(55, "accident", "report", &id, json!({"means": "written"})).unwrap();
    assert_eq!(missed(&accident(&desk, &id))[1], "written(county) 15 late");
}

#[test]
fn the_interval_of_follow_ups_goes_with_the_grade() {
    let mut desk = desk();
    let id = new(&mut desk, 0, json!({"deaths": 2}));
    desk.ask(1, "accident", "report", &id, json!({"deaths": 30, "to": "state-council"})).unwrap();
    let row = accident(&desk, &id);
    assert_eq!(row["grade"], "extraordinary");
    assert_eq!(clocks(&row), ["twice-daily(county) +721", "final(county) +43200"]);
}

#[test]
fn a_number_may_be_corrected_with_a_reason() {
    let mut desk = desk();
    let id = new(&mut desk, 0, json!({"deaths": 3, "loss": 20_000_000}));
    let lower = json!({"deaths": 2, "loss": 9_999_999});
    assert_eq!(
        desk.ask(5, "accident", "report", &id, lower.clone()),
        Err("accident.report.lower-without-reason".to_owned())
    );
    assert_eq!(accident(&desk, &id)["filed"], 1);
    let mut lower = lower;
    lower["reason"] = "重复统计一人".into();
    desk.ask(6, "accident", "report", &id, lower).unwrap();
    let row = accident(&desk, &id);
    assert_eq!((&row["grade"], &row["target"]), (&json!("general"), &json!("prefecture")));
    assert_eq!(row["reports"][1]["reason"], "重复统计一人");
    // What the lower grade no longer asks for is no longer due.
    assert_eq!(clocks(&row)[0], "upward(prefecture) +120");
    assert!(!clocks(&row).iter().any(|clock| clock.contains("province")), "{:?}", clocks(&row));
}

#[test]
fn what_cannot_be_is_refused() {
    let mut desk = desk();
    let check = |desk: &mut Desk, id: &str, fields: Value, rule: &str| {
        assert_eq!(desk.ask(100, "accident", "report", id, fields.clone()), Err(rule.to_owned()), "{fields}");
    };
    let base = |more: Value| {
        let mut all = json!({"title": "事故", "happened_at": at(90).to_string()});
        more.as_object().unwrap().iter().for_each(|(name, value)| all[name] = value.clone());
        all
    };
    check(&mut desk, "", json!({"happened_at": at(90).0}), "accident.report.no-title");
    check(&mut desk, "", json!({"title": "事故"}), "accident.report.no-time");
    check(&mut desk, "", base(json!({"happened_at": at(106).0})), "accident.report.future");
    check(&mut desk, "", base(json!({"known_at": at(89).0})), "accident.report.known-before");
    check(&mut desk, "", base(json!({"final": true})), "accident.report.final-first");
    check(&mut desk, "", base(json!({"region": "9"})), "accident.report.region");
    check(&mut desk, "", base(json!({"incident": "I1"})), "accident.report.incident");
    check(&mut desk, "", base(json!({"to": "moon"})), "accident.report.level");
    check(&mut desk, "", base(json!({"position": {"lon": 200.0, "lat": 0.0}})), "accident.report.position");
    check(&mut desk, "A1", json!({}), "accident.unknown");
    let id = desk.ask(100, "accident", "report", "", base(json!({}))).unwrap();
    check(&mut desk, &id, json!({"happened_at": at(80).0}), "accident.report.time-fixed");
    assert_eq!(desk.ask(100, "accident", "close", &id, json!({})), Err("accident.close.no-final".into()));
    desk.ask(100, "accident", "report", &id, json!({"final": true})).unwrap();
    check(&mut desk, &id, json!({"final": true}), "accident.report.final-twice");
    desk.ask(100, "accident", "close", &id, json!({})).unwrap();
    check(&mut desk, &id, json!({}), "accident.report.from-closed");
    assert_eq!(desk.ask(100, "accident", "close", &id, json!({})), Err("accident.close.from-closed".into()));
    let odd = desk.ask(100, "accident", "report", &id, json!({"deaths": -1})).unwrap_err();
    assert!(odd.starts_with("accident report: "), "{odd}");
}

#[test]
fn lists_of_a_row_are_bounded() {
    let mut desk = desk();
    let id = new(&mut desk, 0, json!({}));
    for round in 0..100 {
        let (deaths, to) = if round % 2 == 0 { (30, "county") } else { (0, "province") };
        let fields = json!({"deaths": deaths, "reason": "核实", "to": to});
        desk.ask(1 + round * 3, "accident", "report", &id, fields).unwrap();
    }
    let row = accident(&desk, &id);
    for (list, most) in [("reports", 64), ("gradings", 32), ("clocks", 40), ("missed", 64)] {
        assert!(row[list].as_array().unwrap().len() <= most, "{list}: {}", row[list]);
    }
    assert_eq!(row["filed"], 101);
    assert_eq!(row["reports"][63]["name"], "续报100");
}
