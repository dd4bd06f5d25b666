//! 救援队伍/民兵/专家与联动: whom an incident needs, and that one team is sent once.

use crate::depot::{FIRE, ask, at, city, command, night};
use crate::fixture::{NIGHT, alarm, east_north};
use crate::room::Night;
use serde_json::json;
use std::sync::Arc;
use tocsin_core::place::Spot;
use tocsin_core::team::{Proposals, Scene, Standing, propose};
use tocsin_core::{Fact, Input, Reply};

fn rule<T: std::fmt::Debug>(result: Result<T, (String, String)>) -> String {
    result.expect_err("refused").0
}

fn team(night: &Night, id: &str) -> Standing {
    night.core.state().rooms.teams.get(id).cloned().expect(id)
}

fn assign(night: &mut Night, minutes: i64, id: &str) -> Result<String, (String, String)> {
    ask(night, minutes, &format!("team assign {id}"), json!({"incident": FIRE}))
}

#[test]
fn a_team_is_sent_once() {
    let mut night = night();
    let both = ["消防大队", "水利局"].map(|actor| {
        command(
            actor,
            actor,
            "team assign m1",
            json!({"incident": FIRE, "task": "封控道路", "acknowledge": 3}),
        )
    });
    night.step(at(1), &both);
    let replies: Vec<&Reply> = night
        .journal
        .iter()
        .filter_map(|(_, entry)| match &entry.fact {
            Fact::Answered { reply, .. } => Some(reply),
            _ => None,
        })
        .collect();
    assert_eq!(replies[0], &Reply::Ok { subject: "m1".into() });
    let Reply::Refused { rule, reason } = replies[1] else { panic!("{replies:?}") };
    assert_eq!(rule, "team.assign.taken");
    assert!([FIRE, "O20260712-0001", "消防大队"].iter().all(|word| reason.contains(word)), "{reason}");
    let order = &night.core.state().rooms.orders["O20260712-0001"];
    assert_eq!((order.department.as_str(), order.team.as_str()), ("militia", "m1"));
    assert_eq!((order.title.as_str(), order.acknowledge_by), ("封控道路", Some(at(4))));
    assert_eq!(
        (team(&night, "m1").state.as_str(), team(&night, "m1").order.as_str()),
        ("assigned", "O20260712-0001")
    );
}

#[test]
fn the_end_of_its_order_frees_a_team() {
    for (verb, fields) in [
        ("done", json!({"result": "完成"})),
        ("decline", json!({"reason": "车辆故障"})),
        ("cancel", json!({"reason": "重复"})),
    ] {
        let mut night = night();
        assign(&mut night, 1, "h1").unwrap();
        let order = team(&night, "h1").order;
        for verb in ["ack", "depart", "arrive"] {
            if fields.get("result").is_some() {
                ask(&mut night, 2, &format!("order {verb} {order}"), json!({})).unwrap();
            }
        }
        assert_eq!(team(&night, "h1").state, "assigned");
        ask(&mut night, 3, &format!("order {verb} {order}"), fields).unwrap();
        let free = team(&night, "h1");
        assert_eq!(
            (free.state.as_str(), free.incident.as_str(), free.order.as_str()),
            ("available", "", ""),
            "{verb}"
        );
        assign(&mut night, 4, "h1").unwrap();
    }
}

#[test]
fn a_person_or_the_end_of_the_incident_frees_a_team() {
    let mut night = night();
    assign(&mut night, 1, "f1").unwrap();
    assign(&mut night, 1, "x1").unwrap();
    let order = team(&night, "f1").order;
    ask(&mut night, 2, "team release f1", json!({"note": "换防"})).unwrap();
    assert_eq!(night.core.state().rooms.orders[&order].state.as_str(), "cancelled");
    assert_eq!(team(&night, "f1").state, "available");
    assert_eq!(rule(ask(&mut night, 3, "team release f1", json!({}))), "team.release.free");
    ask(&mut night, 4, &format!("incident confirm {FIRE}"), json!({})).unwrap();
    ask(&mut night, 5, &format!("incident close {FIRE}"), json!({"result": "扑灭"})).unwrap();
    assert_eq!(team(&night, "x1").state, "available");
    assert_eq!(rule(assign(&mut night, 6, "x1")), "team.assign.incident-ended");
}

#[test]
fn a_merged_incident_hands_its_teams_over() {
    let mut night = night();
    let mut other = alarm(2, "fire", "z/1", "fire.smoke", NIGHT);
    other.signal.position = Some(east_north(-5_000.0, 0.0));
    night.step(at(1), &[Input::Signal(other)]);
    let second = "I20260712-0002";
    ask(&mut night, 2, "team assign w1", json!({"incident": second})).unwrap();
    ask(&mut night, 3, &format!("incident merge {FIRE}"), json!({"with": second})).unwrap();
    assert_eq!(team(&night, "w1").incident, FIRE);
    ask(&mut night, 4, &format!("incident false-alarm {FIRE}"), json!({"disposition": "cooking"})).unwrap();
    assert_eq!(team(&night, "w1").state, "available");
}

#[test]
fn refusals_say_which_rule() {
    let mut night = night();
    ask(&mut night, 1, "team status m1", json!({"to": "out-of-service", "note": "集训"})).unwrap();
    assign(&mut night, 1, "f2").unwrap();
    let mut check = |words: &str, fields: serde_json::Value, expect: &str| {
        assert_eq!(rule(ask(&mut night, 2, words, fields)), expect, "{words}");
    };
    check("team assign moon", json!({"incident": FIRE}), "team.unknown");
    check("team assign m1", json!({"incident": FIRE}), "team.assign.out-of-service");
    check("team assign f2", json!({"incident": FIRE}), "team.assign.taken");
    check("team assign f1", json!({"incident": "I20260712-0077"}), "team.assign.incident-unknown");
    check("team assign f1", json!({"incident": FIRE, "arrive": 0}), "team.assign.deadline");
    check("team status f2", json!({"to": "available"}), "team.status.assigned");
    check("team status f1", json!({}), "team.status.empty");
    check("team status f1", json!({"position": {"lon": 200.0, "lat": 0.0}}), "team.status.position");
}

#[test]
fn teams_of_the_files_come_and_go() {
    let mut night = night();
    assign(&mut night, 1, "f1").unwrap();
    let mut other = (*city()).clone();
    other.teams.teams.retain(|team| !["f1", "w1"].contains(&team.id.as_str()));
    other.teams.teams[0].leader = "新队长".into();
    night.restart(Arc::new(other));
    // What it does goes on; it takes nothing new afterwards.
    assert_eq!(team(&night, "f1").state, "assigned");
    assert_eq!(
        (team(&night, "w1").state.as_str(), team(&night, "f2").leader.as_str()),
        ("out-of-service", "新队长")
    );
    assert_eq!(
        rule(ask(&mut night, 2, "team status w1", json!({"to": "available"}))),
        "team.status.delisted"
    );
    ask(&mut night, 3, "team release f1", json!({})).unwrap();
    assert_eq!(team(&night, "f1").state, "out-of-service");
    night.restart(city());
    assert_eq!(
        (team(&night, "f1").state.as_str(), team(&night, "w1").state.as_str()),
        ("available", "available")
    );
}

fn proposals(night: &Night, scene: Scene) -> Proposals {
    let scene = Scene { spot: Spot::of(east_north(0.0, 0.0)), ..scene };
    propose(&scene, night.core.state().rooms.teams.values(), &night.core.city().teams.needs)
}

/// `f1* 3`: id, whether proposed, minutes.
fn lines(proposals: &Proposals) -> Vec<String> {
    let line = |row: &tocsin_core::team::Proposal| {
        let star = if row.proposed { "*" } else { "" };
        format!("{}{star} {}", row.id, row.eta_minutes.map_or("-".into(), |minutes| minutes.to_string()))
    };
    proposals.rows.iter().map(line).collect()
}

#[test]
fn a_chemical_tanker_fire_needs_more_than_the_fire_brigade() {
    let mut night = night();
    let scene =
        || Scene { hazard: "fire".into(), text: "23:40 苯槽罐车起火".into(), ..Scene::default() };
    let found = proposals(&night, scene());
    assert_eq!(lines(&found), ["f2* 1", "f1* 3", "m1* 4", "e1* 5", "h1* 6", "x1* -"]);
    let departments: std::collections::BTreeSet<&str> =
        found.rows.iter().map(|row| row.department.as_str()).collect();
    assert_eq!(departments.len(), 4);
    let expert = found.rows.last().unwrap();
    assert!(
        expert.reasons.iter().any(|reason| reason.contains("because of the material 苯")),
        "{:?}",
        expert.reasons
    );
    assert!(found.wanted.iter().all(|want| want.met), "{:?}", found.wanted);
    // Who is taken is shown behind, with who has them; what nobody can do is said.
    assign(&mut night, 1, "f1").unwrap();
    let found = proposals(&night, scene());
    assert_eq!(lines(&found), ["f2* 1", "m1* 4", "e1* 5", "h1* 6", "x1* -", "f1 3"]);
    assert!(found.rows.last().unwrap().held_by.contains(FIRE));
    let unmet: Vec<&str> =
        found.wanted.iter().filter(|want| !want.met).map(|want| want.what.as_str()).collect();
    assert_eq!(unmet, ["危化品处置"]);
}

#[test]
fn what_is_asked_for_is_looked_for() {
    let night = night();
    let fire = || Scene { hazard: "fire".into(), ..Scene::default() };
    assert_eq!(lines(&proposals(&night, fire())), ["f2* 1", "f1 3"]);
    let pumps = Scene { capabilities: vec!["排涝".into()], ..fire() };
    assert_eq!(lines(&proposals(&night, pumps)), ["f2* 1", "w1* 14", "f1 3"]);
    let methanol = Scene { materials: vec!["工业甲醇".into()], ..fire() };
    assert_eq!(lines(&proposals(&night, methanol)), ["f2* 1", "x1* -", "f1 3"]);
    let nothing = Scene { hazard: "moon".into(), ..Scene::default() };
    assert_eq!(proposals(&night, nothing), Proposals::default());
}
