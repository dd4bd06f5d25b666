//! `cargo xtask build`: the server, the host, the plugin packages.

use crate::step::Steps;
use crate::workspace::Workspace;
use crate::{guests, nats};
use anyhow::Result;

pub fn run(workspace: &Workspace) -> Result<()> {
    let mut steps = Steps::new();
    let server = steps.work("nats-server", || nats::ensure(workspace))?;
    all(workspace, &mut steps, Host::Alone)?;
    eprintln!("\n{}", steps.summary());
    eprintln!("\nserver   {}", server.display());
    eprintln!("host     {}", workspace.host().display());
    eprintln!("plugins  {}", workspace.plugins().display());
    Ok(())
}

/// These link wasmtime or SQLite, and are tested as they are shipped.
pub const RELEASED: [&str; 3] = ["tocsin-sandbox", "tocsin-runtime", "tocsin"];

/// What the host is built together with. Cargo unifies features over the
/// packages of one call, so that another set of packages would compile
/// wasmtime a second time: tests and benchmarks name the same set always.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Host {
    Alone,
    WithTests,
}

/// What every other command stands on.
pub fn all(workspace: &Workspace, steps: &mut Steps, host: Host) -> Result<()> {
    steps.work("wasm32-unknown-unknown", guests::ensure_target)?;
    let mut build = workspace.cargo();
    match host {
        // The example is asked for because it brings the tests' dependencies, and
        // with them their features.
        Host::Alone => {
            released(build.args(["build", "--release", "--bin", "tocsin", "--example", "fixtures"]))
        }
        Host::WithTests => released(build.args(["test", "--release", "--no-run"])),
    };
    steps.run("host", &mut build)?;
    guests::all(workspace, steps)
}

/// Names the released packages, always together.
pub fn released(cargo: &mut std::process::Command) -> &mut std::process::Command {
    for package in RELEASED {
        cargo.args(["-p", package]);
    }
    cargo
}
