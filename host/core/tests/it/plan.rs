//! Plans at work: warnings and gauges start, raise, lower and end responses, the
//! clause and the evidence are named, and only who is touched is ordered.

use crate::fixture::{self, NIGHT, alarm};
use crate::night::{CITY, EAST, Night, WEST, approved, city, flood, standard, township};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use tocsin_core::city::plan::Plan;
use tocsin_core::plan;
use tocsin_core::signal::{Kind, Severity};
use tocsin_core::{Core, Fact, Input};

#[test]
fn a_night_of_rain() {
    let mut night = Night::of(standard());
    assert_eq!(night.at_work(), "");
    night.warn("w1", Severity::Moderate, &[EAST], "active");
    assert_eq!(night.at_work(), "east 4, flood-city 4");
    assert_eq!(
        night.ordered(),
        ["east-duty east@1 §3", "water-duty flood-city@1 §4.2.1"],
        "township west is not touched"
    );
    let response = night.response("flood-city");
    assert_eq!((response.clause.as_str(), response.key().as_str()), ("4.2.1", "flood-city@1"));
    assert_eq!(response.evidence[0].id, "w1");
    assert!(response.evidence[0].text.contains("暴雨"), "{:?}", response.evidence);
    assert_eq!(night.response("east").evidence[0].id, response.id);

    // Red: to the highest level whose condition holds, at once.
    night.wait(10).warn("w1", Severity::Extreme, &[EAST], "active");
    assert_eq!(night.at_work(), "east 2, flood-city 2");
    assert_eq!(
        night.ordered(),
        [
            "county-desk flood-city@1 §4.2.3",
            "east-duty east@1 §3",
            "east-duty east@1 §3",
            "water-duty flood-city@1 §4.2.1",
            "water-duty flood-city@1 §4.2.2",
            "water-duty flood-city@1 §4.2.3",
        ]
    );

    // Yellow again: Ⅱ is held for half an hour, then Ⅳ; what only Ⅱ wanted is taken back.
    night.wait(10).warn("w1", Severity::Moderate, &[EAST], "active");
    assert_eq!(night.at_work(), "east 2, flood-city 2");
    night.wait(29);
    assert_eq!(night.at_work(), "east 2, flood-city 2");
    night.wait(2);
    assert_eq!(night.at_work(), "east 4, flood-city 4");
    assert_eq!(night.ordered(), ["east-duty east@1 §3", "water-duty flood-city@1 §4.2.1"]);

    night.warn("w1", Severity::Moderate, &[EAST], "cancelled");
    assert_eq!(night.at_work(), "");
    assert_eq!(night.ordered(), Vec::<String>::new());
    assert_eq!(night.changes("flood-city"), ["started 4", "raised 2", "clearing 2", "lowered 4", "ended 4"]);
    assert_eq!(night.changes("west"), Vec::<String>::new());
    assert_eq!(night.response("flood-city").orders.len(), 1);
}

#[test]
fn a_warning_that_expires_ends_what_it_started() {
    let mut night = Night::of(standard());
    let until = Some(night.now.plus_millis(30 * 60_000));
    night.warn_until("w1", Severity::Moderate, &[EAST], "active", until).wait(29);
    assert_eq!(night.at_work(), "east 4, flood-city 4");
    night.wait(2);
    assert_eq!((night.at_work(), night.ordered()), (String::new(), vec![]));
    assert_eq!(night.changes("flood-city"), ["started 4", "ended 4"]);
}

#[test]
fn a_gauge_crosses_levels() {
    let mut night = Night::of(standard());
    night.gauge("gauge-w", 4.2);
    assert_eq!(night.at_work(), "");
    night.wait(5).gauge("gauge-w", 5.2);
    assert_eq!(night.at_work(), "flood-city 3, west 4");
    let evidence = &night.response("flood-city").evidence;
    assert_eq!(evidence[0].sort, "reading");
    assert!(evidence[0].text.contains("gauge-w水文站 water.level = 5.2 m"), "{evidence:?}");
    // Between the end and the start of Ⅲ nothing changes.
    night.wait(5).gauge("gauge-w", 4.7);
    assert_eq!(night.at_work(), "flood-city 3, west 4");
    night.wait(5).gauge("gauge-w", 6.3);
    assert_eq!(night.at_work(), "flood-city 2, west 2");
    // Measured before what is known, told after it: history.
    let long_ago = night.now.plus_millis(-20 * 60_000);
    night.gauge_at("gauge-w", 1.0, long_ago);
    assert_eq!(night.core.state().rooms.readings.values().next().unwrap().value, 6.3);
    night.wait(5).gauge("gauge-w", 4.0).wait(31);
    assert_eq!(night.at_work(), "");
}

#[test]
fn readings_are_kept_coarsely_but_never_miss_a_level() {
    let mut night = Night::of(standard());
    let kept = |night: &Night| night.core.state().rooms.readings.values().next().map(|known| known.value);
    night.gauge("gauge-e", 4.0);
    night.now = night.now.plus_millis(10_000);
    night.gauge("gauge-e", 4.1);
    assert_eq!(kept(&night), Some(4.0), "ten seconds later, no condition cares");
    night.now = night.now.plus_millis(10_000);
    night.gauge("gauge-e", 5.0);
    assert_eq!((kept(&night), night.at_work().as_str()), (Some(5.0), "east 4, flood-city 3"));
    night.now = night.now.plus_millis(61_000);
    night.gauge("gauge-e", 5.1);
    assert_eq!(kept(&night), Some(5.1));
    // A clock that says only the minute: what comes later of the same one is newer.
    night.gauge("gauge-e", 6.3);
    assert_eq!(kept(&night), Some(6.3));
    // The same again and again is known to be of now: what comes late is older.
    night.wait(5).gauge("gauge-e", 4.0).wait(5).gauge("gauge-e", 4.0).wait(5).gauge("gauge-e", 4.0);
    night.gauge_at("gauge-e", 6.3, night.now.plus_millis(-2 * 60_000));
    assert_eq!(kept(&night), Some(4.0));
    // Nobody watches rain.
    let mut rain = alarm(77, "water", "gauge-e", "water.rain", night.now);
    (rain.signal.kind, rain.signal.value) = (Kind::Reading, Some(30.0));
    night.step(vec![Input::Signal(rain)]);
    assert_eq!(night.core.state().rooms.readings.len(), 1);
}

#[test]
fn more_townships_follow_as_they_are_touched() {
    let mut night = Night::of(standard());
    night.warn("w1", Severity::Extreme, &[EAST], "active");
    night.warn("w2", Severity::Moderate, &[WEST], "active");
    // West is told of at yellow only.
    assert_eq!(night.at_work(), "east 2, flood-city 2, west 4");
    night.warn("w2", Severity::Moderate, &[WEST], "cancelled");
    assert_eq!(night.at_work(), "east 2, flood-city 2");
    // The whole city is every township.
    night.warn("w3", Severity::Severe, &[CITY], "active");
    assert_eq!(night.at_work(), "east 2, flood-city 2, west 4");
}

#[test]
fn a_version_is_approved_before_it_counts() {
    let mut night = Night::of(city(&[flood()]));
    assert_eq!(
        night.ask("plan", "activate", "flood-city@1", json!({})),
        Err("plan.activate.not-approved".into())
    );
    night.warn("w1", Severity::Extreme, &[EAST], "active");
    assert_eq!(night.at_work(), "");
    assert_eq!(
        night.ask("plan", "approve", "flood-city@1", json!({"by": "operator"})),
        Err("plan.approve.no-name".into())
    );
    assert_eq!(
        night.ask("plan", "approve", "flood-city@1", json!({"by": "李四"})),
        Ok("flood-city@1".into())
    );
    assert_eq!(night.at_work(), "", "approved is not yet active");
    night.ask("plan", "activate", "flood-city@1", json!({})).unwrap();
    assert_eq!(night.at_work(), "flood-city 2");
    assert_eq!(
        night.ask("plan", "approve", "flood-city@1", json!({})),
        Err("plan.approve.from-active".into())
    );
    assert_eq!(night.ask("plan", "activate", "flood-city", json!({})), Err("plan.unknown".into()));
}

#[test]
fn another_threshold_is_another_version() {
    let mut night = Night::of(standard());
    night.gauge("gauge-e", 5.2);
    let first = night.response("flood-city").id.clone();
    let text = flood().to_string().replace("r.value >= 5.0", "r.value >= 5.5");
    let mut changed: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(night.ask("plan", "load", "", changed.clone()), Err("plan.load.same-version".into()));
    changed["version"] = 2.into();
    assert_eq!(night.ask("plan", "load", "", changed.clone()), Ok("flood-city@2".into()));
    // The same again is no new version.
    assert_eq!(night.ask("plan", "load", "", json!({"plan": changed})), Ok("flood-city@2".into()));
    night.ask("plan", "approve", "flood-city@2", json!({})).unwrap();
    night.ask("plan", "activate", "flood-city@2", json!({})).unwrap();
    let plans = &night.core.state().rooms.plans;
    let states: Vec<&str> = ["flood-city@1", "flood-city@2"].map(|id| plans[id].state.as_str()).to_vec();
    assert_eq!(states, ["superseded", "active"]);
    let changes = plan::diff::between(&plans["flood-city@1"].text, &plans["flood-city@2"].text);
    assert_eq!(changes.len(), 1, "{changes:?}");
    assert_eq!(changes[0].zh, "Ⅲ级启动条件 (§4.2.2):阈值 5.0 → 5.5");
    let mut other = flood();
    other["per"] = "region".into();
    other["level"][0]["supply"] = json!([{"item": "3010102", "quantity": 5, "mode": "propose"}]);
    let other: Plan = serde_json::from_value(other).unwrap();
    let told: Vec<String> = plan::diff::between(&plans["flood-city@1"].text, &other)
        .into_iter()
        .map(|change| change.zh)
        .collect();
    assert_eq!(told, ["响应单元:plan → region", "新增Ⅳ级物资 3010102:5(propose)"]);

    // What runs, runs on under its own version.
    assert_eq!(night.response("flood-city").key(), "flood-city@1");
    night.wait(5).gauge("gauge-e", 4.0);
    assert_eq!(night.at_work(), "");
    night.wait(5).gauge("gauge-e", 5.2);
    assert_eq!(night.at_work(), "");
    night.wait(5).gauge("gauge-e", 5.6);
    assert_eq!(night.response("flood-city").key(), "flood-city@2");
    assert_eq!(night.core.state().rooms.responses[&first].key(), "flood-city@1");

    // A file that changes a known version is not taken, and that is seen.
    let mut other = approved(flood());
    other["title"] = "改名".into();
    let other = city(&[other]);
    night.core.set_city(other.clone());
    night.city = other;
    night.step(vec![]);
    let gaps: Vec<&str> = night
        .core
        .state()
        .rooms
        .gaps
        .values()
        .map(|gap| gap.matter.as_str())
        .filter(|matter| matter.starts_with("plan"))
        .collect();
    assert_eq!(gaps, ["plan flood-city@1 content"]);
    assert_eq!(night.core.state().rooms.plans["flood-city@1"].title, "防汛应急预案");
}

#[test]
fn a_proposal_waits_for_a_person() {
    let mut plan = approved(flood());
    plan["level"][2]["start_mode"] = "propose".into();
    let mut night = Night::of(city(&[plan.clone()]));
    night.warn("w1", Severity::Extreme, &[EAST], "active");
    // Ⅲ starts by itself, Ⅱ is proposed.
    assert_eq!(night.at_work(), "flood-city 3");
    let response = night.response("flood-city").clone();
    assert_eq!(response.proposed, Some(2));
    assert!(night.ordered().contains(&"water-duty flood-city@1 §4.2.3".to_owned()), "{:?}", night.ordered());
    night.wait(16);
    assert!(night.response("flood-city").unanswered);
    night.ask("response", "accept", &response.id, json!({})).unwrap();
    assert_eq!(night.at_work(), "flood-city 2");
    assert_eq!(
        (night.response("flood-city").by.as_str(), night.response("flood-city").unanswered),
        ("张三", false)
    );
    assert_eq!(
        night.ask("response", "accept", &response.id, json!({})),
        Err("response.accept.nothing-proposed".into())
    );

    // Refused, it does not come again until the condition has ceased.
    for level in [0, 1] {
        plan["level"][level]["start_mode"] = "propose".into();
    }
    let mut night = Night::of(city(&[plan]));
    night.warn("w1", Severity::Moderate, &[EAST], "active");
    assert_eq!(night.at_work(), "flood-city 4?");
    let id = night.response("flood-city").id.clone();
    assert_eq!(
        night.ask("response", "refuse", &id, json!({"reason": " "})),
        Err("response.refuse.no-reason".into())
    );
    night.ask("response", "refuse", &id, json!({"reason": "雨带已移出"})).unwrap();
    night.wait(80 * 60).warn("w1", Severity::Moderate, &[EAST, WEST], "active");
    assert_eq!(night.at_work(), "");
    night.warn("w1", Severity::Moderate, &[EAST], "cancelled");
    night.warn("w2", Severity::Moderate, &[EAST], "active");
    assert_eq!(night.at_work(), "flood-city 4?");
    night.warn("w2", Severity::Moderate, &[EAST], "cancelled");
    assert_eq!(night.response("flood-city").state, "withdrawn");
}

#[test]
fn a_person_starts_moves_and_ends() {
    let mut night = Night::of(standard());
    let ask =
        |night: &mut Night, verb: &str, id: &str, fields: Value| night.ask("response", verb, id, fields);
    let id = ask(&mut night, "start", "", json!({"plan": "flood-city", "level": 4, "reason": "上级要求"}))
        .unwrap();
    // By hand it is for the whole city.
    assert_eq!(night.at_work(), "east 4, flood-city 4, west 4");
    assert_eq!(
        ask(&mut night, "start", "", json!({"plan": "flood-city", "level": 3})),
        Err("response.start.open".into())
    );
    assert_eq!(ask(&mut night, "raise", &id, json!({"level": 1})), Err("response.level.unknown".into()));
    // Conditions raise it further; they never end it.
    night.warn("w1", Severity::Extreme, &[EAST], "active");
    assert_eq!(night.response("flood-city").level, 2);
    ask(&mut night, "lower", &id, json!({"level": 3, "reason": "现场研判"})).unwrap();
    assert_eq!(night.response("flood-city").level, 3);
    night.wait(10).warn("w1", Severity::Extreme, &[EAST, WEST], "active");
    assert_eq!(night.response("flood-city").level, 3, "a person's word stands while the condition goes on");
    night.warn("w1", Severity::Extreme, &[EAST], "cancelled");
    assert_eq!(night.response("flood-city").level, 3);
    assert_eq!(ask(&mut night, "end", &id, json!({"reason": ""})), Err("response.end.no-reason".into()));
    ask(&mut night, "end", &id, json!({"reason": "汛情结束"})).unwrap();
    assert_eq!((night.at_work(), night.ordered()), (String::new(), vec![]));
    assert_eq!(ask(&mut night, "raise", &id, json!({"level": 2})), Err("response.raise.from-ended".into()));
    assert_eq!(
        ask(&mut night, "start", "", json!({"plan": "flood-cty", "level": 4})),
        Err("plan.unknown".into())
    );
}

/// Ended by a person while it rains: that rain starts nothing again, the next does.
#[test]
fn a_silenced_level_is_only_silent_until_its_condition_ceases() {
    let mut night = Night::of(standard());
    night.warn("w1", Severity::Moderate, &[EAST], "active");
    let id = night.response("flood-city").id.clone();
    night.ask("response", "end", &id, json!({"reason": "误发"})).unwrap();
    night.wait(10);
    assert_eq!(night.at_work(), "");
    // Worse rain is another matter, and it ends while it is at work.
    night.warn("w1", Severity::Extreme, &[EAST], "active");
    assert_eq!(night.at_work(), "east 2, flood-city 2");
    night.warn("w1", Severity::Extreme, &[EAST], "cancelled").wait(60);
    assert_eq!(night.at_work(), "");
    night.warn("w2", Severity::Moderate, &[EAST], "active");
    assert_eq!(night.at_work(), "east 4, flood-city 4");
}

#[test]
fn a_bad_plan_is_refused_with_its_place() {
    let check = |path: &[&str], value: Value, expect: &str| {
        let mut plan = flood();
        plan["version"] = 7.into();
        let mut node = &mut plan;
        for step in path {
            node = match step.parse::<usize>() {
                Ok(place) => &mut node[place],
                Err(_) => &mut node[*step],
            };
        }
        *node = value;
        let plan: Plan = serde_json::from_value(plan).unwrap();
        let city = city(&[flood()]);
        let faults = plan::check::faults(&plan, &plan::check::Known::of(&city));
        let told: Vec<String> = faults
            .iter()
            .filter(|fault| fault.is_error)
            .map(|fault| format!("{} {}", fault.place(), fault.code))
            .collect();
        assert_eq!(told.join(", "), expect, "{faults:?}");
    };
    let start = ["level", "0", "start"];
    check(&start, json!("warnings.exists(w, w.severity >= 2)"), "");
    check(&start, json!("warning.exists(w, true)"), "level.0.start:1 cel-name");
    check(
        &start,
        json!("warnings.exists(w, w.event_code == '11B03' && w.severty > 2)"),
        "level.0.start:49 cel-field",
    );
    check(&start, json!("warnings.exists(w, w.severity >= 'red')"), "level.0.start:31 cel-type");
    check(&start, json!("warnings.exists(w, w.severity >= 2"), "level.0.start:35 cel-syntax");
    check(&start, json!("'雨' == region && warning.exists(w, true)"), "level.0.start:18 cel-name");
    check(&start, json!("size(warnings)"), "level.0.start:5 cel-type");
    check(&start, json!("warnings.exists(w, w.event_code == '11B30')"), "level.0.start:36 event-unknown");
    check(
        &start,
        json!("warnings.exists(w, w.event_code in ['11B03', '11C'])"),
        "level.0.start:46 event-unknown",
    );
    check(&start, json!("warnings.exists(w, w.colour == 'Red')"), "level.0.start:32 colour");
    check(&start, json!("incidents.exists(i, 'fir' == i.hazard)"), "level.0.start:21 hazard-unknown");
    check(&start, json!("accidents.exists(a, a.grade == 'big')"), "level.0.start:32 grade-unknown");
    check(&start, json!("readings.exists(r, r.code == 'water.levle')"), "level.0.start:30 reading-unlisted");
    check(
        &start,
        json!("incidents.exists(i, within(i.region, '330000009000'))"),
        "level.0.start:38 region-unknown",
    );
    // A village of a township that the city has drawn.
    check(&start, json!("incidents.exists(i, within(i.region, '330000001003'))"), "");
    check(&start, json!("inside(region, region)"), "level.0.start:7 cel-name");
    check(&start, json!("1 / size(warnings) > 0"), "level.0.start:1 cel-run");
    check(&start, json!("(".repeat(1_000)), "level.0.start:25 cel-size");
    check(&start, json!(format!("1{} > 0", "+1".repeat(900))), "level.0.start:514 cel-size");
    check(&start, json!(format!("'{}' == region", "长".repeat(3_000))), "level.0.start:2001 cel-size");
    check(&start, json!(""), "level.0.start value-missing");
    check(&["level", "1", "level"], json!(4), "level.1.level id-twice");
    check(&["level", "1", "clause"], json!("9.9"), "level.1.clause clause-unknown");
    check(&["level", "1", "task", "0", "id"], json!("watch"), "level.1.task.0.id id-twice");
    check(&["level", "1", "task", "0", "post"], json!(""), "level.1.task.0 post-missing");
    check(&["level", "2", "task", "0", "done_min"], json!(0), "level.2.task.0.done_min minutes");
    check(
        &["level", "0", "team"],
        json!([{"capability": "排涝", "count": 0}]),
        "level.0.team.0.count number",
    );
    check(
        &["level", "0", "supply"],
        json!([{"item": "9010102", "quantity": 1}]),
        "level.0.supply.0.item item",
    );
    check(&["region"], json!("330000009000"), "region region-unknown");
    check(&["department"], json!("watre"), "department department-unknown");
    check(&["hazards"], json!(["fire", "flod"]), "hazards.1 hazard-unknown");
    check(&["parent"], json!("flood-city"), "parent parent-ring");
    check(&["kind"], json!("on-site"), "kind unit-missing");
    check(
        &["readings"],
        json!([]),
        "level.1.start readings-missing, level.1.end readings-missing, level.2.start readings-missing",
    );
    check(&["version"], json!(0), "version version");
}

#[test]
fn what_the_city_lacks_is_said() {
    let mut plan = flood();
    plan["level"][2]["team"] = json!([{"capability": "water-rescue", "count": 2}]);
    plan["level"][2]["supply"] = json!([{"item": "2030101", "quantity": 200}]);
    let plan: Plan = serde_json::from_value(plan).unwrap();
    struct Has(BTreeMap<&'static str, bool>, u64, u64);
    impl plan::check::Means for Has {
        fn post(&self, post: &str) -> Option<bool> {
            self.0.get(post).copied()
        }
        fn teams(&self, _: &str) -> u64 {
            self.1
        }
        fn stock(&self, _: &str) -> u64 {
            self.2
        }
    }
    let check = |has: Has, expect: &[&str]| {
        let told: Vec<String> = plan::check::lacks(&plan, &has)
            .iter()
            .map(|fault| format!("{} {}", fault.path, fault.code))
            .collect();
        assert_eq!(told, expect);
    };
    check(Has(BTreeMap::from([("water-duty", true), ("county-desk", true)]), 2, 200), &[]);
    check(
        Has(BTreeMap::from([("water-duty", true), ("county-desk", false)]), 1, 199),
        &[
            "level.2.task.0.post post-empty",
            "level.2.team.0.capability teams-missing",
            "level.2.supply.0.item supplies-missing",
        ],
    );
    check(Has(BTreeMap::from([("water-duty", true)]), 9, 900), &["level.2.task.0.post post-unknown"]);
}

#[test]
fn a_fire_plan_follows_incidents_and_not_repeats() {
    let plan = json!({
        "id": "fire-city", "version": 1, "title": "火灾应急预案", "region": CITY, "department": "fire",
        "hazards": ["fire"], "approved_by": "周市长", "clause": [{"no": "4.1", "title": "响应"}],
        "level": [{"level": 4, "clause": "4.1", "start": "incidents.exists(i, i.hazard == 'fire' && i.state != 'suspected')",
                   "task": [{"id": "go", "title": "出动", "department": "fire"}]}]
    });
    let mut night = Night::of(city(&[plan]));
    let ring = |night: &mut Night, device: &str, code: &str| {
        night.number += 1;
        let observed = alarm(night.number, "fire", device, code, night.now);
        night.step(vec![Input::Signal(observed)]);
    };
    ring(&mut night, "a/1", "fire.smoke");
    assert_eq!(night.at_work(), "");
    ring(&mut night, "b/1", "fire.manual");
    // Two independent sources convince: confirmed, and so the plan responds.
    assert_eq!(night.at_work(), "fire-city 4");
    let response = night.response("fire-city").clone();
    assert_eq!(response.incident, "I20260712-0001");
    assert_eq!(night.core.state().rooms.orders.values().next().unwrap().incident, response.incident);
    let before = night.journal.len();
    for _ in 0..20 {
        ring(&mut night, "a/1", "fire.smoke");
    }
    let responses =
        night.journal[before..].iter().filter(|entry| matches!(entry.fact, Fact::Became { .. })).count();
    assert_eq!(responses, 0);
}

#[test]
fn a_broken_condition_is_seen_and_harmless() {
    // Rehearsed over a sample it is well; over three warnings it divides by zero.
    let mut plan = approved(flood());
    plan["level"][0]["start"] = json!("size(warnings) > 0 && 6 / (size(warnings) - 3) > 0");
    let mut night = Night::of(city(&[plan]));
    for id in ["w1", "w2", "w3"] {
        night.warn(id, Severity::Minor, &[EAST], "active");
    }
    let gaps: Vec<&str> = night.core.state().rooms.gaps.values().map(|gap| gap.matter.as_str()).collect();
    assert!(gaps.contains(&"plan flood-city@1 4 start"), "{gaps:?}");
    night.warn("w4", Severity::Minor, &[EAST], "active");
    assert_eq!(night.at_work(), "flood-city 4");
}

#[test]
fn an_on_site_plan_is_its_units_own() {
    let site = json!({
        "id": "site", "version": 1, "title": "现场处置方案", "kind": "on-site", "parent": "flood-city", "region": EAST,
        "department": "fire", "unit": "U1", "hazards": ["fire"], "approved_by": "厂长", "clause": [{"no": "3", "title": "处置"}],
        "level": [{"level": 4, "clause": "3", "start": "incidents.exists(i, i.unit == 'U1')",
                   "task": [{"id": "stop", "title": "停料", "department": "fire"}]}]
    });
    let mut night = Night::of(city(&[approved(flood()), site]));
    night.warn("w1", Severity::Extreme, &[EAST], "active");
    assert_eq!(night.at_work(), "flood-city 2");
    night.number += 1;
    let observed = alarm(night.number, "fire", "a/1", "fire.smoke", night.now);
    night.step(vec![Input::Signal(observed)]);
    assert_eq!(night.at_work(), "flood-city 2, site 4");
}

/// The same things in another order end in the same levels, areas and evidence,
/// where no level has an end of its own or a hold.
fn outcome(order: &[usize], batch: bool) -> Vec<String> {
    let mut plan = approved(flood());
    for level in 0..3 {
        plan["level"][level].as_object_mut().unwrap().retain(|field, _| field != "end" && field != "hold_s");
    }
    let mut night =
        Night::of(city(&[plan, approved(township("east", EAST)), approved(township("west", WEST))]));
    let now = night.now;
    let reading = |number: u64, device: &str, value: f64, minute: i64| {
        let mut reading = alarm(number, "water", device, "water.level", now);
        reading.signal.kind = Kind::Reading;
        reading.signal.observed = Some(now.plus_millis(minute * 60_000));
        reading.signal.value = Some(value);
        Input::Signal(reading)
    };
    let told = [
        reading(1, "gauge-e", 5.1, 0),
        reading(2, "gauge-e", 6.2, 1),
        reading(3, "gauge-e", 4.9, 2),
        reading(4, "gauge-w", 5.7, 1),
        reading(5, "gauge-w", 3.0, -4),
    ];
    night.now = now.plus_millis(180_000);
    let told: Vec<Input> = order.iter().map(|place| told[*place].clone()).collect();
    match batch {
        true => _ = night.step(told),
        false => told.into_iter().for_each(|input| _ = night.step(vec![input])),
    }
    let open = night.responses().filter(|response| response.is_open());
    let mut levels: Vec<String> = open
        .map(|response| {
            let grounds: Vec<&str> = response.evidence.iter().map(|ground| ground.sort.as_str()).collect();
            format!("{} {} {:?} {grounds:?}", response.plan, response.level, response.areas)
        })
        .collect();
    levels.sort();
    levels
}

#[test]
fn the_order_of_arrival_decides_no_level() {
    let expect = outcome(&[0, 1, 2, 3, 4], true);
    assert_eq!(expect.len(), 2, "{expect:?}");
    for order in [[4, 3, 2, 1, 0], [2, 0, 1, 4, 3], [1, 3, 0, 2, 4], [3, 2, 4, 0, 1]] {
        assert_eq!(outcome(&order, true), expect, "{order:?} in one step");
        assert_eq!(outcome(&order, false), expect, "{order:?} one by one");
    }
}

#[test]
fn a_storm_of_alarms_costs_a_plan_little() {
    let plan = json!({
        "id": "fire-city", "version": 1, "title": "火灾应急预案", "region": CITY, "department": "fire",
        "hazards": ["fire"], "approved_by": "周市长", "clause": [{"no": "4.1", "title": "响应"}],
        "level": [
            {"level": 4, "clause": "4.1", "start": "incidents.exists(i, i.hazard == 'fire' && i.state != 'suspected')"},
            {"level": 3, "clause": "4.1", "start": "incidents.filter(i, i.state == 'confirmed' && within(i.region, region)).size() >= 3"},
        ]
    });
    let storm = |plans: &[Value]| {
        let mut core = Core::new(city(plans));
        let inputs: Vec<Input> = (0..10_000_u64)
            .map(|n| {
                let mut observed =
                    alarm(n, "fire", &format!("s{}/1", n % 200), "fire.smoke", NIGHT.plus_millis(n as i64));
                let place = (n % 200) as f64;
                observed.signal.position =
                    Some(fixture::east_north((place % 20.0) * 500.0, (place / 20.0).floor() * 500.0));
                Input::Signal(observed)
            })
            .collect();
        let began = std::time::Instant::now();
        inputs.chunks(230).for_each(|inputs| _ = core.step(NIGHT, inputs));
        assert_eq!(core.incidents().count(), 200);
        began.elapsed()
    };
    let (without, with) = (storm(&[]), storm(&[plan]));
    println!("10,000 alarms over 200 places: {without:?} without plans, {with:?} with one");
    assert!(with < without * 4 + std::time::Duration::from_secs(2), "{without:?} {with:?}");
}
