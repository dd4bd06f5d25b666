//! Doors: how bytes come in and go out. A door knows transport, never a
//! protocol; it gives a receipt when RAW has the bytes, and while RAW does
//! not take them it does not accept: it stops reading, refuses, or does not
//! acknowledge. It never holds the only copy of something acknowledged.

pub mod folder;
pub mod framing;
pub mod http;
pub mod http_client;
pub mod mqtt;
pub mod nats;
mod place;
pub mod spec;
pub mod tcp;
pub mod tcp_client;
pub mod udp;

pub use place::places;
pub use spec::{DoorKind, DoorSpec, LaneRule, PluginSpec};

use crate::bus::Bus;
use crate::intake::Intake;
use crate::metrics::Metrics;
use crate::outlet::Outlet;
use crate::plugin::Shelf;
use crate::subject::{FeedName, Lane};
use framing::Framing;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::sync::{oneshot, watch};

#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error(
        "door {door}: cannot listen on {address}; is another program there? Give another port in the city file or use --port-base"
    )]
    Listen {
        door: String,
        address: String,
        #[source]
        source: std::io::Error,
    },
    #[error("door {door}: cannot use the folder {}", path.display())]
    Folder {
        door: String,
        path: std::path::PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("door {door}: cannot reach the broker: {reason}")]
    Broker { door: String, reason: String },
    #[error("door {door}: the operating system gives no thread")]
    Thread {
        door: String,
        #[source]
        source: std::io::Error,
    },
}

/// What every door is made of.
#[derive(Clone)]
pub struct Surroundings {
    pub bus: Bus,
    pub shelf: Shelf,
    pub outlet: Arc<Outlet>,
    pub metrics: Arc<Metrics>,
    /// Connections that a listener may hold.
    pub places: usize,
    pub stop: watch::Receiver<bool>,
}

/// The lanes of one door.
#[derive(Clone)]
pub struct Mouth {
    pub spec: Arc<DoorSpec>,
    pub outlet: Arc<Outlet>,
    pub metrics: Arc<Metrics>,
    pub places: usize,
    pub stop: watch::Receiver<bool>,
    red: Intake,
    routine: Intake,
}

impl Mouth {
    /// Starts the writers on the calling thread's runtime.
    pub fn open(spec: &Arc<DoorSpec>, around: &Surroundings) -> Mouth {
        let name = FeedName { department: spec.department.clone(), feed: 0 };
        let intake = |lane| Intake::open(&around.bus, &name, lane, &spec.name, &around.metrics);
        Mouth {
            spec: spec.clone(),
            outlet: around.outlet.clone(),
            metrics: around.metrics.clone(),
            places: around.places,
            stop: around.stop.clone(),
            red: intake(Lane::Red),
            routine: intake(Lane::Routine),
        }
    }

    pub fn lane(&self, lane: Lane) -> &Intake {
        match lane {
            Lane::Red => &self.red,
            Lane::Routine => &self.routine,
        }
    }

    /// The lane of what no framer has looked at.
    pub fn default_lane(&self) -> &Intake {
        self.lane(self.default_name())
    }

    pub fn default_name(&self) -> Lane {
        match self.spec.lane {
            Some(LaneRule::Red) => Lane::Red,
            Some(LaneRule::Framer | LaneRule::Routine) | None => Lane::Routine,
        }
    }
}

/// Runs a door on a thread of its own, so that what hurts it (a hostile
/// framer, a flood) hurts no other. Answers when it listens.
pub async fn start<F, Fut>(
    spec: Arc<DoorSpec>,
    around: Surroundings,
    door: F,
) -> Result<Option<SocketAddr>, OpenError>
where
    F: FnOnce(Mouth, Framing, oneshot::Sender<Result<Option<SocketAddr>, OpenError>>) -> Fut + Send + 'static,
    Fut: Future<Output = ()>,
{
    let (listening, heard) = oneshot::channel();
    let name = spec.name.clone();
    let no_thread = {
        let door = name.clone();
        move |source| OpenError::Thread { door, source }
    };
    std::thread::Builder::new()
        .name(format!("door-{name}"))
        .spawn(move || {
            let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
                Ok(runtime) => runtime,
                Err(source) => {
                    let _ = listening.send(Err(OpenError::Thread { door: name, source }));
                    return;
                }
            };
            let local = tokio::task::LocalSet::new();
            runtime.block_on(local.run_until(async move {
                let mouth = Mouth::open(&spec, &around);
                let framing = Framing::of(&spec, &around.shelf, &around.metrics);
                door(mouth, framing, listening).await;
            }));
        })
        .map_err(no_thread)?;
    heard.await.unwrap_or(Ok(None))
}
