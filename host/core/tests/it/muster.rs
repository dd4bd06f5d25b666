//! What a plan's level needs is ordered out and reserved, let go again, and where
//! it is missing somebody hears of it until it has come.

use crate::depot::{self, SANDBAG};
use crate::night::{Night, approved, flood};
use serde_json::{Value, json};
use std::sync::Arc;
use tocsin_core::signal::Severity;
use tocsin_core::supply::balance;

const EAST: &str = "330000001000";

/// Ⅳ wants pumps, Ⅱ two teams against floods and 250 sandbags.
fn plan() -> Value {
    let mut plan = approved(flood());
    plan["level"][0]["team"] = json!([{"capability": "排涝"}]);
    plan["level"][2]["team"] = json!([{"capability": "抗洪抢险", "count": 1}]);
    plan["level"][2]["supply"] = json!([{"item": SANDBAG, "quantity": 250}]);
    plan
}

fn night(plan: Value) -> Night {
    let mut city = (*depot::city()).clone();
    city.plans = vec![serde_json::from_value(plan).expect("a plan")];
    Night::of(Arc::new(city))
}

/// `排涝 1/1`: each need of the response.
fn musters(night: &Night) -> Vec<String> {
    let own = &night.response("flood-city").musters;
    own.iter().map(|muster| format!("{} {}/{}", muster.what, muster.have, muster.wanted)).collect()
}

fn team(night: &Night, id: &str) -> String {
    let team = &night.core.state().rooms.teams[id];
    format!("{} {}", team.state, team.response).trim().to_owned()
}

/// Transfers as `store quantity state`, and the books must add up.
fn transfers(night: &Night) -> Vec<String> {
    let rooms = &night.core.state().rooms;
    assert!(balance(rooms).iter().all(|account| account.is_exact()), "{:?}", balance(rooms));
    let own = rooms.transfers.values();
    own.map(|own| format!("{} {} {}", own.store, own.quantity, own.state)).collect()
}

/// Open orders whose title begins so.
fn tasks(night: &Night, word: &str) -> Vec<String> {
    let open = night.core.state().rooms.orders.values().filter(|order| order.state.is_open());
    open.filter(|order| order.title.starts_with(word)).map(|order| order.id.clone()).collect()
}

#[test]
fn a_level_takes_what_it_needs_and_lets_it_go() {
    let mut night = night(plan());
    night.warn("w1", Severity::Moderate, &[EAST], "active");
    let response = night.response("flood-city").id.clone();
    assert_eq!(musters(&night), ["排涝 1/1"]);
    assert_eq!(team(&night, "w1"), format!("assigned {response}"));
    let order = &night.core.state().rooms.orders[&night.core.state().rooms.teams["w1"].order];
    assert_eq!(
        (order.clause.as_str(), order.by.as_str(), order.department.as_str()),
        ("flood-city@1 §4.2.1", "flood-city@1", "water")
    );
    // Red: the next level takes more. w1 can do both and is counted once.
    night.wait(5).warn("w1", Severity::Extreme, &[EAST], "active");
    assert_eq!(musters(&night), ["排涝 1/1", "抗洪抢险 1/1", &format!("{SANDBAG} 250/250")]);
    assert_eq!(team(&night, "m1"), format!("assigned {response}"));
    // One store has enough for all of it.
    assert_eq!(transfers(&night), ["far 250 reserved"]);
    let transfer = night.core.state().rooms.transfers.values().next().expect("one");
    assert_eq!((transfer.response.as_str(), transfer.by.as_str()), (response.as_str(), "flood-city@1"));
    assert!(transfer.note.contains("§4.2.3"), "{}", transfer.note);
    // Yellow again, after the hold: what only Ⅱ wanted is free.
    night.wait(5).warn("w1", Severity::Moderate, &[EAST], "active").wait(31);
    assert_eq!(musters(&night), ["排涝 1/1"]);
    assert_eq!(
        (team(&night, "m1"), team(&night, "w1")),
        ("available".into(), format!("assigned {response}"))
    );
    assert_eq!(transfers(&night), ["far 250 cancelled"]);
    night.warn("w1", Severity::Moderate, &[EAST], "cancelled");
    assert_eq!((night.at_work(), team(&night, "w1")), (String::new(), "available".into()));
    assert_eq!(night.ordered(), Vec::<String>::new());
}

/// What a person adds to a response is let go with it, though its plan names none of it.
#[test]
fn what_was_given_by_hand_is_let_go_too() {
    let mut night = night(plan());
    night.warn("w1", Severity::Moderate, &[EAST], "active");
    let response = night.response("flood-city").id.clone();
    night.ask("team", "assign", "m1", json!({"response": response})).unwrap();
    // No store named: the nearest that has enough.
    night.ask("supply", "reserve", "", json!({"item": SANDBAG, "quantity": 20, "for": response})).unwrap();
    let much = json!({"item": SANDBAG, "quantity": 100_000, "for": response});
    assert_eq!(night.ask("supply", "reserve", "", much), Err("supply.reserve.short".into()));
    assert_eq!(team(&night, "m1"), format!("assigned {response}"));
    assert!(transfers(&night)[0].ends_with("20 reserved"), "{:?}", transfers(&night));
    night.warn("w1", Severity::Moderate, &[EAST], "cancelled");
    assert_eq!((night.at_work(), team(&night, "m1")), (String::new(), "available".into()));
    assert!(transfers(&night)[0].ends_with("20 cancelled"), "{:?}", transfers(&night));
    assert_eq!(night.ordered(), Vec::<String>::new());
}

#[test]
fn what_is_missing_is_a_task_until_it_has_come() {
    let mut wanting = plan();
    wanting["level"][2]["supply"][0]["quantity"] = 1_000.into();
    let mut night = night(wanting);
    night.warn("w1", Severity::Extreme, &[EAST], "active");
    // All there is, from all stores, and a task for the rest.
    assert!(musters(&night).contains(&format!("{SANDBAG} 780/1000")), "{:?}", musters(&night));
    assert_eq!(transfers(&night).len(), 3);
    let task = tasks(&night, "补齐缺口");
    assert_eq!(task.len(), 1);
    let lot = |id: &str, quantity: u64| json!({"lots": [{"id": id, "store": "near", "item": SANDBAG, "quantity": quantity}]});
    night.wait(10).ask("supply", "load", "", lot("new-1", 100)).unwrap();
    assert!(musters(&night).contains(&format!("{SANDBAG} 880/1000")), "{:?}", musters(&night));
    assert_eq!(tasks(&night, "补齐缺口"), task, "still short, still one task");
    night.ask("supply", "load", "", lot("new-2", 500)).unwrap();
    assert!(musters(&night).contains(&format!("{SANDBAG} 1000/1000")), "{:?}", musters(&night));
    assert_eq!(tasks(&night, "补齐缺口"), Vec::<String>::new());
    let closed = &night.core.state().rooms.orders[&task[0]];
    assert_eq!(closed.state.as_str(), "done");
}

#[test]
fn a_team_that_declines_is_not_asked_again() {
    let mut wanting = plan();
    wanting["level"][0]["team"] = json!([{"capability": "抗洪抢险"}]);
    let mut night = night(wanting);
    night.warn("w1", Severity::Moderate, &[EAST], "active");
    let held = |night: &Night| night.response("flood-city").musters[0].held.clone();
    let first = held(&night)[0].clone();
    night.ask("order", "decline", &first.order, json!({"reason": "车辆检修"})).unwrap();
    let second = held(&night)[0].clone();
    assert_ne!(first.id, second.id);
    assert_eq!(musters(&night), ["抗洪抢险 1/1"]);
    night.ask("order", "decline", &second.order, json!({"reason": "人员在外"})).unwrap();
    assert_eq!(musters(&night), ["抗洪抢险 0/1"]);
    assert_eq!(tasks(&night, "补齐缺口").len(), 1);
    // A person sends one all the same.
    let response = night.response("flood-city").id.clone();
    night.ask("team", "assign", &first.id, json!({"response": response})).unwrap();
    assert_eq!(musters(&night), ["抗洪抢险 1/1"]);
    assert_eq!(tasks(&night, "补齐缺口").len(), 0);
    // Done is done: nobody else is called.
    let order = night.core.state().rooms.teams[&first.id].order.clone();
    night.ask("order", "done", &order, json!({"result": "已到位"})).unwrap();
    assert_eq!((musters(&night), team(&night, &first.id)), (vec!["抗洪抢险 1/1".into()], "available".into()));
}

#[test]
fn a_plan_may_ask_a_person_instead() {
    let mut asking = plan();
    asking["level"][2]["supply"][0]["mode"] = "propose".into();
    let mut night = night(asking);
    night.warn("w1", Severity::Extreme, &[EAST], "active");
    assert_eq!(transfers(&night), Vec::<String>::new());
    assert_eq!(tasks(&night, "研判调用").len(), 1);
    let response = night.response("flood-city").id.clone();
    let ask = json!({"store": "far", "item": SANDBAG, "quantity": 250, "for": response});
    let transfer = night.ask("supply", "reserve", "", ask).unwrap();
    assert!(musters(&night).contains(&format!("{SANDBAG} 250/250")));
    assert_eq!(tasks(&night, "研判调用").len(), 0);
    // Taken back by a person, it is a person's again.
    night.ask("supply", "cancel", &transfer, json!({})).unwrap();
    assert!(musters(&night).contains(&format!("{SANDBAG} 0/250")));
    assert_eq!(tasks(&night, "研判调用").len(), 1);
}

#[test]
fn an_ended_response_takes_nothing_more() {
    let mut night = night(plan());
    let ask = json!({"plan": "flood-city", "level": 2, "reason": "演练前检查"});
    let id = night.ask("response", "start", "", ask).unwrap();
    assert_eq!(musters(&night).len(), 3);
    night.ask("response", "lower", &id, json!({"level": 4, "reason": "会商"})).unwrap();
    assert_eq!(musters(&night), ["排涝 1/1"]);
    night.ask("response", "end", &id, json!({"reason": "结束"})).unwrap();
    assert_eq!((team(&night, "w1"), team(&night, "m1")), ("available".into(), "available".into()));
    let refused = night.ask("team", "assign", "w1", json!({"response": id}));
    assert_eq!(refused, Err("team.assign.response-over".into()));
    assert_eq!(night.ask("team", "assign", "w1", json!({})), Err("team.assign.nothing".into()));
    let ask = json!({"store": "far", "item": SANDBAG, "quantity": 1, "for": id});
    assert_eq!(night.ask("supply", "reserve", "", ask), Err("supply.reserve.response-unknown".into()));
}
