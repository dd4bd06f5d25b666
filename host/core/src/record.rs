//! One message of JOURNAL: one step of the core.

use crate::fact::Entry;
use crate::json::Json;
use crate::outcome::hex;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// What `format` says today. A newer number means that an older host cannot
/// apply the record and must say so; new optional fields keep the number.
pub const FORMAT: u32 = 1;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    pub format: u32,
    /// The step's time: the only clock the core knows.
    pub now: Timestamp,
    /// Position in SIGNALS up to which the inputs were taken.
    pub signals: u64,
    /// Digest of the city data it was decided under.
    #[serde(default)]
    pub city: String,
    /// SHA-256 of the payload of the step before as it stands in JOURNAL, hex;
    /// empty at the very first.
    #[serde(default)]
    pub prev: String,
    #[serde(default)]
    pub entries: Vec<Entry>,
}

impl Record {
    /// SHA-256 of the record's JSON, hex.
    pub fn digest(&self) -> String {
        hex::encode(&Sha256::digest(self.text()))
    }
}
