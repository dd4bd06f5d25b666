//! Stock and teams as two desks see them: a race for the last sandbags, and a host
//! that is killed while they are on the road.

use crate::frames::{Line, alarm};
use crate::running::{Folder, Running};
use crate::wait::wait_for;
use crate::web::{Reply, get, post};
use serde_json::{Value, json};
use std::sync::Barrier;

const SANDBAG: &str = "3010102";

fn ask(host: &Running, path: &str, body: Value) -> Reply {
    let token = host.token();
    let headers = [("authorization", token.as_str()), ("content-type", "application/json")];
    post(&host.console(path), &headers, body.to_string().as_bytes())
}

fn incident(host: &Running) -> String {
    Line::to(host.door("fire-tcp")).say(&alarm(1, 0x79, 1, "一层烟感"));
    let new = wait_for("an incident", || host.incidents().into_iter().next());
    new["id"].as_str().expect("an id").to_owned()
}

fn account(host: &Running, sequence: &Value) -> Value {
    let sum = get(&host.console(&format!("/api/v1/supplies/balance?at_least={sequence}")), &[]).json();
    assert_eq!(sum["exact"], true, "{sum}");
    let items = sum["items"].as_array().expect("items");
    items.iter().find(|row| row["item"] == SANDBAG).cloned().expect("sandbags")
}

#[test]
fn two_clients_race_for_the_last_sandbags() {
    let host = Running::new();
    let id = incident(&host);
    let body = |actor: &str| json!({"store": "store-city", "item": SANDBAG, "quantity": 200, "for": id, "actor": actor});
    let start = Barrier::new(2);
    let replies: Vec<Reply> = std::thread::scope(|scope| {
        let race = |actor: &'static str| {
            let (start, host, body) = (&start, &host, body(actor));
            scope.spawn(move || {
                start.wait();
                ask(host, "/api/v1/supplies/reserve", body)
            })
        };
        let both = [race("水利局"), race("消防救援大队")];
        both.map(|thread| thread.join().expect("an answer")).into()
    });
    let (won, lost): (Vec<&Reply>, Vec<&Reply>) = replies.iter().partition(|reply| reply.status == 200);
    assert_eq!((won.len(), lost.len()), (1, 1));
    let refusal = lost[0].json();
    assert_eq!((lost[0].status, &refusal["rule"]), (409, &json!("supply.reserve.short")), "{refusal}");
    let reason = refusal["reason"].as_str().expect("a reason");
    let transfer = won[0].json()["reply"]["subject"].as_str().expect("a transfer").to_owned();
    // Who has them, and where else there are some.
    assert!(reason.contains(&transfer) && reason.contains(&id) && reason.contains("[store-"), "{reason}");
    let sum = account(&host, &refusal["sequence"]);
    assert_eq!(
        (&sum["loaded"], &sum["on_hand"], &sum["reserved"]),
        (&json!(1000), &json!(1000), &json!(200))
    );

    // The command line says the same, and so does the listing.
    let words =
        ["supply", "reserve", "--store", "store-city", "--item", SANDBAG, "--quantity", "1", "--for", &id];
    assert!(host.refused(&words).contains("supply.reserve.short"));
    let shelf = host.json(&["supply", "list", "--store", "store-city", "--item", SANDBAG]).remove(0);
    assert_eq!((&shelf["available"], &shelf["short"]), (&json!(0), &json!(true)), "{shelf}");
    let offers = host.json(&["supply", "nearest", "--item", SANDBAG, "--quantity", "200", "--incident", &id]);
    assert!(reason.contains(&format!("[{}]", offers[0]["store"].as_str().expect("a store"))), "{offers:?}");
}

#[test]
fn a_host_killed_in_mid_transfer_loses_nothing() {
    let folder = Folder::new();
    let host = Running::on(&folder);
    let id = incident(&host);
    let reserve =
        json!({"store": "store-flood", "item": SANDBAG, "quantity": 300, "for": id, "command": "k-1"});
    let reserved = ask(&host, "/api/v1/supplies/reserve", reserve.clone()).json();
    let transfer = reserved["reply"]["subject"].as_str().expect("a transfer").to_owned();
    let dispatch = format!("/api/v1/supplies/{transfer}/dispatch");
    let gone = ask(&host, &dispatch, json!({"command": "k-2"})).json();
    assert_eq!(gone["reply"]["reply"], "ok", "{gone}");
    host.kill();

    let host = Running::on(&folder);
    // Asked again as by one who heard no answer: the same answers, and nothing moves twice.
    assert_eq!(ask(&host, "/api/v1/supplies/reserve", reserve).json()["reply"], reserved["reply"]);
    let again = ask(&host, &dispatch, json!({"command": "k-2"})).json();
    assert_eq!(again["reply"], gone["reply"]);
    let sum = account(&host, &again["sequence"]);
    assert_eq!(
        (&sum["on_hand"], &sum["in_transit"], &sum["reserved"]),
        (&json!(700), &json!(300), &json!(0))
    );
    assert_eq!(ask(&host, &dispatch, json!({})).json()["rule"], "supply.dispatch.from-dispatched");

    host.json(&["supply", "receive", &transfer, "--quantity", "290", "--note", "途中破损"]);
    let back = host.json(&["supply", "return", &transfer, "--quantity", "40"]).remove(0);
    let sum = account(&host, &back["sequence"]);
    assert_eq!(
        (&sum["on_hand"], &sum["consumed"], &sum["lost"], &sum["at_incidents"]),
        (&json!(740), &json!(250), &json!(10), &json!(0))
    );
    let story = host.json(&["supply", "show", &transfer]).remove(0);
    let changes: Vec<&str> = story["story"]
        .as_array()
        .expect("a story")
        .iter()
        .filter_map(|line| line["change"].as_str())
        .collect();
    assert_eq!(changes, ["reserved", "dispatched", "received", "returned"]);
    assert_eq!(host.run(&["supply", "balance"]).status.code(), Some(0));
}

#[test]
fn stock_is_brought_in_from_a_file() {
    let host = Running::new();
    let file = host.data.join("stock.toml");
    let text = "[[store]]\nid = \"school\"\nname = \"第二中学\"\ndepartment = \"emergency\"\nposition = { lon = 120.30, lat = 29.29 }\n\n\
                [[lot]]\nid = \"school-1\"\nstore = \"school\"\nitem = \"1020101\"\nquantity = 30\nexpires = 2033-01-01\n";
    std::fs::write(&file, text).expect("a file");
    let path = file.to_str().expect("a path");
    assert_eq!(host.json(&["supply", "load", path])[0]["reply"]["subject"], "1/1");
    let again = host.json(&["supply", "load", path]).remove(0);
    assert_eq!(again["reply"]["subject"], "0/1");
    let at_least = format!("/api/v1/supplies?store=school&at_least={}", again["sequence"]);
    let shelf = get(&host.console(&at_least), &[]).json();
    assert_eq!(shelf[0]["on_hand"], 30);
    assert_eq!(shelf[0]["expires"], "2033-01-01T00:00:00.000+08:00");
    std::fs::write(&file, text.replace("1020101", "9020101")).expect("a file");
    assert!(host.refused(&["supply", "load", path]).contains("supply.load.item-malformed"));
}

#[test]
fn a_team_is_proposed_sent_and_freed() {
    let host = Running::new();
    let id = incident(&host);
    let rows = host.json(&["team", "propose", "--incident", &id, "--material", "苯"]);
    let departments: std::collections::BTreeSet<&str> = rows
        .iter()
        .filter(|row| row["proposed"] == true)
        .filter_map(|row| row["department"].as_str())
        .collect();
    for wanted in ["fire", "environment", "health", "police"] {
        assert!(departments.contains(wanted), "{wanted}: {departments:?}");
    }
    assert!(rows.iter().any(|row| row["id"] == "expert-environment" && row["proposed"] == true), "{rows:?}");

    let assign = ["team", "assign", "environment-monitor", "--incident", &id];
    host.json(&assign);
    assert!(host.refused(&assign).contains("team.assign.taken"));
    let team = host.json(&["team", "show", "environment-monitor"]).remove(0);
    let order = team["order"].as_str().expect("an order");
    let shown = host.json(&["order", "show", order]).remove(0);
    assert_eq!(
        (&shown["department"], &shown["team"]),
        (&json!("environment"), &json!("environment-monitor"))
    );
    let freed = host.json(&["team", "release", "environment-monitor"]).remove(0);
    let path = format!("/api/v1/teams/environment-monitor?at_least={}", freed["sequence"]);
    assert_eq!(get(&host.console(&path), &[]).json()["state"], "available");
}
