//! The embedded default: a real `nats-server` as a child, on loopback, with
//! credentials of its own, restarted when it ends.

mod config;
mod orphan;

pub use config::{Credentials, Layout, store_bytes, write_private};

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;
use tokio::process::{Child, Command};
use tokio::sync::{Notify, watch};

/// From start to answering; a store of many gigabytes is read back first.
const READY_WITHIN: Duration = Duration::from_secs(60);

/// A server that ended is started again at once; one that cannot stand is not
/// started more often than this.
const RESTART_PAUSE: Duration = Duration::from_millis(10);
const RESTART_PAUSE_MOST: Duration = Duration::from_secs(2);

/// A server that is started again on a volume with less would get stuck again.
const ROOM: u64 = 64 << 20;

/// One that lived shorter than this could not stand.
const LIFE: Duration = Duration::from_millis(300);

#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("no nats-server {floor} or newer: not on PATH and not at {}; install it, set TOCSIN_NATS_SERVER to it, or run `cargo xtask nats`", fetched.display(), floor = floor())]
    Missing { fetched: PathBuf },
    #[error("{} is nats-server {found}; {floor} or newer is needed because older ones silently ignore settings that durability rests on", path.display(), floor = floor())]
    TooOld { path: PathBuf, found: String },
    #[error("cannot prepare {}", path.display())]
    Prepare {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("cannot start {}", path.display())]
    Spawn {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("nats-server ended before it was ready; its log is {}: {tail}", log.display())]
    Ended { log: PathBuf, tail: String },
    #[error("nats-server was not ready within {} s; its log is {}", READY_WITHIN.as_secs(), log.display())]
    Late { log: PathBuf },
}

fn floor() -> String {
    let (major, minor, patch) = crate::bus::SERVER_FLOOR;
    format!("{major}.{minor}.{patch}")
}

/// The running child; dropping the handle leaves it, `stop` ends it.
pub struct Server {
    pub layout: Layout,
    supervisor: tokio::task::JoinHandle<()>,
    stop: watch::Sender<bool>,
    again: Again,
}

/// Starts the running server anew. Cloneable handle.
#[derive(Clone)]
pub struct Again {
    wanted: Arc<Notify>,
    dir: PathBuf,
}

impl Again {
    /// False where its volume has no room: it would get stuck again.
    pub fn ask(&self) -> bool {
        let has_room = config::room(&self.dir) >= ROOM;
        if has_room {
            self.wanted.notify_one();
        }
        has_room
    }
}

impl Server {
    pub async fn start(binary: &Path, layout: Layout) -> Result<Server, StartError> {
        let prepare = |source| StartError::Prepare { path: layout.dir.clone(), source };
        layout.write().map_err(prepare)?;
        // A host killed with SIGKILL leaves its server behind; two must not share a store.
        orphan::end(&layout.pid_file()).await;
        let (stop, stopped) = watch::channel(false);
        let mut child = spawn(binary, &layout)?;
        wait_ready(&mut child, &layout).await?;
        let again = Again { wanted: Arc::default(), dir: layout.dir.clone() };
        let work = supervise(child, binary.to_owned(), layout.clone(), again.wanted.clone(), stopped);
        Ok(Server { layout, supervisor: tokio::spawn(work), stop, again })
    }

    pub fn again(&self) -> Again {
        self.again.clone()
    }

    /// SIGTERM, so that it closes its store; waits until it has ended.
    pub async fn stop(self) {
        let _ = self.stop.send(true);
        let _ = self.supervisor.await;
    }
}

/// The newest known binary: named by the environment, on PATH, or fetched.
pub async fn find(named: Option<PathBuf>, fetched: PathBuf) -> Result<PathBuf, StartError> {
    if let Some(path) = named {
        return match version(&path).await {
            Some(found) if is_new_enough(&found) => Ok(path),
            Some(found) => Err(StartError::TooOld { path, found }),
            None => Err(StartError::Missing { fetched: path }),
        };
    }
    for path in [PathBuf::from("nats-server"), fetched.clone()] {
        if version(&path).await.is_some_and(|found| is_new_enough(&found)) {
            return Ok(path);
        }
    }
    Err(StartError::Missing { fetched })
}

async fn version(path: &Path) -> Option<String> {
    let output = Command::new(path).arg("--version").output().await.ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.split_whitespace()
        .map(|word| word.trim_start_matches('v').to_owned())
        .find(|word| word.contains('.'))
}

fn is_new_enough(found: &str) -> bool {
    crate::bus::version(found) >= crate::bus::SERVER_FLOOR
}

fn spawn(binary: &Path, layout: &Layout) -> Result<Child, StartError> {
    let failed = |source| StartError::Spawn { path: binary.to_owned(), source };
    let log = std::fs::File::options().create(true).append(true).open(layout.log_file()).map_err(failed)?;
    let mut command = Command::new(binary);
    command
        .arg("-c")
        .arg(layout.config_file())
        .stdin(Stdio::null())
        .stdout(log.try_clone().map_err(failed)?)
        .stderr(log)
        // Ctrl-C reaches the host alone: it drains first, then stops the server.
        .process_group(0)
        .kill_on_drop(false);
    command.spawn().map_err(failed)
}

async fn wait_ready(child: &mut Child, layout: &Layout) -> Result<(), StartError> {
    let log = layout.log_file();
    let started = std::time::Instant::now();
    while started.elapsed() < READY_WITHIN {
        if let Ok(Some(_)) = child.try_wait() {
            return Err(StartError::Ended { tail: last_line(&log), log });
        }
        if tokio::net::TcpStream::connect(("127.0.0.1", layout.nats_port)).await.is_ok() {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    Err(StartError::Late { log })
}

fn last_line(log: &Path) -> String {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    text.lines().next_back().unwrap_or_default().to_owned()
}

/// The watch's guard must not live across an await.
async fn stopped(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}

async fn supervise(
    mut child: Child,
    binary: PathBuf,
    layout: Layout,
    again: Arc<Notify>,
    mut stop: watch::Receiver<bool>,
) {
    let mut pause = RESTART_PAUSE;
    loop {
        let started = std::time::Instant::now();
        tokio::select! {
            () = stopped(&mut stop) => {
                orphan::terminate(&mut child).await;
                return;
            }
            () = again.notified() => {
                tracing::error!("nats-server is stuck; starting it again");
                orphan::terminate(&mut child).await;
            }
            status = child.wait() => tracing::error!(?status, "nats-server ended; starting it again"),
        }
        pause = if started.elapsed() > LIFE { RESTART_PAUSE } else { (pause * 2).min(RESTART_PAUSE_MOST) };
        tokio::time::sleep(pause).await;
        loop {
            match spawn(&binary, &layout) {
                Ok(new) => {
                    child = new;
                    break;
                }
                Err(error) => {
                    tracing::error!(%error, "nats-server cannot be started");
                    tokio::time::sleep(RESTART_PAUSE_MOST).await;
                }
            }
        }
    }
}
