//! A grid worker's report and an accident through the real host, and their story
//! told from the journal.

use crate::running::Running;
use crate::wait::wait_for;
use crate::web::post;
use serde_json::{Value, json};
use std::collections::BTreeMap;

fn report(host: &Running, reference: &str, category: &str) -> String {
    let report = json!({
        "id": reference, "category": category, "text": "东苑小区 3 幢楼道堆满杂物,电瓶车飞线充电",
        "photo": "https://grid.example/p/31.jpg", "position": {"lon": 120.2987, "lat": 29.2801},
        "reporter": {"id": "grid-002-01", "name": "周明", "phone": "138-0000-1001"},
    });
    let url = format!("{}/in/grid/report", host.door("http"));
    let reply = post(&url, &[("content-type", "application/json")], report.to_string().as_bytes());
    assert_eq!(reply.status, 200, "{}", String::from_utf8_lossy(&reply.body));
    report.to_string()
}

fn case(host: &Running, reference: &str) -> Value {
    wait_for("the case", || {
        host.json(&["grid", "list"]).into_iter().find(|case| case["reference"] == reference)
    })
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}

/// Waits for what the views show once they follow.
fn shown(host: &Running, noun: &str, id: &str, is: impl Fn(&Value) -> bool) -> Value {
    wait_for(noun, || Some(host.json(&[noun, "show", id]).remove(0)).filter(|row| is(row)))
}

#[test]
fn a_report_becomes_an_incident_and_ends_with_it() {
    let host = Running::new();
    let sent = report(&host, "GW-1", "隐患");
    report(&host, "GW-1", "隐患");
    let id = text(&case(&host, "GW-1")["id"]);
    // What the grid's platform says of a case is answered as what it is; nothing is made of it.
    let progress = json!({ "caseId": "G19700101-0001", "action": "feedback", "result": "杂物已清" });
    let door = format!("{}/in/grid/report", host.door("http"));
    let unknown = post(&door, &[], progress.to_string().as_bytes());
    let body = unknown.json();
    assert_eq!((unknown.status, &body["code"]), (404, &json!("case.unknown")), "{body}");
    assert_eq!((&body["accepted"], unknown.frame.is_some()), (&json!(false), true), "{body}");
    assert!(body["message"].to_string().contains("G19700101-0001"), "{body}");
    let row = shown(&host, "grid", &id, |row| row["count"] == 2);
    assert_eq!((&row["state"], &row["department"]), (&json!("reported"), &json!("grid")));
    assert_eq!(row["reporter"]["name"], "周明");

    host.json(&["grid", "accept", &id]);
    let row = shown(&host, "grid", &id, |row| row["state"] == "assigned");
    assert_eq!(row["platform"], "law");
    let refused = host.refused(&["grid", "assign", &id, "--platform", "market"]);
    assert!(refused.contains("grid.assign.from-assigned") && refused.contains("综合执法平台"), "{refused}");
    host.json(&["grid", "return", &id, "--reason", "属消防通道管理", "--to", "order"]);
    shown(&host, "grid", &id, |row| row["platform"] == "order");

    // One flag; the evidence leads to the worker's own bytes.
    host.json(&["grid", "promote", &id, "--hazard", "fire", "--note", "飞线起火", "--by", "王值班"]);
    let row = shown(&host, "grid", &id, |row| row["state"] == "promoted");
    let incident = text(&row["incident"]);
    let about = shown(&host, "incident", &incident, |row| row["frame_count"] != 0);
    assert_eq!(about["hazard"], "fire");
    let raw = text(&about["frames"][0]["raw"]);
    assert_eq!(raw, tocsin_core::outcome::hex::encode(sent.as_bytes()));
    let refused = host.refused(&["grid", "close", &id, "--result", "x"]);
    assert!(refused.contains("grid.close.from-promoted") && refused.contains(&incident), "{refused}");

    // An accident of it: the grade moves when the third dies.
    let at = "2026-07-12 22:10";
    let asked =
        ["accident", "report", "--title", "东苑小区火灾", "--happened-at", at, "--incident", &incident];
    let answer = host.json(&[&asked[..], &["--deaths", "2", "--injuries", "8"]].concat()).remove(0);
    let accident = text(&answer["reply"]["subject"]);
    let row = shown(&host, "accident", &accident, |_| true);
    assert_eq!(
        (&row["grade"], &row["target"], &row["reports"][0]["name"]),
        (&json!("general"), &json!("prefecture"), &json!("初报"))
    );
    host.json(&["accident", "report", &accident, "--deaths", "3", "--to", "province"]);
    let row = shown(&host, "accident", &accident, |row| row["filed"] == 2);
    assert_eq!(
        (&row["grade"], &row["target"], &row["reports"][1]["name"]),
        (&json!("large"), &json!("province"), &json!("续报一"))
    );
    // It happened long before anybody told the desk.
    assert!(
        row["missed"].as_array().is_some_and(|missed| missed
            .iter()
            .any(|one| one["clock"] == "first" && one["late_minutes"] != 0)),
        "{row}"
    );
    let refused = host.refused(&["accident", "report", &accident, "--deaths", "1"]);
    assert!(refused.contains("accident.report.lower-without-reason"), "{refused}");

    host.run(&["incident", "confirm", &incident]);
    let closed = host.json(&["incident", "close", &incident, "--result", "已扑灭"]).remove(0);
    let row = shown(&host, "grid", &id, |row| row["state"] == "closed");
    assert_eq!(row["result"], "已扑灭");

    // Every line's row is the state that the journal gives at its step.
    let lines = host.json(&["incident", "timeline", &incident]);
    let words = |noun: &str| -> Vec<String> {
        lines.iter().filter(|line| line["noun"] == noun).map(|line| text(&line["what"])).collect()
    };
    let story = words("grid").join(" ");
    assert!(story.starts_with("reported repeated accepted assigned returned assigned promoted"), "{story}");
    assert!(story.ends_with("closed"), "{story}");
    let story = words("accident");
    assert!(
        ["reported", "overdue", "graded"].iter().all(|word| story.contains(&(*word).to_owned())),
        "{story:?}"
    );
    assert_eq!(words("incident").first().map(String::as_str), Some("opened"));
    let mut last: BTreeMap<(u64, String, String), &Value> = BTreeMap::new();
    for line in &lines {
        let sequence = line["sequence"].as_u64().expect("a sequence");
        last.insert((sequence, text(&line["noun"]), text(&line["id"])), &line["row"]);
    }
    let mut replayed: BTreeMap<u64, Value> = BTreeMap::new();
    for ((sequence, noun, id), row) in last {
        let state = replayed.entry(sequence).or_insert_with(|| {
            host.json(&["journal", "replay", "--sequence", &sequence.to_string()]).remove(0)
        });
        let plural = match noun.as_str() {
            "grid" => "grid".to_owned(),
            noun => format!("{noun}s"),
        };
        let found = state[&plural].as_array().into_iter().flatten().find(|row| row["id"] == id.as_str());
        assert_eq!(found, Some(row), "{noun} {id} at {sequence}");
    }

    // At the time of the last step the replay is the state that verifying gives.
    let until = closed["sequence"].to_string();
    let whole = host.json(&["journal", "replay", "--until", "2099-01-01"]).remove(0);
    assert!(whole["sequence"].as_u64() >= until.parse().ok(), "{}", whole["sequence"]);
    let before = host.json(&["journal", "replay", "--until", "2000-01-01"]).remove(0);
    assert_eq!((&before["steps"], &before["incidents"]), (&json!(0), &json!([])));
    let own = host.json(&["journal", "replay", "--sequence", &until, "--incident", &incident]).remove(0);
    // With it what the report was taken for before it was promoted.
    let incidents = own["incidents"].as_array().expect("incidents");
    let state = |id: &str| incidents.iter().find(|row| row["id"] == id).map(|row| row["state"].clone());
    assert_eq!(state(&incident), Some(json!("closed")));
    assert!(incidents.iter().all(|row| row["id"] == incident || row["merged_into"] == incident), "{own}");
    assert_eq!(own["grid"].as_array().map(Vec::len), Some(1));
    let people =
        String::from_utf8(host.run(&["journal", "replay", "--sequence", &until]).stdout).expect("text");
    assert!(people.contains(&incident) && people.contains(&accident), "{people}");
    let people = String::from_utf8(host.run(&["accident", "show", &accident]).stdout).expect("text");
    assert!(people.contains("续报一") && people.contains("late"), "{people}");
    let people = String::from_utf8(host.run(&["grid", "show", &id]).stdout).expect("text");
    assert!(people.contains("周明") && people.contains("promoted"), "{people}");
    assert!(host.refused(&["incident", "timeline", "I19700101-0001"]).contains("I19700101-0001"));
    assert!(host.refused(&["journal", "replay", "--until", "gestern"]).contains("gestern"));
    assert_eq!(host.json(&["journal", "verify"])[0]["ok"], true);
}
