//! 基层治理四平台: which platform handles what, and by when.

use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Grid {
    pub desk: Desk,
    pub platforms: Vec<Platform>,
    /// The longest code that fits a report counts.
    pub categories: Vec<Category>,
}

/// 综合信息指挥室: accepts and routes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Desk {
    /// Department whose reports open cases; empty: every department's.
    pub department: String,
    /// Duty post that accepts and assigns, or empty.
    pub post: String,
    /// Post that decides what two platforms have returned, and is told of the desk's overtime.
    pub superior: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Platform {
    pub id: String,
    pub name: String,
    /// Whose plugins may speak for it.
    pub department: String,
    /// Duty post that handles its cases, or empty.
    #[serde(default)]
    pub post: String,
    /// Post that is told of its overtime; empty: the desk's superior.
    #[serde(default)]
    pub superior: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Category {
    /// A report's code, or a prefix followed by `.*`.
    pub code: String,
    pub name: String,
    /// Platform that an accepted case goes to; empty: the desk assigns it by hand.
    #[serde(default)]
    pub platform: String,
    /// Minutes from report to acceptance.
    pub accept: u32,
    /// Minutes from acceptance or return to assignment; none: those of acceptance.
    #[serde(default)]
    pub assign: Option<u32>,
    /// Minutes from assignment to feedback.
    pub handle: u32,
    /// Minutes from feedback to evaluation; none: no clock.
    #[serde(default)]
    pub evaluate: Option<u32>,
    /// Hazard of the incident that a promoted case opens where none is named, or empty.
    #[serde(default)]
    pub hazard: String,
}

impl Grid {
    pub fn platform(&self, id: &str) -> Option<&Platform> {
        self.platforms.iter().find(|platform| platform.id == id)
    }

    /// The category of a report's code: the longest that fits.
    pub fn category(&self, code: &str) -> Option<&Category> {
        let fits = |category: &&Category| match category.code.strip_suffix(".*") {
            Some(front) => {
                code.strip_prefix(front).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            }
            None => category.code == code,
        };
        // Of equally long ones (`report` and `report.*` differ by the suffix) the exact one.
        self.categories.iter().filter(fits).max_by_key(|category| {
            (category.code.trim_end_matches(".*").len(), !category.code.ends_with(".*"))
        })
    }
}
