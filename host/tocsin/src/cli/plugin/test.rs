//! `tocsin plugin test`

use super::super::print::{Tone, plain};
use super::super::{Around, words};
use crate::package::Build;
use crate::text;
use crate::trial::{self, Report, StepReport};
use anyhow::{Result, ensure};
use clap::Args;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use tocsin_sandbox::{Level, Limits};

pub const EXAMPLES: &str = "\
Examples · 示例:
  tocsin plugin test                          builds the plugin here and runs vectors/
  tocsin plugin test plugins/fire --bless     what it says now is what is expected
  tocsin plugin test fire.wasm --vectors plugins/fire/vectors over-limit";

#[derive(Debug, Args)]
pub struct Test {
    /// A plugin's folder, which is built first, or a package · 插件目录或插件包
    #[arg(value_name = "DIR|FILE.wasm", default_value = ".")]
    target: PathBuf,
    /// Only these vectors · 只运行这些
    #[arg(value_name = "NAME")]
    only: Vec<String>,
    /// Inputs and what is expected of them [default: vectors/ in the folder or beside the package] · 测试输入目录
    #[arg(long, value_name = "DIR")]
    vectors: Option<PathBuf>,
    /// Write what the plugin says as what is expected · 以当前输出为期望
    #[arg(long)]
    bless: bool,
}

impl Test {
    pub fn run(self, around: &Around) -> Result<ExitCode> {
        // A wrong file is told before its vectors, and these before a build that takes its time.
        let file = (!self.target.is_dir()).then(|| trial::load(&self.target)).transpose()?;
        let mut cases = trial::cases(&vectors(&self.target, self.vectors))?;
        if !self.only.is_empty() {
            for name in &self.only {
                ensure!(cases.iter().any(|case| case.name == *name), text!(vector_unknown, name = name));
            }
            cases.retain(|case| self.only.contains(&case.name));
        }
        let (_sandbox, plugin) = match file {
            Some(loaded) => loaded,
            None => trial::load(&package(&self.target)?)?,
        };
        let limits = plugin.manifest().limits;
        let (mut passed, mut failed) = (0, 0);
        for case in &cases {
            let report = trial::run(&plugin, case, self.bless)?;
            match report.passed() {
                true => passed += 1,
                false => failed += 1,
            }
            tell(&report, &limits, around);
        }
        if !around.print.json {
            let (tone, words) = match failed {
                0 => (Tone::Good, words::VECTORS_PASSED.with(&[("count", &passed)])),
                _ => (Tone::Alarm, words::VECTORS_FAILED.with(&[("passed", &passed), ("failed", &failed)])),
            };
            around.print.line(&around.print.painted(tone, &words));
        }
        Ok(if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

/// A folder is built; a file is taken as it is.
pub fn package(target: &Path) -> Result<PathBuf> {
    if !target.is_dir() {
        return Ok(target.to_owned());
    }
    Ok(Build { dir: target.to_owned(), out: None, release_wasm: None }.run()?.path)
}

pub fn vectors(target: &Path, named: Option<PathBuf>) -> PathBuf {
    named.unwrap_or_else(|| match target.is_dir() {
        true => target.join("vectors"),
        false => target.parent().unwrap_or(Path::new(".")).join("vectors"),
    })
}

fn tell(report: &Report, limits: &Limits, around: &Around) {
    for step in &report.steps {
        match around.print.json {
            true => around.print.object(&object(step, limits)),
            false => lines(step, limits, around),
        }
    }
}

fn object(step: &StepReport, limits: &Limits) -> Value {
    let logs: Vec<Value> =
        step.logs.iter().map(|(level, text)| json!({ "level": level, "text": text })).collect();
    json!({
        "vector": step.name,
        "passed": step.faults.is_empty(),
        "blessed": step.blessed,
        "faults": step.faults,
        "output": step.output,
        "logs": logs,
        "calls": step.cost.calls,
        "ms": step.cost.took.as_secs_f64() * 1_000.0,
        "ms_limit": limits.milliseconds,
        "instructions": step.cost.instructions,
        "memory_bytes": step.cost.memory_bytes,
        "memory_limit_bytes": u64::from(limits.memory_mib) << 20,
    })
}

fn lines(step: &StepReport, limits: &Limits, around: &Around) {
    let print = &around.print;
    let cost = words::VECTOR_COST.with(&[
        ("ms", &format!("{:.3}", step.cost.took.as_secs_f64() * 1_000.0)),
        ("instructions", &step.cost.instructions),
        ("mib", &format!("{:.1}", step.cost.memory_bytes as f64 / 1_048_576.0)),
        ("most", &limits.memory_mib),
    ]);
    let (mark, tone) = if step.faults.is_empty() { ("✓", Tone::Good) } else { ("✗", Tone::Alarm) };
    let blessed = if step.blessed { format!("  {}", words::VECTOR_BLESSED.with(&[])) } else { String::new() };
    let name = print.painted(tone, &format!("{mark} {}", super::super::print::padded(&step.name, 24)));
    print.line(&format!("{name}  {}{blessed}", print.painted(Tone::Faint, &cost)));
    for fault in &step.faults {
        print.line(&format!("    {}", print.painted(Tone::Alarm, &plain(fault))));
    }
    for (level, text) in &step.logs {
        let tone = if *level >= Level::Warn { Tone::Trouble } else { Tone::Faint };
        // A log line is one line; of a traceback that is a long one.
        for line in text.split("\\n") {
            print.line(&print.painted(tone, &format!("    {} {}", word(*level), plain(line))));
        }
    }
    // A verdict alone was told above.
    let said = step.output.as_object().is_none_or(|fields| fields.keys().any(|name| name != "verdict"));
    if step.blessed || !step.faults.is_empty() && said {
        let text = serde_json::to_string_pretty(&step.output).unwrap_or_default();
        text.lines().for_each(|line| print.line(&format!("    {line}")));
    }
}

fn word(level: Level) -> &'static str {
    match level {
        Level::Debug => "debug",
        Level::Info => "info",
        Level::Warn => "warn",
        Level::Error => "error",
    }
}
