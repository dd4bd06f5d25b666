//! The township's picture: departments tell, each through its own plugin, and one
//! question shows what all of them know.

use crate::running::{Folder, Running};
use crate::wait::wait_for;
use crate::warning::{id, national, take};
use crate::web::{get, post};
use jiff::tz::{TimeZone, offset};
use serde_json::{Value, json};
use std::io::Write;
use std::net::TcpStream;

const TOWNSHIP: &str = "330791107000";
/// Who tells something of the township below.
const EIGHT: [&str; 8] =
    ["forestry", "meteorology", "police", "religion", "resources", "tourism", "transport", "water"];

fn clock(form: &str) -> String {
    jiff::Timestamp::now().to_zoned(TimeZone::fixed(offset(8))).strftime(form).to_string()
}

fn tell(host: &Running, way: &str, body: &Value) -> u16 {
    post(&format!("{}/in/{way}", host.door("http")), &[], body.to_string().as_bytes()).status
}

/// All that is told as JSON; the point lies in the township.
fn posts() -> [(&'static str, Value); 6] {
    let at = clock("%Y-%m-%d %H:%M:%S");
    let point = json!({"lon": 120.4388, "lat": 29.3107, "datum": "wgs84"});
    [
        (
            "police/call",
            json!({"id": "110-1", "type": "交通事故", "text": "两车相撞", "time": at, "position": point}),
        ),
        (
            "transport/closure",
            json!({"id": "F1", "state": "closed", "road": "X207", "reason": "塌方", "position": point}),
        ),
        ("tourism/visitors", json!({"area": "longtan", "visitors": "5,230", "time": at})),
        (
            "religion/gathering",
            json!({"id": "JH-1", "name": "庙会", "expected": 3000, "start": at, "region": TOWNSHIP}),
        ),
        ("forestry/hotspot", json!({"position": point, "confidence": "low", "time": at})),
        ("resources/displacement", json!({"point": "YL-HP-03", "displacement": "86.4", "time": at})),
    ]
}

/// An SL 651 report of the reservoir's station, level 12.345 m, now.
fn level(host: &Running) {
    let mut frame = bytes("7E7E01 0033078107 0000 32 001E 02 0001");
    frame.extend(bytes(&clock("%y%m%d%H%M%S")));
    frame.extend(bytes("F1F1 0033078107 48 F0F0"));
    frame.extend(bytes(&clock("%y%m%d%H%M")));
    frame.extend(bytes("3923 00012345 03"));
    let body = frame.len() - 14 - 1;
    frame[12] = u8::try_from(body).expect("a short frame");
    let crc = frame.iter().fold(0xFFFF_u16, |crc, byte| {
        (0..8)
            .fold(crc ^ u16::from(*byte), |crc, _| if crc & 1 == 1 { (crc >> 1) ^ 0xA001 } else { crc >> 1 })
    });
    frame.extend(crc.to_be_bytes());
    let mut line = TcpStream::connect(host.door("water-tcp")).expect("the door");
    line.write_all(&frame).expect("sent");
}

fn bytes(hex: &str) -> Vec<u8> {
    let digits: String = hex.split_whitespace().collect();
    let pair = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).expect("hex");
    (0..digits.len()).step_by(2).map(pair).collect()
}

fn picture(host: &Running, region: &str) -> Vec<Value> {
    host.json(&["now", "--region", region])
}

fn departments(facts: &[Value]) -> Vec<String> {
    // What the city decides over it is no department's word.
    let facts = facts.iter().filter(|fact| fact["noun"] != "response");
    let told = facts.flat_map(|fact| fact["departments"].as_array().cloned().unwrap_or_default());
    let mut names: Vec<String> = told.filter_map(|name| name.as_str().map(str::to_owned)).collect();
    names.sort();
    names.dedup();
    names
}

fn tell_all(host: &Running, without: &str) {
    for (way, body) in posts() {
        let expect = if way.starts_with(without) && !without.is_empty() { 404 } else { 200 };
        assert_eq!(tell(host, way, &body), expect, "{way}");
    }
    let warning = national(&id(-5), "Alert", "yellow", "发布暴雨黄色预警[III级/较重]", TOWNSHIP, "", -5);
    take(host, "12379", warning.as_bytes());
    level(host);
}

#[test]
fn one_question_shows_what_eight_departments_know() {
    let host = Running::new();
    tell_all(&host, "");
    let facts =
        wait_for("all eight", || Some(picture(&host, TOWNSHIP)).filter(|facts| departments(facts) == EIGHT));
    for fact in &facts {
        assert!(fact["at"].as_str().is_some_and(|at| at.ends_with("+08:00")), "{fact}");
        assert!(fact["quality"].is_object() && fact["title"] != "", "{fact}");
    }
    let find =
        |code: &str| facts.iter().find(|fact| fact["code"] == code).unwrap_or_else(|| panic!("no {code}"));
    assert_eq!(find("crowd.inside")["value"], 5230.0);
    assert_eq!(find("geology.displacement")["quality"]["position"], "registered");
    assert_eq!(find("gathering.registered")["data"]["over_threshold"], true);
    assert!(departments(&picture(&host, "330791002000")).is_empty(), "another township knows nothing of it");

    // What is over is no longer so; what is renamed is refused by name.
    let (_, mut closure) = posts()[1].clone();
    closure["state"] = "reopened".into();
    assert_eq!(tell(&host, "transport/closure", &closure), 200);
    wait_for("the road", || {
        (!departments(&picture(&host, TOWNSHIP)).contains(&"transport".into())).then_some(())
    });
    let renamed = post(
        &format!("{}/in/tourism/visitors", host.door("http")),
        &[],
        br#"{"area": "longtan", "visitor_num": 7}"#,
    );
    assert_eq!(renamed.status, 422);
    let reason = renamed.json()["reason"].to_string();
    assert!(
        reason.contains("`visitors` is missing") && reason.contains("`visitor_num` is unknown"),
        "{reason}"
    );
    let unknown = get(&host.console("/api/v1/now?region=110000000000"), &[]);
    assert_eq!((unknown.status, &unknown.json()["code"]), (400, &Value::from("filter.unknown")));
}

#[test]
fn without_one_plugin_seven_departments_go_on() {
    let folder = Folder::new();
    let file = folder.city().join("city.toml");
    let city = std::fs::read_to_string(&file).expect("the city");
    let kept: Vec<&str> = city
        .split("\n\n")
        .filter(|block| {
            !block.contains("id = \"police\"\ndepartment") && !block.contains("name = \"police-call\"")
        })
        .collect();
    assert_eq!(city.split("\n\n").count(), kept.len() + 2);
    std::fs::write(&file, kept.join("\n\n")).expect("written");
    let host = Running::on(&folder);
    tell_all(&host, "police");
    let seven: Vec<&str> = EIGHT.into_iter().filter(|name| *name != "police").collect();
    wait_for("the other seven", || (departments(&picture(&host, TOWNSHIP)) == seven).then_some(()));
}
