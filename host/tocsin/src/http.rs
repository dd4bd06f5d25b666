//! HTTP: the console with its API on one port, the HTTP door on another.
//!
//! Two listeners, so that a gateway may forward the door to cameras and never
//! the operator's API. Both bind loopback. Each is one tower stack, read from
//! the outside in: connections, headers, shedding, concurrency, time.

mod body;
mod command;
mod console;
mod danger;
mod dead;
mod door;
mod duty;
mod filter;
mod guard;
mod hub;
mod incident;
mod linkage;
mod listing;
mod now;
mod outward;
mod plan;
mod plugin;
mod quality;
mod recording;
mod refusal;
mod replay;
mod risk;
mod serve;
mod status;
mod stream;
mod supply;
mod team;
mod thing;
pub mod waiting;
mod warning;

pub use door::{IN_FLIGHT, IN_FLIGHT_SOURCE};
pub use filter::CODE as FILTER;
pub use refusal::{not_pushed, sentence};
pub use serve::CONNECTIONS;

use hub::Hub;
use serve::Peers;
use std::sync::Arc;
use std::time::Duration;
use tocsin_runtime::host::Host;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// What every handler of the console sees.
#[derive(Clone)]
pub struct Console {
    host: Arc<Host>,
    hub: Arc<Hub>,
    operator: Arc<str>,
}

/// Both listeners at work.
pub struct Surface {
    stop: watch::Sender<Option<Duration>>,
    tasks: Vec<JoinHandle<()>>,
}

/// `places`: connections that a listener may hold.
pub fn open(
    console: TcpListener,
    doors: TcpListener,
    places: usize,
    host: Arc<Host>,
    operator: &str,
) -> Surface {
    let (stop, stopped) = watch::channel(None);
    let hub = Arc::new(Hub::open(host.bus.clone()));
    let state = Console { host: host.clone(), hub, operator: operator.into() };
    let tasks = vec![
        tokio::spawn(command::serve(host.clone(), stopped.clone())),
        tokio::spawn(serve::run(console, places, Peers::Readers, console::router(state), stopped.clone())),
        tokio::spawn(serve::run(doors, places, Peers::Senders, door::router(host), stopped)),
    ];
    Surface { stop, tasks }
}

impl Surface {
    /// Takes no more requests; those under way get `within`, then are cut.
    pub async fn close(self, within: Duration) {
        let _ = self.stop.send(Some(within));
        for task in self.tasks {
            if task.await.is_err() {
                tracing::error!("an HTTP listener had panicked");
            }
        }
    }
}
