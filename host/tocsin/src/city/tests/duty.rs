//! Tables of what `duty.toml` may hold.

use super::{Folder, TINY, load};
use tocsin_core::city::duty::Calling;

/// What a `duty.toml` of people `a` and `b` and these lines is told.
#[track_caller]
fn check(lines: &str, expect: &[&str]) {
    let folder = Folder::of(TINY);
    let text = format!(
        "person = [{{ id = \"a\", name = \"王\", phone = \"1\" }}, {{ id = \"b\", name = \"李\", phone = \"2\" }}]\n{lines}"
    );
    std::fs::write(folder.0.join("duty.toml"), text).unwrap();
    let list = match load(&folder.0) {
        Ok(loaded) => loaded.warnings,
        Err(errors) => errors.findings().to_vec(),
    };
    let found: Vec<String> =
        list.iter().map(|f| format!("{}:{} {} {}", f.line, f.column, f.code, f.id)).collect();
    assert_eq!(found, expect, "{lines}");
}

/// Nobody is missing: the city, its township and both departments are answered for.
const WHOLE: &str = r#"[[post]]
id = "desk"
name = "县值班室"
region = "330791000000"
duty = true
people = ["a", "b"]
roster = { from = "2026-07-01", hand_over = ["08:00", "20:00"] }
[[post]]
id = "town"
name = "青溪值班室"
region = "330791001000"
duty = true
superior = "desk"
people = ["b"]
[[post]]
id = "fire-duty"
name = "消防值班"
department = "fire"
duty = true
deputy = "desk"
people = ["a"]
[[post]]
id = "grid-duty"
name = "网格值班"
department = "grid"
duty = true
people = ["a"]
"#;

#[track_caller]
fn after(old: &str, new: &str, expect: &[&str]) {
    assert!(WHOLE.contains(old), "{old:?}");
    check(&WHOLE.replacen(old, new, 1), expect);
}

#[test]
fn a_whole_city_is_on_duty() {
    check(WHOLE, &[]);
    let folder = Folder::of(TINY);
    std::fs::write(folder.0.join("duty.toml"), "[calling]\ntries = 2\n").unwrap();
    let duty = load(&folder.0).unwrap().city.duty;
    assert_eq!(duty.calling, Calling { again_minutes: 5, tries: 2, ..Calling::default() });
    std::fs::remove_file(folder.0.join("duty.toml")).unwrap();
    assert_eq!(load(&folder.0).unwrap().warnings, []);
}

#[test]
fn what_nobody_answers_for_is_a_gap() {
    after(
        "duty = true\npeople = [\"a\", \"b\"]",
        "people = [\"a\", \"b\"]",
        &["1:1 gap region 330791000000"],
    );
    after("duty = true\ndeputy", "deputy", &["1:1 gap department fire"]);
    after("people = [\"b\"]", "people = []", &["10:6 gap post town"]);
    // A roster or a shift of its own is enough.
    after(
        "people = [\"b\"]",
        "roster = { from = \"2026-07-01\", hand_over = [\"08:00\"], people = [\"a\", \"b\"] }",
        &[],
    );
    let shift = "[[shift]]\npost = \"town\"\nperson = \"a\"\nfrom = \"2026-07-12 20:00\"\nuntil = \"2026-07-13 08:00\"\n";
    check(&format!("{}{shift}", WHOLE.replacen("people = [\"b\"]", "people = []", 1)), &[]);
}

#[test]
fn every_mistake_is_named_with_its_place() {
    after("people = [\"b\"]", "people = [\"c\"]", &["15:11 person-unknown post town"]);
    after("people = [\"b\"]", "people = [\"b\", \"b\"]", &["15:16 id-twice post town"]);
    after("superior = \"desk\"", "superior = \"desc\"", &["14:12 post-unknown post town"]);
    after("deputy = \"desk\"", "deputy = \"fire-duty\"", &["21:10 post-ring post fire-duty"]);
    after("\"330791001000\"", "\"330791009000\"", &["12:10 region-unknown post town"]);
    after("department = \"grid\"", "department = \"grit\"", &["26:14 department-unknown post grid-duty"]);
    after("id = \"grid-duty\"", "id = \"fire-duty\"", &["24:6 id-twice post fire-duty"]);
    after("department = \"grid\"\n", "", &["26:8 duty-nowhere post grid-duty"]);
    after("department = \"grid\"", "department = \"fire\"", &["27:8 duty-twice post grid-duty"]);
    after("name = \"县值班室\"", "name = \" \"", &["4:8 value-missing post desk"]);
    after("superior = \"desk\"", "boss = \"desk\"", &["14:1 entry-unreadable post town"]);
    // A loop of superiors, and who only leads into one.
    check(
        &format!(
            "{}superior = \"town\"\n",
            WHOLE.replacen(
                "duty = true\npeople = [\"a\", \"b\"]",
                "duty = true\nsuperior = \"town\"\npeople = [\"a\", \"b\"]",
                1
            )
        ),
        &["7:12 post-ring post desk", "15:12 post-ring post town"],
    );
}

#[test]
fn rosters_and_shifts_are_checked() {
    let roster = |roster: &str, expect: &[&str]| {
        after("{ from = \"2026-07-01\", hand_over = [\"08:00\", \"20:00\"] }", roster, expect);
    };
    roster("{ from = \"2026-07-31\", hand_over = [\"08:00\"], days = 7 }", &[]);
    roster("{ from = \"1 July\", hand_over = [\"08:00\"] }", &["8:19 day post desk"]);
    roster("{ from = \"2026-07-01\", hand_over = [] }", &["8:45 hand-over post desk"]);
    roster("{ from = \"2026-07-01\", hand_over = [\"20:00\", \"08:00\"] }", &["8:45 hand-over post desk"]);
    roster("{ from = \"2026-07-01\", hand_over = [\"25:00\"] }", &["8:45 hand-over post desk"]);
    roster("{ from = \"2026-07-01\", hand_over = [\"08:00\"], days = 0 }", &["8:63 days post desk"]);
    roster(
        "{ from = \"2026-07-01\", hand_over = [\"08:00\"], people = [\"x\"] }",
        &["8:66 person-unknown post desk"],
    );
    let shift = |post: &str, from: &str, until: &str| {
        format!("[[shift]]\npost = \"{post}\"\nperson = \"a\"\nfrom = \"{from}\"\nuntil = \"{until}\"\n")
    };
    let first = shift("desk", "2026-07-12 20:00", "2026-07-13 08:00");
    let check = |second: String, expect: &[&str]| check(&format!("{WHOLE}{first}{second}"), expect);
    check(shift("desk", "2026-07-13 08:00", "2026-07-13 20:00"), &[]);
    check(shift("town", "2026-07-12 21:00", "2026-07-13 20:00"), &[]);
    check(shift("desk", "2026-07-13 07:59", "2026-07-13 20:00"), &["37:8 shift-overlap shift desk"]);
    check(shift("desk", "2026-07-13 09:00", "2026-07-13 09:00"), &["38:9 shift-order shift desk"]);
    check(shift("desk", "tomorrow", "2026-07-13 09:00"), &["37:8 time shift desk"]);
    check(shift("disk", "2026-07-13 08:00", "2026-07-13 20:00"), &["35:8 post-unknown shift disk"]);
    check("[calling]\nagain_minutes = 0\n".into(), &["34:1 calling "]);
    check("[calling]\ntimes = 3\n".into(), &["35:1 entry-unreadable section calling"]);
}

#[test]
fn somebody_without_a_phone_is_not_called() {
    let folder = Folder::of(TINY);
    std::fs::write(folder.0.join("duty.toml"), "[[person]]\nid = \"a\"\nname = \"王\"\n").unwrap();
    assert_eq!(load(&folder.0).unwrap().warnings[0].code, "phone-missing");
}

#[test]
fn the_message_names_what_was_meant() {
    let folder = Folder::of(TINY);
    std::fs::write(folder.0.join("duty.toml"), WHOLE.replacen("deputy = \"desk\"", "deputy = \"dexk\"", 1))
        .unwrap();
    let errors = load(&folder.0).unwrap_err();
    let finding = errors.findings().iter().find(|finding| finding.code == "post-unknown").unwrap();
    assert!(finding.en.contains("did you mean desk?"), "{}", finding.en);
}
