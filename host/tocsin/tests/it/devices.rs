//! How devices stand, from real frames to the lists that officers read: fire
//! supervision, smoke detectors, silence. Each with copies: doubled, spoilt, late.

use crate::frames::{ACK, Line, NAK, command, component};
use crate::running::{Folder, Running};
use crate::wait::wait_for;
use crate::web::{Reply, post};
use serde_json::{Value, json};

const UITD: u8 = 0x79;
const DETECTOR: &str = "fire/000000000379/1.1/42.10-7";

fn tell(host: &Running, way: &str, body: &str) -> Reply {
    let url = format!("{}/in/{way}", host.door("http"));
    post(&url, &[("content-type", "application/json")], body.as_bytes())
}

fn list(host: &Running, words: &[&str]) -> Vec<Value> {
    host.json(words)
}

/// Once a listing has as many rows as are expected, and no more.
fn rows(host: &Running, words: &[&str], count: usize) -> Vec<Value> {
    wait_for(&format!("{count} of {words:?}"), || Some(list(host, words)).filter(|rows| rows.len() == count))
}

fn adds_up(host: &Running) {
    let sum = host.json(&["journal", "verify"]).remove(0);
    assert_eq!(sum["ok"], true, "{sum}");
}

#[test]
fn a_shielded_detector_is_on_the_list_until_it_is_inspected() {
    let host = Running::new();
    let unit = r#"{"id": "hospital-1", "name": "青山市第一人民医院", "contacts": [{"name": "甲", "phone": "138-0000-0000"}]}"#;
    assert_eq!(tell(&host, "fire/unit", unit).status, 200);
    let facility = r#"{"unit": "hospital-1", "id": "F1", "name": "二层烟感", "device": "000000000379/1.1"}"#;
    assert_eq!(tell(&host, "fire/facility", facility).status, 200);

    let mut line = Line::to(host.door("fire-tcp"));
    // 屏蔽 since a day and a half, and normal otherwise.
    let frame = component(1, UITD, 7, 0b1001, 36);
    assert_eq!(command(&line.say(&frame)), (ACK, 1));
    assert_eq!(command(&line.say(&frame)), (ACK, 1), "the same again");
    let mut spoilt = component(2, UITD, 8, 0b1001, 36);
    let at = spoilt.len() - 3;
    spoilt[at] ^= 0x55;
    assert_eq!(command(&line.say(&spoilt)).0, NAK);
    let finding = rows(&host, &["supervision", "list", "--state", "open"], 1).remove(0);
    assert_eq!(
        (&finding["unit"], finding["items"].as_array().map(Vec::len)),
        (&json!("hospital-1"), Some(1))
    );
    let frame_id = finding["items"][0]["frame"].as_str().expect("its evidence").to_owned();
    assert!(frame_id.starts_with("fire/"), "{finding}");
    let shielded = list(&host, &["device", "list", "--state", "shielded"]);
    assert_eq!((shielded.len(), &shielded[0]["id"]), (1, &json!(DETECTOR)), "{shielded:?}");

    // A late copy, and one after it is over, change nothing.
    let id = finding["id"].as_str().expect("an id").to_owned();
    assert_eq!(tell(&host, "fire/inspection", r#"{"unit": "hospital-1", "result"#).status, 422);
    let failed =
        r#"{"id": "J-1", "unit": "hospital-1", "inspector": "李工", "passed": false, "result": "仍屏蔽"}"#;
    assert_eq!(tell(&host, "fire/inspection", failed).status, 200);
    let passed = r#"{"id": "J-2", "unit": "hospital-1", "inspector": "李工", "result": "已恢复,合格"}"#;
    for _ in 0..2 {
        assert_eq!(tell(&host, "fire/inspection", passed).status, 200);
    }
    let closed = wait_for("the end", || {
        Some(host.json(&["supervision", "show", &id]).remove(0)).filter(|row| row["state"] == "closed")
    });
    assert_eq!(
        (&closed["closed_by"], &closed["result"]),
        (&json!("李工"), &json!("已恢复,合格")),
        "{closed}"
    );
    let unit = host.json(&["supervision", "unit", "hospital-1"]).remove(0);
    assert_eq!(unit["inspections"].as_array().map(Vec::len), Some(2), "{unit}");
    assert_eq!((unit["facilities"].as_array().map(Vec::len), &unit["state"]), (Some(1), &json!("normal")));
    // It still is shielded: the day begins anew.
    assert!(rows(&host, &["supervision", "list", "--state", "open"], 0).is_empty());
    assert_eq!(command(&line.say(&component(3, UITD, 7, 1, 0))), (ACK, 3));
    rows(&host, &["device", "list", "--state", "shielded"], 0);
    adds_up(&host);
}

/// Smoke detectors that answer quickly, one of them expected to speak every second.
fn smoke() -> (Folder, Running) {
    let folder = Folder::new();
    let main = folder.city().join("city.toml");
    let text = std::fs::read_to_string(&main).expect("city.toml");
    let package = text.lines().find(|line| line.contains("/smoke.wasm")).expect("the plugin").to_owned();
    let quick = format!("{package}\n[plugin.settings]\nquiet_s = \"1\"");
    std::fs::write(&main, text.replace(&package, &quick)).expect("written");
    let devices = folder.city().join("devices.toml");
    let mut text = std::fs::read_to_string(&devices).expect("devices.toml");
    text.push_str(
        "\n[[device]]\nid = \"SD-4\"\ndepartment = \"smoke\"\ntitle = \"东苑 3 幢 401\"\nunit = \"residence-dongyuan\"\n
[[device]]\nid = \"SD-quick\"\ndepartment = \"smoke\"\ntitle = \"快\"\nunit = \"residence-dongyuan\"\nheartbeat = 1\n",
    );
    std::fs::write(&devices, text).expect("written");
    let host = Running::on(&folder);
    (folder, host)
}

fn detector(host: &Running, body: &Value) {
    let reply = tell(host, "smoke/detector", &body.to_string());
    assert_eq!(reply.status, 200, "{body}: {}", String::from_utf8_lossy(&reply.body));
}

fn incidents(host: &Running, hazard: &str) -> Vec<Value> {
    host.incidents().into_iter().filter(|incident| incident["hazard"] == hazard).collect()
}

#[test]
fn pulses_are_items_smoke_that_lasts_is_a_fire_and_a_low_battery_one_task() {
    let (_folder, host) = smoke();
    let many: Vec<Value> =
        (0..200).map(|n| json!({"device": format!("SD-{n}"), "event": "heartbeat", "battery": 90})).collect();
    detector(&host, &json!(many));
    let time = |seconds: i64| {
        let at = jiff::Timestamp::now() - jiff::SignedDuration::from_secs(90 - seconds);
        at.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
    };
    for n in 1..=3 {
        let pulse = json!({"device": format!("SD-{n}"), "event": "smoke", "time": time(10)});
        detector(&host, &pulse);
        detector(&host, &pulse);
    }
    let lasting =
        [0, 30, 60, 90].map(|seconds| json!({"device": "SD-4", "event": "smoke", "time": time(seconds)}));
    detector(&host, &json!(lasting));
    assert_eq!(tell(&host, "smoke/detector", r#"{"device": "SD-5", "event": "smo"#).status, 422);
    for hour in 0..24 {
        detector(&host, &json!({"device": "SD-6", "event": "lowBattery", "battery": 9, "seq": hour}));
    }
    let items = wait_for("three items", || Some(incidents(&host, "smoke")).filter(|rows| rows.len() == 3));
    assert!(
        items
            .iter()
            .all(|row| row["state"] == "suspected" && row["severity"] == "minor" && row["count"] == 1),
        "{items:?}"
    );
    let fires = wait_for("a fire", || Some(incidents(&host, "fire")).filter(|rows| rows.len() == 1));
    assert_eq!(
        (&fires[0]["severity"], &fires[0]["unit"]),
        (&json!("severe"), &json!("residence-dongyuan")),
        "{fires:?}"
    );
    let tasks = || -> Vec<Value> {
        list(&host, &["order", "list"]).into_iter().filter(|order| order["matter"] == "maintenance").collect()
    };
    let task = wait_for("a task", || Some(tasks()).filter(|tasks| !tasks.is_empty()));
    assert_eq!((task.len(), &task[0]["device"]), (1, &json!("SD-6")), "{task:?}");

    // 烹饪: the detectors' false rate.
    for item in &items {
        let id = item["id"].as_str().expect("an id");
        host.json(&["incident", "false-alarm", id, "--disposition", "cooking"]);
    }
    let judged = |device: &str| {
        host.json(&["device", "list", "--department", "smoke"])
            .into_iter()
            .find(|row| row["device"] == device)
    };
    let row = wait_for("a verdict", || judged("SD-1"));
    assert_eq!(
        (&row["verdicts"]["false_alarms"], &row["verdicts"]["false_rate"]),
        (&json!(1), &json!(1.0)),
        "{row}"
    );
    adds_up(&host);
}

#[test]
fn silence_is_seen_and_ends_with_a_word() {
    let (_folder, host) = smoke();
    detector(&host, &json!({"device": "SD-quick", "event": "heartbeat"}));
    let id = "smoke/SD-quick";
    let is = |state: &'static str| {
        wait_for(state, || {
            list(&host, &["device", "list", "--department", "smoke"])
                .into_iter()
                .find(|row| row["id"] == id && row["state"] == state)
        })
    };
    let row = is("silent");
    assert!(row["heard_at"].is_string(), "{row}");
    // What is refused is no sign of life.
    assert_eq!(tell(&host, "smoke/detector/SD-quick", "[]").status, 422);
    detector(&host, &json!({"device": "SD-quick", "event": "heartbeat"}));
    let story = wait_for("its word", || {
        let shown = host.json(&["device", "show", id]).remove(0);
        shown["story"].to_string().contains("\"spoke\"").then_some(shown)
    });
    assert!(story["points"].to_string().contains("silence"), "{story}");
}
