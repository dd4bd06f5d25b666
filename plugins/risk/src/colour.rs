//! 四色.

use serde::{Deserialize, Serialize};

/// The worst last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Colour {
    #[default]
    Blue,
    Yellow,
    Orange,
    Red,
}

impl Colour {
    pub fn name(self) -> &'static str {
        match self {
            Colour::Blue => "蓝色",
            Colour::Yellow => "黄色",
            Colour::Orange => "橙色",
            Colour::Red => "红色",
        }
    }

    /// As a reading: 1 to 4, so that a plan's condition can compare.
    pub fn value(self) -> f64 {
        f64::from(self as u8 + 1)
    }
}
