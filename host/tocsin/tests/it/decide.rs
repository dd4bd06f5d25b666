//! What people decide, what is refused, and who may.

use crate::frames::{Line, alarm};
use crate::running::Running;
use crate::wait::wait_for;
use crate::web::{get, post};
use serde_json::{Value, json};

fn incident_of(host: &Running, serial: u16, device: u8) -> String {
    let known: Vec<Value> = host.incidents().into_iter().map(|incident| incident["id"].clone()).collect();
    Line::to(host.door("fire-tcp")).say(&alarm(serial, device, 1, "一层烟感"));
    let new = wait_for("a new incident", || {
        host.incidents().into_iter().find(|incident| !known.contains(&incident["id"]))
    });
    new["id"].as_str().expect("an id").to_owned()
}

#[test]
fn an_incident_goes_through_its_life() {
    let host = Running::new();
    let id = incident_of(&host, 1, 0x79);
    let state = |sequence: &Value| {
        let listing = get(&host.console(&format!("/api/v1/incidents?at_least={sequence}")), &[]).json();
        listing
            .as_array()
            .and_then(|rows| rows.iter().find(|row| row["id"] == id.as_str()).cloned())
            .expect("the incident")
    };

    // A suspected one is not closed: someone looks first.
    let early = host.refused(&["incident", "close", &id, "--result", "已扑灭"]);
    assert!(early.contains("incident.close.from-suspected"), "{early}");

    let confirm = ["incident", "confirm", &id, "--note", "电话核实", "--command", "c-1", "--by", "王值班"];
    let confirmed = host.json(&confirm).remove(0);
    assert_eq!(confirmed["reply"]["reply"], "ok");
    assert_eq!(state(&confirmed["sequence"])["state"], "confirmed");
    // The same command again is answered the same, and done once; a new one is refused.
    let again = host.json(&confirm).remove(0);
    assert_eq!(again["reply"], confirmed["reply"]);
    let other = host.refused(&["incident", "confirm", &id, "--command", "c-1", "--by", "李值班"]);
    assert!(other.contains("command.reused"), "{other}");
    assert!(host.refused(&["incident", "confirm", &id]).contains("incident.confirm.from-confirmed"));

    host.json(&["incident", "respond", &id, "--note", "中队出动"]);
    host.json(&["incident", "control", &id]);
    let closed = host.json(&["incident", "close", &id, "--result", "已扑灭,无人员伤亡"]).remove(0);
    let last = state(&closed["sequence"]);
    assert_eq!((&last["state"], &last["result"]), (&json!("closed"), &json!("已扑灭,无人员伤亡")));
    let notes = last["notes"].as_array().expect("notes");
    assert!(notes.iter().any(|note| note["by"] == "王值班" && note["text"] == "电话核实"), "{notes:?}");
    assert!(host.refused(&["incident", "respond", &id]).contains("incident.respond.from-closed"));
    assert!(host.refused(&["incident", "confirm", "I19700101-0001"]).contains("I19700101-0001"));
}

#[test]
fn a_false_alarm_says_why() {
    let host = Running::new();
    let id = incident_of(&host, 1, 0x7a);
    assert_eq!(host.run(&["incident", "false-alarm", &id]).status.code(), Some(2));
    assert!(
        host.refused(&["incident", "false-alarm", &id, "--disposition", "other"])
            .contains("incident.false-alarm.no-text")
    );
    let done = host
        .json(&["incident", "false-alarm", &id, "--disposition", "cooking", "--text", "食堂油烟"])
        .remove(0);
    let listing = get(
        &host.console(&format!("/api/v1/incidents?state=false-alarm&at_least={}", done["sequence"])),
        &[],
    )
    .json();
    assert_eq!(listing[0]["disposition"], json!({"kind": "cooking", "text": "食堂油烟"}));
}

#[test]
fn the_api_is_for_those_who_may() {
    let host = Running::new();
    let id = incident_of(&host, 1, 0x7b);
    let home: Value = serde_json::from_slice(&std::fs::read(host.data.join("host.json")).expect("host.json"))
        .expect("JSON");
    let token = format!("Bearer {}", home["operator"].as_str().expect("a token"));
    let may = [("authorization", token.as_str()), ("content-type", "application/json")];
    let check = |path: &str, headers: &[(&str, &str)], body: Value, status: u16, code: &str| {
        let reply = post(&host.console(path), headers, body.to_string().as_bytes());
        let answer = reply.json();
        assert_eq!((reply.status, &answer["code"]), (status, &json!(code)), "{path}: {answer}");
        assert!(answer["message"].is_string(), "{answer}");
    };
    let confirm = format!("/api/v1/incidents/{id}/confirm");
    check(&confirm, &may[1..], json!({}), 401, "operator.token");
    check(&confirm, &[("authorization", "Bearer guess"), may[1]], json!({}), 401, "operator.token");
    check(&confirm, &may, json!({"colour": "red"}), 400, "command.malformed");
    check(&confirm, &may, json!(["confirm"]), 422, "body");
    check(&format!("/api/v1/incidents/{id}/false-alarm"), &may, json!({}), 400, "command.malformed");
    check(&format!("/api/v1/incidents/{id}/delete"), &may, json!({}), 400, "command.malformed");
    check(&format!("/api/v1/incidents/{id}/close"), &may, json!({"result": "x"}), 409, "refused");
    check("/api/v1/incidents/I1/confirm", &may, json!({}), 404, "refused");
    check("/api/v1/dead/d-fire%2F1%2F9/replay", &may, json!({}), 404, "dead.unknown");
    check("/api/v1/dead/d-fire/1/9/replay", &may, json!({}), 404, "dead.unknown");

    // A page elsewhere that had its name point here.
    let foreign = get(&host.console("/api/v1/incidents"), &[("host", "evil.example")]);
    assert_eq!((foreign.status, &foreign.json()["code"]), (421, &json!("host.unknown")));
    for (path, status) in [
        ("/", 200),
        ("/healthz", 200),
        ("/readyz", 200),
        ("/api/v1/status", 200),
        ("/api/v1/plugins", 200),
        ("/api/v1/incidents?colour=red", 400),
        ("/api/v1/incidents/I1", 404),
        ("/api/v1/nothing", 404),
        ("/api/v1/incidents?state=closed", 200),
        ("/api/v1/incidents?state=foo", 400),
        ("/api/v1/incidents?hazard=boredom", 400),
        ("/api/v1/orders?region=999", 400),
        ("/api/v1/duty?department=army", 400),
        ("/api/v1/dangers/overdue?region=999", 400),
        ("/api/v1/risk?region=999", 400),
        ("/api/v1/now?region=999", 400),
        ("/api/v1/supplies?item=1", 400),
        ("/api/v1/linkage?incident=I1", 400),
    ] {
        assert_eq!(get(&host.console(path), &[]).status, status, "{path}");
    }
    let slip = host.run(&["incident", "list", "--state", "foo", "--json"]);
    let said: Value = serde_json::from_slice(&slip.stderr).expect("an object");
    assert_eq!((slip.status.code(), slip.stdout.is_empty()), (Some(2), true), "{said}");
    assert_eq!((&said["code"], &said["filter"]), (&json!("filter.unknown"), &json!("state")), "{said}");
    assert!(said["en"].to_string().contains("suspected"), "{said}");
    let metrics = String::from_utf8(get(&host.console("/metrics"), &[]).body).expect("text");
    assert!(metrics.contains("tocsin_frames_total") && metrics.ends_with("# EOF\n"), "{metrics}");
}
