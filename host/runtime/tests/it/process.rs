//! A host as an operator runs it: the binary, a data folder, the ready line.

use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

pub struct Running {
    child: Child,
    pub ready: Value,
}

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the workspace is there")
}

fn binary() -> PathBuf {
    std::env::var_os("TOCSIN_BIN").map_or_else(|| workspace().join("target/release/tocsin"), PathBuf::from)
}

impl Running {
    /// Ports are fixed by `port_base`, so that devices find the host again.
    pub fn start(data: &Path, port_base: u16) -> Running {
        let mut child = Command::new(binary())
            .args(["up", "--ready-json", "--city"])
            .arg(workspace().join("examples/cities/qingshan"))
            .arg("--data")
            .arg(data)
            .args(["--port-base", &port_base.to_string(), "--log", "warn"])
            .stdout(Stdio::piped())
            .stderr(
                std::fs::File::options()
                    .create(true)
                    .append(true)
                    .open(data.join("stderr.log"))
                    .expect("log"),
            )
            .spawn()
            .expect("the host binary starts; `cargo xtask build` makes it");
        let stdout = child.stdout.take().expect("piped");
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line).expect("a ready line");
        let ready = serde_json::from_str(&line)
            .unwrap_or_else(|_| panic!("no ready line; see {}", data.join("stderr.log").display()));
        Running { child, ready }
    }

    pub fn door(&self, name: &str) -> String {
        self.ready["doors"][name].as_str().expect("a door of that name").to_owned()
    }

    /// SIGKILL, at once.
    pub fn kill(mut self) {
        self.child.kill().expect("the host runs");
        let _ = self.child.wait();
    }

    /// SIGKILL for its nats-server, which the host starts again. Where that is
    /// still under way, this waits for the new one: a kill that hits nothing is none.
    pub fn kill_server(data: &Path) {
        loop {
            let pid = std::fs::read_to_string(data.join("nats/nats.pid")).unwrap_or_default();
            let killed = Command::new("kill").args(["-9", pid.trim()]).stderr(Stdio::null()).status();
            if !pid.is_empty() && killed.is_ok_and(|status| status.success()) {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
    }

    /// SIGTERM: drains.
    pub fn stop(mut self) {
        let _ = Command::new("kill").arg(self.child.id().to_string()).status();
        let _ = self.child.wait();
    }

    pub fn command(data: &Path, args: &[&str]) -> Value {
        let output = Command::new(binary())
            .args(args)
            .arg("--data")
            .arg(data)
            .arg("--json")
            .output()
            .expect("the command runs");
        serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|error| panic!("{args:?}: {error}: {}", String::from_utf8_lossy(&output.stderr)))
    }

    /// The bus as the host itself sees it.
    pub fn bus_url(&self, data: &Path) -> String {
        let text = std::fs::read(data.join("credentials.json")).expect("credentials");
        let credentials: Value = serde_json::from_slice(&text).expect("credentials are JSON");
        let nats = self.ready["nats"].as_str().expect("a NATS URL");
        let address = nats.rsplit('@').next().expect("an address");
        format!("nats://host:{}@{address}", credentials["host"].as_str().expect("a secret"))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
