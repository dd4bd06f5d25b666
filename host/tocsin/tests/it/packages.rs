//! Plugins are changed while the city goes on, and what is none is refused.

use crate::frames::{ACK, Line, alarm, command};
use crate::running::{Folder, Running, plugins};
use crate::wait::wait_for;
use serde_json::Value;

#[test]
fn a_new_version_takes_effect_without_a_restart() {
    let host = Running::new();
    let package = std::fs::read(plugins().join("fire.wasm")).expect("a package");
    let version = |host: &Running| {
        let plugins = host.json(&["plugin", "list"]);
        plugins.into_iter().find(|plugin| plugin["name"] == "fire").expect("fire")["version"].clone()
    };
    let old = version(&host);
    let old = old.as_str().expect("a version");
    let next = format!("{}9", &old[..old.len() - 1]);
    // The manifest is text in a section without a checksum: one digit makes another version.
    let newer = replaced(&package, &format!("\"version\":\"{old}\""), &format!("\"version\":\"{next}\""));
    let file = host.data.join("newer.wasm");
    std::fs::write(&file, newer).expect("written");

    let mut line = Line::to(host.door("fire-tcp"));
    assert_eq!(command(&line.say(&alarm(1, 0x79, 1, "烟感"))), (ACK, 1));
    let pushed = host.json(&["plugin", "push", file.to_str().expect("a path")]).remove(0);
    assert_eq!((&pushed["version"], &pushed["changed"]), (&Value::from(next.as_str()), &Value::from(true)));
    assert_eq!(version(&host), next.as_str());
    assert_eq!(command(&line.say(&alarm(2, 0x79, 1, "烟感"))), (ACK, 2));
    wait_for("both alarms", || host.incidents().pop().filter(|incident| incident["count"] == 2));
    let again = host.json(&["plugin", "push", file.to_str().expect("a path")]).remove(0);
    assert_eq!(again["changed"], false);
}

#[test]
fn a_pushed_plugin_that_the_city_file_does_not_name_comes_back() {
    let folder = Folder::new();
    let host = Running::on(&folder);
    let package = std::fs::read(plugins().join("fire.wasm")).expect("a package");
    let file = folder.0.join("second.wasm");
    std::fs::write(&file, replaced(&package, "\"id\":\"fire\"", "\"id\":\"flam\"")).expect("written");
    host.json(&["plugin", "push", file.to_str().expect("a path")]);
    let second = |host: &Running| {
        let plugins = host.json(&["plugin", "list"]);
        plugins.into_iter().find(|plugin| plugin["name"] == "flam")
    };
    let pushed = second(&host).expect("at work at once");
    assert_eq!(pushed["state"], "active");
    assert!(host.terminate().success());

    let host = Running::on(&folder);
    assert_eq!(second(&host).expect("at work again")["digest"], pushed["digest"]);
}

#[test]
fn what_is_no_package_is_refused_with_advice() {
    let host = Running::new();
    let loaded = host.json(&["plugin", "list"]).len();
    let package = std::fs::read(plugins().join("fire.wasm")).expect("a package");
    let check = |name: &str, bytes: &[u8]| {
        let file = host.data.join(name);
        std::fs::write(&file, bytes).expect("written");
        let said = host.refused(&["plugin", "push", file.to_str().expect("a path")]);
        // A sentence for a person, not a parser's cry.
        assert!(said.starts_with("tocsin: ") && said.trim().len() > 40, "{name}: {said}");
        assert!(!said.contains("panicked"), "{name}: {said}");
    };
    check("truncated.wasm", &package[..package.len() / 2]);
    check("module.wasm", b"\0asm\x01\0\0\0");
    check("text.wasm", "不是插件".as_bytes());
    check("empty.wasm", b"");
    check("bare.wasm", b"\0asm\x0d\0\x01\0");
    assert!(host.refused(&["plugin", "push", "no/such.wasm"]).contains("plugin build"));
    assert_eq!(host.json(&["plugin", "list"]).len(), loaded);
}

pub fn replaced(bytes: &[u8], old: &str, new: &str) -> Vec<u8> {
    assert_eq!(old.len(), new.len());
    let at = bytes
        .windows(old.len())
        .position(|window| window == old.as_bytes())
        .unwrap_or_else(|| panic!("no `{old}`"));
    [&bytes[..at], new.as_bytes(), &bytes[at + old.len()..]].concat()
}
