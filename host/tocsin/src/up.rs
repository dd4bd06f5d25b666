//! A running host with its surfaces: what `tocsin up` and `tocsin demo` start and drain.
//!
//! Order of start: limit of open files, lock on the data folder, ports, host
//! (bus, stages, doors), HTTP last; until then the console says that it waits. Whatever fails on the way takes the
//! nats-server along that it started.

mod config;
mod failure;
mod home;
mod leftover;
mod limit;
mod ports;
mod ready;
mod registry;

pub use config::{fetched_server, named_server};
pub use failure::no_server;
pub use home::Home;
pub use limit::open_files;
pub use ports::Ports;
pub use ready::Ready;

use crate::city::{self, Finding};
use crate::http::{self, Surface};
use crate::text;
use anyhow::{Context, Result, anyhow};
use home::Lock;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tocsin_runtime::door;
use tocsin_runtime::host::{Config, Host, Nats};
use tocsin_runtime::server::{self, Credentials, Layout};

/// From the first signal to the end; the host itself drains within 8 s.
pub const DRAIN_WITHIN: Duration = Duration::from_secs(10);

/// Requests under way when the host begins to drain get this long.
const LAST_ANSWERS: Duration = Duration::from_secs(1);

#[derive(Clone, Debug)]
pub struct Options {
    pub city: PathBuf,
    pub data: PathBuf,
    /// None: the usual ports and those of the city file. 0: any free ones.
    pub port_base: Option<u16>,
    /// An external server instead of our own.
    pub nats: Option<String>,
    pub replicas: usize,
    /// A broker of the city's own, `[mqtt://][user:password@]host:port`.
    pub mqtt: Option<String>,
}

pub struct Running {
    pub ready: Ready,
    /// Token of the operator's API.
    pub operator: String,
    pub warnings: Vec<Finding>,
    pub city: tocsin_core::city::City,
    host: Arc<Host>,
    surface: Surface,
    data: PathBuf,
    _lock: Lock,
}

pub async fn start(options: &Options) -> Result<Running> {
    limit::raise_open_files();
    let loaded = city::load(&options.city).and_then(city::Loaded::with_packages)?;
    let data = home::prepare(&options.data)?;
    let lock = Lock::take(&data)?;
    let credentials_file = data.join("credentials.json");
    let audiences: Vec<String> = loaded.city.audiences.iter().map(|audience| audience.id.clone()).collect();
    let credentials = Credentials::load_or_make(&credentials_file, &audiences)
        .with_context(|| text!(credentials_unfit, path = credentials_file.display()))?;
    let ports = Ports::choose(options, &data)?;
    let listeners = ports.listen().await?;
    let layout = Layout {
        dir: data.join("nats"),
        nats_port: ports.nats,
        mqtt_port: ports.mqtt,
        credentials: credentials.clone(),
        departments: loaded.city.departments.iter().map(|department| department.id.clone()).collect(),
        store_bytes: server::store_bytes(&data),
    };
    let mut doors = loaded.doors;
    ports.assign(&mut doors);
    let places = door::places(&doors);
    let city = Arc::new(loaded.city);
    let config = Config {
        data: data.clone(),
        city: city.clone(),
        registries: registry::of(city.clone()),
        plugins: loaded.plugins,
        doors,
        broker: options.mqtt.as_deref().map(config::broker).transpose()?,
        nats: nats(options, &layout).await?,
        retention: loaded.retention,
    };
    let waiting = http::waiting::open(listeners.console_again()?, places);
    let started = Host::start(config).await;
    waiting.close(http::waiting::CLOSE_WITHIN).await;
    let host = match started {
        Ok(host) => Arc::new(host),
        Err(error) => {
            leftover::end_server(&data).await;
            return Err(failure::told(&error));
        }
    };
    let console = listeners.console_url()?;
    let ready = Ready::of(options, &layout, &console, &listeners.door_address()?, &host);
    let home = Home {
        pid: std::process::id(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        city: std::path::absolute(&options.city).unwrap_or_else(|_| options.city.clone()),
        console,
        operator: credentials.operator.clone(),
        ready: ready.clone(),
    };
    let surface = http::open(listeners.console, listeners.doors, places, host.clone(), &credentials.operator);
    let running = Running {
        ready,
        operator: credentials.operator.clone(),
        warnings: loaded.warnings,
        city: (*city).clone(),
        host,
        surface,
        data,
        _lock: lock,
    };
    match home.write(&running.data) {
        Ok(()) => Ok(running),
        Err(error) => {
            running.drain().await;
            Err(error)
        }
    }
}

async fn nats(options: &Options, layout: &Layout) -> Result<Nats> {
    match &options.nats {
        Some(url) => Ok(Nats::External {
            url: url.clone(),
            replicas: options.replicas,
            store_bytes: layout.store_bytes,
        }),
        None => {
            let found = server::find(config::named_server(), config::fetched_server()).await;
            let binary = found.map_err(|error| anyhow!(no_server(&error)))?;
            Ok(Nats::Embedded { binary, layout: Box::new(layout.clone()) })
        }
    }
}

impl Running {
    /// Answers when another host has taken over.
    pub async fn taken_over(&self) -> String {
        self.host.taken_over().await
    }

    /// Answers when a stage has panicked, with its name.
    pub async fn fallen(&self) -> String {
        self.host.fallen().await
    }

    /// Ordering: HTTP stops taking requests first, then the host's doors, then
    /// its stages, the server last.
    pub async fn drain(self) {
        let Running { host, surface, data, .. } = self;
        surface.close(LAST_ANSWERS).await;
        Home::remove(&data);
        // Every connection is gone, so this is the last handle.
        match Arc::try_unwrap(host) {
            Ok(host) => host.drain().await,
            Err(_) => {
                tracing::error!("a request did not end; the host ends without it");
                leftover::end_server(&data).await;
            }
        }
    }
}

/// Ends what a host on `data` leaves behind when it must go at once.
pub fn abandon(data: &Path) {
    Home::remove(data);
    leftover::kill_server(data);
}
