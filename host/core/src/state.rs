//! What the core remembers: bounded, plain data, the content of a snapshot.
//!
//! | part | bound |
//! |---|---|
//! | open incidents | none: forgetting one would mute it. A few KiB each |
//! | ended incidents | 72 h, at most 10,000 |
//! | rows of an incident | 4,096 |
//! | supporting signals held | 4,096 a hazard; what is past its window goes first |
//! | effects (redelivery) | the last 16,384 (frame, ordinal) a department |
//! | answers | the last 4,096 commands |
//! | units | 100,000; one that a department told of stays |
//! | device conditions | 20,000, of one device's parts 512; findings of supervision as they end, sites 10,000 |
//! | devices seen, clocks | the registry; 10,000 unregistered a department |

use crate::command::Reply;
use crate::incident::{Evidence, Incident};
use crate::moment::Skew;
use crate::thing::Rooms;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// An ended incident is remembered so long for what is still told late about
/// it, and so that a person who acts on it again gets a reason: a weekend.
pub const ENDED_KEPT_MS: i64 = 72 * 3_600_000;
pub const ENDED_KEPT: usize = 10_000;
/// Supporting signals remembered for one hazard: 4,096 fingerprints, of which
/// one camera has a handful.
pub const HELD_KEPT: usize = 4_096;
/// Beyond its window, because fused times differ from received ones by up to
/// five minutes on either side.
pub const HELD_SLACK_MS: i64 = 10 * 60_000;
/// The position in SIGNALS is what keeps a signal from counting twice; this is
/// the second belt, for operators' replays and for a stage that erred. It holds
/// the youngest by place in RAW.
pub const EFFECTS_KEPT: usize = 16_384;
/// A person asks again within minutes; thousands of commands lie between.
pub const ANSWERS_KEPT: usize = 4_096;
/// Unregistered devices a department: what speaks beyond that is decided upon
/// as ever, and only not listed.
pub const PROVISIONAL_KEPT: usize = 10_000;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    pub counter: Counter,
    pub incidents: BTreeMap<String, Incident>,
    /// Incident → fingerprint → row.
    pub evidence: BTreeMap<String, BTreeMap<String, Evidence>>,
    /// Hazard → fingerprint → supporting signal.
    pub held: BTreeMap<String, BTreeMap<String, Held>>,
    /// Department → root of the device path.
    pub provisional: BTreeMap<String, BTreeMap<String, Provisional>>,
    /// Department → registered device → when it last spoke, coarsely.
    pub seen: BTreeMap<String, BTreeMap<String, Timestamp>>,
    /// Department → root of the device path → how its clock is off.
    pub clocks: BTreeMap<String, BTreeMap<String, Skew>>,
    /// Department → run, index, ordinal of what had an effect.
    pub effects: BTreeMap<String, BTreeSet<(u64, u32, u32)>>,
    pub answers: Answers,
    /// The last id given, by its first letter.
    pub numbers: BTreeMap<String, Counter>,
    /// What the commanding rooms keep.
    pub rooms: Rooms,
}

/// The last id given of one kind.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Counter {
    /// `20260712`, Beijing.
    pub date: String,
    pub number: u32,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Held {
    pub evidence: Evidence,
    pub until: Timestamp,
}

/// A device that the registry does not know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provisional {
    #[serde(default)]
    pub title: String,
    pub first_at: Timestamp,
    pub at: Timestamp,
    /// Sightings, at most one a minute.
    pub count: u64,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Answers {
    pub replies: BTreeMap<String, Known>,
    /// Oldest first.
    pub order: VecDeque<String>,
}

/// The answer to a command, and what was asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Known {
    #[serde(flatten)]
    pub reply: Reply,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub asked: String,
}

impl Counter {
    /// The number after this one on a Beijing day. The day never goes back,
    /// even when a host's clock does: ids stay unique and in order.
    pub fn next(&self, now: Timestamp) -> Counter {
        let today: String = now.to_string().chars().take(10).filter(char::is_ascii_digit).collect();
        match today > self.date {
            true => Counter { date: today, number: 1 },
            false => Counter { date: self.date.clone(), number: self.number.saturating_add(1) },
        }
    }

    pub fn id(&self) -> String {
        self.with_prefix("I")
    }

    pub fn with_prefix(&self, prefix: &str) -> String {
        format!("{prefix}{}-{:04}", self.date, self.number)
    }

    /// Reads an id back, so that applying a fact moves the counter.
    pub fn of(id: &str, prefix: &str) -> Option<Counter> {
        let (date, number) = id.strip_prefix(prefix)?.split_once('-')?;
        Some(Counter { date: date.to_owned(), number: number.parse().ok()? })
    }
}
