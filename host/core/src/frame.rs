//! The name of one input: where it stands in a department's log.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// Frames of one run are numbered below this, so that
/// `sequence × FRAMES_PER_RUN + index` is one number that grows with the log.
pub const FRAMES_PER_RUN: u64 = 65_536;

/// One frame of one run: `fire/1234/7` is frame 7 of the run that stands at
/// sequence 1234 of the stream `RAW_fire`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FrameId {
    pub department: String,
    pub run: u64,
    pub index: u32,
}

impl FrameId {
    /// The `sequence` that the plugin contract speaks of.
    pub fn sequence(&self) -> u64 {
        self.run * FRAMES_PER_RUN + u64::from(self.index)
    }
}

impl fmt::Display for FrameId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.department, self.run, self.index)
    }
}

#[derive(Debug, thiserror::Error)]
#[error("`{0}` is not a frame id; one reads like `fire/1234/7`")]
pub struct NotAFrameId(String);

impl FromStr for FrameId {
    type Err = NotAFrameId;

    fn from_str(text: &str) -> Result<Self, NotAFrameId> {
        let wrong = || NotAFrameId(text.to_owned());
        let mut parts = text.rsplitn(3, '/');
        let (Some(index), Some(run), Some(department)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(wrong());
        };
        Ok(FrameId {
            department: department.to_owned(),
            run: run.parse().map_err(|_| wrong())?,
            index: index.parse().map_err(|_| wrong())?,
        })
    }
}

impl schemars::JsonSchema for FrameId {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "FrameId".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "pattern": "^[^/]+/[0-9]+/[0-9]+$",
            "description": "One frame of one run: `fire/1234/7` is frame 7 of the run at 1234 of `RAW_fire`."
        })
    }
}

impl Serialize for FrameId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for FrameId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
