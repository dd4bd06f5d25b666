//! `cargo xtask build`: the host, the plugin packages and the test fixtures.

use crate::guests;
use crate::step::Steps;
use crate::workspace::Workspace;
use anyhow::Result;

pub fn run(workspace: &Workspace) -> Result<()> {
    let mut steps = Steps::new();
    all(workspace, &mut steps)?;
    eprintln!("\n{}", steps.summary());
    eprintln!("\nhost     {}", workspace.host().display());
    eprintln!("plugins  {}", workspace.plugins().display());
    Ok(())
}

/// What every other command stands on.
pub fn all(workspace: &Workspace, steps: &mut Steps) -> Result<()> {
    steps.work("wasm32-unknown-unknown", guests::ensure_target)?;
    steps.run("host", workspace.cargo().args(["build", "--release", "-p", "tocsin"]))?;
    guests::all(workspace, steps)
}
