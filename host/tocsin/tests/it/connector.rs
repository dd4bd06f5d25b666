//! Orders that go down to a device, and its answers as their progress.

use crate::frames::{ACK, Line, command, empty, pressed};
use crate::running::{Folder, Running};
use crate::wait::wait_for;
use crate::web::post;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const UITD: u8 = 0x79;

/// A UITD that has said that it is there.
fn device(host: &Running) -> Line {
    let mut line = Line::to(host.door("fire-tcp"));
    assert_eq!(command(&line.say(&empty(1, UITD, 2))), (ACK, 1));
    line
}

/// Given over HTTP, as a desk does.
fn issue(host: &Running, matter: &str) -> String {
    let home: Value = serde_json::from_slice(&std::fs::read(host.data.join("host.json")).expect("host.json"))
        .expect("JSON");
    let token = format!("Bearer {}", home["operator"].as_str().expect("a token"));
    let headers = [("authorization", token.as_str()), ("content-type", "application/json")];
    let body =
        json!({"title": "查岗 市一医院", "department": "fire", "matter": matter, "device": "000000000379"});
    let reply = post(&host.console("/api/v1/orders/issue"), &headers, body.to_string().as_bytes());
    let answer = reply.json();
    assert_eq!(reply.status, 200, "{answer}");
    answer["reply"]["subject"].as_str().unwrap_or_else(|| panic!("no order in {answer}")).to_owned()
}

fn order(host: &Running, id: &str) -> Value {
    host.json(&["order", "show", id]).remove(0)
}

/// The order when it has come so far.
fn reaches(host: &Running, id: &str, state: &str) -> Value {
    wait_for(&format!("{id} {state}"), || Some(order(host, id)).filter(|order| order["state"] == state))
}

#[test]
fn a_roll_call_is_answered_and_done() {
    let host = Running::new();
    let mut line = device(&host);
    let id = issue(&host, "fire.roll-call");
    let asked = line.frame();
    // Of the standard's example only serial, time and checksum differ.
    let shape = [&asked[..2], &asked[4..6], &asked[12..30]].concat();
    let expect =
        [&[0x40, 0x40, 1, 1, 0x38, 0x5B, 0, 0, 0, 0, UITD, 3, 0, 0, 0, 0, 3, 0, 1][..], &[91, 1, 10]]
            .concat();
    assert_eq!((shape, asked.len()), (expect, 33), "{asked:02X?}");
    let sum = asked[2..30].iter().fold(0u8, |sum, byte| sum.wrapping_add(*byte));
    assert_eq!(asked[30..], [sum, 0x23, 0x23]);

    let serial = u16::from_le_bytes([asked[2], asked[3]]);
    line.send(&empty(serial, UITD, ACK));
    reaches(&host, &id, "delivered");
    assert_eq!(command(&line.say(&pressed(2, UITD))), (ACK, 2));
    let done = reaches(&host, &id, "done");
    assert_eq!(done["result"], "查岗应答, 操作员 5", "{done}");
    let sum = host.json(&["journal", "verify"]).remove(0);
    assert_eq!(sum["ok"], true, "{sum}");
}

#[test]
fn silence_is_asked_three_times_and_seen() {
    let folder = Folder::new();
    let main = folder.city().join("city.toml");
    let text = std::fs::read_to_string(&main).expect("city.toml");
    let package = text.lines().find(|line| line.contains("/fire.wasm")).expect("the fire plugin").to_owned();
    let settings = format!("{package}\n[plugin.settings]");
    assert!(text.contains(&settings), "the fire plugin has settings");
    let quick = format!("{settings}\ndownlink_timeout_s = \"1\"");
    std::fs::write(&main, text.replace(&settings, &quick)).expect("written");
    let host = Running::on(&folder);
    let mut line = device(&host);
    let id = issue(&host, "fire.roll-call");
    let first = line.frame();
    let started = Instant::now();
    assert_eq!([line.frame(), line.frame()], [first.clone(), first]);
    assert!(started.elapsed() >= Duration::from_millis(1_500), "{:?}", started.elapsed());
    let told = wait_for("the failure", || {
        let order = order(&host, &id);
        let story = order["story"].to_string();
        story.contains("未确认, 已发送 3 次").then_some(order)
    });
    assert_eq!(told["state"], "issued", "it stays open for people: {told}");
    // What comes late is still told.
    line.send(&pressed(9, UITD));
    reaches(&host, &id, "done");
}

#[test]
fn a_clock_is_set() {
    let host = Running::new();
    let mut line = device(&host);
    let id = issue(&host, "fire.clock-sync");
    let asked = line.frame();
    assert_eq!((asked[26], &asked[27..29], &asked[29..35]), (1, &[90, 1][..], &asked[6..12]));
    line.send(&empty(u16::from_le_bytes([asked[2], asked[3]]), UITD, ACK));
    reaches(&host, &id, "done");
}

#[test]
fn an_order_without_a_way_goes_up_before_the_plugin_gives_up() {
    let host = Running::new();
    let id = issue(&host, "fire.clock-sync");
    // The host tries for 10 s; the plugin would say so only after three tries of its own.
    let told = wait_for("the order going up", || {
        let order = order(&host, &id);
        order["escalations"].as_array().is_some_and(|steps| !steps.is_empty()).then_some(order)
    });
    let story = told["story"].to_string();
    assert!(story.contains("没有通往 000000000379 的连接"), "{story}");
    assert!(!story.contains("已发送 3 次"), "{story}");
}
