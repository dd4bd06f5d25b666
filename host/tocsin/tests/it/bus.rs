//! Commands as requests on the bus: the same operations as over HTTP.

use crate::frames::{Line, alarm};
use crate::nats::{Connection, ask};
use crate::running::Running;
use crate::wait::wait_for;
use serde_json::{Value, json};

/// The bus's URL with the operator's login, as a program of the city makes it.
fn operator(host: &Running) -> String {
    let home = std::fs::read(host.data.join("host.json")).expect("host.json");
    let home: Value = serde_json::from_slice(&home).expect("JSON");
    let url = host.ready["nats"].as_str().expect("a URL");
    let address = url.rsplit_once('@').expect("a login").1;
    format!("nats://operator:{}@{address}", home["operator"].as_str().expect("a token"))
}

#[test]
fn a_request_on_the_bus_is_a_command() {
    let host = Running::new();
    Line::to(host.door("fire-tcp")).say(&alarm(1, 0x79, 2, "烟感"));
    let incident = wait_for("an incident", || host.incidents().pop());
    let id = incident["id"].as_str().expect("an id");
    let url = operator(&host);
    let command = |noun_verb: &str, body: Value| {
        let subject = format!("tocsin.live.command.{noun_verb}");
        let answer = ask(&url, "_OPERATOR.it", &subject, body.to_string().as_bytes());
        let body: Value = serde_json::from_slice(&answer.payload).expect("JSON");
        (answer.headers.get("Nats-Service-Error-Code").cloned(), body)
    };

    let confirm = json!({ "id": id, "command": "bus-1", "actor": "指挥系统", "note": "现场确认" });
    let (refused, answer) = command("incident.confirm", confirm.clone());
    assert_eq!(
        (refused, &answer["reply"]["reply"], &answer["command"]),
        (None, &"ok".into(), &"bus-1".into())
    );
    assert!(answer["sequence"].as_u64().is_some_and(|sequence| sequence > 0), "{answer}");
    let state = || host.incidents().pop().expect("the incident")["state"].clone();
    wait_for("its state", || (state() == "confirmed").then_some(()));
    // Asked again under its id it is the same command: no second one.
    assert_eq!(command("incident.confirm", confirm).1["reply"], answer["reply"]);

    for (verb, body, status, code) in [
        ("incident.confirm", json!({ "id": "I20000101-0001" }), "404", "refused"),
        ("incident.close", json!({ "id": id }), "400", "command.malformed"),
        ("nothing.do", json!({}), "400", "command.malformed"),
        ("incident.confirm", json!([]), "400", "body"),
    ] {
        let (refused, answer) = command(verb, body);
        assert_eq!((refused.as_deref(), &answer["code"]), (Some(status), &code.into()), "{verb}: {answer}");
    }

    let mut subscriber = Connection::open(host.ready["nats"].as_str().expect("a URL"));
    let said = subscriber.refused("tocsin.live.command.incident.confirm", b"{}");
    assert!(said.contains("Permissions Violation"), "{said}");
    assert_eq!(state(), "confirmed");
}
