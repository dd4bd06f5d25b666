//! Why an alarm was false: mandatory, from a closed list, so that a detector's
//! false rate can be counted.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Disposition {
    pub kind: DispositionKind,
    /// In the officer's words; mandatory with `other`.
    #[serde(default)]
    pub text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DispositionKind {
    Cooking,
    Smoking,
    Steam,
    Dust,
    Insect,
    Construction,
    Test,
    Drill,
    Malfunction,
    Misoperation,
    Malicious,
    Other,
}

impl DispositionKind {
    pub const ALL: [DispositionKind; 12] = [
        DispositionKind::Cooking,
        DispositionKind::Smoking,
        DispositionKind::Steam,
        DispositionKind::Dust,
        DispositionKind::Insect,
        DispositionKind::Construction,
        DispositionKind::Test,
        DispositionKind::Drill,
        DispositionKind::Malfunction,
        DispositionKind::Misoperation,
        DispositionKind::Malicious,
        DispositionKind::Other,
    ];

    /// The word of JSON and of the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            DispositionKind::Cooking => "cooking",
            DispositionKind::Smoking => "smoking",
            DispositionKind::Steam => "steam",
            DispositionKind::Dust => "dust",
            DispositionKind::Insect => "insect",
            DispositionKind::Construction => "construction",
            DispositionKind::Test => "test",
            DispositionKind::Drill => "drill",
            DispositionKind::Malfunction => "malfunction",
            DispositionKind::Misoperation => "misoperation",
            DispositionKind::Malicious => "malicious",
            DispositionKind::Other => "other",
        }
    }

    /// As a duty officer reads it.
    pub fn name(self) -> &'static str {
        match self {
            DispositionKind::Cooking => "烹饪油烟",
            DispositionKind::Smoking => "吸烟",
            DispositionKind::Steam => "水汽",
            DispositionKind::Dust => "灰尘",
            DispositionKind::Insect => "昆虫",
            DispositionKind::Construction => "施工",
            DispositionKind::Test => "测试",
            DispositionKind::Drill => "演练",
            DispositionKind::Malfunction => "设备故障",
            DispositionKind::Misoperation => "误操作",
            DispositionKind::Malicious => "恶意报警",
            DispositionKind::Other => "其他",
        }
    }

    pub fn parse(word: &str) -> Option<DispositionKind> {
        DispositionKind::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}
