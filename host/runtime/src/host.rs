//! A host: everything of this crate, put together once and taken apart once.
//!
//! Start: bus, streams, packages, views, core, feeds, publishers, doors; doors
//! last, so that nothing is accepted before it can be worked on. Drain: doors
//! first, then each stage finishes the message under way, the bus last.

mod numbers;
mod outage;
mod packages;
mod replay;
mod thread;

pub use packages::{PushError, Pushed};
pub use replay::{Letters, Listed, ReplayError};

use crate::bus::stream::{EnsureError, Quota};
use crate::bus::{Bus, ConnectError};
use crate::door::http::Source;
use crate::door::mqtt::Broker;
use crate::door::{self, DoorKind, DoorSpec, Mouth, PluginSpec, Surroundings};
use crate::feed::{self, Feed};
use crate::intake::Intake;
use crate::journal::{Desk, Stage};
use crate::lease::{Holder, Keeper, Lease};
use crate::metrics::Metrics;
use crate::outlet::Outlet;
use crate::plugin::{Registries, Shelf};
use crate::position::{self, Repeat};
use crate::publish::dead::Dead;
use crate::publish::event::Events;
use crate::publish::news::News;
use crate::publish::{Publisher, Target};
use crate::quality::{self, Scores};
use crate::retain::{self, Retention};
use crate::run;
use crate::sends::Sends;
use crate::server::{self, Server};
use crate::subject::{self, FeedName, Lane};
use crate::view::{self, ViewError, Views};
use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;
use outage::{patiently, unstick};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use thread::thread;
use tocsin_core::city::City;
use tocsin_core::frame::FrameId;
use tocsin_sandbox::Sandbox;
use tokio::sync::watch;

/// After this the host ends though a stage has not: it would find its position
/// in its own last message anyway.
const DRAIN_WITHIN: Duration = Duration::from_secs(8);

pub struct Config {
    /// Holds everything that the host writes.
    pub data: PathBuf,
    pub city: Arc<City>,
    pub registries: Registries,
    pub plugins: Vec<PluginSpec>,
    pub doors: Vec<DoorSpec>,
    pub nats: Nats,
    /// An MQTT broker of the city's own; none: the embedded server's gateway.
    pub broker: Option<Broker>,
    pub retention: retain::Rules,
}

pub enum Nats {
    Embedded { binary: PathBuf, layout: Box<server::Layout> },
    External { url: String, replicas: usize, store_bytes: u64 },
}

#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("starting nats-server")]
    Server(#[from] server::StartError),
    #[error("connecting to the bus")]
    Connect(#[from] ConnectError),
    #[error("preparing the streams")]
    Streams(#[from] EnsureError),
    #[error("starting the sandbox")]
    Sandbox(#[from] tocsin_sandbox::StartError),
    #[error("loading the plugin {id}")]
    Plugin {
        id: String,
        #[source]
        source: PushError,
    },
    #[error(transparent)]
    Views(#[from] ViewError),
    #[error("cannot open the scores at {}; delete the file, it is derived and will be built anew", path.display())]
    Scores {
        path: PathBuf,
        #[source]
        source: rusqlite::Error,
    },
    #[error("opening the doors")]
    Door(#[from] door::OpenError),
    #[error("the data folder {} cannot be used", path.display())]
    Data {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("the operating system gives no thread for {stage}")]
    Thread {
        stage: String,
        #[source]
        source: std::io::Error,
    },
}

/// Why a frame's bytes cannot be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoRaw {
    #[error("原始报文已过保存期 (the log no longer keeps these bytes)")]
    Purged,
    #[error("原始报文已损坏 (the bytes were damaged after they were written)")]
    Damaged,
}

pub struct Host {
    pub bus: Bus,
    pub desk: Desk,
    pub views: Views,
    /// Data quality by department.
    pub scores: Scores,
    pub metrics: Arc<Metrics>,
    pub shelf: Shelf,
    /// Sources of the HTTP front, by department and source.
    pub sources: BTreeMap<(String, String), Source>,
    /// Where socket doors listen, by door name.
    pub listening: BTreeMap<String, SocketAddr>,
    /// How full the streams are.
    pub store: retain::Store,
    pub retention: retain::Rules,
    repeat: Repeat,
    city: Arc<City>,
    sandbox: Arc<Sandbox>,
    specs: BTreeMap<String, PluginSpec>,
    /// Door → plugin, by department.
    doors: BTreeMap<String, BTreeMap<String, String>>,
    server: Option<Server>,
    /// Doors stop before stages do.
    stop_doors: watch::Sender<bool>,
    stop_stages: watch::Sender<bool>,
    stop_lease: watch::Sender<bool>,
    taken_over: watch::Receiver<Option<String>>,
    /// Which stage has panicked.
    fall: watch::Sender<Option<String>>,
    stages: Vec<JoinHandle<()>>,
    lease: Option<JoinHandle<()>>,
    started: Instant,
}

impl Host {
    /// Boxed here, so that all that stages do is compiled in this crate, and not again
    /// in each that starts a host.
    #[inline(never)]
    pub fn start(config: Config) -> LocalBoxFuture<'static, Result<Host, StartError>> {
        Host::begin(config).boxed_local()
    }

    async fn begin(config: Config) -> Result<Host, StartError> {
        let data = |source| StartError::Data { path: config.data.clone(), source };
        std::fs::create_dir_all(&config.data).map_err(data)?;
        let departments: Vec<String> = config.city.departments.iter().map(|d| d.id.clone()).collect();
        let (server, url, quota, gateway) = match config.nats {
            Nats::Embedded { binary, layout } => {
                let gateway = Broker {
                    host: "127.0.0.1".into(),
                    port: layout.mqtt_port,
                    user: "host".into(),
                    password: layout.credentials.host.clone(),
                };
                let quota = Quota { store_bytes: layout.store_bytes, replicas: 1 };
                let url = layout.host_url();
                (Some(Server::start(&binary, *layout).await?), url, quota, Some(gateway))
            }
            Nats::External { url, replicas, store_bytes } => {
                (None, url, Quota { store_bytes, replicas }, None)
            }
        };
        let lease = Lease::wanted();
        let bus = patiently(async || Bus::connect(&url, "tocsin-host").await, ConnectError::is_away).await?;
        let bus = bus.under(lease.clone());
        let me = Holder::of(&config.data).map_err(data)?;
        let mut keeper = Keeper::new(&bus, lease, me);
        patiently(async || bus.ensure_streams(&departments, &quota).await, EnsureError::is_away).await?;
        patiently(async || bus.ensure_stores(quota.replicas).await, EnsureError::is_away).await?;

        let metrics = Arc::new(Metrics::default());
        let shelf = Shelf::new(config.registries);
        let sandbox_config = tocsin_sandbox::Config {
            cache: Some(config.data.join("cache")),
            ..tocsin_sandbox::Config::default()
        };
        let sandbox = Arc::new(Sandbox::new(sandbox_config)?);
        let (views, follower) = view::open(&config.data.join("views.db"))?;
        let path = config.data.join("quality.db");
        let (scores, adder) = quality::open(&path).map_err(|source| StartError::Scores { path, source })?;
        let (desk, asks) = Desk::new();
        let (stop_doors, doors_stopped) = watch::channel(false);
        let (stop_stages, stages_stopped) = watch::channel(false);
        let (stop_lease, lease_stopped) = watch::channel(false);
        let (turn, turned) = watch::channel(false);
        let (lost, taken_over) = watch::channel(None);
        let (ask, repeat) = Repeat::new(config.retention.repeat_every());
        let mut host = Host {
            bus: bus.clone(),
            desk,
            views,
            scores,
            metrics: metrics.clone(),
            shelf: shelf.clone(),
            sources: BTreeMap::new(),
            listening: BTreeMap::new(),
            store: retain::Store::default(),
            retention: config.retention,
            repeat,
            city: config.city.clone(),
            sandbox,
            specs: config.plugins.into_iter().map(|spec| (spec.id.clone(), spec)).collect(),
            doors: departments.iter().map(|id| (id.clone(), doors_of(&config.doors, id))).collect(),
            server,
            stop_doors,
            stop_stages,
            stop_lease,
            taken_over,
            fall: watch::Sender::new(None),
            stages: Vec::new(),
            lease: None,
            started: Instant::now(),
        };
        host.load_packages().await?;

        let outlet = Arc::new(Outlet::default());
        let stop = || stages_stopped.clone();
        if let Some(again) = host.server.as_ref().map(Server::again) {
            let (bus, mut stop) = (bus.clone(), stop());
            host.stage("server", move || async move {
                tokio::select! {
                    _ = stop.wait_for(|stop| *stop) => {}
                    () = unstick(&bus, &again) => {}
                }
            })?;
        }
        let snapshot = config.data.join("core.snapshot");
        {
            let (bus, city, metrics, stop) = (bus.clone(), config.city.clone(), metrics.clone(), stop());
            host.stage("core", move || async move {
                Box::pin(Stage::new(&bus, city, snapshot, metrics).run(asks, turned, stop)).await;
            })?;
        }
        {
            let (bus, stop) = (bus.clone(), stop());
            host.stage("views", move || async move { follower.run(bus, stop).await })?;
        }
        {
            let (bus, stop) = (bus.clone(), stop());
            host.stage("quality", move || async move { adder.run(bus, stop).await })?;
        }
        // Core and views follow whoever works meanwhile; all else begins with the turn.
        keeper.take().await;
        host.lease = Some(thread("lease", host.fall.clone(), move || async move {
            if let Some(other) = keeper.keep(lease_stopped).await {
                tracing::error!(by = other.name, "taken over; this host writes nothing more");
                let _ = lost.send(Some(other.name));
            }
        })?);
        // Ordering: before anything that writes, and so before any door.
        numbers::settle(&bus, &departments).await;
        // What is decided from here on is news to whoever wants it for the first time.
        let begins = bus.last_sequence(subject::JOURNAL).await;
        let _ = turn.send(true);
        let mut kept = Vec::new();
        for department in &departments {
            let name = FeedName { department: department.clone(), feed: 0 };
            let snapshots = Arc::new(feed::snapshot::Written::default());
            kept.push(retain::Kept { name: name.clone(), snapshots: snapshots.clone() });
            let config = feed::Config {
                name,
                doors: host.doors[department].clone(),
                city_digest: config.city.digest.clone(),
                snapshots,
            };
            let (bus, shelf, outlet, metrics, stop) =
                (bus.clone(), shelf.clone(), outlet.clone(), metrics.clone(), stop());
            host.stage(&format!("feed-{department}"), move || async move {
                Feed::new(config, &bus, shelf, outlet, metrics).run(stop).await;
            })?;
        }
        host.publishers(&departments, begins, stop())?;
        host.senders(&departments, &outlet, stop())?;
        {
            let (rules, store) = (host.retention, host.store.clone());
            let retention = Retention { bus: bus.clone(), rules, store, feeds: kept, ask };
            let stop = stop();
            host.stage("retention", move || retention.run(stop))?;
        }

        let places = door::places(&config.doors);
        let around = Surroundings { bus: bus.clone(), shelf, outlet, metrics, places, stop: doors_stopped };
        let broker = config.broker.or(gateway);
        for spec in config.doors {
            host.open_door(spec, &config.data, &around, broker.as_ref()).await?;
        }
        Ok(host)
    }

    fn publishers(
        &mut self,
        departments: &[String],
        begins: u64,
        stop: watch::Receiver<bool>,
    ) -> Result<(), StartError> {
        let repeat = &self.repeat;
        let events = Publisher {
            bus: self.bus.clone(),
            source: subject::JOURNAL,
            filter: subject::JOURNAL_SUBJECT,
            target: Target::Stream(subject::EVENTS),
            stage: position::EVENTS.to_owned(),
            repeat: repeat.clone(),
            begins: None,
            derive: Events::new(self.city.clone(), self.metrics.clone()),
        };
        let dead = Publisher {
            bus: self.bus.clone(),
            source: subject::SIGNALS,
            filter: "tocsin.live.signal.>",
            target: Target::Stream(subject::DEAD),
            stage: position::DEAD.to_owned(),
            repeat: repeat.clone(),
            begins: None,
            derive: Dead::new(&self.bus),
        };
        let targets = departments.iter().flat_map(|department| Lane::BOTH.map(|lane| (department, lane)));
        let news: Vec<_> = targets
            .map(|(department, lane)| {
                let name = FeedName { department: department.clone(), feed: 0 };
                Publisher {
                    bus: self.bus.clone(),
                    source: subject::JOURNAL,
                    filter: subject::JOURNAL_SUBJECT,
                    target: Target::Subject {
                        stream: subject::raw_stream(department),
                        subject: subject::raw(&name, lane, subject::EVENT_DOOR),
                    },
                    stage: position::news(&name, lane),
                    repeat: repeat.clone(),
                    begins: Some(begins),
                    derive: News::new(name, lane, self.shelf.clone(), self.city.clone()),
                }
            })
            .collect();
        self.stage("publish", move || async move {
            let news = futures_util::future::join_all(news.into_iter().map(|news| news.run(stop.clone())));
            tokio::join!(events.run(stop.clone()), dead.run(stop.clone()), news);
        })
    }

    fn senders(
        &mut self,
        departments: &[String],
        outlet: &Arc<Outlet>,
        stop: watch::Receiver<bool>,
    ) -> Result<(), StartError> {
        let (bus, outlet, metrics) = (self.bus.clone(), outlet.clone(), self.metrics.clone());
        let names: Vec<FeedName> = departments
            .iter()
            .map(|department| FeedName { department: department.clone(), feed: 0 })
            .collect();
        let repeat = self.repeat.clone();
        self.stage("sends", move || async move {
            let one = |name| {
                Sends::new(&bus, name, outlet.clone(), metrics.clone(), repeat.clone()).run(stop.clone())
            };
            futures_util::future::join_all(names.into_iter().map(one)).await;
        })
    }

    /// A stage on a thread of its own: what one does never delays another.
    fn stage<F, Fut>(&mut self, name: &str, stage: F) -> Result<(), StartError>
    where
        F: FnOnce() -> Fut + Send + 'static,
        Fut: Future<Output = ()>,
    {
        self.stages.push(thread(name, self.fall.clone(), stage)?);
        Ok(())
    }

    async fn open_door(
        &mut self,
        mut spec: DoorSpec,
        data: &std::path::Path,
        around: &Surroundings,
        broker: Option<&Broker>,
    ) -> Result<(), StartError> {
        if let DoorKind::Folder { path } = &mut spec.kind {
            *path = data.join(&*path);
        }
        let spec = Arc::new(spec);
        let around_here = around.clone();
        let address = match &spec.kind {
            DoorKind::Http { source } => {
                let key = (spec.department.clone(), source.clone());
                let mouth = Mouth::open(&spec, around);
                let source = Source::open(&spec, mouth, &around.shelf, &around.metrics);
                self.sources.insert(key, source);
                None
            }
            DoorKind::Tcp { .. } => door::start(spec.clone(), around_here, door::tcp::run).await?,
            DoorKind::Udp { .. } => door::start(spec.clone(), around_here, door::udp::run).await?,
            DoorKind::Folder { .. } => door::start(spec.clone(), around_here, door::folder::run).await?,
            DoorKind::HttpClient { .. } => {
                let run = |mouth, _, listening| door::http_client::run(mouth, listening);
                door::start(spec.clone(), around_here, run).await?
            }
            DoorKind::TcpClient { .. } => {
                let (bus, metrics) = (self.bus.clone(), self.metrics.clone());
                let name = FeedName { department: spec.department.clone(), feed: 0 };
                let run = move |mouth, framing, listening| async move {
                    let clock = Intake::open(&bus, &name, Lane::Routine, subject::CLOCK_DOOR, &metrics);
                    door::tcp_client::run(mouth, framing, clock, listening).await;
                };
                door::start(spec.clone(), around_here, run).await?
            }
            DoorKind::Nats { .. } => {
                let bus = self.bus.clone();
                let run = move |mouth, _, listening| door::nats::run(bus, mouth, listening);
                door::start(spec.clone(), around_here, run).await?
            }
            DoorKind::Mqtt { .. } => {
                let Some(broker) = broker.cloned() else {
                    let reason = "no MQTT broker is given; name one with --mqtt".to_owned();
                    return Err(door::OpenError::Broker { door: spec.name.clone(), reason }.into());
                };
                let run = move |mouth, _, listening| door::mqtt::run(broker, mouth, listening);
                door::start(spec.clone(), around_here, run).await?
            }
        };
        if let Some(address) = address {
            self.listening.insert(spec.name.clone(), address);
        }
        Ok(())
    }

    pub fn city(&self) -> &Arc<City> {
        &self.city
    }

    /// Answers when another host has taken over, with its name.
    pub async fn taken_over(&self) -> String {
        let mut lost = self.taken_over.clone();
        let other = lost.wait_for(Option::is_some).await.map(|other| other.clone());
        match other {
            Ok(other) => other.unwrap_or_default(),
            // The host drains.
            Err(_) => std::future::pending().await,
        }
    }

    /// Answers when a stage has panicked, with its name: what it did nobody does now,
    /// while doors go on taking in.
    pub async fn fallen(&self) -> String {
        let mut fallen = self.fall.subscribe();
        let stage = fallen.wait_for(Option::is_some).await.map(|stage| stage.clone());
        match stage {
            Ok(stage) => stage.unwrap_or_default(),
            // The host drains.
            Err(_) => std::future::pending().await,
        }
    }

    pub fn uptime(&self) -> Duration {
        self.started.elapsed()
    }

    /// The frame as the door had it.
    pub async fn raw(&self, id: &FrameId) -> Result<run::Frame, NoRaw> {
        let known = self.city.departments.iter().any(|d| d.id == id.department);
        if !known {
            return Err(NoRaw::Purged);
        }
        let stored = self.bus.message(&subject::raw_stream(&id.department), id.run).await;
        let frames = run::decode(&stored.ok_or(NoRaw::Purged)?.payload).map_err(|_| NoRaw::Damaged)?;
        frames.into_iter().nth(id.index as usize).ok_or(NoRaw::Damaged)
    }

    /// What a plugin was given and what it said, behind a position of SIGNALS;
    /// none where no such plugin is at work.
    pub async fn recording(&self, plugin: &str, after: u64) -> Option<crate::recording::Page> {
        let department = self.shelf.get(plugin)?.plugin.manifest().department.clone();
        let doors = self.doors.get(&department).cloned().unwrap_or_default();
        Some(crate::recording::page(&self.bus, &department, plugin, &doors, after).await)
    }

    /// Stops accepting, finishes what is under way, stops the server last.
    #[inline(never)]
    pub fn drain(self) -> LocalBoxFuture<'static, ()> {
        self.end().boxed_local()
    }

    async fn end(self) {
        let _ = self.stop_doors.send(true);
        // What doors have offered is written and covered within a few commits.
        tokio::time::sleep(Duration::from_millis(200)).await;
        let _ = self.stop_stages.send(true);
        let (stages, lease, stop_lease) = (self.stages, self.lease, self.stop_lease);
        let joined = tokio::task::spawn_blocking(move || {
            // Ordering: the lease goes back when nothing writes any more.
            let and_lease = std::iter::once_with(|| {
                let _ = stop_lease.send(true);
                lease
            });
            for stage in stages.into_iter().chain(and_lease.flatten()) {
                if stage.join().is_err() {
                    tracing::error!("a stage had panicked");
                }
            }
        });
        if tokio::time::timeout(DRAIN_WITHIN, joined).await.is_err() {
            tracing::warn!("a stage did not finish in time; its position is safe in its last message");
        }
        if let Some(server) = self.server {
            server.stop().await;
        }
    }
}

fn doors_of(doors: &[DoorSpec], department: &str) -> BTreeMap<String, String> {
    doors
        .iter()
        .filter(|spec| spec.department == department)
        .map(|spec| (spec.name.clone(), spec.plugin.clone()))
        .collect()
}
