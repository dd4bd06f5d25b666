//! The project's own commands: build, test, fuzz, demo, bench and the power-cut trial.

mod authors;
mod bench;
mod build;
mod demo;
mod fuzz;
mod guests;
mod guide;
mod mistakes;
mod nats;
mod power_cut;
mod step;
mod subscribers;
mod test;
mod tools;
mod workspace;

use anyhow::{Result, bail};
use std::process::ExitCode;
use workspace::Workspace;

const HELP: &str = "\
cargo xtask <command> [options]

  build            nats-server, host and plugin packages
                     target/release/tocsin, target/plugins/<name>.wasm, target/fixtures/<name>.wasm
  nats             find or fetch nats-server (2.12.6 or newer) and print its path
  test             everything that must hold, from formatting to crash tests
      --quick        without the release-mode integration and crash tests
      --deny         also `cargo deny check`, installing cargo-deny where it is missing
  authors          the author's path alone, with what `build` left: scaffolds, examples, mistakes, the guide
  fuzz             build the plugins with edge counters and fuzz them in the sandbox
      --plugin NAME  only this one (all)
      --seconds N    for each (60); inputs that are not stood go to target/fuzz/found
      --inputs N     for each, at most (no bound); the same seed and count try the same everywhere
      --seed N       the same seed tries the same (1)
  demo [-- ARGS]   build, then play one night in 青山市 (ARGS go to `tocsin demo`)
  bench [ARGS]     build, then measure the durable chain (ARGS go to the bench, such as --json)
      --plugins      every decoder alone instead, those in Python and JavaScript too
      --quick        fewer rounds
  power-cut        cut the power under load on a loop image and count what was lost (root, Linux)
      --cuts N       how many cuts (5)
      --seed N       for the moments of the cuts (1)

Examples
  cargo xtask demo                      watch alarms become incidents
  cargo xtask demo -- --speed 20        the same night in half a minute
  cargo xtask test                      what continuous integration runs
  cargo xtask test --quick              while you work
  cargo xtask fuzz --plugin fire --seconds 600
  cargo xtask bench --json              one JSON object a line
  sudo -E cargo xtask power-cut --cuts 20
";

fn main() -> ExitCode {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    let command = if arguments.is_empty() { "--help".to_owned() } else { arguments.remove(0) };
    match run(&command, &arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nxtask {command}: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: &str, arguments: &[String]) -> Result<()> {
    let helped = matches!(command, "--help" | "-h" | "help");
    let asks_help = arguments.first().is_some_and(|first| first == "--help" || first == "-h");
    if helped || (asks_help && !matches!(command, "bench" | "demo")) {
        print!("{HELP}");
        return Ok(());
    }
    let workspace = Workspace::find()?;
    match command {
        "build" => expect_none(arguments).and_then(|()| build::run(&workspace)),
        "nats" => expect_none(arguments).and_then(|()| {
            println!("{}", nats::ensure(&workspace)?.display());
            Ok(())
        }),
        "test" => test::run(&workspace, test::Options::parse(arguments)?),
        "authors" => expect_none(arguments).and_then(|()| {
            let mut steps = step::Steps::new();
            let outcome = authors::all(&workspace, &mut steps);
            eprintln!("\n{}", steps.summary());
            outcome
        }),
        "fuzz" => fuzz::run(&workspace, &fuzz::Options::parse(arguments)?),
        "demo" => demo::run(&workspace, after_dashes(arguments)),
        "bench" => bench::run(&workspace, after_dashes(arguments)),
        "power-cut" => power_cut::run(&workspace, power_cut::Options::parse(arguments)?),
        other => bail!("there is no command `{other}`; `cargo xtask --help` lists them"),
    }
}

fn expect_none(arguments: &[String]) -> Result<()> {
    match arguments.first() {
        Some(extra) => bail!("`{extra}` is not an option here; see `cargo xtask --help`"),
        None => Ok(()),
    }
}

/// Arguments for the program behind the command; a leading `--` may separate them.
fn after_dashes(arguments: &[String]) -> &[String] {
    match arguments.first() {
        Some(first) if first == "--" => &arguments[1..],
        _ => arguments,
    }
}
