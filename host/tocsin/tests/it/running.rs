//! One host on a folder of its own, and commands asked of it.

use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, ExitStatus, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

const BINARY: &str = env!("CARGO_BIN_EXE_tocsin");

pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the repository")
}

pub fn plugins() -> PathBuf {
    let folder =
        std::env::var_os("TOCSIN_PLUGINS").map_or_else(|| root().join("target/plugins"), PathBuf::from);
    assert!(
        folder.join("fire.wasm").is_file(),
        "no plugin packages in {}; run `cargo xtask build`",
        folder.display()
    );
    folder
}

/// A temporary folder that goes with its handle.
pub struct Folder(pub PathBuf);

impl Folder {
    pub fn new() -> Folder {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("tocsin-it-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).expect("a temporary folder");
        Folder(path)
    }

    /// The example city, with its packages wherever they were built.
    pub fn city(&self) -> PathBuf {
        let city = self.0.join("city");
        // Written once: what a test changed in it stays.
        if city.join("city.toml").is_file() {
            return city;
        }
        std::fs::create_dir_all(&city).expect("a folder");
        let package = format!("\"{}/", plugins().display());
        copy(&root().join("examples/cities/qingshan"), &city, &package);
        city
    }
}

fn copy(from: &Path, to: &Path, package: &str) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("the example city") {
        let path = entry.expect("an entry").path();
        let copied = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            copy(&path, &copied, package);
        } else {
            let text = std::fs::read_to_string(&path).expect("a text");
            std::fs::write(copied, text.replace("\"../../../target/plugins/", package)).expect("written");
        }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// `tocsin …`, in English whatever the machine speaks.
pub fn tocsin(words: &[&str]) -> Command {
    let mut command = Command::new(BINARY);
    command.args(words).env("TOCSIN_LANG", "en").env_remove("TOCSIN_DATA");
    let fetched = root().join("target/nats/nats-server");
    if std::env::var_os("TOCSIN_NATS_SERVER").is_none() && fetched.is_file() {
        command.env("TOCSIN_NATS_SERVER", fetched);
    }
    command
}

pub struct Running {
    pub ready: Value,
    pub data: PathBuf,
    child: Child,
    /// Held open, or the host's next line would find nobody.
    _stdout: BufReader<ChildStdout>,
    _folder: Option<Folder>,
}

impl Running {
    /// A new host on a new folder.
    pub fn new() -> Running {
        let folder = Folder::new();
        let mut running = Running::on(&folder);
        running._folder = Some(folder);
        running
    }

    pub fn on(folder: &Folder) -> Running {
        Running::with(folder, &[])
    }

    /// With more options of `up`.
    pub fn with(folder: &Folder, more: &[&str]) -> Running {
        let data = folder.0.join("data");
        share_cache(&data);
        let mut child = Running::command(folder, "0")
            .args(more)
            .stdout(Stdio::piped())
            .stderr(log(&data))
            .spawn()
            .expect("the host");
        let mut stdout = BufReader::new(child.stdout.take().expect("its output"));
        let mut line = String::new();
        stdout.read_line(&mut line).expect("a line");
        let Ok(ready) = serde_json::from_str(&line) else {
            panic!("the host did not become ready ({line:?}); its log: {}", read_log(&data));
        };
        keep_cache(&data);
        Running { ready, data, child, _stdout: stdout, _folder: None }
    }

    /// `up`, not started yet; base 0 is any free ports.
    pub fn command(folder: &Folder, port_base: &str) -> Command {
        let data = folder.0.join("data");
        let mut command = tocsin(&["up", "--ready-json", "--port-base", port_base]);
        command.arg("--city").arg(folder.city()).arg("--data").arg(data);
        command
    }

    pub fn door(&self, name: &str) -> &str {
        self.ready["doors"][name].as_str().unwrap_or_else(|| panic!("no door {name} in {}", self.ready))
    }

    pub fn console(&self, path: &str) -> String {
        format!("{}{path}", self.ready["console"].as_str().expect("a console"))
    }

    /// The operator's, as a header says it.
    pub fn token(&self) -> String {
        let home = std::fs::read(self.data.join("host.json")).expect("host.json");
        let home: Value = serde_json::from_slice(&home).expect("JSON");
        format!("Bearer {}", home["operator"].as_str().expect("a token"))
    }

    pub fn pid(&self) -> rustix::process::Pid {
        rustix::process::Pid::from_child(&self.child)
    }

    pub fn run(&self, words: &[&str]) -> Output {
        tocsin(words).arg("--data").arg(&self.data).output().expect("a command")
    }

    /// The objects that a command prints; panics where it fails.
    pub fn json(&self, words: &[&str]) -> Vec<Value> {
        let output = self.run(&[words, &["--json"]].concat());
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{words:?}: {err}{out}\nhost: {}", read_log(&self.data));
        out.lines()
            .map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("not JSON: {line}")))
            .collect()
    }

    /// What a refused command says; panics where it is not refused.
    pub fn refused(&self, words: &[&str]) -> String {
        let output = self.run(words);
        assert_eq!(output.status.code(), Some(1), "{words:?}: {output:?}");
        String::from_utf8_lossy(&output.stderr).into_owned()
    }

    pub fn incidents(&self) -> Vec<Value> {
        self.json(&["incident", "list"])
    }

    /// SIGTERM, and its end.
    pub fn terminate(mut self) -> ExitStatus {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).expect("a signal");
        self.child.wait().expect("its end")
    }

    /// SIGKILL: nothing is drained, the server is left behind.
    pub fn kill(mut self) {
        self.child.kill().expect("killed");
        self.child.wait().expect("its end");
        // The server stays, as after any crash.
        std::mem::forget(self);
    }

    /// The server's pid, while one runs.
    pub fn server(data: &Path) -> Option<rustix::process::Pid> {
        let pid: i32 = std::fs::read_to_string(data.join("nats/nats.pid")).ok()?.trim().parse().ok()?;
        let is_there = std::fs::read(format!("/proc/{pid}/cmdline")).is_ok_and(|line| !line.is_empty());
        rustix::process::Pid::from_raw(pid).filter(|_| is_there)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Ok(Some(_)) = self.child.try_wait() {
            return;
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
        if let Some(server) = Running::server(&self.data) {
            let _ = rustix::process::kill_process(server, rustix::process::Signal::KILL);
        }
        if std::thread::panicking() {
            eprintln!("the host's log:\n{}", read_log(&self.data));
        }
    }
}

/// Compiled plugins, from one test's host to the next: each would compile all of
/// them again, and do little else.
fn cache() -> PathBuf {
    plugins().with_file_name("test-cache")
}

fn share_cache(data: &Path) {
    let into = data.join("cache");
    for entry in std::fs::read_dir(cache()).into_iter().flatten().flatten() {
        private(&into);
        let _ = std::fs::copy(entry.path(), into.join(entry.file_name()));
    }
}

/// As the host makes it: what others may write into it does not load.
fn private(folder: &Path) {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).expect("a folder");
}

fn keep_cache(data: &Path) {
    std::fs::create_dir_all(cache()).expect("a folder");
    for entry in std::fs::read_dir(data.join("cache")).into_iter().flatten().flatten() {
        let kept = cache().join(entry.file_name());
        if !kept.exists() {
            let half = kept.with_extension(format!("{}", std::process::id()));
            let copied = std::fs::copy(entry.path(), &half).and_then(|_| std::fs::rename(&half, &kept));
            drop(copied);
        }
    }
}

fn log(data: &Path) -> Stdio {
    std::fs::create_dir_all(data).expect("a folder");
    let file = std::fs::File::options().create(true).append(true).open(data.join("host.log")).expect("a log");
    file.into()
}

fn read_log(data: &Path) -> String {
    std::fs::read_to_string(data.join("host.log")).unwrap_or_default()
}
