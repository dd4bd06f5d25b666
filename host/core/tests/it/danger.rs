//! 隐患 (ACCEPTANCE 2 without its doors): from finding to re-check, and who may say so.

use crate::cases::{Desk, at};
use crate::room;
use serde_json::{Value, json};
use tocsin_core::city::danger::{Charge, Dangers, Deadline, Desk as Rules};
use tocsin_core::city::{City, Department};
use tocsin_core::danger::{Danger, overdue};
use tocsin_core::signal::Kind;
use tocsin_core::thing::Noun;
use tocsin_core::time::Timestamp;

const EAST: &str = "330000001000";
const H1: &str = "H20260712-0001";
const DAY: i64 = 24 * 60;

pub fn city() -> City {
    let mut city = City::clone(&room::city());
    let department = |id: &str| Department { id: id.into(), name: format!("{id}局"), heartbeat: None };
    city.departments.extend(["safety", "emergency"].map(department));
    city.dangers = Dangers {
        desk: Rules {
            reporters: vec!["safety".into()],
            recheck: vec!["safety".into()],
            superior: "desk-duty".into(),
        },
        deadline: Deadline::default(),
        charges: vec![
            Charge { category: "消防".into(), department: "fire".into(), ..Charge::default() },
            Charge { department: "water".into(), post: "water-duty".into(), ..Charge::default() },
        ],
    };
    city
}

fn desk() -> Desk {
    Desk::new(city())
}

pub fn say(desk: &mut Desk, minute: i64, department: &str, code: &str, id: &str, when: i64, data: &Value) {
    desk.hear(minute, department, Kind::Report, code, |observed| {
        observed.signal.device = id.into();
        observed.signal.reference = id.into();
        observed.signal.observed = Some(at(when));
        observed.signal.title = "安全出口上锁".into();
        observed.signal.region = EAST.into();
        observed.signal.data = data.to_string();
    });
}

fn found(level: &str, deadline: i64) -> Value {
    json!({"level": level, "text": "二楼安全出口上锁", "category": "生产", "unit": "U1",
           "photos": ["https://safety.example/p/1.jpg"], "deadline": at(deadline).0})
}

fn danger(desk: &Desk) -> Value {
    desk.row(Noun::Danger, H1)
}

#[test]
fn a_danger_goes_through_its_life() {
    let mut desk = desk();
    say(&mut desk, 0, "safety", "danger.found", "YH-1", -60, &found("major", 3 * DAY));
    let row = danger(&desk);
    assert_eq!(
        (&row["state"], &row["level"], &row["responsible"], &row["unit_name"], &row["region"]),
        (&json!("assigned"), &json!("major"), &json!("water"), &json!("单位U1"), &json!(EAST))
    );
    assert_eq!(row["photos"], json!(["https://safety.example/p/1.jpg"]));
    assert_eq!((&row["found_at"], &row["deadline"]), (&json!(at(-60).0), &json!(at(3 * DAY).0)));
    // The department in charge and the township each have a task.
    let orders = desk.things(Noun::Order);
    let posts: Vec<&str> = orders.iter().filter_map(|order| order["post"].as_str()).collect();
    assert_eq!((posts, &orders[0]["matter"]), (vec!["water-duty", "east-duty"], &json!(H1)));
    say(&mut desk, 5, "water", "danger.rectified", "YH-1", 4, &json!({"measure": "已拆除门锁"}));
    assert_eq!((&danger(&desk)["state"], &danger(&desk)["next"]), (&json!("rectified"), &Value::Null));
    say(&mut desk, 9, "safety", "danger.rechecked", "YH-1", 8, &json!({"passed": true, "result": "合格"}));
    let row = danger(&desk);
    assert_eq!((&row["state"], &row["closed_by"]), (&json!("closed"), &json!("safety")));
    assert!(desk.things(Noun::Order).iter().all(|order| order["state"] == "done"));
    assert_eq!(desk.story(H1), "found assigned rectified closed");
    // Told again, and once more after its end: counted, and not opened again.
    say(&mut desk, 10, "safety", "danger.found", "YH-1", -60, &found("major", 3 * DAY));
    say(&mut desk, 11, "safety", "danger.rechecked", "YH-1", 8, &json!({"passed": true, "result": "合格"}));
    assert_eq!((desk.things(Noun::Danger).len(), &danger(&desk)["count"]), (1, &json!(2)));
    assert_eq!(danger(&desk)["state"], "closed");
    desk.replays();
}

#[test]
fn a_deadline_that_passes_is_told_to_the_county_desk_once() {
    let mut desk = desk();
    say(&mut desk, 0, "safety", "danger.found", "YH-1", 0, &found("major", DAY));
    desk.pass(at(DAY));
    assert_eq!(danger(&desk)["overdue_at"], Value::Null, "its last millisecond is still in time");
    desk.pass(at(DAY + 1));
    let row = danger(&desk);
    assert_eq!(row["overdue_at"], json!(at(DAY).0));
    let order = desk.row(Noun::Order, row["escalation"].as_str().unwrap());
    assert_eq!((&order["post"], &order["matter"]), (&json!("desk-duty"), &json!(H1)));
    desk.pass(at(2 * DAY));
    assert_eq!(desk.story(H1).matches("overdue").count(), 1);
    say(&mut desk, 2 * DAY, "safety", "danger.rechecked", "YH-1", 2 * DAY, &json!({"passed": true}));
    assert_eq!(danger(&desk)["state"], "closed");
    let order = desk.row(Noun::Order, row["escalation"].as_str().unwrap());
    assert_eq!(order["state"], "done");
}

#[test]
fn each_deadline_escalates_and_whoever_is_asked_is_not_asked_twice() {
    let mut desk = desk();
    say(&mut desk, 0, "safety", "danger.found", "YH-1", 0, &found("major", DAY));
    desk.pass(at(DAY + 1));
    let first = danger(&desk)["escalation"].clone();
    let failed = |deadline: i64| json!({"passed": false, "deadline": at(deadline).0});
    let measure = json!({"measure": "已整改"});
    say(&mut desk, DAY + 10, "water", "danger.rectified", "YH-1", DAY + 10, &measure);
    say(&mut desk, DAY + 20, "safety", "danger.rechecked", "YH-1", DAY + 20, &failed(2 * DAY));
    desk.pass(at(2 * DAY + 1));
    let row = danger(&desk);
    assert_eq!(row["overdue_at"], json!(at(2 * DAY).0));
    assert_eq!(row["escalation"], first, "its order is still open");
    assert_eq!(desk.story(H1).matches("overdue").count(), 2);
    desk.ask(2 * DAY + 2, "order", "ack", first.as_str().unwrap(), json!({})).unwrap();
    desk.ask(2 * DAY + 3, "order", "done", first.as_str().unwrap(), json!({"result": "已约谈"})).unwrap();
    say(&mut desk, 2 * DAY + 10, "water", "danger.rectified", "YH-1", 2 * DAY + 10, &measure);
    say(&mut desk, 2 * DAY + 20, "safety", "danger.rechecked", "YH-1", 2 * DAY + 20, &failed(3 * DAY));
    desk.pass(at(3 * DAY + 1));
    assert_ne!(danger(&desk)["escalation"], first);
    desk.replays();
}

#[test]
fn a_forged_close_is_refused_and_to_be_read() {
    let mut desk = desk();
    say(&mut desk, 0, "safety", "danger.found", "YH-1", 0, &found("major", DAY));
    for (id, department, code) in [
        ("YH-1", "video", "danger.rechecked"),
        (H1, "video", "danger.closed"),
        ("YH-1", "water", "danger.rechecked"),
        ("YH-1", "video", "danger.rectified"),
    ] {
        say(&mut desk, 5, department, code, id, 5, &json!({"passed": true, "measure": "x"}));
    }
    let row = danger(&desk);
    assert_eq!((&row["state"], &row["refused"]), (&json!("assigned"), &json!(4)));
    let close = json!({"result": "合格"});
    assert_eq!(desk.ask(6, "danger", "close", H1, close.clone()), Ok(H1.into()), "the operator may");
    assert_eq!(desk.ask(7, "danger", "close", H1, close), Err("danger.recheck.from-closed".into()));
    assert_eq!(desk.ask(7, "danger", "close", "H9", json!({"result": "x"})), Err("danger.unknown".into()));
}

#[test]
fn a_recheck_that_fails_sends_it_back() {
    let mut desk = desk();
    say(&mut desk, 0, "safety", "danger.found", "YH-1", 0, &found("general", DAY));
    say(&mut desk, 10, "safety", "danger.rectified", "YH-1", 10, &json!({"measure": "已整改"}));
    let failed = json!({"passed": false, "result": "仍上锁", "deadline": at(2 * DAY).0});
    say(&mut desk, 20, "safety", "danger.rechecked", "YH-1", 20, &failed);
    let row = danger(&desk);
    assert_eq!((&row["state"], &row["deadline"]), (&json!("assigned"), &json!(at(2 * DAY).0)));
    assert_eq!(row["returns"][0]["reason"], "仍上锁");
    // The old word again, late: it is not rectified by that.
    say(&mut desk, 30, "safety", "danger.rectified", "YH-1", 10, &json!({"measure": "已整改"}));
    assert_eq!(danger(&desk)["state"], "assigned");
    desk.pass(at(2 * DAY + 1));
    assert_eq!(danger(&desk)["overdue_at"], json!(at(2 * DAY).0));
}

#[test]
fn what_is_found_after_a_recheck_is_another_danger() {
    let mut desk = desk();
    let states = |desk: &Desk| {
        desk.things(Noun::Danger).iter().map(|row| row["state"].clone()).collect::<Vec<Value>>()
    };
    let major = found("major", 3 * DAY);
    say(&mut desk, 0, "safety", "danger.found", "YH-1", -60, &major);
    say(&mut desk, 5, "safety", "danger.rechecked", "YH-1", 4, &json!({"passed": true}));
    // A copy of the first report finds nothing new.
    say(&mut desk, 6, "safety", "danger.found", "YH-1", -60, &major);
    assert_eq!(states(&desk), ["closed"]);
    say(&mut desk, 20, "safety", "danger.found", "YH-1", 10, &major);
    assert_eq!(states(&desk), ["closed", "assigned"]);
    // What is said of the number now is of the newer one.
    say(&mut desk, 30, "safety", "danger.rechecked", "YH-1", 29, &json!({"passed": true}));
    assert_eq!(states(&desk), ["closed", "closed"]);
}

#[test]
fn the_end_does_not_depend_on_the_order_of_arrival() {
    let told = [
        ("danger.found", 0, found("major", DAY)),
        ("danger.rectified", 10, json!({"measure": "已整改"})),
        ("danger.rechecked", 20, json!({"passed": true, "result": "合格"})),
    ];
    for order in [[0, 1, 2], [1, 0, 2], [2, 1, 0], [1, 2, 0], [0, 2, 1], [2, 0, 1]] {
        let mut desk = desk();
        for (minute, place) in (30..).zip(order) {
            let (code, when, data) = &told[place];
            say(&mut desk, minute, "safety", code, "YH-1", *when, data);
        }
        let row = danger(&desk);
        assert_eq!(
            (&row["state"], &row["level"], &row["closed_at"], &row["title"]),
            (&json!("closed"), &json!("major"), &json!(at(20).0), &json!("安全出口上锁")),
            "{order:?}"
        );
        desk.replays();
    }
}

#[test]
fn overdue_ones_are_listed_by_township() {
    let row = |id: &str, region: &str, deadline: i64, state: &str| -> Danger {
        let done = |word: &str| (state == word).then_some(60);
        serde_json::from_value(json!({
            "id": id, "region": region, "deadline": deadline, "state": state, "level": "major",
            "found_at": 1, "described_at": 1, "rectified_at": done("rectified"), "closed_at": done("closed"),
        }))
        .unwrap()
    };
    let rows = vec![
        row("H1", "B", 50, "assigned"),
        row("H2", "A", 90, "found"),
        row("H3", "A", 100, "assigned"),
        row("H4", "A", 10, "rectified"),
        row("H5", "A", 10, "closed"),
        row("H6", "A", 20, "assigned"),
    ];
    let check = |at: i64, expect: &[(&str, usize, &str)]| {
        let lines = overdue::lines(rows.clone(), Timestamp(at));
        let shown: Vec<(&str, usize, String)> = lines
            .iter()
            .map(|line| {
                let ids: Vec<&str> = line.dangers.iter().map(|item| item.danger.id.as_str()).collect();
                (line.region.as_str(), line.overdue, ids.join(" "))
            })
            .collect();
        let expect: Vec<(&str, usize, String)> =
            expect.iter().map(|(region, count, ids)| (*region, *count, (*ids).to_owned())).collect();
        assert_eq!(shown, expect, "at {at}");
    };
    check(100, &[("A", 2, "H6 H2"), ("B", 1, "H1")]);
    // As it stood then: what has been rectified and closed since was not yet.
    check(55, &[("A", 3, "H4 H5 H6"), ("B", 1, "H1")]);
}

#[test]
fn units_are_registered_corrected_and_their_departments_own() {
    let mut desk = desk();
    let tell = |desk: &mut Desk, minute: i64, department: &str, as_of: i64, trade: &str| {
        say(desk, minute, department, "unit.registered", "QY-1", as_of, &json!({"trade": trade}));
    };
    tell(&mut desk, 0, "safety", 0, "化工");
    tell(&mut desk, 1, "safety", 0, "化工");
    tell(&mut desk, 2, "safety", 2, "纺织");
    tell(&mut desk, 3, "safety", 1, "化工");
    tell(&mut desk, 4, "video", 4, "娱乐");
    let row = desk.row(Noun::Unit, "QY-1");
    assert_eq!((&row["trade"], &row["department"]), (&json!("纺织"), &json!("safety")));
    assert_eq!(desk.story("QY-1"), "registered updated refused");
    let data = json!({"unit": "QY-1", "text": "x"});
    say(&mut desk, 5, "safety", "danger.found", "YH-1", 5, &data);
    assert_eq!(danger(&desk)["trade"], "纺织");
}
