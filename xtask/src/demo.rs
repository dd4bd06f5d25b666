//! `cargo xtask demo`: build what is missing, then give way to `tocsin demo`.

use crate::step::{Steps, become_program};
use crate::workspace::Workspace;
use crate::{build, nats};
use anyhow::Result;
use std::process::Command;

pub fn run(workspace: &Workspace, arguments: &[String]) -> Result<()> {
    let mut steps = Steps::new();
    let server = steps.work("nats-server", || nats::ensure(workspace))?;
    build::all(workspace, &mut steps, build::Host::Alone)?;
    let mut demo = Command::new(workspace.host());
    demo.current_dir(&workspace.root)
        .env("TOCSIN_NATS_SERVER", server)
        .env("TOCSIN_PLUGINS", workspace.plugins())
        .env("TOCSIN_FIXTURES", workspace.fixtures())
        .arg("demo")
        .args(arguments);
    eprintln!();
    become_program(demo)
}
