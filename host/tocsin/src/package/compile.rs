//! Cargo's part of a package: the crate as a core module.

use crate::text;
use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const TARGET: &str = "wasm32-unknown-unknown";

/// How a guest is built, wherever its crate stands: size levels cost a fifth of
/// a call, and unwinding does not exist in the sandbox.
const PROFILE: [&str; 5] = [
    "profile.release.opt-level=3",
    "profile.release.lto=\"fat\"",
    "profile.release.codegen-units=1",
    "profile.release.panic=\"abort\"",
    "profile.release.strip=\"debuginfo\"",
];

/// Builds the crate in `dir`; the path of its module.
pub fn core_module(dir: &Path) -> Result<PathBuf> {
    let mut cargo = Command::new("cargo");
    cargo.current_dir(dir).args(["build", "--release", "--lib", "--target", TARGET]);
    for setting in PROFILE {
        cargo.args(["--config", setting]);
    }
    let output = cargo
        .arg("--message-format=json-render-diagnostics")
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| text!(cargo_missing))?;
    if !output.status.success() {
        bail!(text!(cargo_failed, path = dir.display(), target = TARGET));
    }
    module_in(&String::from_utf8_lossy(&output.stdout))
        .with_context(|| text!(cargo_no_module, path = dir.display()))
}

/// Cargo names the crate asked for last, after those it depends on.
fn module_in(messages: &str) -> Option<PathBuf> {
    let artifacts = messages.lines().rev().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    artifacts.filter(|message| message["reason"] == "compiler-artifact").find_map(|message| {
        let files = message["filenames"].as_array()?;
        files.iter().filter_map(Value::as_str).find(|file| file.ends_with(".wasm")).map(PathBuf::from)
    })
}

/// Where the crate's workspace puts what it builds.
pub fn target_directory(dir: &Path) -> Result<PathBuf> {
    let output = Command::new("cargo")
        .current_dir(dir)
        .args(["metadata", "--no-deps", "--format-version", "1"])
        .output()
        .with_context(|| text!(cargo_no_out))?;
    let metadata: Value = serde_json::from_slice(&output.stdout).with_context(|| {
        let reason = String::from_utf8_lossy(&output.stderr);
        text!(cargo_no_crate, path = dir.display(), reason = reason.trim())
    })?;
    metadata["target_directory"].as_str().map(PathBuf::from).with_context(|| text!(cargo_no_target))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_module_is_the_last_artifact() {
        let messages = [
            r#"{"reason":"compiler-artifact","filenames":["/t/libserde.rlib"]}"#,
            r#"{"reason":"compiler-artifact","filenames":["/t/libfire.rlib","/t/fire.wasm"]}"#,
            r#"{"reason":"build-finished","success":true}"#,
        ];
        assert_eq!(module_in(&messages.join("\n")), Some(PathBuf::from("/t/fire.wasm")));
        assert_eq!(module_in(messages[0]), None);
        assert_eq!(module_in("words"), None);
    }
}
