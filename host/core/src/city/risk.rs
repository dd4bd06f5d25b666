//! 风险: what each fact weighs, and from how many points on which colour.

use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Risks {
    /// Facts count for so many days.
    pub days: u32,
    /// What a fact of a kind weighs; a kind without one does not count.
    pub weights: Vec<Weight>,
    pub unit: Scale,
    pub region: Scale,
    pub trade: Scale,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Weight {
    /// `danger.major.overdue`; the kinds are listed in `risk::fact`.
    pub fact: String,
    /// Negative: it speaks for the place. Whole numbers, because their sum does not
    /// depend on order.
    pub points: i64,
    /// At least this colour while such a fact stands.
    #[serde(default)]
    pub at_least: Option<Colour>,
}

/// Points from which on a colour is; below `yellow` it is blue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scale {
    pub yellow: i64,
    pub orange: i64,
    pub red: i64,
}

impl Default for Scale {
    fn default() -> Scale {
        Scale { yellow: 20, orange: 40, red: 70 }
    }
}

/// 四色, the worst last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Colour {
    #[default]
    Blue,
    Yellow,
    Orange,
    Red,
}

impl Colour {
    pub fn as_str(self) -> &'static str {
        match self {
            Colour::Blue => "blue",
            Colour::Yellow => "yellow",
            Colour::Orange => "orange",
            Colour::Red => "red",
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Colour::Blue => "蓝色",
            Colour::Yellow => "黄色",
            Colour::Orange => "橙色",
            Colour::Red => "红色",
        }
    }
}

impl Scale {
    pub fn colour(self, points: i64) -> Colour {
        match points {
            points if points >= self.red => Colour::Red,
            points if points >= self.orange => Colour::Orange,
            points if points >= self.yellow => Colour::Yellow,
            _ => Colour::Blue,
        }
    }
}
