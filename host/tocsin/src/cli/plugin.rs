//! `tocsin plugin`

mod check;
mod new;
mod replay;
mod test;

use super::print::{Tone, plain};
use super::{Around, words};
use crate::package::Build;
use crate::text;
use anyhow::{Context, Result};
use clap::Subcommand;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

const BUILD: &str = "\
Examples · 示例:
  tocsin plugin build plugins/fire
  tocsin plugin build plugins/fire --out fire-1.1.0.wasm
  tocsin plugin build plugins/fire --release-wasm target/wasm32-unknown-unknown/guest/fire.wasm";
const PUSH: &str = "\
Examples · 示例:
  tocsin plugin push target/plugins/fire.wasm          takes effect at once, without a restart";
const LIST: &str = "\
Examples · 示例:
  tocsin plugin list
  tocsin plugin list --json";

#[derive(Debug, Subcommand)]
pub enum Plugin {
    /// Begin a plugin that builds and passes its first test · 新建
    #[command(after_help = new::EXAMPLES)]
    New(new::New),
    /// Make a package of a plugin's folder · 打包
    #[command(after_help = BUILD)]
    Build {
        /// The plugin's folder, with plugin.toml · 插件目录
        #[arg(value_name = "DIR", default_value = ".")]
        dir: PathBuf,
        /// Where to [default: target/plugins/<id>.wasm of the crate, else build/<id>.wasm] · 输出文件
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
        /// A core module that stands already, instead of building one · 已编译的模块
        #[arg(long, value_name = "FILE")]
        release_wasm: Option<PathBuf>,
    },
    /// Run a plugin's vectors in the real sandbox · 测试
    #[command(after_help = test::EXAMPLES)]
    Test(test::Test),
    /// Hold a plugin against what every plugin must stand · 合规检查
    #[command(after_help = check::EXAMPLES)]
    Check(check::Check),
    /// Run what a host recorded through a package, and say the first difference · 回放
    #[command(after_help = replay::EXAMPLES)]
    Replay(replay::ReplayCommand),
    /// Put a package to work · 推送
    #[command(after_help = PUSH)]
    Push { package: PathBuf },
    /// What is at work · 列表
    #[command(after_help = LIST)]
    List,
}

impl Plugin {
    pub fn run(self, around: &Around) -> Result<ExitCode> {
        match self {
            Plugin::New(new) => new.run(around)?,
            Plugin::Test(test) => return test.run(around),
            Plugin::Check(check) => return check.run(around),
            Plugin::Replay(replay) => return replay.run(around),
            Plugin::Build { dir, out, release_wasm } => build(Build { dir, out, release_wasm }, around)?,
            Plugin::Push { package } => push(&package, around)?,
            Plugin::List => list(around)?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn build(build: Build, around: &Around) -> Result<()> {
    let built = build.run()?;
    let (name, version, path) = (&built.manifest.id, &built.manifest.version, built.path.display());
    if around.print.json {
        let built =
            json!({ "name": name, "version": version, "package": path.to_string(), "bytes": built.bytes });
        around.print.object(&built);
    } else {
        let said = words::BUILT.with(&[
            ("name", name),
            ("version", version),
            ("path", &path),
            ("bytes", &built.bytes),
        ]);
        around.print.line(&said);
    }
    Ok(())
}

fn push(package: &Path, around: &Around) -> Result<()> {
    let bytes = std::fs::read(package).with_context(|| text!(package_missing, path = package.display()))?;
    let pushed = around.client()?.post_bytes("/api/v1/plugins", &bytes)?;
    if around.print.json {
        around.print.object(&pushed);
        return Ok(());
    }
    let text = |name: &str| plain(pushed[name].as_str().unwrap_or_default());
    let words = if pushed["changed"] == false { words::PUSHED_SAME } else { words::PUSHED };
    let digest = text("digest");
    let said = words.with(&[
        ("name", &text("id")),
        ("version", &text("version")),
        ("department", &text("department")),
        ("digest", &digest.get(..12).unwrap_or(&digest)),
    ]);
    around.print.line(&said);
    Ok(())
}

fn list(around: &Around) -> Result<()> {
    let plugins = around.client()?.get("/api/v1/plugins")?;
    let plugins = plugins.as_array().cloned().unwrap_or_default();
    if around.print.json {
        plugins.iter().for_each(|plugin| around.print.object(plugin));
    } else if plugins.is_empty() {
        around.print.line(&words::NO_PLUGIN.with(&[]));
    } else {
        let head = [
            words::NAME,
            words::VERSION,
            words::DEPARTMENT,
            words::CALLS,
            words::REJECTED,
            words::TRAPS,
            words::P99,
            words::DIGEST,
        ];
        around.print.table(&head.map(|word| word.with(&[])), &plugins.iter().map(row).collect::<Vec<_>>());
    }
    Ok(())
}

fn row(plugin: &Value) -> (Tone, Vec<String>) {
    let text = |name: &str| plain(plugin[name].as_str().unwrap_or_default());
    let tone = if plugin["traps"].as_u64().unwrap_or_default() > 0 { Tone::Trouble } else { Tone::Plain };
    let number = |name: &str| plugin[name].to_string();
    let digest = text("digest");
    let cells = vec![
        text("name"),
        text("version"),
        text("department"),
        number("events"),
        number("rejected"),
        number("traps"),
        number("p99_us"),
        digest.get(..12).unwrap_or(&digest).to_owned(),
    ];
    (tone, cells)
}
