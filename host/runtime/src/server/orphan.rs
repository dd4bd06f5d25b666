//! Ending a server: our own child politely, one left behind by a killed host surely.

use rustix::process::{Pid, Signal, kill_process, test_kill_process};
use std::path::Path;
use std::time::Duration;
use tokio::process::Child;

/// A server closes its store within this; then it is killed, which the store survives.
const POLITE: Duration = Duration::from_secs(5);

pub async fn terminate(child: &mut Child) {
    if let Some(pid) = child.id().and_then(|id| Pid::from_raw(id as i32)) {
        let _ = kill_process(pid, Signal::TERM);
    }
    if tokio::time::timeout(POLITE, child.wait()).await.is_err() {
        let _ = child.kill().await;
    }
}

/// Ends the server that the pid file names, if it is one of ours.
pub async fn end(pid_file: &Path) {
    let Some(pid) = named(pid_file) else { return };
    tracing::warn!(pid = pid.as_raw_nonzero().get(), "ending a nats-server that an earlier host left behind");
    // What it acknowledged is on the disk; asked politely it would take a second and more.
    let _ = kill_process(pid, Signal::KILL);
    while test_kill_process(pid).is_ok() {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

/// A pid may have been given to another program since: the command line must
/// name the configuration beside the pid file.
fn named(pid_file: &Path) -> Option<Pid> {
    let pid: i32 = std::fs::read_to_string(pid_file).ok()?.trim().parse().ok()?;
    let command = std::fs::read(format!("/proc/{pid}/cmdline")).ok()?;
    let config = pid_file.with_file_name("nats.conf");
    let config = config.to_str()?;
    let is_ours = command.split(|byte| *byte == 0).any(|word| word == config.as_bytes());
    Pid::from_raw(pid).filter(|_| is_ours)
}
