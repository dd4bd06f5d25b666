//! `tocsin demo`: a host of its own, and a night played through its doors.

use super::up::{Stop, runtime};
use super::{Around, log, words};
use crate::demo::{self, Target};
use crate::text;
use crate::up::{self, Options};
use anyhow::{Context, Result};
use clap::Args;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

const EXAMPLES: &str = "\
Examples · 示例:
  tocsin demo
  tocsin demo --speed 20                    the same night in half a minute
  tocsin demo --data night --json           keep everything, one JSON object a line";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Demo {
    /// Folder of the city's files · 城市数据目录
    #[arg(long, value_name = "DIR", default_value = "examples/cities/qingshan")]
    city: PathBuf,
    /// Seconds of the night in one of real time · 速度
    #[arg(long, value_name = "FACTOR", default_value_t = 10.0)]
    speed: f64,
    /// Chooses the garbage and where frames are split · 随机种子
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
}

impl Demo {
    pub fn run(self, around: &Around) -> Result<ExitCode> {
        // A night is kept only where someone asked for it.
        let (data, is_kept) = match &around.data {
            Some(data) => (data.clone(), true),
            None => (std::env::temp_dir().join(format!("tocsin-demo-{}", std::process::id())), false),
        };
        std::fs::create_dir_all(&data).with_context(|| text!(cannot_make, path = data.display()))?;
        let log_path = data.join("host.log");
        let file = std::fs::File::create(&log_path)
            .with_context(|| text!(cannot_write, path = log_path.display()))?;
        log::to_file("info", file)?;
        let told = runtime()?.block_on(self.play(&data, around));
        if is_kept {
            if !around.print.json {
                around.print.line(&words::DEMO_KEPT.with(&[("data", &data.display())]));
            }
        } else if told.is_ok() {
            let _ = std::fs::remove_dir_all(&data);
        }
        told.with_context(|| text!(night_ended, path = log_path.display()))
    }

    async fn play(self, data: &Path, around: &Around) -> Result<ExitCode> {
        let city = match hostile_fixture() {
            Some(fixture) => {
                let out = data.join("city");
                demo::overlay(&self.city, &out, &fixture)?;
                out
            }
            None => self.city.clone(),
        };
        let options =
            Options { city, data: data.to_owned(), port_base: Some(0), nats: None, replicas: 1, mqtt: None };
        let mut stop = Stop::listen()?;
        let running = up::start(&options).await?;
        let ready = demo::Ready {
            console: running.ready.console.clone(),
            operator: running.operator.clone(),
            doors: running.ready.doors.clone(),
        };
        let target = Target { ready, city: running.city.clone() };
        let play =
            demo::play(target, demo::Options { seed: self.seed, speed: self.speed, json: around.print.json });
        let story = tokio::select! {
            story = play => story.map(Some),
            () = stop.wait() => Ok(None),
        };
        running.drain().await;
        Ok(if story?.is_some() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

/// The guest that loops for ever: named by the environment, else where
/// `cargo xtask build` puts it. Without it the night has one scene less.
fn hostile_fixture() -> Option<PathBuf> {
    let folders = [
        std::env::var_os("TOCSIN_FIXTURES").map(PathBuf::from),
        std::env::current_exe().ok().and_then(|exe| Some(exe.parent()?.parent()?.join("fixtures"))),
        Some(PathBuf::from("target/fixtures")),
    ];
    folders.into_iter().flatten().map(|folder| folder.join("hostile.wasm")).find(|path| path.is_file())
}
