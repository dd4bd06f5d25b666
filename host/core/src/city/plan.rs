//! 预案 as data: what a city writes of a plan, structured as GB/T 29639-2020.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One version of one plan, whole.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// Lower-case letters, digits and `-`: `flood-city`.
    pub id: String,
    /// Counts up with every change, however small.
    pub version: u32,
    pub title: String,
    #[serde(default)]
    pub kind: Kind,
    /// What one response answers for; missing: an incident for an on-site plan,
    /// everything for any other.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per: Option<Per>,
    /// The plan above: when it responds, this one does where it is touched.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub parent: String,
    /// 12-digit administrative code that it is for.
    pub region: String,
    /// Who keeps it, and who carries out what names no post or department.
    pub department: String,
    /// Unit of an on-site plan, or empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub unit: String,
    /// Hazards whose incidents its conditions see; empty: all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hazards: Vec<String>,
    /// Codes of readings that its conditions see: `water.level`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub readings: Vec<String>,
    /// Duty post that decides on proposals, or empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub post: String,
    /// Minutes within which a proposal wants an answer.
    #[serde(default = "answer_min")]
    pub answer_min: u32,
    /// Who approved it on paper, and when (RFC 3339): it then comes in approved
    /// and active. Empty: a draft.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub approved_by: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub approved_at: String,
    #[serde(default, rename = "clause")]
    pub clauses: Vec<Clause>,
    #[serde(default, rename = "level")]
    pub levels: Vec<Level>,
}

/// GB/T 29639-2020: 综合应急预案, 专项应急预案, 现场处置方案.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    Comprehensive,
    #[default]
    Special,
    OnSite,
}

/// 现场: what one response of a plan answers for. A plan responds to several of
/// them at once, to each on its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Per {
    /// Whatever makes it respond is one matter: a flood.
    Plan,
    /// Each incident is a matter of its own.
    Incident,
    /// Each township (a region that holds no other) is one.
    Region,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Clause {
    /// `4.2.1`.
    pub no: String,
    #[serde(default)]
    pub title: String,
    #[serde(default)]
    pub text: String,
}

/// 响应级别. Not an accident's grade (GB/T 29639-2020): what it takes to answer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Level {
    /// 4 (Ⅳ) to 1 (Ⅰ).
    pub level: u8,
    /// CEL; empty in a child plan: as its parent responds.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub start: String,
    /// CEL; empty: as soon as `start` no longer holds.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub end: String,
    /// Seconds for which it must have been over before the level is left.
    #[serde(default)]
    pub hold_s: u32,
    #[serde(default)]
    pub start_mode: StartMode,
    /// Number of the clause that says so.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub clause: String,
    #[serde(default, rename = "task", skip_serializing_if = "Vec::is_empty")]
    pub tasks: Vec<Task>,
    #[serde(default, rename = "team", skip_serializing_if = "Vec::is_empty")]
    pub teams: Vec<TeamNeed>,
    #[serde(default, rename = "supply", skip_serializing_if = "Vec::is_empty")]
    pub supplies: Vec<SupplyNeed>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum StartMode {
    #[default]
    Automatic,
    /// A person decides.
    Propose,
}

/// What a duty post (or a department) does while the level or a higher one holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Task {
    /// Its own in the plan: `evacuate`.
    pub id: String,
    pub title: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub post: String,
    /// Where no post is named, or the post's department is not the one.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub department: String,
    /// Empty: the level's.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub clause: String,
    /// Minutes; none: no clock runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acknowledge_min: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arrive_min: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub done_min: Option<u32>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TeamNeed {
    pub capability: String,
    #[serde(default = "one")]
    pub count: u32,
    /// Whether the response takes them, or asks a person to.
    #[serde(default, skip_serializing_if = "StartMode::is_automatic")]
    pub mode: StartMode,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SupplyNeed {
    /// GB/T 38565 code.
    pub item: String,
    pub quantity: u64,
    #[serde(default, skip_serializing_if = "StartMode::is_automatic")]
    pub mode: StartMode,
}

impl StartMode {
    fn is_automatic(&self) -> bool {
        *self == StartMode::Automatic
    }
}

impl Plan {
    /// `flood-city@2`.
    pub fn key(&self) -> String {
        format!("{}@{}", self.id, self.version)
    }

    pub fn per(&self) -> Per {
        self.per.unwrap_or(match self.kind {
            Kind::OnSite => Per::Incident,
            Kind::Comprehensive | Kind::Special => Per::Plan,
        })
    }

    pub fn level(&self, level: u8) -> Option<&Level> {
        self.levels.iter().find(|own| own.level == level)
    }

    /// Tasks that hold at a level: its own and those of the lower ones (Ⅳ is
    /// the lowest), each with the level that it stands under.
    pub fn tasks_at(&self, level: u8) -> impl Iterator<Item = (&Level, &Task)> {
        let mut levels: Vec<&Level> = self.levels.iter().filter(|own| own.level >= level).collect();
        levels.sort_by_key(|own| std::cmp::Reverse(own.level));
        levels.into_iter().flat_map(|own| own.tasks.iter().map(move |task| (own, task)))
    }

    /// `flood-city@2 §4.2.1`.
    pub fn cite(&self, clause: &str) -> String {
        match clause {
            "" => self.key(),
            clause => format!("{} §{clause}", self.key()),
        }
    }

    /// What was written but for the approval, which does not make another plan.
    pub fn same_content(&self, other: &Plan) -> bool {
        let bare =
            |plan: &Plan| Plan { approved_by: String::new(), approved_at: String::new(), ..plan.clone() };
        self == other || bare(self) == bare(other)
    }
}

/// `Ⅳ` to `Ⅰ`.
pub fn roman(level: u8) -> &'static str {
    match level {
        1 => "Ⅰ",
        2 => "Ⅱ",
        3 => "Ⅲ",
        4 => "Ⅳ",
        _ => "—",
    }
}

impl Kind {
    pub fn name(self) -> &'static str {
        match self {
            Kind::Comprehensive => "综合应急预案",
            Kind::Special => "专项应急预案",
            Kind::OnSite => "现场处置方案",
        }
    }
}

fn answer_min() -> u32 {
    15
}

fn one() -> u32 {
    1
}
