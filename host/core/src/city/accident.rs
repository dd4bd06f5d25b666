//! 事故: what makes a grade, whom it is reported to, and by when.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Accidents {
    /// Authorities from the lowest up: the first is the one that this desk speaks for.
    pub levels: Vec<Level>,
    /// From the lightest up.
    pub grades: Vec<Grade>,
    pub clocks: Vec<Clock>,
    pub desk: Desk,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Level {
    pub id: String,
    pub name: String,
}

/// 事故等级: reached with any one of the three numbers ("以上" includes the number).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grade {
    pub id: String,
    pub name: String,
    pub deaths: u32,
    /// Serious injuries, acute poisoning included.
    pub injuries: u32,
    /// Direct loss, yuan.
    pub loss: u64,
    /// Level up to which it is reported.
    pub level: String,
}

/// 报告时限.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clock {
    pub id: String,
    pub name: String,
    pub kind: ClockKind,
    pub minutes: u32,
    /// Which reports stop it: `phone` (any report does), `written`, or empty (any).
    #[serde(default)]
    pub means: Means,
    /// Grades it runs for; empty: all.
    #[serde(default)]
    pub grades: Vec<String>,
    /// Of a first report: from when it runs.
    #[serde(default)]
    pub from: Start,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ClockKind {
    /// 首报: the head of the unit tells the desk.
    First,
    /// 逐级上报: each level tells the one above it.
    Upward,
    /// 续报: between one report and the next.
    FollowUp,
    /// 终报: from when it happened.
    Final,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Means {
    #[default]
    Any,
    Phone,
    Written,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Start {
    /// When the head of the unit knew.
    #[default]
    Known,
    Happened,
}

/// Who sees to it that reports go out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Desk {
    pub department: String,
    /// Duty post that is ordered to report when a clock has run out, or empty.
    pub post: String,
}

impl Accidents {
    pub fn level(&self, id: &str) -> Option<&Level> {
        self.levels.iter().find(|level| level.id == id)
    }

    pub fn grade(&self, id: &str) -> Option<&Grade> {
        self.grades.iter().find(|grade| grade.id == id)
    }

    /// Steps above the desk.
    pub fn height(&self, level: &str) -> Option<usize> {
        self.levels.iter().position(|known| known.id == level)
    }
}

/// State Council Order 493, articles 3, 9, 10 and 11; intervals of follow-up reports as
/// in the rules on reporting of accidents (daily, from 重大 on twice a day).
impl Default for Accidents {
    fn default() -> Accidents {
        let level = |id: &str, name: &str| Level { id: id.into(), name: name.into() };
        let grade = |id: &str, name: &str, deaths, injuries, loss, level: &str| Grade {
            id: id.into(),
            name: name.into(),
            deaths,
            injuries,
            loss,
            level: level.into(),
        };
        let clock = |id: &str, name: &str, kind, minutes, grades: &[&str]| Clock {
            id: id.into(),
            name: name.into(),
            kind,
            minutes,
            means: Means::Any,
            grades: grades.iter().map(|grade| (*grade).to_owned()).collect(),
            from: Start::Known,
        };
        const DAY: u32 = 24 * 60;
        Accidents {
            levels: vec![
                level("county", "县级"),
                level("prefecture", "设区的市"),
                level("province", "省"),
                level("state-council", "国务院"),
            ],
            grades: vec![
                grade("general", "一般", 0, 0, 0, "prefecture"),
                grade("large", "较大", 3, 10, 10_000_000, "province"),
                grade("major", "重大", 10, 50, 50_000_000, "state-council"),
                grade("extraordinary", "特别重大", 30, 100, 100_000_000, "state-council"),
            ],
            clocks: vec![
                clock("first", "首报", ClockKind::First, 60, &[]),
                clock("upward", "逐级上报", ClockKind::Upward, 120, &[]),
                clock("daily", "续报(每日)", ClockKind::FollowUp, DAY, &["general", "large"]),
                clock(
                    "twice-daily",
                    "续报(每日两次)",
                    ClockKind::FollowUp,
                    DAY / 2,
                    &["major", "extraordinary"],
                ),
                clock("final", "终报", ClockKind::Final, 30 * DAY, &[]),
            ],
            desk: Desk { department: String::new(), post: "county-desk".into() },
        }
    }
}
