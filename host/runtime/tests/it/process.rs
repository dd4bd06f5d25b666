//! A host as an operator runs it: the binary, a data folder, the ready line.

use serde_json::Value;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

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

/// A host that has not said yet that it serves: it starts, or stands by.
pub struct Starting {
    child: Option<Child>,
    lines: BufReader<ChildStdout>,
    log: PathBuf,
}

impl Starting {
    pub fn new(data: &Path, port_base: u16, more: &[&str]) -> Starting {
        std::fs::create_dir_all(data).expect("a folder");
        let log = data.join("stderr.log");
        let to_log = std::fs::File::options().create(true).append(true).open(&log).expect("log");
        let mut child = Command::new(binary())
            .args(["up", "--ready-json", "--city"])
            .arg(workspace().join("examples/cities/qingshan"))
            .arg("--data")
            .arg(data)
            .args(["--port-base", &port_base.to_string(), "--log", "warn"])
            .args(more)
            .stdout(Stdio::piped())
            .stderr(to_log)
            .spawn()
            .expect("the host binary starts; `cargo xtask build` makes it");
        let lines = BufReader::new(child.stdout.take().expect("piped"));
        Starting { child: Some(child), lines, log }
    }

    /// What its console answers to `path`: the status.
    pub fn status(port_base: u16, path: &str) -> u16 {
        let mut stream = TcpStream::connect(("127.0.0.1", port_base + 2)).expect("the console is bound");
        write!(stream, "GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n").expect("asked");
        let mut line = String::new();
        BufReader::new(stream).read_line(&mut line).expect("answered");
        line.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_else(|| panic!("{line:?}"))
    }

    /// Waits for its ready line.
    pub fn ready(mut self) -> Running {
        let mut line = String::new();
        self.lines.read_line(&mut line).expect("a ready line");
        let ready = serde_json::from_str(&line)
            .unwrap_or_else(|_| panic!("no ready line; see {}", self.log.display()));
        Running { child: self.child.take().expect("it runs"), ready }
    }

    /// What it says when it does not start.
    pub fn refused(mut self) -> String {
        let status = self.child.take().expect("it runs").wait().expect("its end");
        assert_eq!(status.code(), Some(1));
        std::fs::read_to_string(&self.log).expect("its log")
    }
}

impl Running {
    /// Ports are fixed by `port_base`, so that devices find the host again.
    pub fn start(data: &Path, port_base: u16) -> Running {
        Starting::new(data, port_base, &[]).ready()
    }

    /// SIGSTOP or SIGCONT.
    pub fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        let sent = Command::new("kill").args([name, &pid]).status().expect("kill runs");
        assert!(sent.success(), "kill {name} {pid}");
    }

    /// Its exit code, when it ends by itself.
    pub fn end(mut self) -> Option<i32> {
        self.child.wait().expect("its end").code()
    }

    pub fn door(&self, name: &str) -> String {
        self.ready["doors"][name].as_str().expect("a door of that name").to_owned()
    }

    /// SIGKILL, at once.
    pub fn kill(mut self) {
        self.kill_at_once();
    }

    pub fn kill_at_once(&mut self) {
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

impl Drop for Starting {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
