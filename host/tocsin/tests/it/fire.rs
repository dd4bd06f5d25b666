//! 26875 frames over TCP: acknowledged, refused, fused, kept.

use crate::frames::{ACK, ALARM, ALARM_ACK, Line, NAK, alarm, bytes, command};
use crate::running::Running;
use crate::wait::wait_for;
use serde_json::Value;

#[test]
fn an_alarm_is_acknowledged_and_becomes_one_incident() {
    let host = Running::new();
    let mut line = Line::to(host.door("fire-tcp"));
    assert_eq!(line.say(&bytes(ALARM)), bytes(ALARM_ACK));
    let incident = wait_for("one incident", || host.incidents().pop());
    for field in [
        "id",
        "hazard",
        "title",
        "state",
        "severity",
        "region",
        "position",
        "count",
        "first_at",
        "last_at",
        "sources",
        "confidence",
        "reasons",
    ] {
        assert!(incident.get(field).is_some(), "no {field} in {incident}");
    }
    assert_eq!((&incident["hazard"], &incident["count"]), (&Value::from("fire"), &Value::from(1)));
    assert!(incident["last_at"].as_str().is_some_and(|at| at.ends_with("+08:00")), "{incident}");

    // Equal bytes in a new frame are a repeat of the same alarm.
    assert_eq!(line.say(&bytes(ALARM)), bytes(ALARM_ACK));
    let twice = wait_for("count 2", || host.incidents().pop().filter(|incident| incident["count"] == 2));
    assert_eq!(twice["id"], incident["id"]);
    assert_eq!(host.incidents().len(), 1);

    let id = incident["id"].as_str().expect("an id");
    let shown = host.json(&["incident", "show", id]).remove(0);
    let frames = shown["frames"].as_array().expect("frames");
    assert_eq!(frames.len(), 2);
    for frame in frames {
        assert_eq!(bytes(frame["raw"].as_str().expect("hex")), bytes(ALARM));
        assert!(
            frame["received"].is_string()
                && frame["frame"].as_str().is_some_and(|id| id.starts_with("fire/")),
            "{frame}"
        );
    }
    assert!(shown["evidence"].as_array().is_some_and(|rows| !rows.is_empty()), "{shown}");
    let told = String::from_utf8(host.run(&["incident", "show", id]).stdout).expect("text");
    assert!(told.contains(id) && told.contains("404001000101"), "{told}");
}

#[test]
fn a_spoilt_frame_is_refused_kept_and_disturbs_nothing() {
    let host = Running::new();
    let mut line = Line::to(host.door("fire-tcp"));
    let mut spoilt = alarm(7, 0x79, 2, "3号楼烟感");
    let sum = spoilt.len() - 3;
    spoilt[sum] ^= 0xFF;
    assert_eq!(command(&line.say(&spoilt)), (NAK, 7));
    assert_eq!(command(&line.say(&alarm(8, 0x79, 2, "3号楼烟感"))), (ACK, 8));

    let letter = wait_for("a dead letter", || host.json(&["dead", "list"]).pop());
    for field in ["id", "frame", "department", "plugin", "kind", "reason", "at"] {
        assert!(letter[field].is_string(), "no {field} in {letter}");
    }
    assert_eq!((&letter["department"], &letter["kind"]), (&Value::from("fire"), &Value::from("malformed")));
    let id = letter["id"].as_str().expect("an id");
    let shown = host.json(&["dead", "show", id]).remove(0);
    assert_eq!(bytes(shown["raw"].as_str().expect("hex")), spoilt);
    assert!(host.refused(&["dead", "show", "d-fire/999999/0"]).contains("dead list"));

    // The same plugin refuses the same bytes again, under a new name.
    let replayed = host.json(&["dead", "replay", id]).remove(0);
    assert!(replayed["frame"].is_string(), "{replayed}");
    let again = wait_for("a second letter", || {
        host.json(&["dead", "list"]).into_iter().find(|other| other["frame"] == replayed["frame"])
    });
    assert_eq!(again["first"], letter["frame"]);
    let sum = host.json(&["journal", "verify"]).remove(0);
    assert_eq!((&sum["ok"], &sum["doubled"]), (&Value::from(true), &Value::from(0)), "{sum}");
}

#[test]
fn garbage_split_and_merged_frames_are_told_apart() {
    let host = Running::new();
    let mut line = Line::to(host.door("fire-tcp"));
    // Ends in the first half of a start mark.
    line.send(b"\x00\xffnoise@");
    let (first, second) = (alarm(20, 0x79, 3, "一层烟感"), alarm(21, 0x79, 4, "二层烟感"));
    let merged = [first.as_slice(), second.as_slice()].concat();
    for piece in merged.chunks(31) {
        line.send(piece);
    }
    assert_eq!(command(&line.answer()), (ACK, 20));
    assert_eq!(command(&line.answer()), (ACK, 21));
}

#[test]
fn a_registered_device_is_placed_whatever_its_digits() {
    let host = Running::new();
    // Its address has a hex digit that is a letter.
    Line::to(host.door("fire-tcp")).say(&alarm(1, 0x7a, 1, "一层烟感"));
    let incident = wait_for("an incident", || host.incidents().pop());
    assert_eq!(incident["unit"], "plaza-qingxi", "{incident}");
    assert!(incident["position"].is_object(), "{incident}");
}
