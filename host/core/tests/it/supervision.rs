//! The supervision list: states that last too long, inspections, roll calls.

use crate::fixture::alarm;
use crate::room::{Night, city};
use serde_json::{Value, json};
use std::sync::Arc;
use tocsin_core::city::duty::Post;
use tocsin_core::city::upkeep::Limit;
use tocsin_core::signal::Kind;
use tocsin_core::time::Timestamp;
use tocsin_core::{Input, Observed};

fn supervised() -> Night {
    let mut city = (*city()).clone();
    let limit =
        |state: &str, minutes| Limit { state: state.into(), minutes, departments: vec!["fire".into()] };
    city.upkeep.limits = vec![limit("shielded", 60), limit("manual", 30)];
    city.duty.posts.push(Post {
        id: "fire-duty".into(),
        name: "消防值班".into(),
        department: "fire".into(),
        region: String::new(),
        duty: true,
        deputy: "fire-head".into(),
        superior: String::new(),
        people: vec!["e1".into()],
        roster: None,
    });
    city.duty.posts.push(Post {
        id: "fire-head".into(),
        name: "消防领导".into(),
        department: "fire".into(),
        region: String::new(),
        duty: false,
        deputy: String::new(),
        superior: String::new(),
        people: vec!["boss".into()],
        roster: None,
    });
    Night::new(Arc::new(city))
}

fn report(run: u64, code: &str, reference: &str, at: Timestamp, data: Value) -> Observed {
    let mut observed = alarm(run, "fire", "unit/x", code, at);
    observed.signal.kind = Kind::Report;
    observed.signal.reference = reference.into();
    observed.signal.data = data.to_string();
    observed
}

fn tell(night: &mut Night, observed: Observed) {
    let at = observed.received;
    night.until(at);
    night.step(at, &[Input::Signal(observed)]);
}

fn minutes(night: &Night, minutes: i64) -> Timestamp {
    let _ = night;
    crate::fixture::NIGHT.plus_millis(minutes * 60_000)
}

#[test]
fn what_lasts_too_long_is_listed_and_an_inspection_takes_it_off() {
    let mut night = supervised();
    night.go_on(
        "1m fire a/1/42.1 fault.shielded kind=fault title=走廊烟感屏蔽
         2m fire a/11 status.manual kind=status title=水泵手动
         3m fire b/1 fault.shielded kind=fault
         20m fire b/1 fault.shielded kind=recovery
         31m",
    );
    assert_eq!(night.told(&["supervision"]), [""; 0], "not yet");
    night.go_on("62m");
    assert_eq!(
        night.told(&["supervision"]),
        ["32m supervision.found S1 open a/11", "61m supervision.grew S1 open a/11,a/1/42.1"]
    );
    let finding = night.core.state().rooms.supervisions.values().next().unwrap().clone();
    assert_eq!((finding.unit.as_str(), finding.title.as_str()), ("U1", "单位U1:屏蔽 1 处、手动 1 处"));
    assert_eq!(finding.items[0].frame.as_ref().unwrap().to_string(), "fire/5002/0");

    // Mended by itself it stays on the list.
    night.go_on("70m fire a/11 status.manual kind=recovery\n 71m fire a/1/42.1 fault.shielded kind=recovery");
    assert_eq!(
        night.told(&["supervision"]).last().unwrap(),
        "71m supervision.mended S1 mended a/11,a/1/42.1"
    );

    // An inspection from before it began closes nothing, another department's neither.
    let data = json!({"unit": "U1", "inspector": "李工", "passed": true, "result": "已恢复"});
    let mut old = report(1, "supervision.inspection", "J-1", minutes(&night, 80), data.clone());
    old.signal.observed = Some(minutes(&night, -300));
    tell(&mut night, old);
    let mut foreign = report(2, "supervision.inspection", "J-2", minutes(&night, 81), data.clone());
    foreign.frame.department = "police".into();
    tell(&mut night, foreign);
    let failed = json!({"unit": "U1", "inspector": "李工", "passed": false, "result": "仍为手动"});
    let failed = report(3, "supervision.inspection", "J-3", minutes(&night, 82), failed);
    tell(&mut night, failed);
    assert_eq!(night.core.state().rooms.supervisions["S20260712-0001"].state, "mended");
    let good = report(4, "supervision.inspection", "J-4", minutes(&night, 83), data.clone());
    tell(&mut night, good);
    // The same record twice, and once more an hour later.
    let again = report(5, "supervision.inspection", "J-4", minutes(&night, 84), data);
    tell(&mut night, again);
    let finding = &night.core.state().rooms.supervisions["S20260712-0001"];
    assert_eq!((finding.state.as_str(), finding.closed_by.as_str()), ("closed", "李工"));
    assert_eq!(finding.inspection.as_ref().unwrap().to_string(), "fire/4/0");
    let unit = &night.core.state().rooms.sites["U1"];
    assert_eq!((unit.title.as_str(), unit.state.as_str(), unit.inspections.len()), ("单位U1", "normal", 3));
}

#[test]
fn what_still_stands_after_an_inspection_counts_anew() {
    let mut night = supervised();
    night.go_on(
        "1m fire a/11 status.manual kind=status
         40m ? supervision close S20260712-0001 result=水泵检修至明日
         40m ? supervision close S20260712-0001 result=再次
         41m ? supervision close S20260712-0009 result=无
         69m",
    );
    assert_eq!(night.replies(), ["ok S1", "supervision.close.from-closed", "supervision.unknown"]);
    assert_eq!(night.told(&["supervision"]).len(), 2);
    night.go_on("71m");
    assert_eq!(night.told(&["supervision"]).last().unwrap(), "70m supervision.found S2 open a/11");
}

#[test]
fn units_and_facilities_come_in_as_records() {
    let mut night = supervised();
    let unit = json!({"id": "K7", "name": "城南宾馆", "address": "南街 1 号", "contacts": [{"name": "甲", "phone": "138-0000-0000"}]});
    let record = |run, code, at, data: &Value| report(run, code, "", at, data.clone());
    let at = minutes(&night, 1);
    tell(&mut night, record(1, "supervision.unit", at, &unit));
    tell(&mut night, record(2, "supervision.unit", at, &unit));
    let facility = json!({"unit": "K7", "id": "F1", "name": "喷淋泵", "device": "a/12"});
    tell(&mut night, record(3, "supervision.facility", at, &facility));
    tell(&mut night, record(4, "supervision.facility", at, &facility));
    assert_eq!(night.told(&["site"]), ["1m site.recorded K7 normal -", "1m site.equipped K7 normal -"]);
    let row = &night.core.state().rooms.sites["K7"];
    assert_eq!(
        (row.title.as_str(), row.contacts[0].name.as_str(), row.facilities.len()),
        ("城南宾馆", "甲", 1)
    );
    let mut foreign = record(5, "supervision.unit", at, &json!({"id": "K7", "name": "假名"}));
    foreign.frame.department = "police".into();
    tell(&mut night, foreign);
    assert_eq!(night.core.state().rooms.sites["K7"].title, "城南宾馆");
    assert!(night.core.incidents().next().is_none(), "a record is no incident");
}

#[test]
fn a_device_that_no_file_knows_belongs_to_the_unit_whose_facility_it_is() {
    let mut night = supervised();
    let at = minutes(&night, 1);
    let unit = json!({"id": "K7", "name": "城南宾馆"});
    let facility = json!({"unit": "K7", "id": "F1", "name": "用户信息传输装置", "device": "new"});
    tell(&mut night, report(1, "supervision.unit", "", at, unit));
    tell(&mut night, report(2, "supervision.facility", "", at, facility));
    night.go_on("2m fire new/11 status.manual kind=status\n 40m");
    let finding = night.core.state().rooms.supervisions["S20260712-0001"].clone();
    assert_eq!((finding.unit.as_str(), finding.unit_name.as_str()), ("K7", "城南宾馆"));
    let passed = json!({"unit": "K7", "passed": true, "inspector": "李工", "result": "合格"});
    let at = minutes(&night, 41);
    tell(&mut night, report(3, "supervision.inspection", "J-9", at, passed));
    assert_eq!(night.core.state().rooms.supervisions["S20260712-0001"].state, "closed");
    night.go_on(
        "42m ? order issue - title=查岗 matter=fire.roll-call device=new department=fire done=10
         43m fire new done kind=progress ref=O20260712-0001 title=应答",
    );
    assert_eq!(night.core.state().rooms.sites["K7"].score, Some(100));
    night.go_on(
        "44m ? order issue - title=查岗 matter=fire.roll-call device=elsewhere department=fire done=10",
    );
    assert_eq!(night.replies().last().unwrap(), "order.issue.device-unknown");
}

#[test]
fn a_roll_call_scores_and_none_escalates() {
    let issue = "order issue - title=查岗 matter=fire.roll-call device=a department=fire done=10";
    let mut night = supervised();
    night.go_on(&format!("1m ? {issue}\n 5m fire a done kind=progress ref=O20260712-0001 title=应答"));
    assert_eq!(night.core.state().rooms.sites["U1"].score, Some(100));
    // Not answered, and answered too late.
    night.go_on(&format!("20m ? {issue}\n 31m"));
    let unit = &night.core.state().rooms.sites["U1"];
    assert_eq!((unit.score, unit.asked, unit.answered, unit.state.as_str()), (Some(50), 2, 1, "listed"));
    assert_eq!(night.told(&["supervision"]), ["30m supervision.found S1 open a"]);
    let order = &night.core.state().rooms.orders["O20260712-0002"];
    assert_eq!(order.asked.as_ref().unwrap().post, "fire-head", "the next one up is asked");
    night.go_on("35m fire a done kind=progress ref=O20260712-0002 title=迟到");
    let unit = &night.core.state().rooms.sites["U1"];
    assert_eq!((unit.score, unit.calls[1].answered), (Some(50), false));
    assert!(unit.calls[1].answered_at.is_some());
    assert_eq!(night.core.state().rooms.supervisions["S20260712-0001"].state, "mended", "it answers again");
    // The device never confirmed: the plugin says so before the clock does.
    night.go_on(&format!(
        "40m ? {issue}\n 41m fire a failed kind=progress ref=O20260712-0003 title=未确认\n 60m"
    ));
    let unit = &night.core.state().rooms.sites["U1"];
    assert_eq!((unit.asked, unit.score), (3, Some(33)));
    assert_eq!(night.told(&["supervision"]).len(), 3, "one finding, two items, one answered");
    assert!(night.told(&["site"]).iter().all(|line| line.contains("U1")));
}
