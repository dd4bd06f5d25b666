//! Where a stage stands, said apart from its own messages: retention eats those,
//! this stays. Stream POSITION keeps the last word of each stage and no other.

use crate::bus::{Bus, Fence, WriteError};
use crate::subject;
use async_nats::HeaderMap;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;

/// One stage's place in POSITION.
pub struct Place {
    subject: String,
    /// Sequence of the last word: the fence of the next.
    last: u64,
}

impl Place {
    /// The place of a stage, and what stands there.
    pub async fn of<T: DeserializeOwned>(bus: &Bus, stage: &str) -> (Place, Option<T>) {
        let subject = subject::position(stage);
        let end = bus.end_of_subject(subject::POSITION, &subject).await;
        let last = end.fence;
        let said = end.newest.and_then(|stored| match serde_json::from_slice(&stored.payload) {
            Ok(said) => Some(said),
            Err(error) => {
                tracing::error!(subject, %error, "a position cannot be read");
                None
            }
        });
        (Place { subject, last }, said)
    }

    /// One attempt; in doubt the place must be read again before the next.
    pub async fn say<T: Serialize>(&mut self, bus: &Bus, position: &T) -> Result<(), WriteError> {
        let payload = serde_json::to_vec(position).expect("a position is plain data");
        let fence = Fence::Subject(self.last);
        let ack = bus.write(&self.subject, HeaderMap::new(), fence, payload.into()).await?;
        self.last = ack.sequence;
        Ok(())
    }
}

/// When a stage says where it stands, though it has written nothing: now and then, and
/// at once where retention needs room.
#[derive(Clone)]
pub struct Repeat {
    every: Duration,
    wanted: watch::Receiver<u64>,
}

impl Repeat {
    /// The sender is retention's: each change asks everybody.
    pub fn new(every: Duration) -> (watch::Sender<u64>, Repeat) {
        let (ask, wanted) = watch::channel(0);
        (ask, Repeat { every, wanted })
    }

    /// Answers when it is time, `since` the last time.
    pub async fn due(&mut self, since: Instant) {
        let asked = async {
            if self.wanted.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        };
        tokio::select! {
            () = tokio::time::sleep_until(since + self.every) => {}
            () = asked => {}
        }
    }

    /// The same for who looks now and then.
    pub fn is_due(&mut self, since: Instant) -> bool {
        let asked = self.wanted.has_changed().unwrap_or(false);
        self.wanted.mark_unchanged();
        asked || since.elapsed() >= self.every
    }
}

pub const EVENTS: &str = "events";
pub const DEAD: &str = "dead";

pub fn news(name: &subject::FeedName, lane: subject::Lane) -> String {
    format!("news.{name}.{lane}")
}

pub fn feed(name: &subject::FeedName) -> String {
    format!("feed.{name}")
}
