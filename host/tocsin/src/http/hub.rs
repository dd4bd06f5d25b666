//! Live events for everyone who listens: one subscription, many readers, none waited for.

use bytes::Bytes;
use futures_util::StreamExt;
use std::sync::Arc;
use std::time::Duration;
use tocsin_runtime::bus::Bus;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, broadcast};

/// Events that a reader may be behind; then it is cut off and asks for the
/// listing anew. A storm's second.
const BEHIND: usize = 1_024;

/// Readers at once: the desks of a duty hall and some programs.
const READERS: usize = 64;

const SUBSCRIBE_AGAIN: Duration = Duration::from_secs(1);

#[derive(Clone, Debug)]
pub struct Told {
    pub id: String,
    /// `incident.opened`, ...
    pub kind: String,
    pub data: Bytes,
}

pub struct Hub {
    told: broadcast::Sender<Arc<Told>>,
    readers: Arc<Semaphore>,
    task: tokio::task::JoinHandle<()>,
}

/// A reader's place; the hub counts it until it is dropped.
pub struct Seat {
    pub told: broadcast::Receiver<Arc<Told>>,
    _permit: OwnedSemaphorePermit,
}

impl Hub {
    pub fn open(bus: Bus) -> Hub {
        let (told, _) = broadcast::channel(BEHIND);
        let task = tokio::spawn(follow(bus, told.clone()));
        Hub { told, readers: Arc::new(Semaphore::new(READERS)), task }
    }

    /// `None`: the hall is full.
    pub fn sit(&self) -> Option<Seat> {
        let permit = self.readers.clone().try_acquire_owned().ok()?;
        Some(Seat { told: self.told.subscribe(), _permit: permit })
    }
}

impl Drop for Hub {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn follow(bus: Bus, told: broadcast::Sender<Arc<Told>>) {
    loop {
        // The client subscribes again by itself when it connects anew.
        match bus.client().subscribe("tocsin.live.event.>").await {
            Ok(mut messages) => {
                while let Some(message) = messages.next().await {
                    let id = message
                        .headers
                        .as_ref()
                        .and_then(|headers| headers.get("ce-id"))
                        .map(ToString::to_string);
                    if let Some(kind) = kind(&message.subject) {
                        let event =
                            Told { id: id.unwrap_or_default(), kind: kind.to_owned(), data: message.payload };
                        // No reader is no error.
                        let _ = told.send(Arc::new(event));
                    }
                }
            }
            Err(error) => tracing::warn!(%error, "live events"),
        }
        tokio::time::sleep(SUBSCRIBE_AGAIN).await;
    }
}

/// `tocsin.live.event.<audience>.<region>.<kind>`
fn kind(subject: &str) -> Option<&str> {
    subject.splitn(6, '.').nth(5)
}

#[cfg(test)]
mod tests {
    use super::kind;

    #[test]
    fn the_kind_is_the_end_of_the_subject() {
        assert_eq!(kind("tocsin.live.event.city.330791001000.incident.opened"), Some("incident.opened"));
        assert_eq!(kind("tocsin.live.event.city"), None);
    }
}
