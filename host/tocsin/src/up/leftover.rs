//! The nats-server of this data folder, when nobody supervises it (any more).

use rustix::process::{Pid, Signal, kill_process, test_kill_process};
use std::path::Path;
use std::time::Duration;

/// A server closes its store within this; then it is killed, which the store survives.
const POLITE: Duration = Duration::from_secs(5);

/// The server that the pid file names, if it is ours: a pid may have been given
/// to another program since, so the command line must name our configuration.
pub fn server(data: &Path) -> Option<Pid> {
    let nats = data.join("nats");
    let pid: i32 = std::fs::read_to_string(nats.join("nats.pid")).ok()?.trim().parse().ok()?;
    let command = std::fs::read(format!("/proc/{pid}/cmdline")).ok()?;
    let config = nats.join("nats.conf");
    let config = config.to_str()?;
    let is_ours = command.split(|byte| *byte == 0).any(|word| word == config.as_bytes());
    Pid::from_raw(pid).filter(|_| is_ours)
}

pub async fn end_server(data: &Path) {
    let Some(pid) = server(data) else { return };
    let _ = kill_process(pid, Signal::TERM);
    let started = tokio::time::Instant::now();
    // A child of ours that nobody waits for stays as a zombie: its command line is empty then.
    while test_kill_process(pid).is_ok() && server(data).is_some() {
        if started.elapsed() > POLITE {
            let _ = kill_process(pid, Signal::KILL);
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// For a host that goes at once: asks the server to end, and does not wait.
pub fn kill_server(data: &Path) {
    if let Some(pid) = server(data) {
        let _ = kill_process(pid, Signal::TERM);
    }
}
