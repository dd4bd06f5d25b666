//! Dead letters: listing them, and sending their bytes in again after a fix.

use super::Host;
use crate::bus::tail::Tail;
use crate::intake::{Intake, RefuseReason};
use crate::publish::dead::DeadLetter;
use crate::run::Frame;
use crate::subject::{self, FeedName, Lane};
use tocsin_core::frame::FrameId;
use tocsin_core::outcome::hex;

const DEAD_SUBJECTS: &str = "tocsin.live.dead.>";

#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    #[error("there is no dead letter `{0}`; `tocsin dead list` names them")]
    Unknown(String),
    #[error("the dead letter `{0}` has lost its bytes")]
    NoBytes(String),
    #[error(
        "`{0}` is a send that did not reach its device, not an input; its plugin sends again when it is told to"
    )]
    Send(String),
    #[error("the bytes were not taken: {0}")]
    Refused(#[from] RefuseReason),
}

/// Hex digits of the bytes in a listing; a letter by itself has all. 128 KiB each
/// would be gigabytes for a reader who asks for everything.
const RAW_LISTED: usize = 4_096;

/// A listing of DEAD.
pub struct Letters {
    /// Oldest first.
    pub rows: Vec<Listed>,
    /// Older ones are left out.
    pub more: bool,
}

pub struct Listed {
    /// With the first of its bytes.
    pub letter: DeadLetter,
    /// How many there are.
    pub bytes: usize,
}

impl Listed {
    fn of(mut letter: DeadLetter) -> Listed {
        let bytes = letter.raw.len() / 2;
        // Hex is ASCII.
        letter.raw.truncate(RAW_LISTED);
        letter.raw.shrink_to_fit();
        Listed { letter, bytes }
    }
}

impl Host {
    /// The last `limit` of them.
    pub async fn dead(&self, limit: usize) -> Letters {
        let state = self.bus.state(subject::DEAD).await;
        let first = state.first_sequence.saturating_sub(1);
        let from = state.last_sequence.saturating_sub(limit as u64).max(first);
        let mut tail = Tail::new(&self.bus, subject::DEAD, DEAD_SUBJECTS, from);
        let mut rows = Vec::new();
        while state.messages > 0 && tail.position() < state.last_sequence {
            let stored = tail.next().await;
            rows.extend(serde_json::from_slice(&stored.payload).map(Listed::of));
        }
        Letters { rows, more: state.messages > 0 && from > first }
    }

    /// Looked for among headers, which name the letter: only its own bytes are read.
    pub async fn dead_letter(&self, id: &str) -> Option<DeadLetter> {
        let state = self.bus.state(subject::DEAD).await;
        let id = if id.starts_with("d-") { id.to_owned() } else { format!("d-{id}") };
        let from = state.first_sequence.saturating_sub(1);
        let mut tail = Tail::heads(&self.bus, subject::DEAD, DEAD_SUBJECTS, from);
        while state.messages > 0 && tail.position() < state.last_sequence {
            let stored = tail.next().await;
            if stored.headers.get("Nats-Msg-Id").is_some_and(|named| named.as_str() == id) {
                let stored = self.bus.message(subject::DEAD, stored.sequence).await?;
                return serde_json::from_slice(&stored.payload).ok();
            }
        }
        None
    }

    /// Appends the bytes to the log again, naming the first frame.
    pub async fn replay(&self, id: &str) -> Result<FrameId, ReplayError> {
        let letter = self.dead_letter(id).await.ok_or_else(|| ReplayError::Unknown(id.to_owned()))?;
        if letter.door == subject::UNDELIVERED_DOOR {
            return Err(ReplayError::Send(id.to_owned()));
        }
        let payload = hex::decode(&letter.raw).filter(|raw| !raw.is_empty());
        let payload = payload.ok_or_else(|| ReplayError::NoBytes(id.to_owned()))?;
        let name = FeedName { department: letter.department.clone(), feed: 0 };
        let intake = Intake::open(&self.bus, &name, Lane::Routine, &letter.door, &self.metrics);
        let first = letter.first.unwrap_or(letter.frame);
        Ok(intake
            .put(Frame {
                received: letter.at,
                device: letter.device,
                origin: letter.origin,
                first: Some(first),
                payload: payload.into(),
                ..Frame::default()
            })
            .await?)
    }
}
