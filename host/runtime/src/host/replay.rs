//! Dead letters: listing them, and sending their bytes in again after a fix.

use super::Host;
use crate::bus::tail::Tail;
use crate::intake::{Intake, RefuseReason};
use crate::publish::dead::DeadLetter;
use crate::run::Frame;
use crate::subject::{self, FeedName, Lane};
use tocsin_core::frame::FrameId;
use tocsin_core::outcome::hex;

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

impl Host {
    /// Oldest first, the last `limit` of them.
    pub async fn dead(&self, limit: usize) -> Vec<DeadLetter> {
        let state = self.bus.state(subject::DEAD).await;
        let from =
            state.last_sequence.saturating_sub(limit as u64).max(state.first_sequence.saturating_sub(1));
        let mut tail = Tail::new(&self.bus, subject::DEAD, "tocsin.live.dead.>", from);
        let mut letters = Vec::new();
        while state.messages > 0 && tail.position() < state.last_sequence {
            let stored = tail.next().await;
            letters.extend(serde_json::from_slice::<DeadLetter>(&stored.payload));
        }
        letters
    }

    pub async fn dead_letter(&self, id: &str) -> Option<DeadLetter> {
        self.dead(usize::MAX)
            .await
            .into_iter()
            .find(|letter| letter.id == id || letter.frame.to_string() == id)
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
