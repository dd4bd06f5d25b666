//! One plan that answers for several matters at once, each on its own.

use crate::fixture;
use crate::night::{Night, approved, flood, task};
use serde_json::{Value, json};
use std::sync::Arc;
use tocsin_core::city::City;
use tocsin_core::signal::Severity;

const EAST: &str = "330000001000";
const WEST: &str = "330000002000";

fn city(plans: &[Value]) -> Arc<City> {
    let mut city = (*fixture::city()).clone();
    city.plans = plans.iter().map(|plan| serde_json::from_value(plan.clone()).expect("a plan")).collect();
    Arc::new(city)
}

fn site(per: Option<&str>) -> Value {
    let mut plan = json!({
        "id": "site", "version": 1, "title": "现场处置方案", "kind": "on-site", "region": "330000000000",
        "department": "fire", "unit": "U1", "hazards": ["fire"], "approved_by": "厂长",
        "clause": [{"no": "3", "title": "处置"}],
        "level": [{"level": 4, "clause": "3", "start": "incidents.exists(i, i.hazard == 'fire')",
                   "task": [{"id": "stop", "title": "停料", "department": "fire"}]}]
    });
    if let Some(per) = per {
        plan["per"] = per.into();
    }
    plan
}

/// Scene and state of each response of a plan, oldest first.
fn scenes(night: &Night, plan: &str) -> Vec<String> {
    let own = night.responses().filter(|response| response.plan == plan);
    own.map(|response| format!("{} {}", response.scene, response.state)).collect()
}

#[test]
fn an_on_site_plan_answers_for_each_incident() {
    let mut night = Night::of(city(&[site(None)]));
    night.ring("a/1", "fire.smoke").ring("z/1", "fire.smoke");
    assert_eq!(scenes(&night, "site"), ["I20260712-0001 active", "I20260712-0002 active"]);
    let orders: Vec<&str> =
        night.core.state().rooms.orders.values().map(|order| order.incident.as_str()).collect();
    assert_eq!(orders, ["I20260712-0001", "I20260712-0002"]);
    night.ask("incident", "confirm", "I20260712-0001", json!({})).unwrap();
    night.ask("incident", "close", "I20260712-0001", json!({"result": "已扑灭"})).unwrap();
    assert_eq!(scenes(&night, "site"), ["I20260712-0001 ended", "I20260712-0002 active"]);
    // By hand as well: for an incident that it answers for already it is refused.
    let start = |night: &mut Night, scene: &str| {
        night.ask("response", "start", "", json!({"plan": "site", "level": 4, "for": scene}))
    };
    assert_eq!(start(&mut night, "I20260712-0002"), Err("response.start.open".into()));
    assert_eq!(start(&mut night, "I20260712-0001"), Err("response.start.incident-ended".into()));
    assert_eq!(start(&mut night, "I20260712-0009"), Err("response.start.incident-unknown".into()));
}

#[test]
fn as_a_whole_it_answers_once() {
    let mut night = Night::of(city(&[site(Some("plan"))]));
    night.ring("a/1", "fire.smoke").ring("z/1", "fire.smoke");
    assert_eq!(scenes(&night, "site"), [" active"]);
    let asked = json!({"plan": "site", "level": 4, "for": "I20260712-0001"});
    assert_eq!(night.ask("response", "start", "", asked), Err("response.start.whole".into()));
}

#[test]
fn a_person_s_word_is_for_one_scene() {
    let mut night = Night::of(city(&[site(None)]));
    night.ring("a/1", "fire.smoke").ring("z/1", "fire.smoke");
    let first = night.responses().next().expect("a response").id.clone();
    night.ask("response", "end", &first, json!({"reason": "误启动"})).unwrap();
    night.wait(30).ring("a/1", "fire.smoke").ring("z/1", "fire.smoke");
    assert_eq!(scenes(&night, "site"), ["I20260712-0001 ended", "I20260712-0002 active"]);
}

#[test]
fn incidents_that_are_one_have_one_response() {
    let mut night = Night::of(city(&[site(None)]));
    night.ring("a/1", "fire.smoke").ring("c/1", "fire.smoke");
    assert_eq!(scenes(&night, "site").len(), 2);
    // Between the two: all of it is one fire.
    night.ring("b/1", "fire.smoke");
    assert_eq!(scenes(&night, "site"), ["I20260712-0001 active", "I20260712-0002 ended"]);
    let open = night.core.state().rooms.orders.values().filter(|order| order.state.is_open());
    assert_eq!(open.map(|order| order.incident.as_str()).collect::<Vec<_>>(), ["I20260712-0001"]);
}

#[test]
fn one_plan_for_all_townships_answers_for_each() {
    let own = json!({
        "id": "town", "version": 1, "title": "乡镇防汛预案", "per": "region", "parent": "flood-city",
        "region": "330000000000", "department": "water", "approved_by": "周市长",
        "clause": [{"no": "3", "title": "响应"}],
        "level": [
            {"level": 4, "clause": "3", "task": [{"id": "look", "title": "巡查"}]},
            {"level": 2, "clause": "3", "task": [task("move", "")]},
        ]
    });
    let mut city = (*city(&[approved(flood()), own])).clone();
    city.departments =
        vec![tocsin_core::city::Department { id: "water".into(), name: "水利局".into(), heartbeat: None }];
    let mut night = Night::of(Arc::new(city));
    night.warn("w1", Severity::Moderate, &[EAST], "active");
    assert_eq!(scenes(&night, "town"), [format!("{EAST} active")]);
    night.warn("w2", Severity::Extreme, &[WEST], "active");
    let levels = |night: &Night| -> Vec<String> {
        let own = night.responses().filter(|response| response.plan == "town" && response.is_open());
        own.map(|response| format!("{} {} {:?}", response.region, response.level, response.areas)).collect()
    };
    let area =
        |region: &str, level: u8| format!("{region} {level} [Area {{ region: {region:?}, level: {level} }}]");
    assert_eq!(levels(&night), [area(EAST, 4), area(WEST, 2)]);
    night.warn("w2", Severity::Extreme, &[WEST], "cancelled").wait(31);
    assert_eq!(levels(&night), [area(EAST, 4)]);
    night.warn("w1", Severity::Moderate, &[EAST], "cancelled");
    assert_eq!(night.at_work(), "");
}
