//! What is refused at load, by what name, before anything is compiled.

use crate::fixture;
use crate::support::*;
use tocsin_sandbox::{Manifest, PackageError, Role, package};

fn refused(bytes: &[u8], code: &str, says: &str) {
    let error = sandbox().load(bytes).expect_err(code);
    let (english, chinese) = (error.to_string(), error.chinese());
    assert_eq!(error.code(), code, "{english}");
    assert!(english.contains(says), "{english}");
    assert!(chinese.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)), "{chinese}");
}

fn wat(text: &str) -> Vec<u8> {
    package::embed(&wat::parse_str(text).expect("wat"), &fixture::rogue())
}

fn manifest(change: impl FnOnce(&mut Manifest)) -> Vec<u8> {
    let mut manifest = fixture::rogue();
    change(&mut manifest);
    package::embed(&fixture::bare("rogue"), &manifest)
}

#[test]
fn files_that_are_no_package() {
    let whole = fixture::package("rogue");
    refused(b"", "package.not-wasm", "tocsin plugin build");
    refused(b"#!/bin/sh\n", "package.not-wasm", "tocsin plugin build");
    refused(&vec![0; (32 << 20) + 1], "package.too-large", "33554432");
    refused(b"\x7fELF\x02\x01\x01", "package.precompiled", ".cwasm");
    refused(&wat::parse_str("(module)").expect("wat"), "package.core-module", "tocsin plugin build");
    refused(&fixture::bare("rogue"), "package.section", "tocsin:contract");
    let mut twice = whole.clone();
    twice.extend_from_slice(&whole[fixture::bare("rogue").len()..]);
    refused(&twice, "package.section", "twice");
}

/// Every length of a cut package, and every single byte of its own sections turned.
#[test]
fn no_cut_and_no_flip_gets_through_unseen() {
    let whole = fixture::package("rogue");
    let bare = fixture::bare("rogue").len();
    for length in (0..whole.len()).step_by(97).chain(bare..whole.len()) {
        package::inspect(&whole[..length]).expect_err("a cut file");
    }
    let original = package::inspect(&whole).expect("whole");
    for at in bare..whole.len() {
        let mut flipped = whole.clone();
        flipped[at] ^= 0x20;
        if let Ok(manifest) = package::inspect(&flipped) {
            assert_ne!(manifest, original, "byte {at}");
        }
    }
    // Anywhere else a flip must never bring the host down.
    for at in (0..bare).step_by(251) {
        let mut flipped = whole.clone();
        flipped[at] ^= 0x55;
        let _ = package::inspect(&flipped);
    }
}

#[test]
fn imports_beyond_the_contract() {
    let import = |name: &str| wat(&format!("(component (import \"{name}\" (instance)))"));
    for name in [
        "wasi:clocks/wall-clock@0.2.0",
        "wasi:filesystem/types@0.2.0",
        "tocsin:plugin/secrets@1.0.0",
        "tocsin:plugin/state@2.0.0",
        "tocsin:plugin/state",
        "tocsin:plugins/state@1.0.0",
        "env",
    ] {
        refused(&import(name), "package.import", name);
    }
    refused(&wat("(component (import \"run\" (func)))"), "package.import", "run");
    // Granted by name, but not with this shape.
    let odd = wat("(component (import \"tocsin:plugin/state@1.0.0\" (instance (export \"steal\" (func)))) \
           (instance $i) (export \"tocsin:plugin/decoder@1.0.0\" (instance $i)) \
           (export \"tocsin:plugin/framer@1.0.0\" (instance $i)))");
    refused(&odd, "package.link", "steal");
}

#[test]
fn roles_and_exports_agree() {
    refused(&manifest(|m| m.roles = vec![Role::Decoder]), "package.role-undeclared", "framer");
    refused(&manifest(|m| m.roles.push(Role::Advisor)), "package.role-missing", "advisor");
    refused(&manifest(|m| m.roles = vec![]), "package.manifest", "roles");
    refused(&manifest(|m| m.roles.push(Role::Framer)), "package.manifest", "twice");
    // An export by the name of a role that has no such function.
    let hollow = wat("(component (instance $i) (export \"tocsin:plugin/decoder@1.0.0\" (instance $i)) \
           (export \"tocsin:plugin/framer@1.0.0\" (instance $i)))");
    refused(&hollow, "package.link", "decode");
}

#[test]
fn manifests_that_cannot_stand() {
    refused(&manifest(|m| m.contract = "2.0.0".into()), "package.contract", "2.0.0");
    refused(&manifest(|m| m.contract = "1".into()), "package.contract", "1.x");
    refused(&manifest(|m| m.id = "../x".into()), "package.manifest", "`id`");
    refused(&manifest(|m| m.department = "Fire".into()), "package.manifest", "`department`");
    refused(&manifest(|m| m.version = "1".into()), "package.manifest", "1.4.2");
    refused(&manifest(|m| m.limits.memory_mib = 65), "package.manifest", "memory_mib");
    refused(&manifest(|m| m.limits.milliseconds = 0), "package.manifest", "milliseconds");
    let unknown = |json: &str| {
        let bare = fixture::bare("rogue");
        let good = package::embed(&bare, &fixture::rogue());
        let text = serde_json::to_string(&fixture::rogue()).expect("json");
        // The manifest is the last section: put another in its place.
        let mut bytes = good[..good.len() - text.len() - "tocsin:manifest".len() - 1].to_vec();
        while bytes.last() != Some(&0) {
            bytes.pop();
        }
        let mut body = vec![15];
        body.extend_from_slice(b"tocsin:manifest");
        body.extend_from_slice(json.as_bytes());
        let size = body.len();
        bytes.extend([(size & 0x7f) as u8 | 0x80, (size >> 7) as u8]);
        bytes.extend(body);
        bytes
    };
    let text = serde_json::to_string(&fixture::rogue()).expect("json");
    refused(&unknown(&text.replacen('{', "{\"magic\":1,", 1)), "package.manifest", "magic");
    refused(&unknown(&format!("{:200}", "{")), "package.manifest", "cannot be read");
}

#[test]
fn more_memory_than_the_host_gives() {
    let small = tocsin_sandbox::Config { memory_mib: 16, instances: 2, ..Default::default() };
    let sandbox = tocsin_sandbox::Sandbox::new(small).expect("a sandbox");
    let error = sandbox.load(&fixture::package("rogue")).expect_err("32 MiB");
    assert!(matches!(error, PackageError::Memory { asks: 32, most: 16 }), "{error}");
}
