//! `cargo xtask fuzz`: decoders and framers in the sandbox, led by the edges that
//! inputs reach.
//!
//! The plugins are built once more with the compiler's edge counters, which the
//! SDK reads out after each call (feature `coverage`); `tocsin plugin check` does
//! the rest, as an author does.

use crate::guests::{TARGET, ensure_target};
use crate::step::Steps;
use crate::workspace::{Package, Workspace};
use anyhow::{Context, Result, bail, ensure};
use std::process::Command;

/// What puts a counter on every edge.
const COUNTERS: [&str; 3] = [
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=3",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
];

/// Built fast, run fast enough.
const PROFILE: [&str; 3] =
    ["profile.guest.lto=\"off\"", "profile.guest.codegen-units=16", "profile.guest.opt-level=2"];

#[derive(Debug, PartialEq, Eq)]
pub struct Options {
    /// None: all.
    pub plugin: Option<String>,
    /// For each plugin.
    pub seconds: u64,
    /// At most, for each plugin; the same seed and count find the same everywhere.
    pub inputs: Option<u64>,
    pub seed: u64,
}

impl Options {
    /// What the suite tries: some seconds a plugin.
    pub const SHORT: Options = Options { plugin: None, seconds: 120, inputs: Some(1_500), seed: 1 };

    pub fn parse(arguments: &[String]) -> Result<Options> {
        let mut options = Options { plugin: None, seconds: 60, inputs: None, seed: 1 };
        let mut words = arguments.iter();
        while let Some(word) = words.next() {
            let value = words.next().with_context(|| format!("`{word}` takes a value"))?;
            let number = || value.parse::<u64>().with_context(|| format!("`{word} {value}` is no number"));
            match word.as_str() {
                "--plugin" => options.plugin = Some(value.clone()),
                "--seconds" => options.seconds = number()?,
                "--inputs" => options.inputs = Some(number()?),
                "--seed" => options.seed = number()?,
                other => bail!("`{other}` is not an option of `fuzz`; see `cargo xtask --help`"),
            }
        }
        Ok(options)
    }
}

pub fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    let mut steps = Steps::new();
    crate::build::all(workspace, &mut steps, crate::build::Host::Alone)?;
    let outcome = all(workspace, &mut steps, options);
    eprintln!("\n{}", steps.summary());
    outcome
}

pub fn all(workspace: &Workspace, steps: &mut Steps, options: &Options) -> Result<()> {
    steps.work("wasm32-unknown-unknown", ensure_target)?;
    let mut plugins = workspace.packages_under(&workspace.root.join("plugins"));
    if let Some(name) = &options.plugin {
        plugins.retain(|plugin| plugin.folder_name() == *name);
        ensure!(!plugins.is_empty(), "there is no plugin `{name}` under plugins/");
    }
    compile(workspace, steps, &plugins)?;
    for plugin in &plugins {
        one(workspace, steps, options, plugin)?;
    }
    Ok(())
}

fn compile(workspace: &Workspace, steps: &mut Steps, plugins: &[Package]) -> Result<()> {
    let mut build = workspace.cargo();
    // Where the packages are built, too: procedural macros are the same.
    build.args(["build", "--profile", "guest", "--target", TARGET, "--features", "tocsin-sdk/coverage"]);
    for setting in PROFILE {
        build.args(["--config", setting]);
    }
    for plugin in plugins {
        build.args(["-p", &plugin.name]);
    }
    build.env_remove("RUSTFLAGS").env("CARGO_ENCODED_RUSTFLAGS", COUNTERS.join("\x1f"));
    steps.run("plugins with counters", &mut build)
}

fn one(workspace: &Workspace, steps: &mut Steps, options: &Options, plugin: &Package) -> Result<()> {
    let folder = workspace.target.join("fuzz");
    let name = plugin.folder_name();
    let module = workspace.target.join(TARGET).join("guest");
    let module = module.join(format!("{}.wasm", plugin.name.replace('-', "_")));
    let package = folder.join("plugins").join(format!("{name}.wasm"));
    let mut pack = Command::new(workspace.host());
    pack.args(["plugin", "build"])
        .arg(plugin.folder())
        .arg("--release-wasm")
        .arg(module)
        .arg("--out")
        .arg(&package);
    steps.run(&format!("package {name} with counters"), &mut pack)?;
    let mut check = Command::new(workspace.host());
    check.args(["plugin", "check"]).arg(&package).arg("--vectors").arg(plugin.folder().join("vectors"));
    check.args(["--seconds", &options.seconds.to_string(), "--seed", &options.seed.to_string()]);
    if let Some(inputs) = options.inputs {
        check.args(["--inputs", &inputs.to_string()]);
    }
    check.arg("--keep").arg(folder.join("found").join(&name));
    steps.run(&format!("fuzz {name}"), &mut check)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_read() {
        let parse =
            |words: &[&str]| Options::parse(&words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>());
        assert_eq!(parse(&[]).ok(), Some(Options { plugin: None, seconds: 60, inputs: None, seed: 1 }));
        let some = Options { plugin: Some("fire".to_owned()), seconds: 600, inputs: Some(9), seed: 7 };
        let said = ["--plugin", "fire", "--seconds", "600", "--inputs", "9", "--seed", "7"];
        assert_eq!(parse(&said).ok(), Some(some));
        assert!(parse(&["--seconds"]).is_err());
        assert!(parse(&["--seconds", "soon"]).is_err());
        assert!(parse(&["--fast", "1"]).is_err());
    }
}
