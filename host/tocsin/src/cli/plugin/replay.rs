//! `tocsin plugin replay`

use super::super::print::{Tone, plain};
use super::super::{Around, words};
use super::test::package;
use crate::client::segment;
use crate::text;
use crate::trial::{self, Replay, Replayed, Trace};
use anyhow::{Context, Result, anyhow, ensure};
use clap::Args;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use tocsin_runtime::recording::{Page, Recorded};
use tocsin_sandbox::Plugin;

pub const EXAMPLES: &str = "\
Examples · 示例:
  tocsin plugin replay fire.wasm --data data                      does it say again what was said
  tocsin plugin replay fire.wasm --data data --export night.jsonl
  tocsin plugin replay fire-1.2.0.wasm --trace night.jsonl --against fire-1.1.0.wasm";

#[derive(Debug, Args)]
pub struct ReplayCommand {
    /// A plugin's folder, which is built first, or a package · 插件目录或插件包
    #[arg(value_name = "DIR|FILE.wasm")]
    target: PathBuf,
    /// What an older package says is what is expected, instead of what was recorded · 对照的旧版插件包
    #[arg(long, value_name = "FILE")]
    against: Option<PathBuf>,
    /// A trace that --export wrote, instead of a running host's log · 记录文件
    #[arg(long, value_name = "FILE")]
    trace: Option<PathBuf>,
    /// Write the host's log of this plugin to a file as well · 导出记录
    #[arg(long, value_name = "FILE", conflicts_with = "trace")]
    export: Option<PathBuf>,
    /// The value of a setting; secrets are in no trace · 设置项取值
    #[arg(long, value_name = "NAME=VALUE", value_parser = pair)]
    set: Vec<(String, String)>,
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or_else(|| text!(pair_form))?;
    Ok((name.to_owned(), value.to_owned()))
}

impl ReplayCommand {
    pub fn run(self, around: &Around) -> Result<ExitCode> {
        let (_sandbox, plugin) = trial::load(&package(&self.target)?)?;
        let declared = &plugin.manifest().settings;
        for (name, _) in &self.set {
            let known = declared.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
            ensure!(declared.contains_key(name), text!(setting_undeclared, name = name, known = known));
        }
        let against = self.against.as_deref().map(trial::load).transpose()?;
        let old = against.as_ref().map(|(_, plugin)| plugin);
        let (trace, missing, result) = match &self.trace {
            Some(path) => self.of_file(path, &plugin, old)?,
            None => self.of_host(&plugin, old, around)?,
        };
        let id = &plugin.manifest().id;
        ensure!(trace.plugin == *id, text!(replay_another, recorded = trace.plugin, package = id));
        let unset: Vec<&String> =
            trace.secrets.iter().filter(|name| !self.set.iter().any(|(set, _)| set == *name)).collect();
        match around.print.json {
            true => around.print.object(&object(&trace, &result, missing, &unset)),
            false => tell(&trace, &result, missing, &unset, around),
        }
        Ok(if result.different == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }

    fn begin(&self, plugin: &Plugin, old: Option<&Plugin>, trace: &mut Trace) -> Replay {
        trace.settings.extend(self.set.iter().cloned());
        Replay::new(plugin, old, trace)
    }

    fn of_file(&self, path: &Path, plugin: &Plugin, old: Option<&Plugin>) -> Result<(Trace, u64, Replayed)> {
        let file = std::fs::File::open(path).with_context(|| text!(cannot_read, path = path.display()))?;
        let mut lines = BufReader::new(file).lines().enumerate();
        let wrong = |line: usize, error: serde_json::Error| {
            anyhow!(text!(trace_unread, path = path.display(), line = line + 1, reason = error))
        };
        let (_, first) = lines.next().with_context(|| text!(is_empty, path = path.display()))?;
        let mut trace: Trace = serde_json::from_str(&first?).map_err(|error| wrong(0, error))?;
        let mut replay = self.begin(plugin, old, &mut trace);
        for (number, line) in lines {
            let recorded: Recorded = serde_json::from_str(&line?).map_err(|error| wrong(number, error))?;
            replay.step(&recorded);
        }
        Ok((trace, 0, replay.result))
    }

    fn of_host(
        &self,
        plugin: &Plugin,
        old: Option<&Plugin>,
        around: &Around,
    ) -> Result<(Trace, u64, Replayed)> {
        let client = around.client()?;
        let id = segment(&plugin.manifest().id);
        let mut export = self.export.as_deref().map(create).transpose()?;
        let (mut after, mut missing) = (0, 0);
        let mut begun: Option<(Trace, Replay)> = None;
        loop {
            let answer = client.get(&format!("/api/v1/plugins/{id}/recording?after={after}"))?;
            let mut trace: Trace =
                serde_json::from_value(answer.clone()).with_context(|| text!(answer_of_another))?;
            let page: Page = serde_json::from_value(answer).with_context(|| text!(answer_of_another))?;
            if let (None, Some((file, path))) = (&begun, &mut export) {
                write(file, path, &trace)?;
            }
            let (_, replay) = begun.get_or_insert_with(|| {
                let replay = self.begin(plugin, old, &mut trace);
                (trace, replay)
            });
            for recorded in &page.calls {
                if let Some((file, path)) = &mut export {
                    write(file, path, recorded)?;
                }
                replay.step(recorded);
            }
            missing += page.missing;
            match page.next {
                Some(next) => after = next,
                None => break,
            }
        }
        if let Some((mut file, path)) = export {
            file.flush().with_context(|| text!(cannot_write, path = path.display()))?;
        }
        let (trace, replay) = begun.unwrap_or_else(|| {
            let trace = Trace::default();
            let replay = Replay::new(plugin, old, &trace);
            (trace, replay)
        });
        Ok((trace, missing, replay.result))
    }
}

fn create(path: &Path) -> Result<(BufWriter<std::fs::File>, PathBuf)> {
    let file = std::fs::File::create(path).with_context(|| text!(cannot_write, path = path.display()))?;
    Ok((BufWriter::new(file), path.to_owned()))
}

fn write<T: serde::Serialize>(file: &mut BufWriter<std::fs::File>, path: &Path, value: &T) -> Result<()> {
    let written = serde_json::to_writer(&mut *file, value).map_err(std::io::Error::from);
    written.and_then(|()| file.write_all(b"\n")).with_context(|| text!(cannot_write, path = path.display()))
}

fn object(trace: &Trace, result: &Replayed, missing: u64, unset: &[&String]) -> Value {
    json!({
        "plugin": trace.plugin,
        "recorded": trace.digest,
        "calls": result.calls,
        "different": result.different,
        "missing": missing,
        "secrets_unset": unset,
        "first": result.first.as_ref().map(|first| json!({
            "frame": first.frame, "call": first.call, "faults": first.faults,
        })),
    })
}

fn tell(trace: &Trace, result: &Replayed, missing: u64, unset: &[&String], around: &Around) {
    let print = &around.print;
    if !unset.is_empty() {
        let names = unset.iter().map(|name| name.as_str()).collect::<Vec<_>>().join(", ");
        print.line(&print.painted(Tone::Trouble, &words::REPLAY_SECRETS.with(&[("names", &names)])));
    }
    if missing > 0 {
        print.line(&print.painted(Tone::Trouble, &words::REPLAY_MISSING.with(&[("count", &missing)])));
    }
    let values: [(&str, &dyn std::fmt::Display); 3] =
        [("name", &trace.plugin), ("calls", &result.calls), ("different", &result.different)];
    let Some(first) = &result.first else {
        return print.line(&print.painted(Tone::Good, &words::REPLAY_SAME.with(&values)));
    };
    print.line(&print.painted(Tone::Alarm, &words::REPLAY_DIFFERS.with(&values)));
    print.line(&words::REPLAY_FIRST.with(&[("frame", &first.frame)]));
    print.line(&format!("    {}", plain(&first.call.to_string())));
    for fault in &first.faults {
        print.line(&format!("    {}", print.painted(Tone::Alarm, &plain(fault))));
    }
}
