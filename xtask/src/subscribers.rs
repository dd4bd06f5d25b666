//! The example subscribers, run as a department runs them: beside a host, with the
//! schemas that it publishes and nothing else of it.

use crate::nats::python_with_pip;
use crate::step::Steps;
use crate::workspace::Workspace;
use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Events that each of them must hear and hold against its schema.
const EVENTS: &str = "4";

/// A safety bound, not a measure: a busy machine compiles all plugins first.
const PATIENCE: Duration = Duration::from_secs(120);

/// The line of `tocsin up --ready-json`.
#[derive(Deserialize)]
struct Ready {
    nats: String,
    doors: BTreeMap<String, String>,
}

struct Packages {
    python: PathBuf,
    site: PathBuf,
    js: PathBuf,
}

pub fn all(workspace: &Workspace, steps: &mut Steps, server: &Path) -> Result<()> {
    let folder = workspace.target.join("subscribers");
    std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let examples = workspace.root.join("examples/subscribers");
    let packages = steps.work("what the example subscribers need", || install(&folder, &examples))?;
    steps.work("example subscribers", || {
        let mut host = Host::start(workspace, &folder, server)?;
        let heard = host.ready().and_then(|ready| listen(&folder, &examples, &packages, &ready));
        host.end()?;
        heard
    })
}

fn install(folder: &Path, examples: &Path) -> Result<Packages> {
    let (site, js) = (folder.join("python"), folder.join("js"));
    let python = python_with_pip(folder)?;
    let mut pip = Command::new(&python);
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--upgrade", "--target"]);
    pip.arg(&site).arg("-r").arg(examples.join("python/requirements.txt"));
    run(&mut pip, "pip could not bring what the subscriber in Python needs")?;
    std::fs::create_dir_all(&js).with_context(|| format!("cannot make {}", js.display()))?;
    for name in ["package.json", "package-lock.json", "listen.js"] {
        std::fs::copy(examples.join("js").join(name), js.join(name))
            .with_context(|| format!("cannot copy {name}"))?;
    }
    let mut npm = Command::new("npm");
    npm.current_dir(&js).args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]);
    run(&mut npm, "npm could not bring what the subscriber in JavaScript needs")?;
    Ok(Packages { python, site, js })
}

fn listen(folder: &Path, examples: &Path, packages: &Packages, ready: &Ready) -> Result<()> {
    let schemas = folder.join("schema");
    let with = |command: &mut Command| {
        command.arg(&ready.nats).arg("--schemas").arg(&schemas).args(["--count", EVENTS]);
        command.stdin(Stdio::null()).stdout(Stdio::from(std::io::stderr()));
        command.spawn().context("a subscriber cannot be started")
    };
    let mut python = Command::new(&packages.python);
    python.env("PYTHONPATH", &packages.site).arg(examples.join("python/listen.py"));
    let mut js = Command::new("node");
    js.arg(packages.js.join("listen.js"));
    let mut listening = vec![("python", with(&mut python)?), ("javascript", with(&mut js)?)];
    let door = ready.doors.get("http").context("the ready line names no http door")?;
    let told = tell(door, &mut listening);
    for (_, child) in &mut listening {
        // Those that have ended are only reaped.
        let _ = child.kill();
        let _ = child.wait();
    }
    told
}

/// Reports come until both have heard enough.
fn tell(door: &str, listening: &mut Vec<(&str, Child)>) -> Result<()> {
    let address = door.trim_start_matches("http://");
    let began = Instant::now();
    for number in 1.. {
        report(address, number).with_context(|| format!("report {number} to {door}"))?;
        std::thread::sleep(Duration::from_millis(300));
        let mut open = Vec::new();
        for (language, mut child) in listening.drain(..) {
            match child.try_wait()? {
                None => open.push((language, child)),
                Some(status) => ensure!(status.success(), "the subscriber in {language}: {status}"),
            }
        }
        *listening = open;
        if listening.is_empty() {
            return Ok(());
        }
        if began.elapsed() > PATIENCE {
            let names: Vec<&str> = listening.iter().map(|(language, _)| *language).collect();
            bail!("not {EVENTS} events within {} s: {}", PATIENCE.as_secs(), names.join(", "));
        }
    }
    Ok(())
}

fn report(address: &str, number: u32) -> Result<()> {
    let body = format!(
        r#"{{"id":"example-{number}","category":"火情","text":"第 {number} 号楼道冒烟","position":[120.2101,29.2903]}}"#
    );
    let mut stream = TcpStream::connect(address)?;
    let length = body.len();
    write!(
        stream,
        "POST /in/grid/report HTTP/1.1\r\nHost: {address}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )?;
    let mut answer = String::new();
    BufReader::new(stream).read_line(&mut answer)?;
    ensure!(answer.contains(" 200 "), "answered {answer}");
    Ok(())
}

/// A host of its own beside whatever else runs here.
struct Host(Child);

impl Host {
    fn start(workspace: &Workspace, folder: &Path, server: &Path) -> Result<Host> {
        let data = folder.join("data");
        if data.exists() {
            std::fs::remove_dir_all(&data).with_context(|| format!("cannot empty {}", data.display()))?;
        }
        let tocsin = || {
            let mut command = Command::new(workspace.host());
            command.current_dir(&workspace.root).env("TOCSIN_LANG", "en").env("TOCSIN_NATS_SERVER", server);
            command.env("TOCSIN_PLUGINS", workspace.plugins());
            command
        };
        let mut schema = tocsin();
        schema.args(["schema", "--out"]).arg(folder.join("schema"));
        run(schema.stdout(Stdio::null()), "tocsin schema")?;
        let mut up = tocsin();
        up.args([
            "up",
            "--city",
            "examples/cities/qingshan",
            "--port-base",
            "0",
            "--ready-json",
            "--log",
            "warn",
            "--data",
        ]);
        up.arg(&data).stdin(Stdio::null()).stdout(Stdio::piped());
        Ok(Host(up.spawn().context("tocsin up")?))
    }

    fn ready(&mut self) -> Result<Ready> {
        let stdout = self.0.stdout.take().context("the host's output")?;
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line)?;
        serde_json::from_str(&line).with_context(|| format!("no ready line but {line:?}"))
    }

    fn end(&mut self) -> Result<()> {
        run(Command::new("kill").arg(self.0.id().to_string()), "kill")?;
        let status = self.0.wait()?;
        ensure!(status.success(), "the host ended with {status}");
        Ok(())
    }
}

fn run(command: &mut Command, failure: &str) -> Result<()> {
    let status = command.status().with_context(|| failure.to_owned())?;
    ensure!(status.success(), "{failure}: {status}");
    Ok(())
}
