//! 隐患: who answers for which, by when, and who may say that it is gone.

use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Dangers {
    pub desk: Desk,
    pub deadline: Deadline,
    /// The first that fits a danger is in charge of it.
    pub charges: Vec<Charge>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Desk {
    /// Departments whose reports open dangers; empty: every department's.
    pub reporters: Vec<String>,
    /// Departments that may re-check and close; empty: the one that reported it.
    pub recheck: Vec<String>,
    /// Duty post that is told of a deadline that passed.
    pub superior: String,
}

/// Days from finding to rectification where the report states no deadline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Deadline {
    pub general: u32,
    pub major: u32,
    /// Minutes in which those who get the task say that they have it.
    pub acknowledge: u32,
}

impl Default for Deadline {
    fn default() -> Deadline {
        Deadline { general: 15, major: 30, acknowledge: 60 }
    }
}

/// 职责: an empty condition fits all.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Charge {
    /// As the report words it: `消防`; also what begins with it.
    pub category: String,
    pub trade: String,
    /// `general` or `major`.
    pub level: String,
    pub department: String,
    /// Duty post; empty: the one that answers for the department.
    pub post: String,
}

impl Dangers {
    pub fn charge(&self, category: &str, trade: &str, level: &str) -> Option<&Charge> {
        self.charges.iter().find(|charge| {
            category.starts_with(&charge.category)
                && trade.starts_with(&charge.trade)
                && (charge.level.is_empty() || charge.level == level)
        })
    }
}
