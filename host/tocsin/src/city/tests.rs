//! Tables of what a city file may hold and what is said of the rest.

mod duty;
mod plan;
mod stock;

use super::*;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use tocsin_core::city::share::Grant;
use tocsin_runtime::door::DoorKind;

const CITY: &str = r#"code = "330791000000"
name = "青山市"
[[department]]
id = "fire"
name = "消防"
[[department]]
id = "grid"
name = "网格"
[[plugin]]
id = "fire"
department = "fire"
package = "fire.wasm"
[[door]]
name = "fire-tcp"
department = "fire"
plugin = "fire"
kind = "tcp"
port = 26875
"#;

const REGIONS: &str = r#"[[region]]
code = "330791000000"
name = "青山市"
[[region]]
code = "330791001000"
name = "青溪街道"
parent = "330791000000"
boundary = [[120.0, 29.0], [120.2, 29.0], [120.2, 29.2], [120.0, 29.2], [120.0, 29.0]]
"#;

const UNITS: &str = r#"[[unit]]
id = "hospital"
name = "医院"
region = "330791001000"
position = { lon = 120.1, lat = 29.1 }
"#;

const DEVICES: &str = r#"[[device]]
id = "000000000379"
department = "fire"
title = "传输装置"
unit = "hospital"
heartbeat = 120
settings = { trust = true, limits = [1, 2.5] }
"#;

const HAZARDS: &str = r#"[[hazard]]
id = "fire"
name = "火灾"
opens = [{ code = "fire.*", weight = 0.6 }]
radius_m = 100
window_s = 600
"#;

/// A real component with a manifest of this city: for all doors but NATS, with one setting.
fn package() -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../sandbox/tests/fixtures/v1/decoder.wasm");
    let built = std::fs::read(path).unwrap();
    let mut manifest = tocsin_sandbox::package::inspect(&built).unwrap();
    (manifest.id, manifest.department) = ("fire".to_owned(), "fire".to_owned());
    manifest.doors =
        tocsin_sandbox::DOORS.map(str::to_owned).into_iter().filter(|door| door != "nats").collect();
    // Its own sections stand at the end: id, length and length of the name before each.
    let name = tocsin_sandbox::package::CONTRACT_SECTION.as_bytes();
    let at = built.windows(name.len()).rposition(|window| window == name).unwrap() - 3;
    tocsin_sandbox::package::embed(&built[..at], &manifest)
}

/// A directory of its own, gone at the end of the test.
struct Folder(PathBuf);

impl Folder {
    fn of(files: [&str; 5]) -> Folder {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let dir = std::env::temp_dir().join(format!("tocsin-city-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&dir).unwrap();
        for (name, text) in FILES.iter().zip(files) {
            std::fs::write(dir.join(name), text).unwrap();
        }
        std::fs::write(dir.join("fire.wasm"), package()).unwrap();
        Folder(dir)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

const TINY: [&str; 5] = [CITY, REGIONS, UNITS, DEVICES, HAZARDS];

/// `file:line:column code` of everything found after the edits (file, old, new).
fn found(edits: &[(usize, &str, &str)]) -> Vec<String> {
    let mut files = TINY.map(str::to_owned);
    for (file, old, new) in edits {
        assert!(files[*file].contains(old), "{old:?} is not in {}", FILES[*file]);
        files[*file] = files[*file].replacen(old, new, 1);
    }
    let folder = Folder::of(files.each_ref().map(String::as_str));
    let list = match load(&folder.0) {
        Ok(loaded) => loaded.warnings,
        Err(errors) => errors.findings().to_vec(),
    };
    list.iter().map(|f| format!("{}:{}:{} {}", f.file, f.line, f.column, f.code)).collect()
}

#[test]
fn a_tiny_city_loads() {
    let folder = Folder::of(TINY);
    let loaded = load(&folder.0).unwrap().with_packages().unwrap();
    assert_eq!(loaded.warnings, []);
    assert_eq!(loaded.city.devices[0].settings["limits"], serde_json::json!([1, 2.5]));
    assert_eq!(loaded.plugins[0].package, folder.0.join("fire.wasm"));
    let bind = std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);
    assert_eq!(loaded.doors[0].kind, DoorKind::Tcp { bind, port: 26875 });
    assert_eq!(loaded.doors[0].lane, None);
    assert_eq!(loaded.city.grants[0].acts, Grant::NAMED);
}

#[test]
fn every_mistake_is_named_with_its_place() {
    const DOOR: &str = "[[door]]\nname = \"d\"\ndepartment = \"fire\"\nplugin = \"fire\"\n";
    let check = |file: usize, old: &str, new: &str, expect: &[&str]| {
        assert_eq!(found(&[(file, old, new)]), expect, "after {old:?} became {new:?}");
    };
    let door = |fields: &str, expect: &[&str]| {
        check(0, "port = 26875\n", &format!("port = 26875\n{DOOR}{fields}\n"), expect);
    };

    check(0, "name = \"青山市\"", "", &["city.toml:1:1 value-missing"]);
    check(
        0,
        "330791000000",
        "330791999000",
        &["city.toml:1:8 region-unknown", "regions.toml:1:1 parent-missing"],
    );
    check(0, "name = \"青山市\"", "name = \"青山市\"\nnmae = 1", &["city.toml:3:1 key-unknown"]);
    check(0, "name = \"青山市\"", "name = \"青山市", &["city.toml:2:12 syntax"]);
    check(0, "id = \"grid\"", "id = \"Grid 1\"", &["city.toml:7:6 token"]);
    check(0, "id = \"grid\"", "id = \"fire\"", &["city.toml:7:6 id-twice"]);
    check(0, "package = \"fire.wasm\"", "package = \"a.wasm\"", &["city.toml:12:11 package-missing"]);
    check(
        0,
        "department = \"fire\"\npackage",
        "department = \"frie\"\npackage",
        &[
            "city.toml:11:14 package-differs",
            "city.toml:11:14 department-unknown",
            "city.toml:16:10 plugin-foreign",
        ],
    );
    check(0, "plugin = \"fire\"", "plugin = \"smoke\"", &["city.toml:16:10 plugin-unknown"]);
    let granted = "package = \"fire.wasm\"\ngrant = [\"confirm\", \"evacuate\"]";
    check(0, "package = \"fire.wasm\"", granted, &["city.toml:13:21 act-unknown"]);
    let share = |fields: &str, expect: &[&str]| {
        check(0, "port = 26875\n", &format!("port = 26875\n[[share]]\n{fields}\n"), expect);
    };
    share(
        "kind = \"order.*\"\ndepartments = [\"grid\"]\nregions = [\"330791001000\"]\nonly = [\"title\"]",
        &[],
    );
    share("kind = \"oder.*\"", &["city.toml:20:8 kind-unknown"]);
    share("kind = \"order\"", &["city.toml:20:8 kind-unknown"]);
    share(
        "kind = \"order.*\"\ndepartments = [\"grid\", \"gird\"]\nregions = [\"3\"]",
        &["city.toml:21:24 department-unknown", "city.toml:22:12 region-unknown"],
    );
    share("kind = \"order.*\"\nshow = \"all\"", &["city.toml:21:8 entry-unreadable"]);
    share("kind = \"order.*\"\nshow = \"nothing\"\nonly = [\"id\"]", &["city.toml:21:8 share-idle"]);
    let kept = |fields: &str| format!("port = 26875\n[retention]\n{fields}\n");
    check(0, "port = 26875\n", &kept("raw_days = 7"), &[]);
    check(
        0,
        "port = 26875\n",
        &kept("signals_days = 0"),
        &["city.toml:20:16 days-out-of-range", "city.toml:20:16 signals-before-raw"],
    );
    check(
        0,
        "port = 26875\n",
        &kept("raw_days = 60\nsignals_days = 30"),
        &["city.toml:21:16 signals-before-raw"],
    );
    check(0, "port = 26875\n", &kept("days = 7"), &["city.toml:20:1 entry-unreadable"]);
    check(0, "name = \"fire-tcp\"", "name = \"clock\"", &["city.toml:14:8 name-reserved"]);
    check(0, "port = 26875", "port = 26875\nbind = \"0.0.0.0\"", &["city.toml:19:8 bind-open"]);
    check(0, "port = 26875", "port = 26875\nbind = \"::1\"", &[]);
    check(0, "port = 26875", "port = 70000", &["city.toml:18:8 entry-unreadable"]);
    check(0, "port = 26875", "", &["city.toml:13:1 value-missing"]);
    check(0, "port = 26875", "port = 1\nsource = \"a\"", &["city.toml:19:10 field-misplaced"]);
    door("kind = \"tcp\"\nport = 26875", &["city.toml:24:8 way-twice"]);
    door("kind = \"udp\"\nport = 26875", &[]);
    door("kind = \"http\"\nsource = \"A/b\"", &["city.toml:24:10 token"]);
    door("kind = \"folder\"\npath = \"../out\"", &["city.toml:24:8 path-outside"]);
    door("kind = \"folder\"\npath = \"/etc\"", &["city.toml:24:8 path-outside"]);
    door("kind = \"http-client\"\nurl = \"http://127.0.0.1:9/api\"\nauthorization = \"Bearer x\"", &[]);
    door("kind = \"http-client\"", &["city.toml:19:1 value-missing"]);
    door("kind = \"http-client\"\nurl = \"https://h/\"", &["city.toml:24:7 url"]);
    door("kind = \"http-client\"\nurl = \"http://u:p@h/\"", &["city.toml:24:7 url"]);
    door("kind = \"tcp-client\"\naddress = \"127.0.0.1:502\"\npoll_s = 15\ndevices = [\"m\"]", &[]);
    door(
        "kind = \"tcp-client\"\naddress = \"127.0.0.1\"\npoll_s = 15\ndevices = [\"m\"]",
        &["city.toml:24:11 value-missing"],
    );
    door(
        "kind = \"tcp-client\"\naddress = \"127.0.0.1:502\"\npoll_s = 0\ndevices = [\"m\"]",
        &["city.toml:25:10 value-missing"],
    );
    door(
        "kind = \"tcp-client\"\naddress = \"127.0.0.1:502\"\npoll_s = 9\ndevices = []",
        &["city.toml:26:11 value-missing"],
    );
    door("kind = \"smtp\"", &["city.toml:23:8 entry-unreadable"]);
    door("kind = \"mqtt\"\nlane = \"fast\"", &["city.toml:24:8 entry-unreadable"]);

    check(
        1,
        "330791001000",
        "33079100100",
        &["regions.toml:5:8 code-digits", "units.toml:4:10 region-unknown"],
    );
    check(
        1,
        "code = \"330791001000\"",
        "code = \"330791000000\"",
        &[
            "regions.toml:5:8 id-twice",
            "regions.toml:1:1 parent-ring",
            "regions.toml:7:10 parent-ring",
            "units.toml:4:10 region-unknown",
        ],
    );
    check(1, "parent = \"330791000000\"", "parent = \"3\"", &["regions.toml:7:10 region-unknown"]);
    check(1, ", [120.0, 29.0]]", "]", &["regions.toml:8:58 boundary-open"]);
    check(1, "[120.2, 29.2]", "[29.2, 120.2]", &["regions.toml:8:43 point"]);
    check(1, "[120.2, 29.2]", "[nan, 29.2]", &["regions.toml:8:43 point"]);
    check(
        1,
        "[120.2, 29.0], [120.2, 29.2]",
        "[120.2, 29.2], [120.2, 29.0]",
        &["regions.toml:8:43 boundary-crossing"],
    );
    check(1, "[120.2, 29.0], [120.2, 29.2], [120.0, 29.2], ", "", &["regions.toml:8:12 boundary-points"]);

    check(2, "region = \"330791001000\"", "region = \"1\"", &["units.toml:4:10 region-unknown"]);
    check(2, "lon = 120.1", "lon = 121.1", &["units.toml:5:12 position-outside"]);
    check(
        2,
        "lat = 29.1",
        "lat = \"29.1\"",
        &["units.toml:5:33 entry-unreadable", "devices.toml:5:8 unit-unknown"],
    );
    check(
        2,
        "name = \"医院\"",
        "name = \"医院\"\nphone = \"1\"",
        &["units.toml:4:1 entry-unreadable", "devices.toml:5:8 unit-unknown"],
    );
    check(2, UNITS, &UNITS.repeat(2), &["units.toml:7:6 id-twice"]);

    check(3, "department = \"fire\"", "department = \"water\"", &["devices.toml:3:14 department-unknown"]);
    check(3, "unit = \"hospital\"", "unit = \"clinic\"", &["devices.toml:5:8 unit-unknown"]);
    check(3, "unit = \"hospital\"", "", &["devices.toml:2:6 device-homeless"]);
    check(3, "000000000379", "0379//1", &["devices.toml:2:6 id"]);
    check(3, "heartbeat = 120", "heartbeat = 0", &["devices.toml:6:13 heartbeat"]);
    check(3, "heartbeat = 120", "aliases = [\"a\", \"a\"]", &["devices.toml:6:17 id-twice"]);

    check(4, "weight = 0.6", "weight = 1.5", &["hazards.toml:4:38 share"]);
    check(4, "weight = 0.6", "weight = nan", &["hazards.toml:4:38 share"]);
    check(4, "fire.*", "fire.*.x", &["hazards.toml:4:19 code"]);
    check(4, "radius_m = 100", "radius_m = 0", &["hazards.toml:5:12 radius"]);
    check(4, "window_s = 600", "window_s = 0", &["hazards.toml:6:12 window"]);
    check(4, "window_s = 600", "window_s = 600\nconfirm_at = 90", &["hazards.toml:7:14 share"]);
    let again = HAZARDS.replace("id = \"fire\"", "id = \"smoke\"");
    check(4, HAZARDS, &format!("{HAZARDS}{again}"), &["hazards.toml:10:19 code-shadowed"]);
    check(4, "[{ code = \"fire.*\", weight = 0.6 }]", "[]", &["hazards.toml:4:9 opens-empty"]);
}

#[test]
fn all_mistakes_are_named_at_once() {
    let edits = [
        (0, "port = 26875", "port = 26875\nbind = \"0.0.0.0\""),
        (2, "330791001000", "1"),
        (4, "weight = 0.6", "weight = 2"),
    ];
    assert_eq!(
        found(&edits),
        ["city.toml:19:8 bind-open", "units.toml:4:10 region-unknown", "hazards.toml:4:38 share"]
    );
}

#[test]
fn a_missing_file_and_an_unread_one_are_named() {
    let folder = Folder::of(TINY);
    std::fs::rename(folder.0.join("units.toml"), folder.0.join("unit.toml")).unwrap();
    let errors = load(&folder.0).unwrap_err();
    assert_eq!(errors.findings()[0].code, "file-unreadable");
    assert!(errors.to_string().starts_with("units.toml: 错误 无法读取"));
    std::fs::write(folder.0.join("units.toml"), UNITS).unwrap();
    let warnings = load(&folder.0).unwrap().warnings;
    assert_eq!((warnings.len(), warnings[0].id.as_str()), (1, "file unit.toml"));
}

#[test]
fn warnings_are_checked() {
    let check = |text: &str, expect: &[&str]| {
        let folder = Folder::of(TINY);
        std::fs::write(folder.0.join("warnings.toml"), text).unwrap();
        let found: Vec<String> = match load(&folder.0) {
            Ok(_) => Vec::new(),
            Err(errors) => errors
                .findings()
                .iter()
                .map(|f| format!("{}:{}:{} {}", f.file, f.line, f.column, f.code))
                .collect(),
        };
        assert_eq!(found, expect, "{text}");
    };
    check("", &[]);
    check(
        "[expiry]\nred_h = 6\n[calling]\nfrom = \"orange\"\n[[event]]\ncode = \"11B03\"\nname = \"暴雨\"\n",
        &[],
    );
    check("[expiry]\nred_h = 0\n", &["warnings.toml:1:1 hours"]);
    check("[expiry]\npurple_h = 3\n", &["warnings.toml:2:1 entry-unreadable"]);
    check("[calling]\nfrom = \"purple\"\n", &["warnings.toml:2:8 entry-unreadable"]);
    check("[[event]]\ncode = \"rain\"\nname = \"暴雨\"\n", &["warnings.toml:2:8 event-code"]);
    check("[[event]]\ncode = \"11B03\"\nname = \"\"\n", &["warnings.toml:3:8 value-missing"]);
    let twice = "[[event]]\ncode = \"11B03\"\nname = \"暴雨\"\n[[event]]\ncode = \"11B04\"\nname = \"暴雪\"\naliases = [\"暴雨\"]\n";
    check(twice, &["warnings.toml:7:12 name-twice"]);
    check("[[events]]\n", &["warnings.toml:1:3 key-unknown"]);
}

#[test]
fn up_needs_the_packages() {
    let folder = Folder::of([&CITY.replace("fire.wasm", "none.wasm"), REGIONS, UNITS, DEVICES, HAZARDS]);
    let errors = load(&folder.0).unwrap().with_packages().unwrap_err();
    let first = &errors.findings()[0];
    assert_eq!((first.code.as_ref(), first.level), (plugin::PACKAGE_MISSING, Level::Error));
}

#[test]
fn a_folder_that_is_missing_is_said_once() {
    let errors = load(Path::new("/nowhere")).unwrap_err();
    let found: Vec<&str> = errors.findings().iter().map(|finding| finding.code.as_ref()).collect();
    assert_eq!(found, ["folder-missing"]);
}

#[test]
fn packages_are_held_against_the_city() {
    assert_eq!(found(&[(0, "kind = \"tcp\"", "kind = \"udp\"")]), Vec::<String>::new());
    let door = "kind = \"nats\"\nsource = \"alarm\"";
    assert_eq!(found(&[(0, "kind = \"tcp\"\nport = 26875", door)]), ["city.toml:17:8 door-unfit"]);
    let set = |name: &str| format!("package = \"fire.wasm\"\nsettings = {{ {name} = \"1\" }}");
    assert_eq!(found(&[(0, "package = \"fire.wasm\"", &set("secret"))]), Vec::<String>::new());
    assert_eq!(found(&[(0, "package = \"fire.wasm\"", &set("secrte"))]), ["city.toml:13:23 setting-unknown"]);
    let other = "id = \"smoke\"\ndepartment = \"fire\"\npackage";
    let edits = [
        (0, "id = \"fire\"\ndepartment = \"fire\"\npackage", other),
        (0, "plugin = \"fire\"", "plugin = \"smoke\""),
    ];
    assert_eq!(found(&edits), ["city.toml:10:6 package-differs"]);
    assert_eq!(found(&[(0, "fire.wasm", "city.toml")]), ["city.toml:12:11 package-unfit"]);
}

#[test]
fn the_digest_covers_every_file() {
    let digest_of = |files: [&str; 5]| load(&Folder::of(files).0).unwrap().city.digest;
    let first = digest_of(TINY);
    assert_eq!(first, digest_of(TINY));
    for index in 0..FILES.len() {
        let mut files = TINY.map(str::to_owned);
        files[index].push_str("# noted\n");
        assert_ne!(first, digest_of(files.each_ref().map(String::as_str)), "{}", FILES[index]);
    }
}

#[test]
fn the_example_city_is_whole() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/cities/qingshan");
    let loaded = load(&dir).unwrap_or_else(|errors| panic!("{errors}"));
    let built = |warning: &&Finding| warning.code != plugin::PACKAGE_MISSING;
    assert_eq!(loaded.warnings.iter().filter(built).collect::<Vec<_>>(), Vec::<&Finding>::new());
    let townships = loaded.city.regions.iter().filter(|region| region.parent == loaded.city.code);
    assert_eq!(townships.count(), 8);
    assert!(loaded.city.devices.len() >= 60 && loaded.city.units.len() >= 25);
}

/// Points on a grid lie in exactly one township, or outside the city altogether.
#[test]
fn the_townships_of_the_example_tile_the_city() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/cities/qingshan");
    let city = load(&dir).unwrap().city;
    let (whole, parts): (Vec<_>, Vec<_>) = city.regions.iter().partition(|region| region.code == city.code);
    for step in 0..10_000_u32 {
        let lon = 119.95 + 0.0060007 * f64::from(step % 100);
        let lat = 28.95 + 0.0050003 * f64::from(step / 100);
        let at = tocsin_core::signal::Position { lon, lat };
        let holding = parts.iter().filter(|region| place::contains(&region.boundary, at)).count();
        assert_eq!(holding, usize::from(place::contains(&whole[0].boundary, at)), "at {lon}, {lat}");
    }
}
