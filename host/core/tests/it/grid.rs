//! 基层治理四平台 (ACCEPTANCE 12): a grid worker's report through the platforms.

use crate::cases::{Desk, at};
use crate::fixture::{city, east_north};
use serde_json::{Value, json};
use tocsin_core::city::City;
use tocsin_core::city::grid::{Category, Desk as Room, Grid, Platform};
use tocsin_core::signal::Kind;
use tocsin_core::thing::Noun;

fn desk() -> Desk {
    Desk::new(City { grid: platforms(), ..City::clone(&city()) })
}

pub fn platforms() -> Grid {
    let platform = |id: &str, name: &str, department: &str| Platform {
        id: id.into(),
        name: name.into(),
        department: department.into(),
        post: format!("{department}-duty"),
        superior: format!("{department}-head"),
    };
    let category = |code: &str, platform: &str, hazard: &str| Category {
        code: code.into(),
        name: format!("类别 {code}"),
        platform: platform.into(),
        accept: 30,
        assign: Some(20),
        handle: 240,
        evaluate: Some(1440),
        hazard: hazard.into(),
    };
    Grid {
        desk: Room { department: "grid".into(), post: "grid-duty".into(), superior: "county-desk".into() },
        platforms: vec![
            platform("order", "综治工作平台", "police"),
            platform("market", "市场监管平台", "market"),
            platform("law", "综合执法平台", "law"),
            platform("service", "便民服务平台", "service"),
        ],
        categories: vec![
            category("report.*", "", ""),
            category("report.hazard", "law", "fire"),
            category("report.fire", "order", "fire"),
        ],
    }
}

pub fn report(desk: &mut Desk, minute: i64, code: &str, reference: &str) {
    desk.hear(minute, "grid", Kind::Report, code, |observed| {
        observed.signal.device = "grid-002-01".into();
        observed.signal.reference = reference.into();
        observed.signal.title = "安全隐患:楼道堆满杂物".into();
        observed.signal.position = Some(east_north(40.0, 0.0));
        observed.signal.data = json!({
            "category": "隐患", "text": "东苑小区 3 幢楼道堆满杂物,电瓶车飞线充电", "address": "东苑小区 3 幢",
            "photos": ["https://grid.example/p/31.jpg"],
            "reporter": {"id": "grid-002-01", "name": "周明", "phone": "138-0000-1001"},
        })
        .to_string();
    });
}

fn says(desk: &mut Desk, minute: i64, department: &str, code: &str, case: &str, data: Value) {
    desk.hear(minute, department, Kind::Progress, code, |observed| {
        observed.signal.reference = case.into();
        observed.signal.data = data.to_string();
    });
}

const CASE: &str = "G20260712-0001";

fn case(desk: &Desk) -> Value {
    desk.row(Noun::Grid, CASE)
}

#[test]
fn a_report_goes_through_its_life() {
    let mut desk = desk();
    report(&mut desk, 0, "report.hazard", "GW-1");
    let row = case(&desk);
    assert_eq!(
        (&row["state"], &row["department"], &row["reference"]),
        (&json!("reported"), &json!("grid"), &json!("GW-1"))
    );
    assert_eq!(row["reporter"], json!({"id": "grid-002-01", "name": "周明", "phone": "138-0000-1001"}));
    assert_eq!(
        (&row["region"], &row["photos"]),
        (&json!("330000001000"), &json!(["https://grid.example/p/31.jpg"]))
    );
    assert_eq!(
        (&row["incident"], &row["step"], &row["due_at"]),
        (&json!(""), &json!("accept"), &json!(at(30).0))
    );
    // The same report again is the same case.
    report(&mut desk, 1, "report.hazard", "GW-1");
    assert_eq!((desk.things(Noun::Grid).len(), &case(&desk)["count"]), (1, &json!(2)));

    desk.ask(5, "grid", "accept", CASE, json!({})).unwrap();
    let row = case(&desk);
    assert_eq!(
        (&row["state"], &row["platform"], &row["due_at"]),
        (&json!("assigned"), &json!("law"), &json!(at(245).0))
    );
    says(&mut desk, 20, "law", "progress.handle", CASE, json!({}));
    assert_eq!(case(&desk)["state"], "handling");
    says(&mut desk, 90, "law", "progress.feedback", CASE, json!({"result": "杂物已清,飞线已拆"}));
    let row = case(&desk);
    assert_eq!((&row["state"], &row["result"]), (&json!("fed-back"), &json!("杂物已清,飞线已拆")));
    assert_eq!(
        desk.ask(91, "grid", "evaluate", CASE, json!({"score": 6})),
        Err("grid.evaluate.score".into())
    );
    desk.ask(100, "grid", "evaluate", CASE, json!({"score": 5, "comment": "很快"})).unwrap();
    let row = case(&desk);
    assert_eq!(
        (&row["state"], &row["score"], &row["comment"], &row["next"]),
        (&json!("closed"), &json!(5), &json!("很快"), &Value::Null)
    );
    assert_eq!(row["overtime"], json!([]));
    assert_eq!(desk.story(CASE), "reported repeated accepted assigned handling fed-back evaluated closed");
    // Told once more after its end: counted, and not opened again.
    report(&mut desk, 200, "report.hazard", "GW-1");
    assert_eq!((desk.things(Noun::Grid).len(), &case(&desk)["state"]), (1, &json!("closed")));
    desk.replays();
}

#[test]
fn a_wrong_platform_returns_it_once() {
    let mut desk = desk();
    report(&mut desk, 0, "report.hazard", "GW-1");
    desk.ask(1, "grid", "accept", CASE, json!({})).unwrap();
    assert_eq!(
        desk.ask(2, "grid", "return", CASE, json!({"reason": " "})),
        Err("grid.return.no-reason".into())
    );
    assert_eq!(
        desk.ask(2, "grid", "return", CASE, json!({"reason": "x", "to": "law"})),
        Err("grid.return.itself".into())
    );
    // Returned with a proposal: re-routed at once.
    says(&mut desk, 10, "law", "progress.return", CASE, json!({"reason": "属消防通道管理", "to": "order"}));
    let row = case(&desk);
    assert_eq!((&row["state"], &row["platform"]), (&json!("assigned"), &json!("order")));
    assert_eq!(
        (&row["returns"][0]["platform"], &row["returns"][0]["reason"]),
        (&json!("law"), &json!("属消防通道管理"))
    );
    // A second time: the county desk is asked, and decides with a reason.
    desk.ask(20, "grid", "return", CASE, json!({"reason": "不归我们", "to": "market"})).unwrap();
    let row = case(&desk);
    assert_eq!((&row["state"], &row["platform"]), (&json!("returned"), &json!("")));
    let orders = desk.things(Noun::Order);
    assert_eq!(
        (orders.len(), &orders[0]["post"], &orders[0]["matter"]),
        (1, &json!("county-desk"), &json!(CASE))
    );
    assert_eq!(
        desk.ask(21, "grid", "assign", CASE, json!({"platform": "law"})),
        Err("grid.assign.undecided".into())
    );
    desk.ask(22, "grid", "assign", CASE, json!({"platform": "law", "reason": "值班长裁定"})).unwrap();
    assert_eq!(
        desk.ask(23, "grid", "return", CASE, json!({"reason": "还是不归我们"})),
        Err("grid.return.decided".into())
    );
    assert_eq!(
        desk.ask(24, "grid", "assign", CASE, json!({"platform": "market"})),
        Err("grid.assign.from-assigned".into())
    );
    assert_eq!(desk.story(CASE), "reported accepted assigned returned assigned returned assigned");
    desk.replays();
}

#[test]
fn only_the_platform_in_charge_may_speak() {
    let mut desk = desk();
    report(&mut desk, 0, "report.hazard", "GW-1");
    says(&mut desk, 1, "law", "progress.feedback", CASE, json!({"result": "办了"}));
    assert_eq!(case(&desk)["state"], "reported");
    desk.ask(2, "grid", "accept", CASE, json!({})).unwrap();
    says(&mut desk, 3, "market", "progress.feedback", CASE, json!({"result": "办了"}));
    let row = case(&desk);
    assert_eq!((&row["state"], &row["result"]), (&json!("assigned"), &json!("")));
    assert_eq!(desk.story(CASE), "reported refused accepted assigned refused");
}

#[test]
fn overtime_is_visible_step_by_step() {
    let mut desk = desk();
    report(&mut desk, 0, "report.hazard", "GW-1");
    desk.pass(at(31));
    desk.ask(40, "grid", "accept", CASE, json!({})).unwrap();
    desk.pass(at(282));
    desk.ask(300, "grid", "feedback", CASE, json!({"result": "已清"})).unwrap();
    let row = case(&desk);
    let over: Vec<Value> = row["overtime"].as_array().unwrap().clone();
    let line = |over: &Value| {
        format!(
            "{} {} {}",
            over["step"].as_str().unwrap(),
            over["platform"].as_str().unwrap(),
            over["late_minutes"]
        )
    };
    assert_eq!(over.iter().map(line).collect::<Vec<_>>(), ["accept  10", "handle law 20"]);
    let orders = desk.things(Noun::Order);
    let posts: Vec<&str> = orders.iter().map(|order| order["post"].as_str().unwrap()).collect();
    assert_eq!(posts, ["county-desk", "law-head"]);
    assert_eq!(orders[1]["id"], over[1]["order"]);
    assert_eq!(desk.story(CASE), "reported overtime accepted assigned overtime fed-back");
    desk.replays();
}

#[test]
fn a_copy_of_a_report_does_not_open_again_what_was_closed() {
    let mut desk = desk();
    let tell = |desk: &mut Desk, minute, seen| {
        desk.hear(minute, "grid", Kind::Report, "report.fire", |observed| {
            observed.signal.device = "grid-002-01".into();
            observed.signal.reference = "GW-9".into();
            observed.signal.title = "火情:楼道冒烟".into();
            observed.signal.observed = Some(at(seen));
            observed.signal.position = Some(east_north(40.0, 0.0));
        });
    };
    tell(&mut desk, 0, 0);
    let id = desk.core.incidents().next().expect("an incident").id.clone();
    for (minute, verb, fields) in
        [(1, "confirm", json!({})), (2, "respond", json!({})), (9, "close", json!({"result": "已扑灭"}))]
    {
        desk.ask(minute, "incident", verb, &id, fields).unwrap();
    }
    tell(&mut desk, 10, 0);
    assert_eq!((desk.core.incidents().count(), desk.core.evidence(&id).next().unwrap().count), (1, 2));
    // The same worker's number with a later time is another sight of it.
    tell(&mut desk, 11, 11);
    assert_eq!(desk.core.incidents().count(), 2);
    desk.replays();
}

#[test]
fn one_flag_makes_it_an_incident() {
    let mut desk = desk();
    report(&mut desk, 0, "report.hazard", "GW-1");
    desk.ask(1, "grid", "accept", CASE, json!({})).unwrap();
    assert_eq!(
        desk.ask(2, "grid", "promote", CASE, json!({"hazard": "flood"})),
        Err("grid.promote.hazard".into())
    );
    assert_eq!(desk.core.incidents().count(), 0);
    // The category names the hazard.
    desk.ask(3, "grid", "promote", CASE, json!({"note": "飞线起火"})).unwrap();
    let incident = desk.core.incidents().next().expect("an incident").clone();
    let evidence = desk.core.evidence(&incident.id).next().expect("evidence");
    assert_eq!((evidence.frame.to_string(), evidence.plugin.as_str()), ("grid/1/0".to_owned(), "grid"));
    assert_eq!((incident.hazard.as_str(), incident.title.as_str()), ("fire", "安全隐患:楼道堆满杂物"));
    let off = incident.position.map(|at| (at.lon - east_north(40.0, 0.0).lon).abs());
    assert!(off.is_some_and(|degrees| degrees < 1e-6), "{off:?}");
    assert!(incident.notes.iter().any(|note| note.act == "promote" && note.text.contains(CASE)));
    let row = case(&desk);
    assert_eq!((&row["state"], &row["incident"]), (&json!("promoted"), &json!(incident.id)));
    for (verb, fields, rule) in [
        ("close", json!({"result": "x"}), "grid.close.from-promoted"),
        ("assign", json!({"platform": "law"}), "grid.assign.from-promoted"),
        ("promote", json!({}), "grid.promote.from-promoted"),
        ("feedback", json!({"result": "x"}), "grid.feedback.from-promoted"),
    ] {
        assert_eq!(desk.ask(4, "grid", verb, CASE, fields), Err(rule.into()));
    }
    // What a detector near by says joins it.
    desk.hear(5, "fire", Kind::Alarm, "fire.smoke", |observed| observed.signal.device = "a/1".into());
    assert_eq!(desk.core.incidents().count(), 1);
    assert_eq!(desk.core.incidents().next().unwrap().evidence, 2);
    let id = incident.id.as_str();
    for (minute, verb, fields) in
        [(7, "respond", json!({})), (9, "close", json!({"result": "已扑灭,无人员伤亡"}))]
    {
        desk.ask(minute, "incident", verb, id, fields).unwrap();
    }
    let row = case(&desk);
    assert_eq!((&row["state"], &row["result"]), (&json!("closed"), &json!("已扑灭,无人员伤亡")));
    assert_eq!(desk.story(CASE), "reported accepted assigned promoted progressed closed");
    // The worker may still say how it was.
    desk.ask(20, "grid", "evaluate", CASE, json!({"score": 4})).unwrap();
    assert_eq!(case(&desk)["score"], 4);
    desk.replays();
}

#[test]
fn a_report_that_opens_an_incident_is_linked() {
    let mut desk = desk();
    report(&mut desk, 0, "report.fire", "GW-7");
    let row = case(&desk);
    let id = row["incident"].as_str().unwrap().to_owned();
    assert_eq!(
        (id.as_str(), &row["incident_state"], &row["state"]),
        ("I20260712-0001", &json!("suspected"), &json!("reported"))
    );
    // Promoting says that it is one: the same incident, no second piece of evidence.
    desk.ask(1, "grid", "promote", CASE, json!({})).unwrap();
    assert_eq!(desk.core.incident(&id).map(|incident| (incident.evidence, incident.count)), Some((1, 1)));
    desk.ask(2, "incident", "false-alarm", &id, json!({"disposition": "cooking", "text": "食堂油烟"}))
        .unwrap();
    let row = case(&desk);
    assert_eq!((&row["state"], &row["result"]), (&json!("closed"), &json!("误报:烹饪油烟 食堂油烟")));
}

#[test]
fn a_report_promoted_as_another_hazard_is_one_incident() {
    let mut desk = desk();
    report(&mut desk, 0, "report.fire", "GW-7");
    let first = case(&desk)["incident"].as_str().unwrap().to_owned();
    desk.ask(1, "grid", "promote", CASE, json!({"hazard": "gas", "note": "是燃气"})).unwrap();
    let second = case(&desk)["incident"].as_str().unwrap().to_owned();
    let stage = |id: &str| desk.core.incident(id).map(|incident| incident.state.as_str());
    // ... and a person has decided that it is one.
    assert_eq!((stage(&first), stage(&second)), (Some("merged"), Some("confirmed")));
    assert_ne!(first, second);
}

#[test]
fn what_only_a_closed_case_spoke_of_is_over() {
    let mut desk = desk();
    report(&mut desk, 0, "report.fire", "GW-7");
    let id = case(&desk)["incident"].as_str().unwrap().to_owned();
    desk.ask(1, "grid", "close", CASE, json!({"result": "烟头已熄灭"})).unwrap();
    let incident = desk.core.incident(&id).expect("known").clone();
    assert_eq!((incident.state.as_str(), incident.result.contains("烟头已熄灭")), ("closed", true));

    // A detector says so too: it stays.
    let mut desk = self::desk();
    report(&mut desk, 0, "report.fire", "GW-7");
    desk.hear(1, "fire", Kind::Alarm, "fire.smoke", |observed| observed.signal.device = "a/1".into());
    desk.ask(2, "grid", "close", CASE, json!({"result": "烟头已熄灭"})).unwrap();
    assert!(desk.core.incident(&id).expect("known").is_open());
}

#[test]
fn orders_for_a_case_end_with_what_they_asked_for() {
    let mut desk = desk();
    report(&mut desk, 0, "report.hazard", "GW-1");
    let open = |desk: &Desk| {
        let orders = desk.core.state().rooms.orders.values();
        orders.filter(|order| order.state.is_open()).count()
    };
    desk.ask(500, "grid", "accept", CASE, json!({})).unwrap();
    let late = desk.core.state().rooms.orders.len();
    assert!(late > 0, "the acceptance was late, and that was ordered");
    assert_eq!(open(&desk), 0, "{:?}", desk.core.state().rooms.orders);
    for reason in ["不是我们的", "也不是我们的"] {
        let state = case(&desk)["state"].clone();
        if state != "assigned" {
            desk.ask(501, "grid", "assign", CASE, json!({"platform": "law"})).unwrap();
        }
        desk.ask(502, "grid", "return", CASE, json!({"reason": reason})).unwrap();
    }
    assert_eq!(open(&desk), 1, "the county desk decides");
    desk.ask(503, "grid", "assign", CASE, json!({"platform": "law", "reason": "由其承办"})).unwrap();
    assert_eq!(open(&desk), 0, "{:?}", desk.core.state().rooms.orders);
}

#[test]
fn a_case_goes_with_an_incident_that_is_merged() {
    let mut desk = desk();
    report(&mut desk, 0, "report.fire", "GW-1");
    // 500 m away, then a bridge by hand.
    desk.hear(1, "grid", Kind::Report, "report.fire", |observed| {
        observed.signal.reference = "GW-2".into();
        observed.signal.position = Some(east_north(540.0, 0.0));
    });
    let (a, b) = ("I20260712-0001", "I20260712-0002");
    assert_eq!(desk.row(Noun::Grid, "G20260712-0002")["incident"], b);
    let fields = json!({"title": "爆燃", "happened_at": at(0).0, "incident": b, "deaths": 1});
    let accident = desk.ask(2, "accident", "report", "", fields).unwrap();
    desk.ask(2, "incident", "merge", b, json!({"with": a})).unwrap();
    assert_eq!(desk.row(Noun::Grid, "G20260712-0002")["incident"], a);
    assert_eq!(desk.row(Noun::Accident, &accident)["incident"], a);
    desk.ask(3, "incident", "confirm", a, json!({})).ok();
    desk.ask(4, "incident", "close", a, json!({"result": "已扑灭"})).unwrap();
    for id in [CASE, "G20260712-0002"] {
        let row = desk.row(Noun::Grid, id);
        assert_eq!((&row["state"], &row["result"]), (&json!("closed"), &json!("已扑灭")), "{id}");
    }
}

#[test]
fn steps_out_of_turn_are_refused() {
    let mut desk = desk();
    report(&mut desk, 0, "report.other", "GW-1");
    let check = |desk: &mut Desk, verb: &str, fields: Value, rule: &str| {
        assert_eq!(desk.ask(1, "grid", verb, CASE, fields), Err(rule.to_owned()), "{verb}");
    };
    check(&mut desk, "handle", json!({}), "grid.handle.from-reported");
    check(&mut desk, "feedback", json!({"result": "x"}), "grid.feedback.from-reported");
    check(&mut desk, "return", json!({"reason": "x"}), "grid.return.from-reported");
    check(&mut desk, "evaluate", json!({"score": 3}), "grid.evaluate.from-reported");
    check(&mut desk, "close", json!({}), "grid.close.no-result");
    check(&mut desk, "assign", json!({"platform": "moon"}), "grid.assign.platform");
    check(&mut desk, "promote", json!({}), "grid.promote.no-hazard");
    assert_eq!(desk.ask(1, "grid", "accept", "G1", json!({})), Err("grid.unknown".into()));
    // Its category has no platform: accepted, it waits for the desk.
    desk.ask(1, "grid", "accept", CASE, json!({})).unwrap();
    assert_eq!((&case(&desk)["state"], &case(&desk)["step"]), (&json!("accepted"), &json!("assign")));
    check(&mut desk, "accept", json!({}), "grid.accept.from-accepted");
    desk.ask(2, "grid", "assign", CASE, json!({"platform": "service"})).unwrap();
    desk.ask(3, "grid", "close", CASE, json!({"result": "当场解决"})).unwrap();
    check(&mut desk, "close", json!({"result": "x"}), "grid.close.from-closed");
    check(&mut desk, "promote", json!({"hazard": "fire"}), "grid.promote.from-closed");
}

#[test]
fn cities_without_platforms_keep_no_cases() {
    let mut desk = Desk::new(City::clone(&city()));
    report(&mut desk, 0, "report.hazard", "GW-1");
    assert!(desk.things(Noun::Grid).is_empty());
    // Nor do other departments' reports open any.
    let mut desk = self::desk();
    desk.hear(0, "police", Kind::Report, "report.hazard", |_| {});
    assert!(desk.things(Noun::Grid).is_empty());
}
