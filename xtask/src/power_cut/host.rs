//! A host under trial: started, asked, stopped gently or killed with all it started.

use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

/// A start that has to read its log back, on a busy machine.
const START: Duration = Duration::from_secs(60);
const STOP: Duration = Duration::from_secs(15);

#[derive(Debug, Deserialize)]
pub struct Ready {
    doors: BTreeMap<String, String>,
}

impl Ready {
    pub fn door(&self, name: &str) -> Result<String> {
        self.doors.get(name).cloned().with_context(|| format!("the host opened no door `{name}`"))
    }
}

/// What `journal verify --json` says, as far as the trial needs it.
#[derive(Debug, Deserialize)]
pub struct Verdict {
    pub ok: bool,
    pub doubled: u64,
    #[serde(default)]
    faults: Vec<String>,
}

impl std::fmt::Display for Verdict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.ok { write!(f, "ok") } else { write!(f, "{}", self.faults.join("; ")) }
    }
}

#[derive(Debug)]
pub struct Host {
    pub ready: Ready,
    binary: PathBuf,
    data: PathBuf,
    child: Child,
}

impl Host {
    pub fn up(binary: &Path, server: &Path, city: &Path, data: &Path) -> Result<Host> {
        let mut child = Command::new(binary)
            .env("TOCSIN_NATS_SERVER", server)
            .arg("up")
            .arg("--city")
            .arg(city)
            .arg("--data")
            .arg(data)
            // Any free ports: the trial disturbs no host that runs.
            .args(["--port-base", "0", "--ready-json"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start {}", binary.display()))?;
        let ready = first_line(&mut child).and_then(|line| {
            serde_json::from_str(&line).with_context(|| format!("the ready line is no JSON: {line}"))
        });
        match ready {
            Ok(ready) => Ok(Host { ready, binary: binary.to_owned(), data: data.to_owned(), child }),
            Err(error) => {
                let _ = child.kill();
                let _ = child.wait();
                Err(error)
            }
        }
    }

    /// SIGKILL for the host and for whatever else has files open under `mount`.
    pub fn kill(mut self, mount: &Path) -> Result<()> {
        self.child.kill().context("cannot kill the host")?;
        self.child.wait().context("cannot wait for the host")?;
        let began = Instant::now();
        loop {
            let left = with_open_files(mount);
            if left.is_empty() {
                return Ok(());
            }
            for process in left {
                let _ = Command::new("kill").args(["-KILL", &process.to_string()]).status();
            }
            ensure!(began.elapsed() < STOP, "something under {} does not die", mount.display());
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// SIGTERM, and the host drains.
    pub fn stop(mut self) -> Result<()> {
        let id = self.child.id().to_string();
        Command::new("kill").args(["-TERM", &id]).status().context("cannot run kill")?;
        let began = Instant::now();
        while self.child.try_wait()?.is_none() {
            if began.elapsed() > STOP {
                self.child.kill()?;
                self.child.wait()?;
                bail!("the host did not stop within {} s", STOP.as_secs());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }

    /// Device paths of all evidence of all incidents.
    pub fn evidence(&self) -> Result<BTreeSet<String>> {
        let mut devices = BTreeSet::new();
        for incident in self.ask(&["incident", "list"])? {
            if let Some(id) = incident["id"].as_str() {
                for shown in self.ask(&["incident", "show", id])? {
                    gather_devices(&shown["evidence"], &mut devices);
                }
            }
        }
        Ok(devices)
    }

    pub fn verify(&self) -> Result<Verdict> {
        let said = self.ask(&["journal", "verify"])?;
        let last = said.into_iter().next_back().context("`journal verify` said nothing")?;
        serde_json::from_value(last).context("cannot read what `journal verify` says")
    }

    /// JSON objects, one a line; a verdict of "not well" is read, not an error here.
    fn ask(&self, words: &[&str]) -> Result<Vec<Value>> {
        let output =
            Command::new(&self.binary).args(words).arg("--json").arg("--data").arg(&self.data).output()?;
        let lines = String::from_utf8_lossy(&output.stdout).into_owned();
        if !output.status.success() && lines.trim().is_empty() {
            bail!("`tocsin {}` failed: {}", words.join(" "), String::from_utf8_lossy(&output.stderr).trim());
        }
        lines
            .lines()
            .filter(|line| !line.trim().is_empty())
            .map(|line| serde_json::from_str(line).with_context(|| format!("no JSON object: {line}")))
            .collect()
    }
}

/// A round that failed leaves no host behind.
impl Drop for Host {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn first_line(child: &mut Child) -> Result<String> {
    let stdout = child.stdout.take().context("the host has no stdout")?;
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let mut lines = BufReader::new(stdout).lines();
        if let Some(Ok(line)) = lines.next() {
            let _ = sender.send(line);
        }
        // Read on, or the host would block on a full pipe.
        lines.for_each(drop);
    });
    receiver.recv_timeout(START).map_err(|_| {
        anyhow::anyhow!("the host was not ready within {} s (its own words are above)", START.as_secs())
    })
}

fn with_open_files(mount: &Path) -> Vec<u32> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir("/proc").into_iter().flatten().flatten() {
        let Some(id) = entry.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) else {
            continue;
        };
        let files = std::fs::read_dir(entry.path().join("fd")).into_iter().flatten().flatten();
        let inside = |path: PathBuf| std::fs::read_link(path).is_ok_and(|to| to.starts_with(mount));
        if inside(entry.path().join("cwd")) || files.into_iter().any(|file| inside(file.path())) {
            found.push(id);
        }
    }
    found
}

fn gather_devices(value: &Value, devices: &mut BTreeSet<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| gather_devices(item, devices)),
        Value::Object(fields) => {
            if let Some(device) = fields.get("device").and_then(Value::as_str) {
                devices.insert(device.to_owned());
            }
            fields.values().for_each(|field| gather_devices(field, devices));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn evidence_is_found_at_any_depth() {
        let shown = serde_json::json!([{"device": "a/1"}, {"row": {"device": "b/2", "count": 3}}]);
        let mut devices = BTreeSet::new();
        gather_devices(&shown, &mut devices);
        assert_eq!(devices, BTreeSet::from(["a/1".to_owned(), "b/2".to_owned()]));
    }

    #[test]
    fn a_process_with_its_folder_inside_is_found() {
        let folder = std::env::current_dir().expect("a folder");
        assert!(with_open_files(&folder).contains(&std::process::id()));
    }
}
