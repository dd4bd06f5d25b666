//! 队伍与专家 as the city's files name them, and what a hazard or a material needs.

use crate::signal::Position;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Teams {
    pub teams: Vec<Team>,
    pub experts: Vec<Expert>,
    pub needs: Vec<Need>,
}

/// 队伍: who moves together and can do something.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Team {
    pub id: String,
    pub name: String,
    pub department: String,
    /// 专业队, 民兵, 志愿者 and so on, in the city's own words.
    #[serde(default)]
    pub kind: String,
    /// What it can do, in words that [`Need`] uses too.
    pub capabilities: Vec<String>,
    #[serde(default)]
    pub equipment: Vec<String>,
    /// Where it stands when it serves nobody.
    #[serde(default)]
    pub position: Option<Position>,
    /// Empty: the township that the position lies in.
    #[serde(default)]
    pub region: String,
    /// People.
    #[serde(default)]
    pub size: u32,
    #[serde(default)]
    pub leader: String,
    #[serde(default)]
    pub phone: String,
    /// How fast it moves along the great circle, turns and traffic included.
    #[serde(default = "speed")]
    pub speed_kmh: f64,
    /// Duty post that its orders go to; empty: the department's.
    #[serde(default)]
    pub post: String,
    /// Minutes that it has to acknowledge an order that names no time.
    #[serde(default = "acknowledge")]
    pub acknowledge_minutes: u32,
}

/// 专家: a person whose judgement is called for.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expert {
    pub id: String,
    pub name: String,
    /// Whose duty post calls the expert.
    pub department: String,
    /// Fields of knowledge, in words that [`Need`] uses too.
    pub fields: Vec<String>,
    /// Hazards for which the expert is called whatever else is needed.
    #[serde(default)]
    pub hazards: Vec<String>,
    /// Materials likewise; found as words in what is told of an incident.
    #[serde(default)]
    pub materials: Vec<String>,
    #[serde(default)]
    pub phone: String,
    /// Where the expert works.
    #[serde(default)]
    pub unit: String,
    #[serde(default)]
    pub region: String,
    #[serde(default)]
    pub position: Option<Position>,
    #[serde(default)]
    pub post: String,
    #[serde(default = "acknowledge")]
    pub acknowledge_minutes: u32,
}

/// 需求: what an incident of a hazard, or with a material, needs. One that names
/// neither is needed by every incident.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Need {
    /// Why, as an officer reads it.
    pub name: String,
    #[serde(default)]
    pub hazards: Vec<String>,
    /// Words of which one in the incident's texts is enough.
    #[serde(default)]
    pub materials: Vec<String>,
    #[serde(default)]
    pub capabilities: Vec<String>,
    /// Fields of experts.
    #[serde(default)]
    pub experts: Vec<String>,
}

/// A lorry on country roads, measured along the great circle.
fn speed() -> f64 {
    40.0
}

fn acknowledge() -> u32 {
    5
}
