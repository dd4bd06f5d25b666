//! The command line without a host: what it says, and how it ends.

use crate::running::{Folder, tocsin};
use std::process::Output;

fn ended(words: &[&str], folder: &Folder) -> (Option<i32>, String, String) {
    let Output { status, stdout, stderr } =
        tocsin(words).env("TOCSIN_DATA", folder.0.join("data")).output().expect("a command");
    (
        status.code(),
        String::from_utf8_lossy(&stdout).into_owned(),
        String::from_utf8_lossy(&stderr).into_owned(),
    )
}

#[test]
fn commands_say_what_to_do() {
    let folder = Folder::new();
    let check = |words: &[&str], code: i32, word: &str| {
        let (got, out, err) = ended(words, &folder);
        assert_eq!(got, Some(code), "{words:?}: {out}{err}");
        assert!(out.contains(word) || err.contains(word), "{words:?}: {out}{err}");
    };
    check(&["--help"], 0, "Examples");
    check(&["incident", "close", "--help"], 0, "--result");
    check(&["incident", "list"], 1, "tocsin up");
    check(&["tail"], 1, "tocsin up");
    check(&["incident", "list", "--json"], 1, "\"message\"");
    check(&["incident"], 2, "confirm");
    check(&["incidents"], 2, "incident");
    check(&["up", "--city", "no/such/city"], 1, "city.toml");
    check(&["city", "check", "no/such/city"], 1, "city.toml");
    // A file that is no package, not the vectors that it has none of.
    check(&["plugin", "test", "Cargo.toml"], 1, "tocsin plugin build");
    check(&["doctor"], 0, "limits");
}

#[test]
fn a_city_is_checked() {
    let folder = Folder::new();
    let city = folder.city();
    let city = city.to_str().expect("a path");
    let (code, out, err) = ended(&["city", "check", city, "--json"], &folder);
    let sum: serde_json::Value = serde_json::from_str(out.lines().last().unwrap_or_default()).expect("JSON");
    let main = std::fs::read_to_string(folder.0.join("city/city.toml")).expect("city.toml");
    let departments = main.matches("\n[[department]]").count();
    assert_eq!(
        (code, &sum["ok"], &sum["departments"]),
        (Some(0), &true.into(), &departments.into()),
        "{out}{err}"
    );

    let units = folder.0.join("city/units.toml");
    let text = std::fs::read_to_string(&units).expect("units");
    std::fs::write(&units, text.replacen("region = \"", "region = \"9", 1)).expect("written");
    let (code, out, _) = ended(&["city", "check", city], &folder);
    assert_eq!(code, Some(1));
    assert!(out.contains("units.toml:") && out.contains("[unit "), "{out}");
}
