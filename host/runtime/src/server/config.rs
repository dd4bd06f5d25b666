//! Where the embedded server keeps its things, and what we tell it.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// Made once, kept in the data folder, readable by its owner alone.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Credentials {
    /// The host itself: everything.
    pub host: String,
    /// City systems: may hear events.
    pub subscriber: String,
    /// Devices on NATS and MQTT: may speak to the doors.
    pub device: String,
    /// People and systems that command: token over HTTP, password on the bus.
    pub operator: String,
    /// Each audience of the city file: may hear its own events.
    #[serde(default)]
    pub audiences: BTreeMap<String, String>,
}

impl Credentials {
    /// An audience that is new gets its secret, one that is gone keeps it.
    pub fn load_or_make(path: &Path, audiences: &[String]) -> io::Result<Credentials> {
        let (mut credentials, mut is_new) = match fs::read(path) {
            Ok(text) => (serde_json::from_slice(&text).map_err(io::Error::other)?, false),
            Err(error) if error.kind() == io::ErrorKind::NotFound => (Credentials::fresh(), true),
            Err(error) => return Err(error),
        };
        for audience in audiences {
            if !credentials.audiences.contains_key(audience) {
                credentials.audiences.insert(audience.clone(), crate::trace::secret());
                is_new = true;
            }
        }
        if is_new {
            write_private(path, &serde_json::to_vec_pretty(&credentials)?)?;
        }
        credentials.audiences.retain(|id, _| audiences.contains(id));
        Ok(credentials)
    }

    fn fresh() -> Credentials {
        Credentials {
            host: crate::trace::secret(),
            subscriber: crate::trace::secret(),
            device: crate::trace::secret(),
            operator: crate::trace::secret(),
            audiences: BTreeMap::new(),
        }
    }
}

#[derive(Clone, Debug)]
pub struct Layout {
    pub dir: PathBuf,
    pub nats_port: u16,
    pub mqtt_port: u16,
    pub credentials: Credentials,
    /// MQTT topics' first levels, and NATS subjects, that devices may speak on.
    pub departments: Vec<String>,
    pub store_bytes: u64,
}

impl Layout {
    pub fn config_file(&self) -> PathBuf {
        self.dir.join("nats.conf")
    }

    pub fn log_file(&self) -> PathBuf {
        self.dir.join("nats.log")
    }

    pub fn pid_file(&self) -> PathBuf {
        self.dir.join("nats.pid")
    }

    pub fn host_url(&self) -> String {
        format!("nats://host:{}@127.0.0.1:{}", self.credentials.host, self.nats_port)
    }

    pub fn subscriber_url(&self) -> String {
        format!("nats://subscriber:{}@127.0.0.1:{}", self.credentials.subscriber, self.nats_port)
    }

    /// Where each audience hears its events.
    pub fn audience_urls(&self) -> BTreeMap<String, String> {
        let url =
            |id: &str, secret: &str| format!("nats://{}:{secret}@127.0.0.1:{}", user(id), self.nats_port);
        self.credentials.audiences.iter().map(|(id, secret)| (id.clone(), url(id, secret))).collect()
    }

    pub fn device_url(&self) -> String {
        format!("nats://device:{}@127.0.0.1:{}", self.credentials.device, self.nats_port)
    }

    pub fn write(&self) -> io::Result<()> {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(&self.dir)?;
        write_private(&self.config_file(), self.text().as_bytes())
    }

    /// `sync_interval: always` is what an acknowledgement rests on: with the
    /// default, two minutes of acknowledged alarms do not survive a power cut.
    fn text(&self) -> String {
        let Credentials { host, subscriber, device, operator, audiences } = &self.credentials;
        let others: Vec<String> = audiences.keys().map(|id| format!("\"tocsin.*.event.{id}.>\"")).collect();
        let others = others.join(", ");
        let audiences: String = audiences.iter().map(|(id, secret)| audience(id, secret)).collect();
        let topics: String = self.departments.iter().map(|id| format!("\"{id}.>\", ")).collect();
        format!(
            r#"# Written by tocsin at every start; changes here are lost.
server_name: tocsin
listen: "127.0.0.1:{nats}"
pid_file: {pid:?}
max_payload: {payload}
max_pending: 128MB
write_deadline: "10s"
ping_interval: "10s"
jetstream {{
  store_dir: {store:?}
  sync_interval: always
  max_file_store: {bytes}
  max_memory_store: 268435456
}}
mqtt {{
  listen: "127.0.0.1:{mqtt}"
  no_auth_user: device
  ack_wait: "10s"
  max_ack_pending: 1024
}}
authorization {{
  users: [
    {{ user: host, password: "{host}" }}
    {{ user: subscriber, password: "{subscriber}", permissions: {{
        subscribe: {{ allow: ["tocsin.*.event.>", "_INBOX.>"], deny: [{others}] }}
        publish: ["$JS.API.INFO", "$JS.API.STREAM.INFO.EVENTS", "$JS.API.STREAM.MSG.GET.EVENTS"] }} }}
{audiences}
    {{ user: operator, password: "{operator}", permissions: {{
        subscribe: {{ allow: ["tocsin.*.event.>", "_OPERATOR.>"], deny: [{others}] }}
        publish: ["tocsin.live.command.>"] }} }}
    {{ user: device, password: "{device}", permissions: {{
        subscribe: ["_INBOX.>"]
        publish: [{topics}"tocsin.in.>"] }} }}
  ]
}}
"#,
            nats = self.nats_port,
            mqtt = self.mqtt_port,
            pid = self.pid_file(),
            payload = crate::bus::MAX_PAYLOAD,
            store = self.dir.join("store"),
            bytes = self.store_bytes,
        )
    }
}

/// Users are named apart from the host's own.
fn user(audience: &str) -> String {
    format!("audience-{audience}")
}

/// It hears its own tree and asks for nothing: the stream holds everybody's.
fn audience(id: &str, secret: &str) -> String {
    let user = user(id);
    format!(
        "    {{ user: \"{user}\", password: \"{secret}\", permissions: {{
        subscribe: [\"tocsin.*.event.{id}.>\"]
        publish: {{ deny: \">\" }} }} }}\n"
    )
}

/// Room for the store: half of the volume, and never what is not there, so
/// that a full disk is a clean refusal by the bus and not a wedged stream.
pub fn store_bytes(dir: &Path) -> u64 {
    const FLOOR: u64 = 1 << 30;
    let Ok(volume) = rustix::fs::statvfs(dir) else { return FLOOR };
    let half = volume.f_blocks * volume.f_frsize / 2;
    let free = volume.f_bavail * volume.f_frsize;
    let now = half.min(free / 10 * 7 + used(&dir.join("nats/store"))).max(64 << 20);
    // Streams that stand have taken their share of what was given before: less
    // than that, and the server refuses them all because the volume has filled.
    now.max(given_before(&dir.join("nats/nats.conf")))
}

/// What the volume has left, in bytes.
pub fn room(dir: &Path) -> u64 {
    rustix::fs::statvfs(dir).map_or(0, |volume| volume.f_bavail * volume.f_frsize)
}

/// What the last start gave the server.
fn given_before(config: &Path) -> u64 {
    let text = fs::read_to_string(config).unwrap_or_default();
    let line = text.lines().find_map(|line| line.trim().strip_prefix("max_file_store:"));
    line.and_then(|bytes| bytes.trim().parse().ok()).unwrap_or(0)
}

fn used(dir: &Path) -> u64 {
    let Ok(entries) = fs::read_dir(dir) else { return 0 };
    let size = |entry: fs::DirEntry| match entry.metadata() {
        Ok(meta) if meta.is_dir() => used(&entry.path()),
        Ok(meta) => meta.len(),
        Err(_) => 0,
    };
    entries.flatten().map(size).sum()
}

pub fn write_private(path: &Path, text: &[u8]) -> io::Result<()> {
    let temporary = path.with_extension("new");
    let mut file =
        fs::OpenOptions::new().create(true).write(true).truncate(true).mode(0o600).open(&temporary)?;
    file.write_all(text)?;
    file.sync_all()?;
    fs::rename(temporary, path)
}
