//! A small city, and timelines written as text.
//!
//! A line is `<when> <department> <device> <code> [option=value ...]`, or
//! `<when> ! <act> <incident> [word] [text]`. `when` counts from the night's
//! start (`90s`, `20m`, `5h`, `4d`); lines of one moment are one step.
//! Options: `kind`, `late` (observed so long before), `ref`, `at` (metres east
//! and north of the city's centre), `sev`, `frame`, `replay`.

use std::sync::Arc;
use tocsin_core::city::{City, Device, Evidence as Line, Hazard, Region, Unit};
use tocsin_core::command::Act as Asked;
use tocsin_core::frame::FrameId;
use tocsin_core::incident::{Act, DispositionKind};
use tocsin_core::signal::{Kind, Position, Severity, Signal};
use tocsin_core::time::Timestamp;
use tocsin_core::{Command, Core, Entry, Incident, Input, Observed};

/// 2026-07-12 22:00 in Beijing.
pub const NIGHT: Timestamp = Timestamp(1_783_864_800_000);

pub fn east_north(east_m: f64, north_m: f64) -> Position {
    Position { lon: 120.0 + east_m / 96_297.0, lat: 30.0 + north_m / 111_195.0 }
}

pub fn city() -> Arc<City> {
    let region = |code: &str, name: &str, west: f64, east: f64| Region {
        code: code.into(),
        name: name.into(),
        parent: if code == "330000000000" { String::new() } else { "330000000000".into() },
        boundary: [(west, -2e4), (east, -2e4), (east, 2e4), (west, 2e4)]
            .map(|(e, n)| east_north(e, n))
            .map(|p| [p.lon, p.lat])
            .to_vec(),
    };
    let unit = |id: &str, region: &str, position: Option<Position>| Unit {
        id: id.into(),
        name: format!("单位{id}"),
        region: region.into(),
        address: String::new(),
        position,
        contacts: vec![],
    };
    let device = |department: &str, id: &str, unit: &str, aliases: &[&str]| Device {
        id: id.into(),
        department: department.into(),
        model: String::new(),
        title: format!("设备{id}"),
        unit: unit.into(),
        region: String::new(),
        position: None,
        aliases: aliases.iter().map(|alias| (*alias).to_owned()).collect(),
        // Whose silence is looked for, the tests of it say.
        heartbeat: None,
        settings: Default::default(),
    };
    let line = |code: &str, weight, reach: Option<(f64, u32)>| Line {
        code: code.into(),
        weight,
        radius_m: reach.map(|reach| reach.0),
        window_s: reach.map(|reach| reach.1),
    };
    let hazard = |id: &str, name: &str, radius_m, window_s, confirm_at, opens, supports| Hazard {
        id: id.into(),
        name: name.into(),
        opens,
        supports,
        radius_m,
        window_s,
        alone: false,
        confirm_at,
        severity: Severity::Severe,
    };
    let mut camera = device("video", "cam", "", &[]);
    camera.position = Some(east_north(0.0, 30.0));
    Arc::new(City {
        code: "330000000000".into(),
        name: "青山市".into(),
        digest: "test".into(),
        departments: vec![],
        regions: vec![
            region("330000000000", "青山市", -1e5, 1e5),
            region("330000001000", "东乡", 0.0, 5e4),
            region("330000002000", "西乡", -5e4, 0.0),
        ],
        units: vec![
            unit("U1", "330000001000", Some(east_north(0.0, 0.0))),
            unit("U2", "330000001000", Some(east_north(80.0, 0.0))),
            unit("U3", "330000001000", Some(east_north(160.0, 0.0))),
            unit("U9", "330000002000", Some(east_north(-5_000.0, 0.0))),
            unit("UN", "330000002000", None),
        ],
        devices: vec![
            device("fire", "a", "U1", &[]),
            device("fire", "a/box", "U1", &["meter-7"]),
            device("fire", "b", "U2", &[]),
            device("fire", "c", "U3", &[]),
            device("fire", "z", "U9", &[]),
            device("fire", "n", "UN", &[]),
            device("gas", "n2", "UN", &[]),
            camera,
        ],
        plans: vec![],
        hazards: vec![
            hazard(
                "fire",
                "火灾",
                100.0,
                600,
                Some(0.9),
                vec![
                    line("fire.*", 0.6, None),
                    line("fire.manual", 0.75, None),
                    line("report.fire", 0.8, Some((300.0, 1800))),
                ],
                vec![line("video.intrusion", 0.3, Some((50.0, 120))), line("electric.*", 0.4, None)],
            ),
            hazard("intrusion", "入侵", 50.0, 300, None, vec![line("video.intrusion", 0.5, None)], vec![]),
            hazard("gas", "燃气泄漏", 100.0, 600, Some(0.5), vec![line("gas.*", 0.7, None)], vec![]),
        ],
        ..City::default()
    })
}

pub fn alarm(run: u64, department: &str, device: &str, code: &str, received: Timestamp) -> Observed {
    Observed {
        frame: FrameId { department: department.into(), run, index: 0 },
        ordinal: 0,
        plugin: department.into(),
        door: "test".into(),
        received,
        replay_of: None,
        signal: Signal {
            kind: Kind::Alarm,
            code: code.into(),
            device: device.into(),
            urgency: Default::default(),
            severity: Severity::Unknown,
            certainty: Default::default(),
            observed: Some(received),
            position: None,
            region: String::new(),
            value: None,
            unit: String::new(),
            reference: String::new(),
            title: String::new(),
            data: String::new(),
        },
    }
}

fn millis(word: &str) -> i64 {
    let (number, unit) = word.split_at(word.find(|c: char| c.is_alphabetic()).expect(word));
    let unit = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => panic!("{word}"),
    };
    number.parse::<i64>().expect(word) * unit
}

/// `1` is the night's first incident; `13/1` the first of the 13th.
fn incident_id(word: &str) -> String {
    let (day, number) = word.split_once('/').unwrap_or(("12", word));
    format!("I202607{day}-{:0>4}", number)
}

fn input(number: u64, now: Timestamp, words: &[&str]) -> Input {
    if words[0] == "!" {
        let id = incident_id(words[2]);
        let word = words.get(3).copied().unwrap_or_default();
        let text = words.get(3..).unwrap_or_default().join(" ");
        let act = match words[1] {
            "confirm" => Act::Confirm { id, note: text },
            "respond" => Act::Respond { id, note: text },
            "control" => Act::Control { id, note: text },
            "close" => Act::Close { id, result: text },
            "note" => Act::Note { id, text },
            "merge" => Act::Merge { id, with: incident_id(word), note: String::new() },
            "false" => {
                let disposition = DispositionKind::parse(word).expect(word);
                Act::FalseAlarm { id, disposition, text: words.get(4..).unwrap_or_default().join(" ") }
            }
            other => panic!("{other}"),
        };
        return Input::Command(Command {
            id: format!("c{number}"),
            actor: "值班员".into(),
            act: Asked::Incident(act),
        });
    }
    let mut observed = alarm(number, words[0], words[1], words[2], now);
    for option in &words[3..] {
        let (name, value) = option.split_once('=').expect(option);
        let frame =
            |value: &str| FrameId { department: words[0].into(), run: value.parse().expect(value), index: 0 };
        match name {
            "kind" => observed.signal.kind = serde_json::from_value(value.into()).expect(value),
            "late" => observed.signal.observed = Some(now.plus_millis(-millis(value))),
            "ref" => observed.signal.reference = value.into(),
            "serial" => observed.signal.data = format!("{{\"serial\":{value}}}"),
            "title" => observed.signal.title = value.into(),
            "sev" => observed.signal.severity = serde_json::from_value(value.into()).expect(value),
            "frame" => observed.frame = frame(value),
            "replay" => observed.replay_of = Some(frame(value)),
            "at" => {
                let (east, north) = value.split_once(',').expect(value);
                observed.signal.position =
                    Some(east_north(east.parse().expect(value), north.parse().expect(value)));
            }
            _ => panic!("{option}"),
        }
    }
    Input::Signal(observed)
}

/// Steps of a timeline: when, and what came in.
pub fn steps(timeline: &str) -> Vec<(Timestamp, Vec<Input>)> {
    let mut steps: Vec<(Timestamp, Vec<Input>)> = Vec::new();
    let lines = timeline.lines().map(|line| line.split('#').next().unwrap_or_default().trim());
    for (number, line) in lines.filter(|line| !line.is_empty()).enumerate() {
        let words: Vec<&str> = line.split_whitespace().collect();
        let now = NIGHT.plus_millis(millis(words[0]));
        let input = input(1_000 + number as u64, now, &words[1..]);
        match steps.last_mut() {
            Some((last, inputs)) if *last == now => inputs.push(input),
            _ => steps.push((now, vec![input])),
        }
    }
    steps
}

/// Plays a timeline; every step is also applied to a second core as JOURNAL
/// would, and to a third through JSON: all three must agree.
pub fn play(timeline: &str) -> (Core, Vec<Entry>) {
    let mut core = Core::new(city());
    let mut follower = Core::new(city());
    let mut journal = Vec::new();
    for (now, inputs) in steps(timeline) {
        let entries = core.step(now, &inputs);
        let text = serde_json::to_string(&entries).expect("facts are JSON");
        let read: Vec<Entry> = serde_json::from_str(&text).expect("and read back");
        assert_eq!(read, entries);
        follower.apply(&read, now);
        assert_eq!(follower.state(), core.state());
        assert_eq!(follower.hash(), core.hash());
        journal.extend(entries);
    }
    let text = serde_json::to_string(core.state()).expect("state is JSON");
    let restored = Core::restore(city(), serde_json::from_str(&text).expect("and read back"));
    assert_eq!(restored.state(), core.state());
    assert_eq!(restored.hash(), core.hash());
    (core, journal)
}

/// `1 fire suspected n=2 e=1 c=0.60`, and flags.
pub fn line(incident: &Incident) -> String {
    let short = |id: &str| {
        let (day, number) = id[7..].split_once('-').expect(id);
        let number = number.trim_start_matches('0');
        if day == "12" { number.to_owned() } else { format!("{day}/{number}") }
    };
    let mut line = format!(
        "{} {} {} n={} e={} c={:.2}",
        short(&incident.id),
        incident.hazard,
        incident.state.as_str(),
        incident.count,
        incident.evidence,
        incident.confidence
    );
    for (flag, is) in [(" historic", incident.historic), (" recovered", incident.recovered)] {
        if is {
            line.push_str(flag);
        }
    }
    if let Some(into) = &incident.merged_into {
        line.push_str(&format!(" ->{}", short(into)));
    }
    line
}
