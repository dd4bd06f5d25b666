//! Events against the SDK's mock: what is kept, which colour it gives, and what is said.

mod age;
mod bound;
mod hostile;
mod order;
mod said;
mod setting;
mod warned;

use crate::Risk;
use crate::judge::judge;
use crate::room::Room;
use crate::rules::Rules;
use serde_json::{Value, json};
use std::cell::RefCell;
use tocsin_sdk::mock::Host;
use tocsin_sdk::time::Beijing;
use tocsin_sdk::{Answer, Event, Outcome, Timestamp};

const UNIT: &str = "QY-0001";
/// 2026-07-12 14:30:30 in Beijing.
const NOW: Timestamp = 1_783_837_830_000;
const DAY: i64 = 24 * 3_600_000;

fn text(at: Timestamp) -> String {
    Beijing::of(at).to_string()
}

fn event(kind: &str, subject: &str, time: Timestamp, data: Value) -> Event {
    let (kind, subject) = (kind.to_owned(), subject.to_owned());
    Event { sequence: 1, time, kind, device: UNIT.to_owned(), subject, data: data.to_string() }
}

/// A danger found at `found`, due `days` later.
fn danger(id: &str, level: &str, found: Timestamp, days: i64) -> Event {
    let data = json!({
        "id": id, "level": level, "unit": UNIT, "unit_name": "青山化工一厂", "region": "330791002000",
        "found_at": text(found), "described_at": text(found), "deadline": text(found + days * DAY),
        "title": "安全出口上锁", "returns": [],
    });
    event("danger.found", id, found, data)
}

/// The same with more said, at another time.
fn with(mut known: Event, time: Timestamp, more: &[(&str, Value)]) -> Event {
    let mut data: Value = serde_json::from_str(&known.data).unwrap();
    for (name, value) in more {
        data[*name] = value.clone();
    }
    known.time = time;
    known.data = data.to_string();
    known
}

fn incident(id: &str, kind: &str, state: &str, first: Timestamp) -> Event {
    let data = json!({
        "id": id, "state": state, "first_at": text(first), "hazard": "fire", "hazard_name": "火灾",
        "unit": UNIT, "unit_name": "青山化工一厂", "region": "330791002000", "severity": "moderate",
        "historic": false,
    });
    event(kind, id, first, data)
}

fn inspection(id: &str, passed: Option<bool>, held: Timestamp) -> Event {
    let data = json!({"kind": "inspection", "passed": passed, "held_at": text(held), "title": "专项检查"});
    event("inspection.held", id, held, data)
}

fn drill(id: &str, held: Timestamp) -> Event {
    event("inspection.held", id, held, json!({"kind": "drill", "held_at": text(held)}))
}

fn tell(host: &Host, event: &Event) -> Outcome {
    let answer: Answer = host.advise::<Risk>(event.clone());
    answer.unwrap_or_else(|refusal| panic!("{}: {refusal:?}", event.kind))
}

fn room(host: &Host) -> Room {
    let seen = RefCell::new(Room::default());
    let look = || {
        seen.replace(Room::load());
        Ok(Outcome::default())
    };
    host.call(UNIT, look).unwrap();
    seen.into_inner()
}

/// Colour and points by the rules that are built in.
fn stands(host: &Host) -> (&'static str, i64) {
    let room = room(host);
    let judged = judge(&Rules::default(), &room, "");
    (judged.colour.name(), judged.points)
}
