//! Tables of what `teams.toml` and `supplies.toml` may hold.

use super::{Folder, TINY, load};

/// `line:column code id` of what is told of a file.
fn found(name: &str, text: &str) -> Vec<String> {
    let folder = Folder::of(TINY);
    std::fs::write(folder.0.join(name), text).unwrap();
    let list = match load(&folder.0) {
        Ok(loaded) => loaded.warnings,
        Err(errors) => errors.findings().to_vec(),
    };
    list.iter()
        .filter(|f| f.file == name)
        .map(|f| format!("{}:{} {} {}", f.line, f.column, f.code, f.id))
        .collect()
}

const TEAMS: &str = r#"[[team]]
id = "t1"
name = "一队"
department = "fire"
capabilities = ["灭火"]
position = { lon = 120.1, lat = 29.1 }
[[expert]]
id = "x1"
name = "张工"
department = "grid"
fields = ["化学"]
hazards = ["fire"]
[[need]]
name = "灭火"
hazards = ["fire"]
materials = ["苯"]
capabilities = ["灭火"]
experts = ["化学"]
"#;

const SUPPLIES: &str = r#"[[store]]
id = "s1"
name = "一库"
department = "fire"
position = { lon = 120.1, lat = 29.1 }
[[item]]
code = "3010101"
name = "沙袋"
unit = "只"
[[lot]]
id = "l1"
store = "s1"
item = "3010101"
quantity = 200
expires = 2031-05-31
[[lot]]
store = "s1"
item = "3010101"
quantity = 100
expires = "2032-05-31"
[[minimum]]
store = "s1"
item = "3010101"
quantity = 50
"#;

#[test]
fn whole_files_load() {
    assert_eq!(found("teams.toml", TEAMS), Vec::<String>::new());
    assert_eq!(found("supplies.toml", SUPPLIES), Vec::<String>::new());
    let folder = Folder::of(TINY);
    std::fs::write(folder.0.join("teams.toml"), TEAMS).unwrap();
    std::fs::write(folder.0.join("supplies.toml"), SUPPLIES).unwrap();
    let city = load(&folder.0).unwrap().city;
    assert_eq!((city.teams.teams[0].speed_kmh, city.teams.teams[0].acknowledge_minutes), (40.0, 5));
    let lots = &city.supplies.lots;
    assert_eq!((lots[0].lot_id().as_str(), lots[1].lot_id().as_str()), ("l1", "s1-3010101-20320531"));
    let day = lots[0].expires.map(|day| day.0.to_string());
    assert_eq!(day.as_deref(), Some("2031-05-31T00:00:00.000+08:00"));
}

#[test]
fn mistakes_of_teams_are_named_with_their_place() {
    let check = |old: &str, new: &str, expect: &[&str]| {
        assert!(TEAMS.contains(old), "{old:?}");
        assert_eq!(found("teams.toml", &TEAMS.replacen(old, new, 1)), expect, "{old:?} became {new:?}");
    };
    check("department = \"fire\"", "department = \"fier\"", &["4:14 department-unknown team t1"]);
    check("id = \"x1\"", "id = \"t1\"", &["8:6 id-twice expert t1"]);
    check("id = \"t1\"", "id = \"t 1\"", &["2:6 id team t 1"]);
    check("[\"灭火\"]", "[]", &["5:16 words-empty team t1"]);
    check("fields = [\"化学\"]", "fields = [\"\"]", &["11:10 words-empty expert x1"]);
    check("hazards = [\"fire\"]", "hazards = [\"fier\"]", &["12:12 hazard-unknown expert x1"]);
    check("lat = 29.1", "lat = 129.1", &["6:12 point team t1"]);
    check("position = { lon = 120.1, lat = 29.1 }", "", &["2:6 team-homeless team t1"]);
    check("position =", "speed_kmh = nan\nposition =", &["6:13 speed team t1"]);
    check("position =", "region = \"3\"\nposition =", &["6:10 region-unknown team t1"]);
    check("position =", "post = \"desk\"\nposition =", &["6:8 post-unknown team t1"]);
    check("position =", "strength = 5\nposition =", &["6:1 entry-unreadable team t1"]);
    check("[\"苯\"]", "[\" \"]", &["16:13 words-empty need 灭火"]);
    check("[[need]]", "[[needs]]", &["13:3 key-unknown "]);
}

#[test]
fn mistakes_of_supplies_are_named_with_their_place() {
    let check = |old: &str, new: &str, expect: &[&str]| {
        assert!(SUPPLIES.contains(old), "{old:?}");
        let text = SUPPLIES.replacen(old, new, 1);
        assert_eq!(found("supplies.toml", &text), expect, "{old:?} became {new:?}");
    };
    check("department = \"fire\"", "department = \"fier\"", &["4:14 department-unknown store s1"]);
    check("code = \"3010101\"", "code = \"4010101\"", &["7:8 item-code item 4010101"]);
    check(
        "item = \"3010101\"\nquantity = 200",
        "item = \"301010\"\nname = \"袋\"\nquantity = 200",
        &["13:8 item-code lot l1"],
    );
    check("store = \"s1\"", "store = \"s2\"", &["12:9 store-unknown lot l1"]);
    check("quantity = 200", "quantity = 0", &["14:12 quantity lot l1"]);
    check("quantity = 200", "quantity = -1", &["14:12 entry-unreadable lot l1"]);
    check("2031-05-31", "\"31.5.2031\"", &["15:11 day lot l1"]);
    check("2031-05-31", "2031", &["15:11 day lot l1"]);
    check("id = \"l1\"", "id = \"s1-3010101-20320531\"", &["16:1 id-twice lot ?"]);
    check("position = { lon = 120.1, lat = 29.1 }", "", &["2:6 store-homeless store s1"]);
    check("[[minimum]]", "[[minimun]]", &["21:3 key-unknown "]);
    let again = "[[minimum]]\nstore = \"s1\"\nitem = \"3010101\"\nquantity = 5\n[[minimum]]";
    check("[[minimum]]", again, &["27:8 id-twice minimum ?"]);
}
