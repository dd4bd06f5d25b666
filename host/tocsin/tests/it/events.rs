//! What city systems hear: CloudEvents on the bus, server-sent events, `tocsin tail`.

use crate::frames::{Line, alarm};
use crate::nats::Connection;
use crate::running::{Running, tocsin};
use serde_json::Value;
use std::io::{BufRead, BufReader, Read};
use std::process::Stdio;

#[test]
fn a_subscriber_gets_cloud_events_in_chinese() {
    let host = Running::new();
    let mut subscriber = Connection::open(host.ready["nats"].as_str().expect("a URL"));
    subscriber.subscribe("tocsin.live.event.>");
    Line::to(host.door("fire-tcp")).say(&alarm(1, 0x79, 2, "3号楼2层201室烟感"));

    let event = subscriber.next();
    let header = |name: &str| {
        event.headers.get(name).cloned().unwrap_or_else(|| panic!("no {name} in {:?}", event.headers))
    };
    let data: Value = serde_json::from_slice(&event.payload).expect("JSON");
    assert_eq!(header("ce-specversion"), "1.0");
    assert_eq!(header("ce-type"), "incident.opened");
    assert_eq!(header("ce-subject"), data["id"].as_str().expect("an id"));
    assert_eq!(header("ce-source"), "urn:tocsin:330791000000:live");
    assert_eq!(header("Content-Type"), "application/json");
    assert!(!header("ce-id").is_empty());
    assert!(header("ce-time").parse::<jiff::Timestamp>().is_ok(), "{}", header("ce-time"));
    let title = data["title"].as_str().expect("a title");
    assert!(title.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)), "{title}");
    assert_eq!(decoded(&header("ce-title")), title);
    let region = data["region"].as_str().expect("a region");
    assert_eq!(
        (region.len(), event.subject),
        (12, format!("tocsin.live.event.city.{region}.incident.opened"))
    );
}

#[test]
fn tail_and_the_stream_tell_what_happens() {
    let host = Running::new();
    let url = host.console("/api/v1/stream");
    let agent: ureq::Agent = ureq::Agent::config_builder().proxy(None).build().into();
    let mut stream = BufReader::new(agent.get(&url).call().expect("the stream").into_body().into_reader());
    let mut tail = tocsin(&["tail", "--json", "--count", "1"])
        .arg("--data")
        .arg(&host.data)
        .stdout(Stdio::piped())
        .spawn()
        .expect("tail");

    // Alarms go on until the slower of the two listens.
    let mut line = Line::to(host.door("fire-tcp"));
    let mut serial = 0;
    while tail.try_wait().expect("its state").is_none() {
        serial += 1;
        assert!(serial < 2_000, "tail hears nothing");
        line.say(&alarm(serial, 0x79, 2, "烟感"));
    }
    let mut told = String::new();
    tail.stdout.take().expect("its output").read_to_string(&mut told).expect("text");
    let told: Value = serde_json::from_str(&told).expect("one JSON object");
    assert!(told["type"].as_str().is_some_and(|kind| kind.starts_with("incident.")), "{told}");
    assert_eq!(told["data"]["hazard"], "fire");

    let mut text = String::new();
    while !text.contains("data:") {
        stream.read_line(&mut text).expect("a line");
    }
    assert!(text.contains("event: incident.opened"), "{text}");
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'%' => {
                let digits: String = rest.by_ref().take(2).map(char::from).collect();
                bytes.push(u8::from_str_radix(&digits, 16).expect("two digits"));
            }
            byte => bytes.push(byte),
        }
    }
    String::from_utf8(bytes).expect("UTF-8")
}
