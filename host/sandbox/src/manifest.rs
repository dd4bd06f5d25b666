//! What a plugin says of itself: `plugin.toml`, carried in the package.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Kinds of doors that a city may have, as a manifest and the city file write them.
pub const DOORS: [&str; 8] = ["tcp", "udp", "http", "mqtt", "nats", "folder", "http-client", "tcp-client"];

/// Carried as JSON in the custom section `tocsin:manifest`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Lower-case letters, digits, `-`.
    pub id: String,
    /// Whose plugin it is; the same alphabet.
    pub department: String,
    /// `major.minor.patch`.
    pub version: String,
    /// Contract it was built against: `1.0.0`.
    pub contract: String,
    /// Interfaces it exports; no more, no fewer.
    pub roles: Vec<Role>,
    /// Doors it is made for, of [`DOORS`]; empty: whatever brings bytes. `plugin build`
    /// and `city check` look at them, the host does not.
    #[serde(default)]
    pub doors: Vec<String>,
    /// Events that its connector and advisor want.
    #[serde(default)]
    pub events: Vec<Wish>,
    #[serde(default)]
    pub limits: Limits,
    #[serde(default)]
    pub settings: BTreeMap<String, Setting>,
}

/// An interface of the contract that a plugin may export.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    Decoder,
    Framer,
    Timekeeper,
    Connector,
    Advisor,
}

impl Role {
    pub const ALL: [Role; 5] =
        [Role::Decoder, Role::Framer, Role::Timekeeper, Role::Connector, Role::Advisor];

    pub fn as_str(self) -> &'static str {
        match self {
            Role::Decoder => "decoder",
            Role::Framer => "framer",
            Role::Timekeeper => "timekeeper",
            Role::Connector => "connector",
            Role::Advisor => "advisor",
        }
    }
}

/// An event that a plugin wants to hear of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wish {
    /// CloudEvents type, or a prefix followed by `.*`.
    pub kind: String,
    /// Which room the call sees: `device`, `incident`, `unit`, `region`, or empty.
    #[serde(default)]
    pub key: String,
}

/// What the operator may set for a plugin.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Setting {
    #[serde(default)]
    pub title: String,
    /// Never printed, never in an event.
    #[serde(default)]
    pub secret: bool,
    #[serde(default)]
    pub default: Option<String>,
}

/// What a plugin may use. Every limit has a default that suits a decoder of one
/// device protocol, and a ceiling that the host refuses to go beyond.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Calls a second. Waiting beyond it, never losing: the feed asks
    /// [`ready_in`](crate::Guest::ready_in).
    pub frames_per_second: u32,
    /// Processor time of one call.
    pub milliseconds: u32,
    /// Linear memory of one instance.
    pub memory_mib: u32,
    /// Signals of one call.
    pub signals: u32,
    /// Sends of one call.
    pub sends: u32,
    /// All text and bytes of one answer as they will be recorded: a payload
    /// counts twice (hex), and so does a quote in text.
    pub output_bytes: u32,
    /// Timers of one device.
    pub timers: u32,
    /// Keys and values of one device.
    pub state_bytes: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            // A feed's thread at 2 µs a call and as much around it does not reach 250,000.
            frames_per_second: 100_000,
            // A call takes 2 to 25 µs in Rust, 160 in JavaScript, 1.3 ms on a fresh
            // Python instance: forty times the slowest.
            milliseconds: 50,
            // A Rust guest starts with 1.1 MiB, Python with 18.
            memory_mib: 32,
            // A GB/T 26875.3 frame holds 22 components, a platform's batch some hundreds.
            signals: 512,
            sends: 64,
            output_bytes: 64 << 10,
            timers: 64,
            state_bytes: 32 << 10,
        }
    }
}

impl Limits {
    /// The most that any manifest may ask for.
    ///
    /// An answer and its changes, alone in a SIGNALS message, stay near 512 KiB:
    /// 256 KiB output + 1,024 signals × 128 B of field names + 64 KiB state in hex.
    /// A second a call is what a duty officer would notice.
    pub const CEILING: Limits = Limits {
        frames_per_second: 1_000_000,
        milliseconds: 1_000,
        memory_mib: 64,
        signals: 1_024,
        sends: 256,
        output_bytes: 256 << 10,
        timers: 1_024,
        state_bytes: 64 << 10,
    };

    /// Name, value and ceiling of each, for a check and for `doctor`.
    pub fn table(&self) -> [(&'static str, u32, u32); 8] {
        let most = Limits::CEILING;
        [
            ("frames_per_second", self.frames_per_second, most.frames_per_second),
            ("milliseconds", self.milliseconds, most.milliseconds),
            ("memory_mib", self.memory_mib, most.memory_mib),
            ("signals", self.signals, most.signals),
            ("sends", self.sends, most.sends),
            ("output_bytes", self.output_bytes, most.output_bytes),
            ("timers", self.timers, most.timers),
            ("state_bytes", self.state_bytes, most.state_bytes),
        ]
    }
}

/// Why a manifest is none, in words for its author.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ManifestError {
    #[error("`{field}` is `{value}`; it takes lower-case letters, digits and `-`, at most 64")]
    Token { field: &'static str, value: String },
    #[error("`version` is `{0}`; it reads like 1.4.2")]
    Version(String),
    #[error("`roles` is empty; name what the plugin exports, such as `decoder`")]
    NoRole,
    #[error("`roles` names `{0}` twice")]
    RoleTwice(&'static str),
    #[error("`limits.{name}` is {value}; it takes 1 to {most}")]
    Limit { name: &'static str, value: u32, most: u32 },
}

impl Manifest {
    /// What serde cannot see. `load` does it; `plugin build` may do it earlier.
    pub fn check(&self) -> Result<(), ManifestError> {
        for (field, value) in [("id", &self.id), ("department", &self.department)] {
            if !is_token(value) {
                return Err(ManifestError::Token { field, value: crate::border::text::line(value, 64) });
            }
        }
        let parts = self.version.split('.').filter(|part| part.parse::<u32>().is_ok()).count();
        if parts != 3 || self.version.split('.').count() != 3 {
            return Err(ManifestError::Version(crate::border::text::line(&self.version, 64)));
        }
        if self.roles.is_empty() {
            return Err(ManifestError::NoRole);
        }
        for (index, role) in self.roles.iter().enumerate() {
            if self.roles[..index].contains(role) {
                return Err(ManifestError::RoleTwice(role.as_str()));
            }
        }
        for (name, value, most) in self.limits.table() {
            if value == 0 && !matches!(name, "timers" | "state_bytes" | "sends" | "signals") || value > most {
                return Err(ManifestError::Limit { name, value, most });
            }
        }
        Ok(())
    }

    pub fn has(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }
}

fn is_token(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}
