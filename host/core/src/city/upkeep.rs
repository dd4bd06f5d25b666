//! 装置维护与消防监督 as the city has it: what a device's condition asks of people,
//! and how long it may last.

use serde::{Deserialize, Serialize};

/// The content of `upkeep.toml`, and the doors' heartbeats of `city.toml`. A table
/// that the file does not write has the entries of the default.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Upkeep {
    pub silence: Silence,
    pub maintenance: Vec<Maintenance>,
    pub limits: Vec<Limit>,
    pub roll_call: RollCall,
    pub feeds: Vec<Feed>,
}

impl Default for Upkeep {
    fn default() -> Upkeep {
        let task = |code: &str, title: &str, hours| Maintenance {
            code: code.into(),
            title: title.into(),
            post: String::new(),
            hours,
        };
        let day =
            |state: &str| Limit { state: state.into(), minutes: 24 * 60, departments: vec!["fire".into()] };
        Upkeep {
            silence: Silence::default(),
            maintenance: vec![task("battery.low", "更换电池", 72), task("maintenance.*", "检修", 168)],
            limits: vec![day("shielded"), day("manual")],
            roll_call: RollCall::default(),
            feeds: Vec::new(),
        }
    }
}

/// 失联.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Silence {
    /// From so many silent devices of one department on they are one finding.
    pub group: u32,
}

impl Default for Silence {
    /// A street cabinet without power takes some devices with it; ten are a line.
    fn default() -> Silence {
        Silence { group: 10 }
    }
}

/// 维护: which condition of a device becomes a task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Maintenance {
    /// A code, or a prefix followed by `.*`.
    pub code: String,
    /// What is to be done, as the task says it.
    pub title: String,
    /// Empty: the post that answers for the device's department.
    #[serde(default)]
    pub post: String,
    /// Until the task is late.
    #[serde(default = "three_days")]
    pub hours: u32,
}

fn three_days() -> u32 {
    72
}

/// 监督: how long a device may stand in a state before its unit is on the list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limit {
    /// A word of a device's condition: `shielded`, `manual`, `silent`.
    pub state: String,
    pub minutes: u32,
    /// Empty: every department's devices.
    #[serde(default)]
    pub departments: Vec<String>,
}

/// 查岗.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RollCall {
    /// The orders that ask whether somebody is there.
    pub matter: String,
    /// Who is told of a unit where nobody answered; empty: the post that answers
    /// for the department.
    pub post: String,
}

impl Default for RollCall {
    fn default() -> RollCall {
        RollCall { matter: "fire.roll-call".into(), post: String::new() }
    }
}

/// A door through which something comes at least so often.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Feed {
    pub door: String,
    pub department: String,
    /// Longest silence, in seconds, that is still normal.
    pub heartbeat: u32,
}

impl Upkeep {
    /// The task that a code asks for: the longest pattern that fits.
    pub fn task(&self, code: &str) -> Option<&Maintenance> {
        let fits = |rule: &&Maintenance| match rule.code.strip_suffix(".*") {
            Some(front) => {
                code.strip_prefix(front).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            }
            None => rule.code == code,
        };
        self.maintenance.iter().filter(fits).max_by_key(|rule| rule.code.len())
    }

    /// Milliseconds that a state may last.
    pub fn limit(&self, department: &str, state: &str) -> Option<i64> {
        let speaks = |limit: &&Limit| {
            let is_ours = limit.departments.is_empty() || limit.departments.iter().any(|id| id == department);
            limit.state == state && is_ours
        };
        self.limits.iter().find(speaks).map(|limit| i64::from(limit.minutes) * 60_000)
    }
}
