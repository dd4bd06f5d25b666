//! A night's story read from the journal: what each line says stood after it is what
//! replaying up to there gives.

use crate::frames::{Line, alarm};
use crate::running::Running;
use crate::wait::wait_for;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Where replay keeps the rows of a noun.
fn room(noun: &str) -> String {
    match noun {
        "grid" => noun.to_owned(),
        noun => format!("{noun}s"),
    }
}

#[test]
fn every_line_of_a_timeline_is_a_state_of_the_replay() {
    let host = Running::new();
    let mut line = Line::to(host.door("fire-tcp"));
    for serial in 1..=3 {
        line.say(&alarm(serial, 0x79, serial, "一层烟感"));
    }
    let id = wait_for("an incident", || host.incidents().into_iter().next());
    let id = id["id"].as_str().expect("an id");
    let subject = |words: &[&str]| {
        let said = host.json(&[words, &["--by", "王值班"]].concat()).remove(0);
        said["reply"]["subject"].as_str().expect("a subject").to_owned()
    };
    subject(&["team", "assign", "militia-1", "--incident", id]);
    let reserve = ["supply", "reserve", "--store", "store-city", "--item", "3010102", "--quantity", "20"];
    let transfer = subject(&[&reserve[..], &["--for", id]].concat());
    subject(&["supply", "dispatch", &transfer]);
    subject(&["supply", "receive", &transfer, "--quantity", "18"]);
    let now = jiff::Timestamp::now().to_string();
    let accident =
        ["accident", "report", "--title", "火灾事故", "--region", "330791001000", "--happened-at", &now];
    let accident =
        subject(&[&accident[..], &["--deaths", "2", "--injuries", "8", "--incident", id]].concat());
    subject(&["accident", "report", &accident, "--deaths", "3"]);
    let militia =
        host.json(&["order", "list", "--incident", id]).into_iter().find(|o| o["team"] == "militia-1");
    let militia = militia.expect("its order")["id"].as_str().expect("an id").to_owned();
    for verb in ["ack", "depart", "arrive"] {
        subject(&["order", verb, &militia]);
    }
    subject(&["supply", "return", &transfer, "--quantity", "10"]);
    subject(&["order", "done", &militia, "--result", "火已扑灭"]);
    subject(&["incident", "close", id, "--result", "已扑灭"]);

    let lines = host.json(&["incident", "timeline", id]);
    let nouns: BTreeSet<&str> = lines.iter().filter_map(|line| line["noun"].as_str()).collect();
    for noun in ["incident", "team", "order", "transfer", "accident"] {
        assert!(nouns.contains(noun), "{nouns:?}");
    }
    // Of several lines of one row in a step the last is what stands after it.
    let mut last: BTreeMap<(u64, String, String), &Value> = BTreeMap::new();
    for line in &lines {
        let text = |field: &str| line[field].as_str().unwrap_or_default().to_owned();
        let sequence = line["sequence"].as_u64().expect("a sequence");
        last.insert((sequence, text("noun"), text("id")), line);
    }
    assert!(last.len() > 12, "{}", last.len());
    let mut states: BTreeMap<u64, Value> = BTreeMap::new();
    for ((sequence, noun, id), line) in last {
        let state = states.entry(sequence).or_insert_with(|| {
            host.json(&["journal", "replay", "--sequence", &sequence.to_string()]).remove(0)
        });
        let rows = state[room(&noun)].as_array().expect(&noun);
        let row = rows.iter().find(|row| row["id"] == id.as_str()).unwrap_or(&Value::Null);
        assert_eq!(row, &line["row"], "{noun} {id} after step {sequence}");
    }
}
