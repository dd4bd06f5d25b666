//! What a plugin was asked in production, asked again: the same package says the
//! same, another one is told apart at the first call that it answers otherwise.

use crate::frames::{ACK, Line, alarm, bytes, command, component, empty};
use crate::packages::replaced;
use crate::running::{Running, plugins, tocsin};
use crate::web::post;
use serde_json::Value;
use std::path::Path;

#[test]
fn production_is_replayed_bit_for_bit_and_a_change_is_seen() {
    let host = Running::new();
    let mut line = Line::to(host.door("fire-tcp"));
    assert_eq!(command(&line.say(&alarm(1, 0x79, 1, "烟感"))), (ACK, 1));
    assert_eq!(command(&line.say(&component(2, 0x79, 2, 4, 0))), (ACK, 2));
    assert_eq!(command(&line.say(&alarm(3, 0x79, 1, "烟感"))), (ACK, 3));
    line.say(&empty(4, 0x79, 2));
    // A wrong checksum is refused, and that is an answer too.
    let mut wrong = alarm(5, 0x79, 3, "烟感");
    let sum = wrong.len() - 3;
    wrong[sum] ^= 1;
    line.say(&wrong);
    let reading = bytes("7B 7D");
    post(&format!("{}/in/fire/unit", host.door("http")), &[], &reading);

    let fire = plugins().join("fire.wasm");
    let trace = host.data.join("night.jsonl");
    let path = |path: &Path| path.to_str().expect("a path").to_owned();
    let same = host.json(&["plugin", "replay", &path(&fire), "--export", &path(&trace)]).remove(0);
    assert!(same["calls"].as_u64().is_some_and(|calls| calls >= 6), "{same}");
    assert_eq!((&same["different"], &same["missing"]), (&Value::from(0), &Value::from(0)), "{same}");

    // Away from the host, by its file alone.
    let again = host.json(&["plugin", "replay", &path(&fire), "--trace", &path(&trace)]).remove(0);
    assert_eq!((&again["calls"], &again["different"]), (&same["calls"], &Value::from(0)), "{again}");

    // One word of its tables is another: the first call that says it is named.
    let old = std::fs::read(&fire).expect("a package");
    let (from, to) = ("点型光电感烟火灾探测器", "点型光电感烟火灾探测仪");
    let changed = host.data.join("changed.wasm");
    std::fs::write(&changed, replaced(&old, from, to)).expect("written");
    for against in [vec![], vec!["--against".to_owned(), path(&fire)]] {
        let mut replay = tocsin(&["plugin", "replay", &path(&changed), "--trace", &path(&trace), "--json"]);
        let output = replay.args(&against).output().expect("a command");
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        let told: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        assert!(told["different"].as_u64().is_some_and(|different| different >= 2), "{told}");
        let fault = told["first"]["faults"].to_string();
        assert!(fault.contains("signals[0]") && fault.contains("探测仪"), "{told}");
    }
}
