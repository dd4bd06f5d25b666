//! A door and a plugin as the city file names them.

use serde::Deserialize;
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::PathBuf;

/// A plugin package that the city wants loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PluginSpec {
    pub id: String,
    pub department: String,
    /// As the city file names it, joined to the city directory.
    pub package: PathBuf,
    /// The operator's values for what the manifest declares.
    pub settings: BTreeMap<String, String>,
}

/// A way in for bytes. It names one plugin, of the same department.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DoorSpec {
    /// Subject token, unique in the city.
    pub name: String,
    pub department: String,
    pub plugin: String,
    /// None: `Framer` where the plugin has that role, else `Routine`.
    pub lane: Option<LaneRule>,
    pub kind: DoorKind,
}

/// Who decides on which lane what comes in is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LaneRule {
    /// The plugin's framer, piece by piece.
    Framer,
    Routine,
    Red,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DoorKind {
    /// Port 0: any free one.
    Tcp { bind: IpAddr, port: u16 },
    /// Port 0: any free one.
    Udp { bind: IpAddr, port: u16 },
    /// `POST /in/<department>/<source>`
    Http { source: String },
    /// Topic `<department>/<source>/<device>`
    Mqtt { source: String },
    /// Subject `tocsin.in.<department>.<source>`
    Nats { source: String },
    /// Below the data directory; relative, without `..`.
    Folder { path: PathBuf },
    /// Sends to the door's name are posted below `url`; what is answered comes in.
    HttpClient { url: String, authorization: Option<String> },
    /// Keeps a connection to `address` (`host:port`) and asks every `poll_s`
    /// seconds for each of `devices`.
    TcpClient { address: String, poll_s: u32, devices: Vec<String> },
}
