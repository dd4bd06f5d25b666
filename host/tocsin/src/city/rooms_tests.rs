//! What is said of mistakes in `accidents.toml` and `grid.toml`: edits of the
//! example city, each with its place.

use super::*;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

fn example() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/cities/qingshan")
}

/// `line:column code` of what is found in `file` after the edit. The line counts
/// from the one that was edited.
fn found(file: &str, old: &str, new: &str) -> Vec<String> {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let dir = std::env::temp_dir().join(format!("tocsin-rooms-{}-{number}", std::process::id()));
    std::fs::create_dir_all(dir.join(PLANS)).unwrap();
    for name in FILES.into_iter().chain(OPTIONAL) {
        if let Ok(text) = std::fs::read_to_string(example().join(name)) {
            std::fs::write(dir.join(name), text).unwrap();
        }
    }
    let text = std::fs::read_to_string(dir.join(file)).unwrap();
    let at = text.find(old).unwrap_or_else(|| panic!("{old:?} is not in {file}"));
    let edited = text[..at].lines().count();
    std::fs::write(dir.join(file), text.replacen(old, new, 1)).unwrap();
    let list = match load(&dir) {
        Ok(loaded) => loaded.warnings,
        Err(errors) => errors.findings().to_vec(),
    };
    let _ = std::fs::remove_dir_all(&dir);
    let own = list.iter().filter(|finding| finding.file == file);
    own.map(|f| format!("{}:{} {}", f.line as i64 - edited as i64, f.column, f.code)).collect()
}

#[test]
fn mistakes_of_accidents_are_named_with_their_place() {
    let check = |old: &str, new: &str, expect: &[&str]| {
        assert_eq!(found("accidents.toml", old, new), expect, "{old:?} became {new:?}");
    };
    check("deaths = 3\n", "deaths = 10\n", &["9:10 grade-order"]);
    check("deaths = 3\n", "deaths = 0\n", &["1:10 grade-order"]);
    check("loss = 50_000_000\n", "loss = 5_000_000\n", &["1:8 grade-order"]);
    check("deaths = 0\n", "deaths = 1\n", &["1:10 grade-lowest"]);
    check("level = \"province\"", "level = \"provinz\"", &["1:9 level-unknown"]);
    check("level = \"province\"", "level = \"county\"", &["1:9 grade-order"]);
    check("minutes = 60\n", "minutes = 0\n", &["1:11 minutes"]);
    check("minutes = 43200", "minutes = 43200\nmeans = \"phone\"", &["2:9 field-misplaced"]);
    check("\"general\", \"large\"]", "\"general\", \"larg\"]", &["0:22 grade-unknown"]);
    check("kind = \"upward\"", "kind = \"down\"", &["1:8 entry-unreadable"]);
    check("id = \"large\"", "id = \"general\"", &["1:6 id-twice", "61:22 grade-unknown"]);
    check("post = \"county-desk\"", "post = \"county-dsk\"", &["1:8 post-unknown"]);
    check("department = \"emergency\"", "department = \"emergenzy\"", &["1:14 department-unknown"]);
    check("[desk]", "[dsk]", &["1:2 key-unknown"]);
}

#[test]
fn mistakes_of_the_grid_are_named_with_their_place() {
    let check = |old: &str, new: &str, expect: &[&str]| {
        assert_eq!(found("grid.toml", old, new), expect, "{old:?} became {new:?}");
    };
    check("platform = \"service\"", "platform = \"servis\"", &["1:12 platform-unknown"]);
    check("hazard = \"gas\"", "hazard = \"gass\"", &["1:10 hazard-unknown"]);
    check("code = \"report.fire\"", "code = \"report.*.x\"", &["1:8 code"]);
    check("code = \"report.fire\"", "code = \"report.gas\"", &["10:8 id-twice"]);
    check("handle = 1440", "handle = 0", &["1:10 minutes"]);
    check("evaluate = 4320", "evaluate = 999999", &["1:12 minutes"]);
    check("department = \"police\"", "department = \"polise\"", &["1:14 department-unknown"]);
    check("post = \"police-duty\"", "post = \"police-dty\"", &["1:8 post-unknown"]);
    check("superior = \"police-head\"", "superior = \"nobody\"", &["1:12 post-unknown"]);
    check("superior = \"county-desk\"", "superior = \"desk\"", &["1:12 post-unknown"]);
    check("accept = 30", "accept = \"30\"", &["1:10 entry-unreadable"]);
}

#[test]
fn without_the_files_the_standard_holds() {
    let loaded = load(&example()).unwrap_or_else(|errors| panic!("{errors}"));
    let standard = tocsin_core::city::accident::Accidents::default();
    assert_eq!(loaded.city.accidents.grades, standard.grades);
    assert_eq!(loaded.city.accidents.levels, standard.levels);
    assert_eq!(loaded.city.grid.platforms.len(), 4);
    let hazard = |code: &str| loaded.city.grid.category(code).map(|category| category.hazard.as_str());
    assert_eq!(
        (hazard("report.fire"), hazard("report.other"), hazard("fire.smoke")),
        (Some("fire"), Some(""), None)
    );
    let mut findings = Findings::default();
    let Some(none) = File::read_optional(Path::new("/nonexistent"), "accidents.toml", &mut findings) else {
        panic!("a missing file is an empty one");
    };
    let source = Source::parse(&none, &mut findings);
    assert_eq!(accident::read(&source, &[], &Default::default(), &mut findings), standard);
    assert_eq!(findings.into_list(), []);
}

/// A signal of a device of the example city, `seconds` into a night.
fn said(run: u64, department: &str, device: &str, code: &str, seconds: i64) -> tocsin_core::Input {
    use tocsin_core::time::Timestamp;
    let at = Timestamp(1_783_864_800_000 + seconds * 1_000);
    let signal = serde_json::json!({
        "kind": "alarm", "code": code, "device": device, "observed": at, "position": {"lon": 120.2987, "lat": 29.2801}
    });
    tocsin_core::Input::Signal(tocsin_core::Observed {
        frame: tocsin_core::frame::FrameId { department: department.into(), run, index: 0 },
        ordinal: 0,
        plugin: department.into(),
        door: "test".into(),
        received: at,
        replay_of: None,
        signal: serde_json::from_value(signal).expect("a signal"),
    })
}

/// `hazard count supports` of what the example city makes of them, and confidence.
fn made(inputs: &[tocsin_core::Input]) -> Vec<(String, f64)> {
    let loaded = load(&example()).unwrap_or_else(|errors| panic!("{errors}"));
    let mut core = tocsin_core::Core::new(std::sync::Arc::new(loaded.city));
    core.step(tocsin_core::time::Timestamp(1_783_864_800_000), inputs);
    let open = core.incidents().filter(|incident| incident.is_open());
    open.map(|incident| {
        let line = format!("{} {} {}", incident.hazard, incident.count, incident.supports);
        (line, incident.confidence)
    })
    .collect()
}

#[test]
fn motion_storms_are_one_item_and_what_is_near_smoke_adds_to_it() {
    let storm: Vec<_> = (0..300).map(|n| said(n, "video", "cam-x", "video.motion", n as i64 / 5)).collect();
    assert_eq!(made(&storm).iter().map(|(line, _)| line.as_str()).collect::<Vec<_>>(), ["intrusion 300 0"]);

    let smoke = said(1, "fire", "uitd-x/1.1/42.1-1", "fire.smoke", 0);
    let fire = |inputs: &[tocsin_core::Input]| {
        let found = made(inputs).into_iter().find(|(line, _)| line.starts_with("fire "));
        found.expect("a fire")
    };
    let (alone, weak) = fire(std::slice::from_ref(&smoke));
    let (both, strong) = fire(&[smoke.clone(), said(2, "video", "cam-x", "video.intrusion", 100)]);
    assert_eq!((alone.as_str(), both.as_str()), ("fire 1 0", "fire 1 1"));
    assert!(strong > weak, "{strong} {weak}");
    let (later, same) = fire(&[smoke, said(2, "video", "cam-x", "video.intrusion", 200)]);
    assert_eq!((later.as_str(), same), ("fire 1 0", weak), "beyond two minutes");
}

#[test]
fn hot_cables_and_smoke_of_one_box_are_one_fire() {
    let part = |run: u64, part: &str, code: &str| {
        said(run, "electricity", &format!("box-x/{part}"), code, run as i64)
    };
    let smoke = said(9, "smoke", "SD-x", "fire.smoke", 9);
    let alone = made(std::slice::from_ref(&smoke));
    let hot: Vec<_> =
        ["a", "b", "c"].iter().zip(1..).map(|(name, run)| part(run, name, "electric.temperature")).collect();
    let both = made(&[hot, vec![smoke]].concat());
    let fires: Vec<_> = both.iter().filter(|(line, _)| line.starts_with("fire ")).collect();
    assert_eq!(fires.iter().map(|(line, _)| line.as_str()).collect::<Vec<_>>(), ["fire 4 0"], "{both:?}");
    assert!(fires[0].1 > alone[0].1, "{both:?} {alone:?}");
}

#[test]
fn pulses_of_smoke_are_items_one_by_one() {
    let pulses: Vec<_> =
        (1..=3).map(|n| said(n, "smoke", &format!("SD-{n}"), "smoke.pulse", n as i64)).collect();
    let made = made(&pulses);
    assert_eq!(made.iter().map(|(line, _)| line.as_str()).collect::<Vec<_>>(), ["smoke 1 0"; 3]);
    assert!(made.iter().all(|(_, confidence)| *confidence < 0.5));
}

#[test]
fn mistakes_of_upkeep_are_named_with_their_place() {
    let check = |old: &str, new: &str, expect: &[&str]| {
        assert_eq!(found("upkeep.toml", old, new), expect, "{old:?} became {new:?}");
    };
    check("group = 10", "group = 1", &["1:9 group"]);
    check("hours = 72", "hours = 0", &["1:9 hours"]);
    check("minutes = 480", "minutes = 999999", &["1:11 minutes"]);
    check("code = \"battery.low\"", "code = \"*\"", &["1:8 code"]);
    check("departments = [\"fire\"]", "departments = [\"fir\"]", &["1:16 department-unknown"]);
    check("title = \"检修\"", "title = \"检修\"\npost = \"nobody\"", &["2:8 post-unknown"]);
    check("matter = ", "post = \"nobody\"\nmatter = ", &["1:8 post-unknown"]);
    check("[silence]", "[silance]", &["1:2 key-unknown"]);
}
