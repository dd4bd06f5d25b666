//! 实况: which codes of which departments are kept as what is so now, and how
//! coarsely; and which of them are hydrants.

use crate::signal::Kind;
use serde::{Deserialize, Serialize};

/// How long something people reported is shown where no rule speaks of it and it
/// does not say its own end.
const UNRULED_HOURS: u32 = 24;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Reports {
    /// The longest code that fits counts.
    pub rules: Vec<Rule>,
    pub hydrants: Hydrants,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// A signal's code, or a prefix followed by `.*`.
    pub code: String,
    pub name: String,
    /// How long the last word holds, unless the signal says its own end.
    pub hours: u32,
    /// Between two recorded values of one thing.
    #[serde(default)]
    pub every_s: u32,
    /// Values that matter: one that is crossed is recorded at once.
    #[serde(default)]
    pub limits: Vec<f64>,
}

/// 消火栓: which readings are theirs, and what an incident asks of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Hydrants {
    /// Code of the pressure, in kPa; empty: the city has none that report.
    pub code: String,
    /// Below this no engine draws water.
    pub dry_kpa: f64,
    /// How near an incident a hydrant counts.
    pub radius_m: f64,
    /// Hazards that need water.
    pub hazards: Vec<String>,
}

impl Default for Hydrants {
    fn default() -> Hydrants {
        Hydrants { code: String::new(), dry_kpa: 100.0, radius_m: 300.0, hazards: vec!["fire".to_owned()] }
    }
}

impl Reports {
    /// What is said of a code. Of readings and states only those that a rule names
    /// are kept: the rest would be chatter.
    pub fn rule(&self, kind: &Kind, code: &str) -> Option<Rule> {
        let fits = |rule: &&Rule| match rule.code.strip_suffix(".*") {
            Some(front) => {
                code.strip_prefix(front).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            }
            None => rule.code == code,
        };
        let ruled = self.rules.iter().filter(fits).max_by_key(|rule| rule.code.len()).cloned();
        ruled.or_else(|| {
            (*kind == Kind::Report).then(|| Rule {
                code: code.to_owned(),
                name: String::new(),
                hours: UNRULED_HOURS,
                every_s: 0,
                limits: Vec::new(),
            })
        })
    }
}
