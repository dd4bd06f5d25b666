//! What goes into one call and what comes out of it, free of any guest type.

use crate::room::Change;
use serde::{Deserialize, Serialize};
use tocsin_core::outcome::{Outcome, Rejection};
use tocsin_core::time::Timestamp;

/// One call of a plugin. Which variant decides which role answers it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Call {
    /// Bytes of a door, for the `decoder`.
    Decode(Message),
    /// A timer or a poll that came due, for the `timekeeper`.
    Wake(Tick),
    /// An order or news for the department, for the `connector`.
    Deliver(Event),
    /// What the city sees, for the `advisor`.
    Advise(Event),
}

/// `types.message` of the contract.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Message {
    pub sequence: u64,
    pub received: Timestamp,
    pub door: String,
    pub device: String,
    pub origin: String,
    #[serde(with = "tocsin_core::outcome::hex")]
    pub payload: Vec<u8>,
}

/// `types.tick` of the contract.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Tick {
    pub sequence: u64,
    pub due: Timestamp,
    pub device: String,
    pub key: String,
}

/// `types.event` of the contract.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Event {
    pub sequence: u64,
    pub time: Timestamp,
    pub kind: String,
    pub device: String,
    pub subject: String,
    pub data: String,
}

impl Call {
    /// Place in the department's input log.
    pub fn sequence(&self) -> u64 {
        match self {
            Call::Decode(message) => message.sequence,
            Call::Wake(tick) => tick.sequence,
            Call::Deliver(event) | Call::Advise(event) => event.sequence,
        }
    }

    /// Whose room the call sees.
    pub fn device(&self) -> &str {
        match self {
            Call::Decode(message) => &message.device,
            Call::Wake(tick) => &tick.device,
            Call::Deliver(event) | Call::Advise(event) => &event.device,
        }
    }

    /// The role that answers it.
    pub fn role(&self) -> crate::Role {
        match self {
            Call::Decode(_) => crate::Role::Decoder,
            Call::Wake(_) => crate::Role::Timekeeper,
            Call::Deliver(_) => crate::Role::Connector,
            Call::Advise(_) => crate::Role::Advisor,
        }
    }
}

/// All that one call said. On a rejection `changes` is empty.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    pub result: Result<Outcome, Rejection>,
    /// What became of the room, already applied to it; in key order.
    pub changes: Vec<Change>,
    pub logs: Vec<(Level, String)>,
}

/// `log.level` of the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    Debug,
    Info,
    Warn,
    Error,
}

/// What the front of a buffer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PieceKind {
    Noise,
    Routine,
    Red,
}

/// `types.piece` of the contract: the next `length` bytes of the buffer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    pub kind: PieceKind,
    pub length: u32,
    pub device: String,
}
