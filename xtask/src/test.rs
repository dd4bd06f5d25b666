//! `cargo xtask test`: everything that must hold, cheapest first.

use crate::step::{Steps, exists_on_path};
use crate::workspace::Workspace;
use crate::{authors, build, fuzz, nats, subscribers};
use anyhow::{Result, bail};
use std::path::Path;
use std::process::Command;

#[derive(Debug, Default, PartialEq, Eq)]
pub struct Options {
    pub quick: bool,
    pub deny: bool,
}

impl Options {
    pub fn parse(arguments: &[String]) -> Result<Options> {
        let mut options = Options::default();
        for argument in arguments {
            match argument.as_str() {
                "--quick" => options.quick = true,
                "--deny" => options.deny = true,
                other => bail!("`{other}` is not an option of `test`; see `cargo xtask --help`"),
            }
        }
        Ok(options)
    }
}

pub fn run(workspace: &Workspace, options: Options) -> Result<()> {
    let mut steps = Steps::new();
    let outcome = all(workspace, &options, &mut steps);
    eprintln!("\n{}", steps.summary());
    outcome?;
    eprintln!("\nall passed");
    Ok(())
}

fn all(workspace: &Workspace, options: &Options, steps: &mut Steps) -> Result<()> {
    steps.run("format", workspace.cargo().args(["fmt", "--all", "--check"]))?;
    let server = steps.work("nats-server", || nats::ensure(workspace))?;
    build::all(workspace, steps, build::Host::WithTests)?;

    // They wait for servers and clocks half of their time: the rest is done meanwhile.
    let mut released = workspace.cargo();
    build::released(released.args(["test", "--release", "--no-fail-fast"]));
    let log = workspace.target.join("host-tests.log");
    let mut begin = |steps: &mut Steps| {
        steps.begin("sandbox, runtime, host", in_environment(&mut released, workspace, &server), &log)
    };
    let aside = if options.quick { None } else { Some(begin(steps)?) };
    let outcome = beside(workspace, options, steps, &server);
    let tested = aside.map_or(Ok(()), |aside| steps.end(aside));
    outcome.and(tested)
}

fn beside(workspace: &Workspace, options: &Options, steps: &mut Steps, server: &Path) -> Result<()> {
    // `--release` shares build scripts and procedural macros with the build of the host.
    let lint = ["clippy", "--release", "--workspace", "--all-targets", "--", "-D", "warnings"];
    steps.run("lint", workspace.cargo().args(lint))?;

    let mut pure = workspace.cargo();
    pure.args(["test", "-p", "tocsin-core", "-p", "tocsin-sdk", "-p", "xtask"]);
    for plugin in workspace.packages_under(&workspace.root.join("plugins")) {
        pure.args(["-p", &plugin.name]);
    }
    steps.run("core, sdk, plugins", in_environment(&mut pure, workspace, server))?;

    if !options.quick {
        authors::all(workspace, steps)?;
        subscribers::all(workspace, steps, server)?;
        fuzz::all(workspace, steps, &fuzz::Options::SHORT)?;
    }
    deny(workspace, options, steps)
}

/// How tests find what was built, wherever the target folder is.
fn in_environment<'c>(command: &'c mut Command, workspace: &Workspace, server: &Path) -> &'c mut Command {
    command
        .env("TOCSIN_NATS_SERVER", server)
        .env("TOCSIN_BIN", workspace.host())
        .env("TOCSIN_PLUGINS", workspace.plugins())
        .env("TOCSIN_FIXTURES", workspace.fixtures())
}

fn deny(workspace: &Workspace, options: &Options, steps: &mut Steps) -> Result<()> {
    if !exists_on_path("cargo-deny") {
        if !options.deny {
            eprintln!(
                "\n(cargo-deny is not installed: licences and bans were not checked; `cargo xtask test --deny` installs it)"
            );
            return Ok(());
        }
        steps.run("install cargo-deny", workspace.cargo().args(["install", "--locked", "cargo-deny"]))?;
    }
    // Advisories need a database from outside; licences, bans and sources do not.
    steps.run("licences and bans", workspace.cargo().args(["deny", "check", "licenses", "bans", "sources"]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_read() {
        let parse =
            |words: &[&str]| Options::parse(&words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>());
        assert_eq!(parse(&[]).ok(), Some(Options { quick: false, deny: false }));
        assert_eq!(parse(&["--quick", "--deny"]).ok(), Some(Options { quick: true, deny: true }));
        assert!(parse(&["--fast"]).is_err());
    }
}
