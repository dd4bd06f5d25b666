//! WASM guests: core modules by cargo, packages by `tocsin plugin build`.

use crate::step::Steps;
use crate::workspace::{Package, Workspace};
use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};
use std::process::Command;

pub const TARGET: &str = "wasm32-unknown-unknown";

/// The standard library for guests, brought by rustup where it is missing.
pub fn ensure_target() -> Result<()> {
    let sysroot = Command::new("rustc").args(["--print", "sysroot"]).output().context("cannot run rustc")?;
    let sysroot = PathBuf::from(String::from_utf8_lossy(&sysroot.stdout).trim().to_owned());
    if sysroot.join("lib/rustlib").join(TARGET).is_dir() {
        return Ok(());
    }
    let added = Command::new("rustup").args(["target", "add", TARGET]).status();
    if !added.is_ok_and(|status| status.success()) {
        bail!(
            "plugins need the Rust target {TARGET}; run `rustup target add {TARGET}`, or install it the way this Rust was installed"
        );
    }
    Ok(())
}

/// Every crate under `plugins/`, packaged to `target/plugins/<name>.wasm`, and
/// the demo's adversary under `xtask/guests/`, to `target/fixtures/<name>.wasm`.
/// (Guests that only tests need are built by the tests of `host/sandbox`.)
pub fn all(workspace: &Workspace, steps: &mut Steps) -> Result<()> {
    let plugins = workspace.packages_under(&workspace.root.join("plugins"));
    let adversaries = workspace.packages_under(&workspace.root.join("xtask/guests"));
    compile(workspace, steps, plugins.iter().chain(&adversaries))?;
    package(workspace, steps, &plugins, &workspace.plugins())?;
    package(workspace, steps, &adversaries, &workspace.fixtures())
}

/// One cargo call for all of them, so that shared crates are compiled once.
fn compile<'p>(
    workspace: &Workspace,
    steps: &mut Steps,
    crates: impl Iterator<Item = &'p Package>,
) -> Result<()> {
    let mut build = workspace.cargo();
    build.args(["build", "--profile", "guest", "--target", TARGET]);
    for guest in crates {
        build.args(["-p", &guest.name]);
    }
    steps.run("plugins", &mut build)
}

fn package(workspace: &Workspace, steps: &mut Steps, crates: &[Package], folder: &Path) -> Result<()> {
    std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    for guest in crates {
        let core = workspace
            .target
            .join(TARGET)
            .join("guest")
            .join(format!("{}.wasm", guest.name.replace('-', "_")));
        let out = folder.join(format!("{}.wasm", guest.folder_name()));
        let mut pack = Command::new(workspace.host());
        pack.current_dir(&workspace.root)
            .args(["plugin", "build"])
            .arg(guest.folder())
            .arg("--release-wasm")
            .arg(core)
            .arg("--out")
            .arg(&out);
        steps.run(&format!("package {}", guest.folder_name()), &mut pack)?;
    }
    Ok(())
}
