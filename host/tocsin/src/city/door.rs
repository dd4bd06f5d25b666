//! Doors of the city file: which transport, for whom, and that no two collide.

use super::department::{check_token, twice, unique, unknown};
use super::finding::{Findings, Place, text};
use super::host::{DoorKind, DoorSpec, Lane, PluginSpec};
use super::plugin::Manifests;
use super::source::{Entry, Source};
use serde::Deserialize;
use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr};
use std::path::{Component, Path, PathBuf};
use tocsin_core::city::Department;
use tocsin_core::city::upkeep::Feed;

/// Taken by the host itself: the two inner doors of a department, and the words
/// that the ready line uses for the shared doors.
const RESERVED: [&str; 7] = ["clock", "event", "undelivered", "http", "mqtt", "nats", "console"];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    name: String,
    department: String,
    plugin: String,
    kind: Kind,
    lane: Option<Lane>,
    bind: Option<String>,
    port: Option<u16>,
    source: Option<String>,
    path: Option<String>,
    url: Option<String>,
    authorization: Option<String>,
    address: Option<String>,
    poll_s: Option<u32>,
    #[serde(default)]
    devices: Vec<String>,
    /// Longest silence, in seconds, that is still normal.
    heartbeat: Option<u32>,
}

/// A day: what is asked less often is no poll.
const POLL_S_MAX: u32 = 86_400;

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Kind {
    Tcp,
    Udp,
    Http,
    Mqtt,
    Nats,
    Folder,
    HttpClient,
    TcpClient,
}

impl Kind {
    /// As in [`DOORS`](tocsin_sandbox::DOORS).
    fn as_str(self) -> &'static str {
        match self {
            Kind::Tcp => "tcp",
            Kind::Udp => "udp",
            Kind::Http => "http",
            Kind::Mqtt => "mqtt",
            Kind::Nats => "nats",
            Kind::Folder => "folder",
            Kind::HttpClient => "http-client",
            Kind::TcpClient => "tcp-client",
        }
    }

    /// Which of the fields that not every kind has this one has.
    fn fields(self) -> &'static [&'static str] {
        match self {
            Kind::Tcp | Kind::Udp => &["bind", "port"],
            Kind::Http | Kind::Mqtt | Kind::Nats => &["source"],
            Kind::Folder => &["path"],
            Kind::HttpClient => &["url", "authorization"],
            Kind::TcpClient => &["address", "poll_s", "devices"],
        }
    }
}

pub fn read(
    main: &Source<'_>,
    departments: &[Department],
    plugins: &[PluginSpec],
    manifests: &Manifests,
    findings: &mut Findings,
) -> (Vec<DoorSpec>, Vec<Feed>) {
    let entries: Vec<Entry<'_, Written>> = main.entries("door", findings);
    unique(&entries, "name", findings);
    let mut taken = BTreeSet::new();
    let mut doors = Vec::with_capacity(entries.len());
    let mut feeds = Vec::new();
    for entry in &entries {
        check_parties(entry, departments, plugins, findings);
        check_fields(entry, findings);
        check_made_for(entry, manifests, findings);
        super::registry::check_heartbeat(entry, entry.value.heartbeat, findings);
        let Some(kind) = kind(entry, findings) else {
            continue;
        };
        let Written { name, department, plugin, lane, .. } = &entry.value;
        if let Some((field, way)) = exclusive(&kind, department)
            && !taken.insert(way.clone())
        {
            findings.error(entry.at(field), "way-twice", twice(&way));
        }
        if let Some(heartbeat) = entry.value.heartbeat {
            feeds.push(Feed { door: name.clone(), department: department.clone(), heartbeat });
        }
        let (name, department, plugin) = (name.clone(), department.clone(), plugin.clone());
        doors.push(DoorSpec { name, department, plugin, lane: *lane, kind });
    }
    (doors, feeds)
}

fn check_parties(
    entry: &Entry<'_, Written>,
    departments: &[Department],
    plugins: &[PluginSpec],
    findings: &mut Findings,
) {
    let Written { name, department, plugin, .. } = &entry.value;
    check_token(entry, "name", name, findings);
    if RESERVED.contains(&name.as_str()) {
        let message = text(
            format!("门名 {name} 由系统保留;请改名,例如 {department}-{name}"),
            format!("the name {name} is the host's own; use another, such as {department}-{name}"),
        );
        findings.error(entry.at("name"), "name-reserved", message);
    }
    let ids = || departments.iter().map(|department| department.id.as_str());
    if !ids().any(|id| id == department) {
        let message = unknown("部门", "department", department, ids());
        findings.error(entry.at("department"), "department-unknown", message);
    }
    match plugins.iter().find(|known| known.id == *plugin) {
        None => {
            let message = unknown("插件", "plugin", plugin, plugins.iter().map(|known| known.id.as_str()));
            findings.error(entry.at("plugin"), "plugin-unknown", message);
        }
        Some(known) if known.department != *department => {
            let owner = &known.department;
            let message = text(
                format!("插件 {plugin} 属于部门 {owner},不能用于 {department} 的门;请改为同一部门"),
                format!(
                    "plugin {plugin} belongs to {owner}, not to {department}; a door and its plugin share a department"
                ),
            );
            findings.error(entry.at("plugin"), "plugin-foreign", message);
        }
        Some(_) => {}
    }
}

/// A plugin that names its doors was written for these.
fn check_made_for(entry: &Entry<'_, Written>, manifests: &Manifests, findings: &mut Findings) {
    let Written { plugin, kind, .. } = &entry.value;
    let Some(manifest) = manifests.get(plugin) else { return };
    if manifest.doors.is_empty() || manifest.doors.iter().any(|door| door == kind.as_str()) {
        return;
    }
    let (kind, list) = (kind.as_str(), manifest.doors.join(", "));
    let message = text(
        format!("插件 {plugin} 不是为 {kind} 门编写的;它的 plugin.toml 写有:{list}"),
        format!(
            "plugin {plugin} was not written for a door of the kind {kind}; its plugin.toml names {list}"
        ),
    );
    findings.warning(entry.at("kind"), "door-unfit", message);
}

fn check_fields(entry: &Entry<'_, Written>, findings: &mut Findings) {
    let fits = entry.value.kind.fields();
    for field in ["bind", "port", "source", "path", "url", "authorization", "address", "poll_s", "devices"] {
        if entry.has(field) && !fits.contains(&field) {
            let list = fits.join(", ");
            let message = text(
                format!("此类门没有 {field};可用:{list}"),
                format!("a door of this kind has no {field}; it has {list}"),
            );
            findings.error(entry.at(field), "field-misplaced", message);
        }
    }
}

fn kind(entry: &Entry<'_, Written>, findings: &mut Findings) -> Option<DoorKind> {
    match entry.value.kind {
        Kind::Tcp => socket(entry, findings).map(|(bind, port)| DoorKind::Tcp { bind, port }),
        Kind::Udp => socket(entry, findings).map(|(bind, port)| DoorKind::Udp { bind, port }),
        Kind::Http => source(entry, findings).map(|source| DoorKind::Http { source }),
        Kind::Mqtt => source(entry, findings).map(|source| DoorKind::Mqtt { source }),
        Kind::Nats => source(entry, findings).map(|source| DoorKind::Nats { source }),
        Kind::Folder => folder(entry, findings).map(|path| DoorKind::Folder { path }),
        Kind::HttpClient => url(entry, findings)
            .map(|url| DoorKind::HttpClient { url, authorization: entry.value.authorization.clone() }),
        Kind::TcpClient => tcp_client(entry, findings),
    }
}

/// A socket door has no credentials of its own, so it listens on loopback only: a
/// gateway that knows whom it lets in stands before it.
fn socket(entry: &Entry<'_, Written>, findings: &mut Findings) -> Option<(IpAddr, u16)> {
    let written = entry.value.bind.as_deref();
    let bind = written.map_or(Ok(IpAddr::V4(Ipv4Addr::LOCALHOST)), str::parse);
    match bind {
        Ok(address) if address.is_loopback() => {}
        _ => {
            let shown = written.unwrap_or_default();
            let message = text(
                format!(
                    "bind {shown} 被拒绝:没有凭据的门只能绑定本机回环地址;请写 127.0.0.1,由带鉴权的网关转发"
                ),
                format!(
                    "bind {shown} is refused: a door without credentials binds loopback only; write 127.0.0.1 and let a gateway that authenticates forward to it"
                ),
            );
            findings.error(entry.at("bind"), "bind-open", message);
            return None;
        }
    }
    let Some(port) = entry.value.port else {
        missing(entry.at("port"), "port = 0", findings);
        return None;
    };
    bind.ok().map(|bind| (bind, port))
}

/// Missing where it equals the door's name.
fn source(entry: &Entry<'_, Written>, findings: &mut Findings) -> Option<String> {
    if let Some(source) = &entry.value.source {
        check_token(entry, "source", source, findings);
    }
    Some(entry.value.source.as_ref().unwrap_or(&entry.value.name).clone())
}

/// A door must not read or delete outside the data directory.
fn folder(entry: &Entry<'_, Written>, findings: &mut Findings) -> Option<PathBuf> {
    let Some(path) = entry.value.path.as_deref() else {
        missing(entry.at("path"), "path = \"inbox/…\"", findings);
        return None;
    };
    let steps = Path::new(path).components();
    if path.is_empty() || !steps.into_iter().all(|step| matches!(step, Component::Normal(_))) {
        let message = text(
            format!("path “{path}” 必须是数据目录下的相对路径,且不含 . 和 .."),
            format!("path {path:?} must be relative to the data directory, without . and .."),
        );
        findings.error(entry.at("path"), "path-outside", message);
        return None;
    }
    Some(PathBuf::from(path))
}

/// The client speaks plain HTTP; what goes over a network that is not the city's
/// own goes through a gateway that encrypts.
fn url(entry: &Entry<'_, Written>, findings: &mut Findings) -> Option<String> {
    let Some(url) = entry.value.url.as_deref() else {
        missing(entry.at("url"), "url = \"http://…\"", findings);
        return None;
    };
    let host = url.strip_prefix("http://").and_then(|rest| rest.split('/').next()).unwrap_or_default();
    let is_plain = !host.is_empty() && !url.contains(['@', '?', '#', ' ']);
    if !is_plain {
        let message = text(
            format!("url “{url}” 应如 http://主机:端口/路径,不含用户名和参数;https 请经网关转发"),
            format!(
                "url {url:?} reads like http://host:port/path, without user or query; https goes through a gateway"
            ),
        );
        findings.error(entry.at("url"), "url", message);
        return None;
    }
    Some(url.to_owned())
}

fn tcp_client(entry: &Entry<'_, Written>, findings: &mut Findings) -> Option<DoorKind> {
    let Written { address, poll_s, devices, .. } = &entry.value;
    let has_port = |address: &&String| {
        address.rsplit_once(':').is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok())
    };
    let Some(address) = address.as_ref().filter(has_port) else {
        missing(entry.at("address"), "address = \"192.0.2.7:502\"", findings);
        return None;
    };
    let Some(poll_s) = poll_s.filter(|poll_s| (1..=POLL_S_MAX).contains(poll_s)) else {
        missing(entry.at("poll_s"), "poll_s = 15 (1 … 86400)", findings);
        return None;
    };
    if devices.is_empty() || devices.iter().any(String::is_empty) {
        missing(entry.at("devices"), "devices = [\"meter-7\"]", findings);
        return None;
    }
    Some(DoorKind::TcpClient { address: address.clone(), poll_s, devices: devices.clone() })
}

fn missing(place: Place, example: &str, findings: &mut Findings) {
    let message = text(format!("缺少字段;请写 {example}"), format!("a field is missing; write {example}"));
    findings.error(place, "value-missing", message);
}

/// What only one door can have; none for port 0.
fn exclusive(kind: &DoorKind, department: &str) -> Option<(&'static str, String)> {
    match kind {
        DoorKind::Tcp { port: 0, .. } | DoorKind::Udp { port: 0, .. } => None,
        DoorKind::HttpClient { .. } => None,
        DoorKind::TcpClient { address, .. } => Some(("address", format!("tcp {address}"))),
        DoorKind::Tcp { bind, port } => Some(("port", format!("tcp {bind}:{port}"))),
        DoorKind::Udp { bind, port } => Some(("port", format!("udp {bind}:{port}"))),
        DoorKind::Http { source } => Some(("source", format!("/in/{department}/{source}"))),
        DoorKind::Mqtt { source } => Some(("source", format!("{department}/{source}/+"))),
        DoorKind::Nats { source } => Some(("source", format!("tocsin.in.{department}.{source}"))),
        DoorKind::Folder { path } => Some(("path", path.display().to_string())),
    }
}
