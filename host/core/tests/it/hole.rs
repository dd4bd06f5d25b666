//! A log that is not whole.

use crate::fixture::{self, NIGHT};
use serde_json::{Map, Value, json};
use tocsin_core::command::Act;
use tocsin_core::hole::{Found, What};
use tocsin_core::{Command, Core, Fact, Input, Reply, event};

fn found(from: u64, to: u64, what: What) -> Input {
    Input::Hole(Found { department: "fire".into(), from, to, what })
}

fn close(core: &mut Core, id: &str, reason: &str) -> String {
    let fields: Map<String, Value> = Map::from_iter([("reason".to_owned(), json!(reason))]);
    let act = Act::read("hole", "close", id, fields).expect("an act");
    let command = Command { id: format!("{id}-{reason}"), actor: "值班员".into(), act };
    let entries = core.step(NIGHT.plus_millis(1_000), &[Input::Command(command)]);
    entries
        .into_iter()
        .find_map(|entry| match entry.fact {
            Fact::Answered { reply: Reply::Ok { subject }, .. } => Some(subject),
            Fact::Answered { reply: Reply::Refused { rule, .. }, .. } => Some(rule),
            _ => None,
        })
        .expect("an answer")
}

#[test]
fn a_hole_is_told_once_and_stays_until_someone_closes_it() {
    let mut core = Core::new(fixture::city());
    core.step(NIGHT, &[]);
    let holes = [found(9, 9, What::Damaged), found(4, 6, What::Missing)];
    let entries = core.step(NIGHT, &holes);
    let told: Vec<(String, String)> =
        event::events(&entries, NIGHT).into_iter().map(|event| (event.kind, event.subject)).collect();
    let expect = |id: &str| ("hole.found".to_owned(), id.to_owned());
    assert_eq!(told, [expect("fire-4"), expect("fire-9")]);
    assert_eq!(core.step(NIGHT, &holes), [], "a feed that begins again says nothing new");

    let hole = &core.state().rooms.holes["fire-4"];
    assert_eq!((hole.state.as_str(), hole.from, hole.to, hole.what), ("open", 4, 6, What::Missing));
    assert!(hole.title.contains("4–6"), "{}", hole.title);
    assert_eq!(close(&mut core, "fire-7", "换盘"), "hole.close.unknown");
    assert_eq!(close(&mut core, "fire-4", " "), "hole.close.no-reason");
    assert_eq!(close(&mut core, "fire-4", "已换盘"), "fire-4");
    assert_eq!(close(&mut core, "fire-4", "再次"), "hole.close.from-closed");
    let closed = &core.state().rooms.holes["fire-4"];
    assert_eq!((closed.state.as_str(), closed.closed_by.as_str()), ("closed", "值班员"));
}

#[test]
fn a_disk_that_fails_everywhere_fills_a_bounded_room() {
    let mut core = Core::new(fixture::city());
    for run in 0..1_100 {
        core.step(NIGHT, &[found(run * 2, run * 2, What::Damaged)]);
    }
    let holes = &core.state().rooms.holes;
    assert_eq!(holes.len(), 1_000);
    assert!(holes.values().any(|hole| hole.to == 2 * 1_099), "the last of them reaches as far as the damage");
}
