//! `cargo xtask bench`: build, then measure the durable chain.

use crate::step::{Steps, become_program};
use crate::workspace::Workspace;
use crate::{build, nats};
use anyhow::Result;

pub fn run(workspace: &Workspace, arguments: &[String]) -> Result<()> {
    let mut steps = Steps::new();
    let server = steps.work("nats-server", || nats::ensure(workspace))?;
    build::all(workspace, &mut steps, build::Host::WithTests)?;
    let mut bench = workspace.cargo();
    bench
        .env("TOCSIN_NATS_SERVER", server)
        .env("TOCSIN_BIN", workspace.host())
        .env("TOCSIN_PLUGINS", workspace.plugins())
        .env("TOCSIN_FIXTURES", workspace.fixtures())
        .arg("bench");
    build::released(&mut bench).args(["--bench", "chain", "--"]).args(arguments);
    become_program(bench)
}
