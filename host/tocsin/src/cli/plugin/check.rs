//! `tocsin plugin check`

use super::super::print::{Tone, plain};
use super::super::{Around, words};
use super::test::{package, vectors};
use crate::text;
use crate::trial::{self, Conformance, Effort};
use anyhow::{Context, Result};
use clap::Args;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;
use tocsin_core::outcome::hex;

pub const EXAMPLES: &str = "\
Examples · 示例:
  tocsin plugin check                                 builds the plugin here and tries it for five seconds
  tocsin plugin check fire.wasm --vectors plugins/fire/vectors --seconds 600 --keep found";

/// Hex digits of an input that are printed; all of it is in the file of --keep.
const SHOWN: usize = 160;

#[derive(Debug, Args)]
pub struct Check {
    /// A plugin's folder, which is built first, or a package · 插件目录或插件包
    #[arg(value_name = "DIR|FILE.wasm", default_value = ".")]
    target: PathBuf,
    /// Inputs to begin from [default: vectors/ in the folder or beside the package] · 测试输入目录
    #[arg(long, value_name = "DIR")]
    vectors: Option<PathBuf>,
    /// How long at most · 秒数
    #[arg(long, value_name = "N", default_value_t = 5)]
    seconds: u64,
    /// How many inputs at most; with it a seed finds the same on every machine · 输入个数
    #[arg(long, value_name = "N")]
    inputs: Option<u64>,
    /// The same seed tries the same · 随机种子
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Where inputs that it does not stand are kept · 问题输入存放目录
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,
}

impl Check {
    pub fn run(self, around: &Around) -> Result<ExitCode> {
        let folder = vectors(&self.target, self.vectors.clone());
        // Without vectors it is still held against noise.
        let cases = if folder.is_dir() { trial::cases(&folder)? } else { Vec::new() };
        let (_sandbox, plugin) = trial::load(&package(&self.target)?)?;
        let effort = Effort { time: Duration::from_secs(self.seconds), inputs: self.inputs };
        let found = trial::conform(&plugin, &cases, self.seed, effort);
        let kept = self.keep(&found)?;
        let name = &plugin.manifest().id;
        match around.print.json {
            true => around.print.object(&object(name, &found)),
            false => tell(name, &found, &kept, around),
        }
        Ok(if found.findings.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }

    fn keep(&self, found: &Conformance) -> Result<Vec<Option<PathBuf>>> {
        let Some(folder) = &self.keep else { return Ok(vec![None; found.findings.len()]) };
        let keep = |(index, finding): (usize, &trial::Finding)| {
            std::fs::create_dir_all(folder).with_context(|| text!(cannot_make, path = folder.display()))?;
            let path = folder.join(format!("{}-{}.bin", finding.law, index + 1));
            std::fs::write(&path, &finding.input)
                .with_context(|| text!(cannot_write, path = path.display()))?;
            Ok(Some(path))
        };
        found.findings.iter().enumerate().map(keep).collect()
    }
}

fn object(name: &str, found: &Conformance) -> Value {
    let findings: Vec<Value> = found
        .findings
        .iter()
        .map(|f| json!({ "law": f.law, "what": f.what, "input": hex::encode(&f.input) }))
        .collect();
    json!({
        "plugin": name,
        "passed": findings.is_empty(),
        "inputs": found.inputs,
        "corpus": found.corpus,
        "edges": found.edges,
        "instructions": found.most.instructions,
        "memory_bytes": found.most.memory_bytes,
        "left_out": found.left_out,
        "findings": findings,
    })
}

fn tell(name: &str, found: &Conformance, kept: &[Option<PathBuf>], around: &Around) {
    let print = &around.print;
    print.line(&words::CHECKED.with(&[
        ("name", &name),
        ("inputs", &found.inputs),
        ("corpus", &found.corpus),
        ("edges", &found.edges),
        ("instructions", &found.most.instructions),
        ("mib", &format!("{:.1}", found.most.memory_bytes as f64 / 1_048_576.0)),
    ]));
    for what in &found.left_out {
        print.line(&print.painted(Tone::Faint, &words::CHECK_LEFT.with(&[("what", what)])));
    }
    for (finding, kept) in found.findings.iter().zip(kept) {
        let mut what = finding.what.split("\\n");
        let first = plain(what.next().unwrap_or_default());
        print.line(&print.painted(Tone::Alarm, &format!("✗ {}  {first}", finding.law)));
        for line in what {
            print.line(&print.painted(Tone::Faint, &format!("    {}", plain(line))));
        }
        if finding.input.is_empty() {
            continue;
        }
        let mut hex = hex::encode(&finding.input);
        let more = hex.len() > SHOWN;
        hex.truncate(SHOWN);
        let size = finding.input.len();
        let bytes = words::BYTES.with(&[]);
        print.line(&format!("    {size} {bytes}: {hex}{}", if more { "…" } else { "" }));
        if let Some(path) = kept {
            print.line(&format!("    {}", words::CHECK_KEPT.with(&[("path", &Path::display(path))])));
        }
    }
    match found.findings.len() {
        0 => print.line(&print.painted(Tone::Good, &words::CHECK_PASSED.with(&[("name", &name)]))),
        count => print.line(
            &print.painted(Tone::Alarm, &words::CHECK_FAILED.with(&[("name", &name), ("count", &count)])),
        ),
    }
}
