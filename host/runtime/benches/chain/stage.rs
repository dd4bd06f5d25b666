//! The host under load: throughput of the chain, plugin and native in turn,
//! then latency from door to event.

use crate::anyhow_free::Result;
use crate::report::{Figure, Report, median};
use crate::{city, native};
use serde_json::json;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use tocsin_runtime::door::{DoorKind, DoorSpec, PluginSpec};
use tocsin_runtime::host::{Config, Host, Nats};
use tocsin_runtime::plugin::Loaded;
use tocsin_runtime::server::{self, Credentials, Layout};

const CONNECTIONS: usize = 8;
const WINDOW: usize = 512;

pub fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Where the packages are.
pub fn packages() -> PathBuf {
    std::env::var_os("TOCSIN_PLUGINS").map_or_else(|| workspace().join("target/plugins"), PathBuf::from)
}

/// And those of `examples/plugins`, if they were built.
pub fn examples() -> Option<PathBuf> {
    std::env::var_os("TOCSIN_EXAMPLES").map(PathBuf::from)
}

pub fn package() -> PathBuf {
    packages().join("fire.wasm")
}

/// Frames and, among them, alarms a second; `first` is the first device to alarm.
struct Traffic {
    rate: u32,
    alarms: u32,
    seconds: u32,
    first: u32,
}

struct Stage {
    host: Host,
    server: u32,
    door: String,
    nats: String,
    pooled: Loaded,
    native: Loaded,
    data: PathBuf,
}

pub async fn measure(report: &mut Report, quick: bool) -> Result<()> {
    let stage = Stage::open().await?;
    let runs = if quick { 3 } else { 7 };
    let frames = if quick { 20_000 } else { 60_000 };
    let mut best = 0.0;
    for (name, size, frames) in [("chain-pooled", 256, frames), ("chain-pooled-1k", 1_024, frames / 4)] {
        let fastest = stage.chain(report, name, size, frames, runs).await?;
        if size == 256 {
            best = fastest;
        }
    }
    stage.host.shelf.put_loaded(stage.pooled.clone());
    let seconds = if quick { 4 } else { 10 };
    let half = (best / 2.0) as u32;
    let mut first = 0;
    // Incidents come at one pace, a hundred a second, which is beyond any city;
    // the rest of the frames are readings. The storm asks what is left when
    // every tenth frame opens an incident of its own and wants its own event.
    for (name, rate, alarms) in [
        ("door-to-event-1000", 1_000, 100),
        ("door-to-event-half", half, 100),
        ("door-to-event-storm", half, half / 10),
    ] {
        // Every alarm is a device of its own; there are twenty thousand.
        let alarms = alarms.min((city::DEVICES - first) / seconds);
        stage.latency(report, name, Traffic { rate, alarms, seconds, first }).await?;
        first += alarms * seconds + 1;
    }
    stage.close().await;
    Ok(())
}

impl Stage {
    async fn open() -> Result<Stage> {
        let data = std::env::temp_dir().join(format!("tocsin-bench-{}", std::process::id()));
        std::fs::create_dir_all(&data)?;
        let named = std::env::var_os("TOCSIN_NATS_SERVER").map(PathBuf::from);
        let binary = server::find(named, workspace().join("target/nats/nats-server")).await?;
        let layout = Layout {
            dir: data.join("nats"),
            nats_port: free_port()?,
            mqtt_port: free_port()?,
            credentials: Credentials::load_or_make(&data.join("credentials.json"), &[])?,
            departments: vec!["fire".into()],
            store_bytes: 4 << 30,
        };
        let (nats, pid_file) = (layout.subscriber_url(), layout.pid_file());
        let loopback = std::net::Ipv4Addr::LOCALHOST.into();
        let host = Host::start(Config {
            data: data.clone(),
            city: Arc::new(city::city()),
            registries: Arc::new(|_| Arc::new(city::Empty)),
            plugins: vec![PluginSpec {
                id: "fire".into(),
                department: "fire".into(),
                package: package(),
                settings: Default::default(),
            }],
            doors: vec![DoorSpec {
                name: "fire-tcp".into(),
                department: "fire".into(),
                plugin: "fire".into(),
                lane: None,
                kind: DoorKind::Tcp { bind: loopback, port: 0 },
            }],
            nats: Nats::Embedded { binary, layout: Box::new(layout) },
            broker: None,
            retention: Default::default(),
        })
        .await?;
        let pooled = host.shelf.get("fire").ok_or("fire is loaded")?;
        let mut native = pooled.clone();
        native.surroundings.native = Some(Arc::new(native::NativeFire));
        let server = std::fs::read_to_string(pid_file)?.trim().parse()?;
        let door = host.listening["fire-tcp"].to_string();
        Ok(Stage { host, server, door, nats, pooled, native, data })
    }

    /// Plugin and native in turn, so that a drifting machine hurts both.
    async fn chain(
        &self,
        report: &mut Report,
        name: &str,
        size: usize,
        frames: usize,
        runs: usize,
    ) -> Result<f64> {
        let (mut pooled, mut native) = (Vec::new(), Vec::new());
        let (mut host_cpu, mut server_cpu) = (Vec::new(), Vec::new());
        for run in 0..=runs {
            for is_native in [false, true] {
                let loaded = if is_native { &self.native } else { &self.pooled };
                self.host.shelf.put_loaded(loaded.clone());
                let before = (cpu_micros(std::process::id())?, cpu_micros(self.server)?);
                let seconds = self.load(frames, size).await?;
                self.settle().await;
                let after = (cpu_micros(std::process::id())?, cpu_micros(self.server)?);
                if run == 0 {
                    continue; // caches, files and pools grow in the first
                }
                let speed = frames as f64 / seconds;
                if is_native {
                    native.push(speed);
                } else {
                    pooled.push(speed);
                    host_cpu.push((after.0 - before.0) / frames as f64);
                    server_cpu.push((after.1 - before.1) / frames as f64);
                }
            }
        }
        let sorted = |values: &[f64]| {
            let mut values = values.to_vec();
            values.sort_by(f64::total_cmp);
            values
        };
        let ratio = median(&sorted(&pooled)) / median(&sorted(&native));
        let more = json!({
            "frame_bytes": size,
            "host_cpu_us": (median(&sorted(&host_cpu)) * 100.0).round() / 100.0,
            "server_cpu_us": (median(&sorted(&server_cpu)) * 100.0).round() / 100.0,
        });
        let fastest = median(&sorted(&pooled));
        report.add(Figure { name, unit: "frames/s", values: pooled, ratio: Some(ratio), more });
        let name = name.replace("pooled", "native");
        report.add(Figure {
            name: &name,
            unit: "frames/s",
            values: native,
            ratio: None,
            more: json!({ "frame_bytes": size }),
        });
        Ok(fastest)
    }

    async fn load(&self, frames: usize, size: usize) -> Result<f64> {
        let arguments = [frames, size, CONNECTIONS, WINDOW].map(|number| number.to_string());
        let answer = self.child("throughput", &arguments).await?;
        // The chain ends at the journal: what the core has yet to read counts too.
        let started = std::time::Instant::now();
        let last = self.host.bus.last_sequence("SIGNALS").await;
        while self.host.metrics.core_at() < last {
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
        }
        let seconds = answer["seconds"].as_f64().ok_or("the load gives seconds")?;
        Ok(seconds + started.elapsed().as_secs_f64())
    }

    async fn child(&self, kind: &str, arguments: &[String]) -> Result<serde_json::Value> {
        let output = tokio::process::Command::new(std::env::current_exe()?)
            .args(["--load", kind, &self.door])
            .args(arguments)
            .stderr(Stdio::inherit())
            .output()
            .await?;
        if !output.status.success() {
            return Err(format!("the {kind} load failed").into());
        }
        Ok(serde_json::from_slice(&output.stdout)?)
    }

    /// The core writes its position a second after the last message.
    async fn settle(&self) {
        tokio::time::sleep(std::time::Duration::from_millis(1_200)).await;
    }

    async fn latency(&self, report: &mut Report, name: &str, traffic: Traffic) -> Result<()> {
        let Traffic { rate, alarms, seconds, first } = traffic;
        let numbers = [rate, alarms, seconds, first].map(|number| number.to_string());
        let arguments = [&[self.nats.clone()][..], &numbers].concat();
        let answer = self.child("latency", &arguments).await?;
        let value = |key: &str| answer[key].as_f64().unwrap_or(f64::NAN);
        report.add(Figure {
            name,
            unit: "ms",
            values: vec![value("p50"), value("p50"), value("p99")],
            ratio: None,
            more: json!({ "rate": rate, "p50": value("p50"), "p99": value("p99"), "slowest": value("max"),
                "events": answer["events"], "alarms": answer["alarms"], "alarms_per_second": alarms,
                "connections": 500 }),
        });
        Ok(())
    }

    async fn close(self) {
        let data = self.data;
        self.host.drain().await;
        let _ = std::fs::remove_dir_all(data);
    }
}

fn free_port() -> Result<u16> {
    Ok(std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

/// User and system time of a process, µs.
fn cpu_micros(pid: u32) -> Result<f64> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"))?;
    let after = stat.rsplit(')').next().ok_or("a process line")?;
    let fields: Vec<&str> = after.split_whitespace().collect();
    let ticks: f64 = fields[11].parse::<f64>()? + fields[12].parse::<f64>()?;
    // USER_HZ is 100 on every Linux there is.
    Ok(ticks * 10_000.0)
}
