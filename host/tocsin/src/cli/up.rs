//! `tocsin up`

use super::print::Tone;
use super::{Around, log, words};
use crate::text;
use crate::up::{self, DRAIN_WITHIN, Options, Running};
use anyhow::{Context, Result};
use clap::Args;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use tokio::signal::unix::{Signal, SignalKind, signal};

const EXAMPLES: &str = "\
Examples · 示例:
  tocsin up --city examples/cities/qingshan
  tocsin up --city examples/cities/qingshan --data /var/lib/tocsin --ready-json
  tocsin up --city examples/cities/qingshan --port-base 0            any free ports
  tocsin up --city mycity --nats nats://host:secret@10.0.0.5:4222 --nats-replicas 3 --mqtt 10.0.0.6:1883

Ports: nats 14222, MQTT 11883, console 18080, HTTP door 18081, others as in the city file.
--port-base N: N, N+1, N+2, N+3, and socket doors N+10, N+11, … in the order of the file.";

/// Exit code of a host that another has replaced: start it again, it stands by then.
const TAKEN_OVER: i32 = 3;

/// A stage has panicked: whoever supervises the host starts it again.
const FALLEN: i32 = 4;

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Up {
    /// Folder of the city's files · 城市数据目录
    #[arg(long, value_name = "DIR", env = "TOCSIN_CITY")]
    city: PathBuf,
    /// Print one line of JSON when it can serve, and nothing else on stdout · 就绪时输出一行 JSON
    #[arg(long)]
    ready_json: bool,
    /// First of the ports; 0: any free ones · 起始端口
    #[arg(long, value_name = "N")]
    port_base: Option<u16>,
    /// An external NATS server or cluster instead of our own · 外部 NATS
    #[arg(long, value_name = "URL")]
    nats: Option<String>,
    /// Copies that an external cluster keeps · 副本数
    #[arg(long, value_name = "N", default_value = "1", value_parser = ["1", "3"], requires = "nats")]
    nats_replicas: String,
    /// An MQTT broker of the city's own, [user:password@]host:port · 外部 MQTT
    #[arg(long, value_name = "BROKER")]
    mqtt: Option<String>,
    /// What is logged on stderr, such as info or debug,tower=warn · 日志级别
    #[arg(long, value_name = "FILTER", env = "TOCSIN_LOG", default_value = "info")]
    log: String,
}

impl Up {
    pub fn run(self, around: &Around) -> Result<ExitCode> {
        log::to_stderr(&self.log)?;
        let options = Options {
            city: self.city,
            data: around.data().to_owned(),
            port_base: self.port_base,
            nats: self.nats,
            replicas: self.nats_replicas.parse().with_context(|| text!(replicas_unread))?,
            mqtt: self.mqtt,
        };
        let is_line = self.ready_json || around.print.json;
        runtime()?.block_on(serve(&options, is_line, around))
    }
}

/// The console, doors and supervision share two threads; stages and socket
/// doors have their own.
pub fn runtime() -> Result<tokio::runtime::Runtime> {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder.worker_threads(2).enable_all().build().with_context(|| text!(no_threads))
}

async fn serve(options: &Options, is_line: bool, around: &Around) -> Result<ExitCode> {
    let mut stop = Stop::listen()?;
    let running = tokio::select! {
        running = up::start(options) => running?,
        () = stop.wait() => {
            up::abandon(&options.data.canonicalize().unwrap_or_else(|_| options.data.clone()));
            return Ok(ExitCode::FAILURE);
        }
    };
    for warning in &running.warnings {
        eprintln!("{warning}");
    }
    if is_line {
        around.print.object(&running.ready);
    } else {
        tell(&running, &options.data, around);
    }
    let data = options.data.canonicalize().unwrap_or_else(|_| options.data.clone());
    tokio::select! {
        () = stop.wait() => {}
        other = running.taken_over() => {
            // Nothing of it is to be finished here: it is the other's now.
            eprintln!("{}", words::UP_TAKEN_OVER.with(&[("other", &other)]));
            up::abandon(&data);
            std::process::exit(TAKEN_OVER);
        }
        stage = running.fallen() => {
            // Doors would go on taking in what nobody works on; a restart goes on behind
            // what stands.
            eprintln!("{}", words::UP_FALLEN.with(&[("stage", &stage)]));
            up::abandon(&data);
            std::process::exit(FALLEN);
        }
    }
    eprintln!("{}", words::UP_ENDING.with(&[]));
    let drained = tokio::select! {
        drained = tokio::time::timeout(DRAIN_WITHIN, running.drain()) => drained.is_ok(),
        () = stop.wait() => false,
    };
    if !drained {
        // Positions stand in the log itself; a restart goes on behind them.
        up::abandon(&data);
        std::process::exit(130);
    }
    eprintln!("{}", words::UP_ENDED.with(&[]));
    Ok(ExitCode::SUCCESS)
}

fn tell(running: &Running, data: &Path, around: &Around) {
    let print = &around.print;
    let title = words::UP_TITLE.with(&[("city", &running.city.name), ("pid", &std::process::id())]);
    print.line(&print.painted(Tone::Good, &title));
    print.field(&words::UP_CONSOLE.with(&[]), &running.ready.console);
    print.field(&words::UP_EVENTS.with(&[]), &running.ready.nats);
    print.field(&words::UP_DATA.with(&[]), &data.display().to_string());
    for (name, address) in &running.ready.doors {
        print.field(name, address);
    }
    print.line(&words::UP_STOP.with(&[]));
}

/// SIGINT or SIGTERM.
pub struct Stop {
    interrupt: Signal,
    terminate: Signal,
}

impl Stop {
    pub fn listen() -> Result<Stop> {
        let on = |kind| signal(kind).with_context(|| text!(no_signals));
        Ok(Stop { interrupt: on(SignalKind::interrupt())?, terminate: on(SignalKind::terminate())? })
    }

    pub async fn wait(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}
