//! Ending a server: our own child politely, one left behind by a killed host surely.

use rustix::process::{Pid, Signal, kill_process};
use std::path::{Path, PathBuf};
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
    while !has_ended(pid) {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

/// Its ports are free and its store is closed. Nobody may be there to reap it, as in
/// some containers: then a zombie stays, which holds neither once its threads are gone.
fn has_ended(pid: Pid) -> bool {
    let home = PathBuf::from(format!("/proc/{}", pid.as_raw_nonzero()));
    let Ok(stat) = std::fs::read_to_string(home.join("stat")) else { return true };
    let state = stat.rsplit_once(") ").and_then(|(_, rest)| rest.chars().next());
    let threads = std::fs::read_dir(home.join("task")).map_or(0, Iterator::count);
    matches!(state, Some('Z' | 'X')) && threads <= 1
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

#[cfg(test)]
mod tests {
    use super::*;

    /// In a container nobody may be there to reap it.
    #[tokio::test]
    async fn one_that_stays_a_zombie_has_ended() {
        let folder = std::env::temp_dir().join(format!("tocsin-orphan-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        let config = folder.join("nats.conf");
        let mut child = std::process::Command::new("sh")
            .args(["-c", "sleep 60; true", "server"])
            .arg(&config)
            .spawn()
            .expect("a process");
        let pid_file = folder.join("nats.pid");
        std::fs::write(&pid_file, child.id().to_string()).expect("written");
        // Until it is the shell, and not its parent's copy.
        while named(&pid_file).is_none() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        tokio::time::timeout(Duration::from_secs(20), end(&pid_file)).await.expect("ended");
        let _ = child.wait();
        let _ = std::fs::remove_dir_all(folder);
    }
}
