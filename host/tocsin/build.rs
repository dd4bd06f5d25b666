//! Puts the Rust SDK into the binary, so that `tocsin plugin new` works far from
//! this repository and from any network.

use std::fmt::Write;
use std::path::{Path, PathBuf};

fn main() {
    let root = Path::new(&std::env::var("CARGO_MANIFEST_DIR").expect("cargo sets it")).join("../..");
    let mut files = vec![root.join("sdk/rust/Cargo.toml"), root.join("wit/v1/contract.wit")];
    gather(&root.join("sdk/rust/src"), &mut files);
    files.sort();

    let mut text = String::from("pub const FILES: &[(&str, &str)] = &[\n");
    for file in &files {
        let name = file.strip_prefix(&root).expect("below the root").display().to_string();
        let path = file.canonicalize().expect("it is there");
        writeln!(text, "    ({name:?}, include_str!({:?})),", path.display().to_string()).expect("a string");
        println!("cargo::rerun-if-changed={}", path.display());
    }
    text.push_str("];\n");
    let manifest = root.join("Cargo.toml");
    let workspace = workspace(&std::fs::read_to_string(&manifest).expect("the workspace's manifest"));
    writeln!(text, "pub const WORKSPACE: &str = {workspace:?};").expect("a string");
    println!("cargo::rerun-if-changed={}", manifest.display());
    println!("cargo::rerun-if-changed={}", root.join("sdk/rust/src").display());

    let out = PathBuf::from(std::env::var("OUT_DIR").expect("cargo sets it")).join("sdk.rs");
    std::fs::write(out, text).expect("written");
}

fn gather(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder of the SDK") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            gather(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

/// What the SDK inherits, as the manifest of a workspace that holds it alone.
fn workspace(manifest: &str) -> String {
    const INHERITED: [&str; 4] = [
        "[workspace.package]",
        "[workspace.dependencies]",
        "[workspace.lints.rust]",
        "[workspace.lints.clippy]",
    ];
    let mut text = String::from("[workspace]\nresolver = \"3\"\nmembers = [\"sdk/rust\"]\n\n");
    let mut taken = false;
    for line in manifest.lines() {
        if line.starts_with('[') {
            taken = INHERITED.contains(&line.trim());
        }
        // Our own crates are not there.
        if taken && !line.starts_with("tocsin-") {
            text.push_str(line);
            text.push('\n');
        }
    }
    text
}
