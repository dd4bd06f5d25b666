//! `cargo xtask bench`: build, then measure the durable chain, or every decoder alone.

use crate::step::{Steps, become_program};
use crate::workspace::Workspace;
use crate::{authors, build, nats};
use anyhow::Result;

pub fn run(workspace: &Workspace, arguments: &[String]) -> Result<()> {
    let mut steps = Steps::new();
    let server = steps.work("nats-server", || nats::ensure(workspace))?;
    build::all(workspace, &mut steps, build::Host::WithTests)?;
    let mut bench = workspace.cargo();
    // Plugins in other languages, which take their own tools, are measured with the rest.
    if arguments.iter().any(|argument| argument == "--plugins") {
        bench.env("TOCSIN_EXAMPLES", authors::build_examples(workspace, &mut steps)?);
    }
    bench
        .env("TOCSIN_NATS_SERVER", server)
        .env("TOCSIN_BIN", workspace.host())
        .env("TOCSIN_PLUGINS", workspace.plugins())
        .env("TOCSIN_FIXTURES", workspace.fixtures())
        .arg("bench");
    build::released(&mut bench).args(["--bench", "chain", "--"]).args(arguments);
    become_program(bench)
}
