//! What a step decides over.

use crate::command::Command;
use crate::frame::FrameId;
use crate::hole;
use crate::outcome::Advice;
use crate::signal::Signal;
use crate::time::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Input {
    Heard(Heard),
    Signal(Observed),
    Advice(Advised),
    Command(Command),
    /// The log of a department is not whole.
    Hole(hole::Found),
}

/// Doors of the host's own: what comes through them nobody sent.
pub const OWN_DOORS: [&str; 3] = ["clock", "event", "undelivered"];

/// A frame was read, whatever it said: whoever sent it is there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Heard {
    pub frame: FrameId,
    pub plugin: String,
    pub door: String,
    /// As the door or the framer names the sender, or empty.
    pub device: String,
    pub received: Timestamp,
}

/// A signal with what the host knows of its way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Observed {
    /// Its department is the signal's: stamped by the door, never by the guest.
    pub frame: FrameId,
    /// Place among the signals of its frame.
    pub ordinal: u32,
    pub plugin: String,
    pub door: String,
    pub received: Timestamp,
    /// The frame whose bytes an operator sent in again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replay_of: Option<FrameId>,
    pub signal: Signal,
}

/// What an advisor made of an event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Advised {
    pub frame: FrameId,
    pub ordinal: u32,
    pub plugin: String,
    pub received: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replay_of: Option<FrameId>,
    /// How many pieces of advice led to this one, itself included.
    #[serde(default)]
    pub depth: u32,
    pub advice: Advice,
}
