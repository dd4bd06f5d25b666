//! City data: what the city says of itself. Loaded from files by the `tocsin`
//! crate, validated there with line and column, and pure data here.

pub mod accident;
pub mod danger;
pub mod duty;
pub mod grid;
pub mod plan;
pub mod report;
pub mod risk;
pub mod share;
pub mod supply;
pub mod team;
pub mod upkeep;
pub mod warning;

use crate::signal::{Position, Severity};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct City {
    /// 12-digit administrative code of the city itself.
    pub code: String,
    pub name: String,
    /// SHA-256 over the files, hex; journal records name the city data they were decided under.
    pub digest: String,
    pub departments: Vec<Department>,
    pub regions: Vec<Region>,
    pub units: Vec<Unit>,
    pub devices: Vec<Device>,
    pub hazards: Vec<Hazard>,
    #[serde(default)]
    pub plans: Vec<plan::Plan>,
    #[serde(default)]
    pub accidents: accident::Accidents,
    #[serde(default)]
    pub dangers: danger::Dangers,
    #[serde(default)]
    pub grid: grid::Grid,
    #[serde(default)]
    pub duty: duty::Duty,
    #[serde(default)]
    pub risk: risk::Risks,
    /// First match first.
    #[serde(default)]
    pub shares: Vec<share::Share>,
    #[serde(default)]
    pub audiences: Vec<share::Audience>,
    /// What the advice of the city file's plugins may do.
    #[serde(default)]
    pub grants: Vec<share::Grant>,
    #[serde(default)]
    pub teams: team::Teams,
    #[serde(default)]
    pub supplies: supply::Supplies,
    #[serde(default)]
    pub warnings: warning::Warnings,
    #[serde(default)]
    pub reports: report::Reports,
    pub upkeep: upkeep::Upkeep,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Department {
    /// Subject token: lower-case letters, digits, `-`.
    pub id: String,
    pub name: String,
    /// Longest silence of all its devices together, in seconds, that is still normal.
    #[serde(default)]
    pub heartbeat: Option<u32>,
}

/// 行政区划: the city or a township.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Region {
    pub code: String,
    pub name: String,
    /// Code of the region that holds this one; empty for the city.
    #[serde(default)]
    pub parent: String,
    /// Closed ring of `[lon, lat]`, WGS-84; empty where not drawn.
    #[serde(default)]
    pub boundary: Vec<[f64; 2]>,
}

/// 单位: an enterprise or a fire-safety unit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unit {
    pub id: String,
    pub name: String,
    pub region: String,
    #[serde(default)]
    pub address: String,
    #[serde(default)]
    pub position: Option<Position>,
    #[serde(default)]
    pub contacts: Vec<Contact>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Contact {
    pub post: String,
    pub name: String,
    pub phone: String,
}

/// A registered device or part of one; `id` is a path, and the longest
/// registered prefix of a signal's path counts (`uitd` before `uitd/1.1`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Device {
    pub id: String,
    pub department: String,
    #[serde(default)]
    pub model: String,
    pub title: String,
    #[serde(default)]
    pub unit: String,
    /// Empty: that of the unit.
    #[serde(default)]
    pub region: String,
    /// None: that of the unit.
    #[serde(default)]
    pub position: Option<Position>,
    /// Other names of the same thing in other departments' protocols.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// Longest silence, in seconds, that is still normal.
    #[serde(default)]
    pub heartbeat: Option<u32>,
    /// What the plugin is told: limits, register map, trust of test bits.
    #[serde(default)]
    pub settings: BTreeMap<String, serde_json::Value>,
}

/// 危险类别 and how its alarms fuse into incidents.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hazard {
    /// `fire`, `intrusion`, ...
    pub id: String,
    pub name: String,
    /// Signals that open an incident of this hazard.
    pub opens: Vec<Evidence>,
    /// Signals that never open one, but join an open one nearby.
    #[serde(default)]
    pub supports: Vec<Evidence>,
    /// Alarms of this hazard no farther apart than this are one incident.
    pub radius_m: f64,
    /// ... and no farther apart in time than this.
    pub window_s: u32,
    /// Each device is an incident of its own, however near the next one is: items for
    /// somebody to look at, one by one.
    #[serde(default)]
    pub alone: bool,
    /// Confidence from which an incident is confirmed without a person, or none: never.
    #[serde(default)]
    pub confirm_at: Option<f64>,
    /// Severity of an incident whose signals state none.
    #[serde(default)]
    pub severity: Severity,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// A code, or a prefix followed by `.*`.
    pub code: String,
    /// How much one such source alone convinces, in 0..=1.
    pub weight: f64,
    /// None: the hazard's.
    #[serde(default)]
    pub radius_m: Option<f64>,
    #[serde(default)]
    pub window_s: Option<u32>,
}
