//! Start, stop, crash, start again.

use crate::frames::{Line, alarm};
use crate::running::{Folder, Running};
use crate::wait::wait_for;
use serde_json::Value;
use std::os::unix::fs::PermissionsExt;

#[test]
fn a_restart_keeps_incidents_ports_and_secrets() {
    let folder = Folder::new();
    let host = Running::on(&folder);
    Line::to(host.door("fire-tcp")).say(&alarm(1, 0x79, 1, "一层烟感"));
    let before = wait_for("an incident", || host.incidents().pop());
    let (nats, data) = (host.ready["nats"].clone(), host.data.clone());
    for file in ["credentials.json", "host.json"] {
        let mode = std::fs::metadata(data.join(file)).expect("a file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{file}");
    }
    // One folder, one host.
    let second = Running::command(&folder, "0").output().expect("a second host");
    let said = String::from_utf8_lossy(&second.stderr).into_owned();
    assert_eq!((second.status.code(), second.stdout.is_empty()), (Some(1), true), "{said}");
    assert!(said.contains("--data"), "{said}");

    assert!(host.terminate().success());
    assert!(Running::server(&data).is_none(), "nats-server runs on");
    assert!(!data.join("host.json").exists());

    let host = Running::on(&folder);
    assert_eq!(host.ready["nats"], nats);
    let after = wait_for("the incident", || host.incidents().pop());
    assert_eq!(after, before);
    let sum = host.json(&["journal", "verify"]).remove(0);
    assert_eq!(
        (&sum["ok"], &sum["departments"]["fire"]["decoded"]),
        (&Value::from(true), &Value::from(1)),
        "{sum}"
    );
}

#[test]
fn a_killed_host_comes_back_and_takes_its_server_over() {
    let folder = Folder::new();
    let host = Running::on(&folder);
    Line::to(host.door("fire-tcp")).say(&alarm(1, 0x79, 1, "一层烟感"));
    let before = wait_for("an incident", || host.incidents().pop());
    let data = host.data.clone();
    host.kill();
    assert!(Running::server(&data).is_some(), "a crash leaves the server");
    let host = Running::on(&folder);
    assert_eq!(wait_for("the incident", || host.incidents().pop()), before);
    assert_eq!(host.json(&["journal", "verify"]).remove(0)["ok"], true);
}

#[test]
fn a_busy_port_is_named() {
    let folder = Folder::new();
    // The console is the third port of a base; below those of connections that go out.
    let bind = |port: u16| std::net::TcpListener::bind(("127.0.0.1", port));
    let is_free = |base: &u16| bind(*base).is_ok() && bind(base + 1).is_ok();
    let (base, _taken) = (23_000..27_000)
        .step_by(3)
        .filter(is_free)
        .find_map(|base| Some((base, bind(base + 2).ok()?)))
        .expect("three ports side by side");
    let port = base + 2;
    let output = Running::command(&folder, &base.to_string()).output().expect("a command");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains(&format!("port {port}")) && said.contains("--port-base"), "{said}");
}
