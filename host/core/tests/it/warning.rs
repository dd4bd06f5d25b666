//! Chains of warning messages: what is warned of after them, in whatever order
//! they came.
//!
//! A line is `<when> <id> <kind> <level> <areas> [option=value ...]`; `when`
//! counts from the night's start, and a message was sent when it came unless
//! `sent` says otherwise. Levels are `b y o r` or `?`, areas `e` and `w` (two
//! townships), `all` (the city), `-` (none), `x` (elsewhere), joined by `+`.

mod area;
mod cancel;
mod cap;
mod properties;

use crate::fixture::{NIGHT, alarm, city};
use cancel::orders;
use std::sync::Arc;
use tocsin_core::city::City;
use tocsin_core::city::duty::{Duty, Person, Post};
use tocsin_core::city::warning::{Event, Expiry, Warnings};
use tocsin_core::signal::Kind;
use tocsin_core::thing::Thing;
use tocsin_core::time::Timestamp;
use tocsin_core::warning::Warning;
use tocsin_core::{Core, Entry, Fact, Input, Observed};

const EAST: &str = "330000001000";
const WEST: &str = "330000002000";
const CITY: &str = "330000000000";

fn warned_city() -> Arc<City> {
    let event = |code: &str, name: &str, aliases: &[&str]| Event {
        code: code.into(),
        name: name.into(),
        aliases: aliases.iter().map(|alias| (*alias).to_owned()).collect(),
    };
    let warnings = Warnings {
        expiry: Expiry { red_h: 6, orange_h: 12, ..Expiry::default() },
        events: vec![
            event("11B03", "暴雨", &["强降雨"]),
            event("11B06", "大风", &[]),
            event("11B20", "雷雨大风", &[]),
        ],
        ..Warnings::default()
    };
    let post = |id: &str, region: &str| Post {
        id: id.into(),
        name: format!("{id} 值班室"),
        region: region.into(),
        duty: true,
        people: vec!["p1".into()],
        ..Post::default()
    };
    let duty = Duty {
        people: vec![Person { id: "p1".into(), name: "钱一".into(), phone: "138-0000-1101".into() }],
        posts: vec![post("desk", CITY), post("east", EAST), post("west", WEST)],
        ..Duty::default()
    };
    Arc::new(City { warnings, duty, ..(*city()).clone() })
}

fn millis(word: &str) -> i64 {
    let (number, unit) = word.split_at(word.len() - 1);
    let unit = match unit {
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => panic!("{word}"),
    };
    number.parse::<i64>().expect(word) * unit
}

fn at(word: &str) -> Timestamp {
    NIGHT.plus_millis(millis(word))
}

fn message(number: u64, line: &str) -> (Timestamp, Observed) {
    let words: Vec<&str> = line.split_whitespace().collect();
    let [when, id, kind, level, areas, options @ ..] = words.as_slice() else { panic!("{line}") };
    let now = at(when);
    let option = |name: &str| options.iter().find_map(|option| option.strip_prefix(name)?.strip_prefix('='));
    let department = option("dept").unwrap_or("meteorology");
    let mut observed = alarm(number, department, "station", option("code").unwrap_or("11B03"), now);
    let (severity, colour) = match *level {
        "b" => ("minor", "blue"),
        "y" => ("moderate", "yellow"),
        "o" => ("severe", "orange"),
        "r" => ("extreme", "red"),
        _ => ("unknown", ""),
    };
    let places: Vec<serde_json::Value> = areas
        .split('+')
        .filter(|area| *area != "-")
        .map(|area| match area {
            "e" => serde_json::json!({"code": EAST, "name": "东乡"}),
            "w" => serde_json::json!({"code": WEST, "name": "西乡"}),
            "all" => serde_json::json!({"code": CITY, "name": "青山市"}),
            "x" => serde_json::json!({"code": "440000001000", "name": "别处"}),
            name => serde_json::json!({"code": name.trim_end_matches(|c: char| !c.is_ascii_digit()), "name": name.trim_start_matches(|c: char| c.is_ascii_digit())}),
        })
        .collect();
    let list = |text: Option<&str>| -> Vec<String> {
        text.map(|text| text.split('+').map(str::to_owned).collect()).unwrap_or_default()
    };
    let mut data = serde_json::json!({
        "sender": option("sender").unwrap_or("33000041600000"),
        "sender_name": "青山市气象台",
        "msg_type": kind,
        "status": option("class").unwrap_or("actual"),
        "references": list(option("ref")),
        "event": "暴雨",
        "colour": colour,
        "areas": places,
        "headline": option("title").unwrap_or("暴雨预警"),
        "flags": list(option("flag")),
    });
    if let Some(expires) = option("expires") {
        data["expires"] = at(expires).to_string().into();
    }
    let signal = &mut observed.signal;
    signal.kind = Kind::Warning;
    signal.severity = serde_json::from_value(severity.into()).expect("a severity");
    signal.observed = Some(option("sent").map_or(now, at));
    signal.reference = (*id).to_owned();
    signal.title = "暴雨预警".into();
    signal.data = data.to_string();
    (now, observed)
}

/// Plays the messages one a step; each step is also applied to a follower, and
/// the state at the end read back.
fn play(timeline: &str) -> (Core, Vec<Entry>) {
    let mut core = Core::new(warned_city());
    let mut follower = Core::new(warned_city());
    let mut journal = Vec::new();
    let mut step = |core: &mut Core, now: Timestamp, inputs: &[Input]| {
        let entries = core.step(now, inputs);
        let text = serde_json::to_string(&entries).expect("facts are JSON");
        let read: Vec<Entry> = serde_json::from_str(&text).expect("and read back");
        assert_eq!(read, entries);
        follower.apply(&read, now);
        assert_eq!((follower.state(), follower.hash()), (core.state(), core.hash()));
        journal.extend(entries);
    };
    for (number, line) in (1..).zip(timeline.lines().map(str::trim).filter(|line| !line.is_empty())) {
        if let Some(until) = line.strip_prefix("until ") {
            while let Some(due) = core.due().filter(|due| *due <= at(until)) {
                step(&mut core, due.max(NIGHT), &[]);
            }
            continue;
        }
        let (now, observed) = message(number, line);
        step(&mut core, now, &[Input::Signal(observed)]);
    }
    let text = serde_json::to_string(core.state()).expect("state is JSON");
    let restored = Core::restore(warned_city(), serde_json::from_str(&text).expect("and read back"));
    assert_eq!((restored.state(), restored.hash()), (core.state(), core.hash()));
    (core, journal)
}

/// `A active r alert e+w n=1`, repeats, and flags.
fn shown(row: &Warning) -> String {
    let areas: Vec<&str> = row
        .areas
        .iter()
        .map(|code| match code.as_str() {
            EAST => "e",
            WEST => "w",
            CITY => "all",
            other => other,
        })
        .collect();
    let level = row.colour.chars().next().unwrap_or('?');
    let mut line = format!(
        "{} {} {level} {} {} n={}",
        row.id,
        row.status,
        row.msg_type,
        if areas.is_empty() { "-".to_owned() } else { areas.join("+") },
        row.messages.len()
    );
    if row.repeats > 0 {
        line.push_str(&format!(" again={}", row.repeats));
    }
    for flag in &row.flags {
        line.push(' ');
        line.push_str(flag);
    }
    line
}

fn check(timeline: &str, expect: &[&str]) {
    let (core, _) = play(timeline);
    let found: Vec<String> = core.state().rooms.warnings.values().map(shown).collect();
    assert_eq!(found, expect, "{timeline}");
}

fn changes(timeline: &str) -> Vec<String> {
    let (_, journal) = play(timeline);
    journal
        .iter()
        .filter_map(|entry| match &entry.fact {
            Fact::Became { change, thing: Thing::Warning(row), .. } => Some(format!("{} {change}", row.id)),
            _ => None,
        })
        .collect()
}

#[test]
fn a_chain_is_one_row() {
    check("0s A alert y e", &["A active y alert e n=1"]);
    check("0s A alert y e\n1h B update r e+w ref=A", &["A active r update e+w n=2"]);
    check("0s A alert y e\n1h B update r e ref=A\n2h C cancel r e ref=B", &["A cancelled r cancel e n=3"]);
    // A cancellation that names none of this but what it refers to.
    check("0s A alert y e\n1h C cancel ? - ref=A", &["A cancelled y cancel e n=2"]);
    // An update that drops an area ends it there.
    check("0s A alert r e+w\n1h B update o e ref=A", &["A active o update e n=2"]);
    // Two hazards, two senders, two grounds: chains of their own.
    check(
        "0s A alert y e\n0s B alert y e code=11B06 title=大风预警\n0s C alert y e sender=33\n0s D alert y w",
        &[
            "A active y alert e n=1",
            "B active y alert e n=1",
            "C active y alert e n=1",
            "D active y alert w n=1",
        ],
    );
}

#[test]
fn references_need_not_be_exact() {
    const SHORT: &str = "33000041600000_20260712100000";
    for (first, reference) in
        [(format!("{SHORT}_0"), SHORT.to_owned()), (SHORT.to_owned(), format!("{SHORT}_0"))]
    {
        check(
            &format!("0s {first} alert y e\n1h B update r e ref={reference}"),
            &[&format!("{first} active r update e n=2")],
        );
    }
    // Nothing known: sender, event and ground tell.
    check(
        "0s A alert y e+w\n1h B update r e ref=Z",
        &["A active r update e n=2 reference-missing reference-unknown"],
    );
    check("0s A alert y e+w\n1h B update r e", &["A active r update e n=2 reference-missing"]);
    check("0s A alert y e\n1h B cancel y e", &["A cancelled y cancel e n=2 reference-missing"]);
    check("0s A alert y e\n1h B alert r e", &["A active r alert e n=2 reference-missing"]);
    // Two of one second: the graver counts, whichever comes first.
    check("1m A alert y e sent=0s\n2m B alert r e sent=0s", &["A active r alert e n=2 reference-missing"]);
    check("1m B alert r e sent=0s\n2m A alert y e sent=0s", &["B active r alert e n=2"]);
    // An alert behind its own cancellation, which refers to nothing.
    check("2h C cancel y e\n3h A alert y e sent=1h", &["C cancelled y cancel e n=2 reference-missing"]);
    // One of last month is history, whatever it does not say of its end.
    check("20d A alert r e sent=0s", &["A expired r alert e n=1"]);
    check("0s A alert y e+w\n1h B alert r e", &["A active y alert e+w n=1", "B active r alert e n=1"]);
    // On part of the ground only.
    check("0s A alert y e+w\n1h B cancel y e", &["A active y alert w n=1 cancelled-in-part"]);
    check(
        "0s A alert y e+w\n1h B cancel y e ref=Z",
        &["A active y alert w n=1 cancelled-in-part", "B cancelled y cancel e n=1 reference-unknown"],
    );
    // Nothing fits either.
    check(
        "0s A alert y e\n1h B update r w",
        &["A active y alert e n=1", "B active r update w n=1 reference-missing"],
    );
    // Two chains become one.
    check(
        "0s A alert y e\n1m B alert y w\n1h C update r e+w ref=A+B",
        &["A active r update e+w n=3", "B superseded y alert w n=1"],
    );
    check(
        "0s A alert y e\n1m B alert y w\n1h C update r e+w ref=A+B\n2h D cancel r e+w ref=B",
        &["A cancelled r cancel e+w n=4", "B superseded y alert w n=1"],
    );
}

/// Nothing but an update or a cancellation lowers what stands.
#[test]
fn an_alert_that_refers_to_nothing_lowers_nothing() {
    let both = &["A active r alert e n=1", "B active y alert e n=1"];
    check("0s A alert r e\n1h B alert y e", both);
    check("1h B alert y e\n2h A alert r e sent=0s", both);
    check("0s A alert r e\n1h B alert ? e", &["A active r alert e n=1", "B active ? alert e n=1"]);
    // Each has an end of its own.
    check(
        "0s A alert r e expires=2h\n1h B alert y e expires=5h\nuntil 3h",
        &["A expired r alert e n=1", "B active y alert e n=1"],
    );
    check(
        "0s A alert r e expires=5h\n1h B alert y e expires=2h\nuntil 3h",
        &["A active r alert e n=1", "B expired y alert e n=1"],
    );
    check(
        "0s A alert r e\n1h B alert y e\n2h C cancel r e ref=A",
        &["A cancelled r cancel e n=2", "B active y alert e n=1"],
    );
    // One without a reference ends what is of its level; without either, all of it.
    check(
        "0s A alert r e\n1h B alert y e\n2h C cancel y e",
        &["A active r alert e n=1", "B cancelled y cancel e n=2 reference-missing"],
    );
    check(
        "0s A alert r e\n1h B alert y e\n2h C cancel ? e",
        &["A cancelled r cancel e n=2 reference-missing", "B cancelled y cancel e n=2 reference-missing"],
    );
    // Of a lower level than what stands alone it may mean another warning: somebody looks.
    let unclear = |flag| format!("A active r alert e n=1 cancel-unclear|C cancelled y cancel e n=1 {flag}");
    for (line, flag) in [
        ("0s A alert r e\n2h C cancel y e", "reference-missing"),
        ("0s A alert r e\n2h C cancel y e ref=Z", "reference-unknown"),
        ("2h C cancel y e\n3h A alert r e sent=1h", "reference-missing"),
    ] {
        check(line, &unclear(flag).split('|').collect::<Vec<_>>());
        assert_eq!(orders(line), "warning/A issued");
    }
    check("0s A alert y e\n2h C cancel r e", &["A cancelled y cancel e n=2 reference-missing"]);
}

#[test]
fn the_same_message_again_is_counted() {
    check(
        "0s A alert y e\n1m A alert y e sent=0s\n2m A alert y e sent=0s",
        &["A active y alert e n=1 again=2"],
    );
    assert_eq!(
        changes("0s A alert y e\n1h B update r e ref=A\n2h A alert y e sent=0s"),
        ["A issued", "A raised", "A repeated"]
    );
    check(
        "0s A alert y e\n1h B update r e ref=A\n2h A alert y e sent=0s",
        &["A active r update e n=2 again=1"],
    );
    // Another message under a used identifier counts, and is flagged.
    check("0s A alert y e\n1h A alert r e", &["A active r alert e n=2 identifier-reused"]);
    check("0s A alert y e\n1h A cancel y e", &["A cancelled y cancel e n=2 identifier-reused"]);
}

/// Agency and second make an identifier: two warnings can share one.
#[test]
fn two_warnings_under_one_identifier_both_stand() {
    let two = "0s A alert y e\n0s A alert y e code=11B06 title=大风预警";
    check(two, &["A active y alert e n=1", "A.meteorology active y alert e n=1 identifier-reused"]);
    let grounds = "0s A alert y e\n0s A alert y w";
    check(grounds, &["A active y alert e n=1", "A.meteorology active y alert w n=1 identifier-reused"]);
    check(
        &format!("{grounds}\n1m A alert y e sent=0s\n2m A alert y w sent=0s"),
        &["A active y alert e n=1 again=1", "A.meteorology active y alert w n=1 again=1 identifier-reused"],
    );
    // What refers to the identifier means the one that it is about.
    check(
        &format!("{grounds}\n1h B cancel y w ref=A"),
        &["A active y alert e n=1", "A.meteorology cancelled y cancel w n=2"],
    );
    check(
        &format!("{grounds}\n1h B cancel y w ref=A\n2h A alert y e sent=0s"),
        &["A active y alert e n=1 again=1", "A.meteorology cancelled y cancel w n=2"],
    );
    check(
        &format!("{two}\n1h B update r e ref=A code=11B06 title=大风预警"),
        &["A active y alert e n=1", "A.meteorology active r update e n=2"],
    );
}

#[test]
fn order_of_arrival_does_not_matter() {
    check("2h B update r e ref=A sent=1h\n3h A alert y e sent=0s", &["B active r update e n=2"]);
    check("2h C cancel r e ref=A sent=2h\n3h A alert r e sent=0s", &["C cancelled r cancel e n=2"]);
    check(
        "2h C cancel ? - ref=B sent=2h\n3h B update r e ref=A sent=1h\n4h A alert y e sent=0s",
        &["C cancelled ? cancel - n=3"],
    );
    // The one that comes last joins two chains.
    check(
        "4h D update b w ref=C sent=3h\n4h B update o e ref=A sent=1h\n4h C update r e ref=B sent=2h\n5h A alert y e sent=0s",
        &["B superseded o update e n=1", "D active b update w n=4"],
    );
    assert_eq!(changes("2h C cancel r e ref=A\n3h A alert r e sent=0s"), ["C cancelled", "C joined"]);
    // A late update is not newer than what has been said since.
    check(
        "0s A alert y e\n2h C update r e ref=A\n3h B update o e ref=A sent=1h",
        &["A active r update e n=3"],
    );
    check(
        "0s A alert y e\n2h C cancel y e ref=A\n3h B update o e ref=A sent=1h",
        &["A cancelled y cancel e n=3"],
    );
    // Whoever refers to the newest comes after it, whatever the clocks say.
    check("1h A alert r e\n2h B cancel r e ref=A sent=30m", &["A cancelled r cancel e n=2"]);
    // After the end a newer update begins again.
    check("0s A alert y e\n1h B cancel y e ref=A\n2h C update r e ref=A", &["A active r update e n=3"]);
    // A clock that runs far ahead does not outrank what follows.
    check("0s A alert y e sent=30d\n1h B cancel y e ref=A", &["A cancelled y cancel e n=2"]);
}

#[test]
fn warnings_end_by_themselves() {
    check("0s A alert y e expires=2h\nuntil 1h", &["A active y alert e n=1"]);
    check("0s A alert y e expires=2h\nuntil 2h", &["A expired y alert e n=1"]);
    // The city's hours: red six, orange twelve, the others a day.
    check("0s A alert r e\nuntil 5h", &["A active r alert e n=1"]);
    check("0s A alert r e\nuntil 6h", &["A expired r alert e n=1"]);
    check("0s A alert o e\nuntil 11h", &["A active o alert e n=1"]);
    check("0s A alert b e\nuntil 24h", &["A expired b alert e n=1"]);
    // A late one without an end stands from when it came.
    check("3d A alert r e sent=0s\nuntil 77h", &["A active r alert e n=1"]);
    check(
        "0s A alert y e expires=2h\n1h B update y e ref=A expires=4h\nuntil 3h",
        &["A active y update e n=2"],
    );
    check("5h A alert y e sent=0s expires=2h", &["A expired y alert e n=1"]);
    check("0s A alert y e expires=2h\n1h C cancel y e ref=A\nuntil 4h", &["A cancelled y cancel e n=2"]);
    // After three days it leaves memory.
    check("0s A alert y e expires=2h\nuntil 5d", &[]);
}

#[test]
fn drills_are_never_warnings() {
    for class in ["exercise", "test", "system", "draft"] {
        check(&format!("0s A alert r e class={class}"), &[&format!("A {class} r alert e n=1")]);
        check(
            &format!("0s A alert r e class={class}\n1h B cancel r e ref=A class={class}"),
            &[&format!("A {class} r cancel e n=2")],
        );
        // Neither ends what is real, nor the other way round.
        let line = format!("0s A alert r e\n1h B cancel r e ref=A class={class}");
        let (core, _) = play(&line);
        assert!(core.state().rooms.warnings["A"].is_active(), "{line}");
        let line = format!("0s A alert r e class={class}\n1h B cancel r e ref=A");
        let (core, _) = play(&line);
        assert_eq!(core.state().rooms.warnings["A"].status, class, "{line}");
        check(
            &format!("0s A alert r e\n1s B alert y e class={class}\nuntil 3h"),
            &["A active r alert e n=1", &format!("B {class} y alert e n=1")],
        );
    }
}

#[test]
fn a_message_without_a_time_lowers_nothing() {
    check(
        "0s A alert r e\n1h B update y e flag=sent-missing",
        &["A active r update e n=2 sent-missing reference-missing level-kept"],
    );
    check(
        "0s A alert y e\n1h B alert r e flag=sent-missing",
        &["A active r alert e n=2 sent-missing reference-missing"],
    );
}

#[test]
fn another_department_ends_nothing() {
    check(
        "0s A alert r e\n1h C cancel r e ref=A dept=fire",
        &["A active r alert e n=1", "C cancelled r cancel e n=1 reference-unknown reference-foreign"],
    );
    check(
        "0s A alert r e\n1h B update b e ref=A dept=fire",
        &["A active r alert e n=1", "B active b update e n=1 reference-unknown reference-foreign"],
    );
    check(
        "0s A alert r e\n1h A alert b e dept=fire",
        &["A active r alert e n=1", "A.fire active b alert e n=1"],
    );
}

#[test]
fn the_citys_table_names_events() {
    check("0s A alert r e flag=code-unknown", &["A active r alert e n=1"]);
    check("0s A alert r e flag=code-unknown code=11Z99", &["A active r alert e n=1 code-unknown"]);
    check("0s A alert r e title=强降雨预警 flag=code-title-disagree", &["A active r alert e n=1"]);
    check("0s A alert r e title=大风预警", &["A active r alert e n=1 code-title-disagree"]);
    check(
        "0s A alert r e code=11B06 title=雷雨大风预警 flag=code-title-disagree",
        &["A active r alert e n=1 code-title-disagree"],
    );
    check("0s A alert r e code=11B20 title=雷雨大风预警", &["A active r alert e n=1"]);
}

#[test]
fn changes_are_named() {
    assert_eq!(
        changes(
            "0s A alert y e\n1h B update r e ref=A\n2h C update y e ref=B\n3h D update y e+w ref=C\n4h E cancel y e ref=D\n5h F update y e ref=E"
        ),
        ["A issued", "A raised", "A lowered", "A updated", "A cancelled", "A renewed"]
    );
    let (_, journal) = play("0s A alert r e+w\n1h B update o e ref=A");
    let notes: Vec<&str> = journal
        .iter()
        .filter_map(|entry| match &entry.fact {
            Fact::Became { note, thing: Thing::Warning(_), .. } => Some(note.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!(notes[1], "红色 → 橙色；不再覆盖 西乡");
}

/// Who was called, in order: `east calling A`.
fn calls(timeline: &str) -> Vec<String> {
    let (core, _) = play(timeline);
    let calls = core.state().rooms.calls.values();
    calls.map(|call| format!("{} {} {}", call.post, call.state, call.matter)).collect()
}

#[test]
fn townships_are_called_and_called_again() {
    let check = |timeline: &str, expect: &[&str]| assert_eq!(calls(timeline), expect, "{timeline}");
    check("0s A alert y e", &["east calling A"]);
    check("0s A alert y e+w", &["east calling A", "west calling A"]);
    check("0s A alert r all", &["desk calling A", "east calling A", "west calling A"]);
    // Below the city's level nobody is, with an unreadable one everybody.
    check("0s A alert b e", &[]);
    check("0s A alert ? e", &["east calling A"]);
    check("0s A alert y e\n0s A alert y e", &["east calling A"]);
    // A higher level calls again, a new area only there, a lower one nobody.
    check("0s A alert y e\n1m B update r e ref=A", &["east cancelled A", "east calling A"]);
    check("0s A alert r e\n1m B update r e+w ref=A", &["east calling A", "west calling A"]);
    check("0s A alert r e\n1m B update y e ref=A", &["east calling A"]);
    check(
        "0s A alert y e\n1m B update r e ref=A\n2m C update y e ref=B\n3m D update r e ref=C",
        &["east cancelled A", "east cancelled A", "east calling A"],
    );
    // Over: nobody need answer.
    check("0s A alert r e\n1m B cancel r e ref=A", &["east cancelled A"]);
    check("0s A alert r e expires=2m\nuntil 2m", &["east cancelled A"]);
    // Nothing that is not meant, not here, or past.
    for quiet in ["class=exercise", "class=test", "expires=-1s"] {
        check(&format!("0s A alert r e {quiet}"), &[]);
    }
    check("0s A alert r x", &[]);
    check("1m C cancel r e ref=A\n2m A alert r e sent=0s", &[]);
}
