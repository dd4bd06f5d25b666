//! Publishers: what is derived from one stream and said on another, in order.
//!
//! Each message names the source sequence it follows from and its ordinal
//! there; that is the publisher's whole position. Writes of one flight are
//! under way together, each fenced by the one before, so that a broken flight
//! leaves a prefix and nothing is said twice.

pub mod dead;
pub mod event;
pub mod news;

use crate::bus::stream::Stored;
use crate::bus::tail::Tail;
use crate::bus::{Bus, Fence, StepDown};
use async_nats::HeaderMap;
use bytes::Bytes;
use futures_util::future::join_all;
use tokio::sync::watch;

const SOURCE: &str = "Tocsin-Source";
const ORDINAL: &str = "Tocsin-Ordinal";

/// Writes under way at once: enough to keep the server busy, few enough that a
/// broken flight is soon said again.
const FLIGHT: usize = 256;

pub struct Outgoing {
    pub subject: String,
    pub headers: HeaderMap,
    pub payload: Bytes,
}

/// What a publisher makes of one message of its source. The same message
/// always gives the same list.
pub trait Derive: Send {
    fn derive(&mut self, stored: &Stored) -> impl Future<Output = Vec<Outgoing>> + Send;
}

/// Where a publisher writes: a stream of its own, or one subject of a stream
/// that others write too.
#[derive(Clone, Debug)]
pub enum Target {
    Stream(&'static str),
    Subject { stream: String, subject: String },
}

pub struct Publisher<D> {
    pub bus: Bus,
    pub source: &'static str,
    pub filter: &'static str,
    pub target: Target,
    pub derive: D,
}

#[derive(Clone, Copy)]
struct Position {
    /// Everything of this source sequence below `ordinal` is said.
    source: u64,
    ordinal: usize,
    fence: u64,
}

impl<D: Derive> Publisher<D> {
    pub async fn run(mut self, mut stop: watch::Receiver<bool>) {
        while !*stop.borrow() {
            let position = tokio::select! {
                _ = stop.wait_for(|stop| *stop) => return,
                position = self.recover() => position,
            };
            tokio::select! {
                _ = stop.wait_for(|stop| *stop) => return,
                down = self.live(position) => tracing::warn!(%down, "publisher begins again from its last message"),
            }
        }
    }

    async fn recover(&self) -> Position {
        let last = match &self.target {
            Target::Stream(stream) => self.bus.last_of_stream(stream).await,
            Target::Subject { stream, subject } => self.bus.last_of_subject(stream, subject).await,
        };
        let number = |stored: &Stored, name| -> Option<u64> {
            stored.headers.get(name).and_then(|value| value.as_str().parse().ok())
        };
        match last {
            Some(last) => Position {
                source: number(&last, SOURCE).unwrap_or(0),
                ordinal: number(&last, ORDINAL).map_or(0, |ordinal| ordinal as usize + 1),
                fence: last.sequence,
            },
            None => {
                // All of it expired: the numbering goes on, and so does the fence.
                let fence = match &self.target {
                    Target::Stream(stream) => self.bus.last_sequence(stream).await,
                    Target::Subject { .. } => 0,
                };
                Position { source: 0, ordinal: 0, fence }
            }
        }
    }

    async fn live(&mut self, mut at: Position) -> StepDown {
        let mut tail = Tail::new(&self.bus, self.source, self.filter, at.source.saturating_sub(1));
        loop {
            let mut flight = Vec::new();
            let mut next = Some(tail.next().await);
            // What stands ready flies together: the price of an fsync is shared.
            while let Some(stored) = next {
                let said = if stored.sequence == at.source { at.ordinal } else { 0 };
                let outgoing = self.derive.derive(&stored).await;
                flight.extend(outgoing.into_iter().enumerate().skip(said).map(|(ordinal, mut outgoing)| {
                    outgoing.headers.insert(SOURCE, stored.sequence.to_string());
                    outgoing.headers.insert(ORDINAL, ordinal.to_string());
                    outgoing
                }));
                next = if flight.len() < FLIGHT { tail.ready() } else { None };
            }
            for part in flight.chunks(FLIGHT) {
                match self.fly(part, at.fence).await {
                    Ok(fence) => at.fence = fence,
                    Err(down) => return down,
                }
            }
        }
    }

    /// Answers with the sequence of the last message.
    async fn fly(&self, flight: &[Outgoing], fence: u64) -> Result<u64, StepDown> {
        // On one subject of a shared stream the next sequence is not known beforehand.
        if let Target::Subject { stream, .. } = &self.target {
            let mut fence = fence;
            for Outgoing { subject, headers, payload } in flight {
                let expected = Fence::Subject(fence);
                fence =
                    self.bus.write_next(stream, subject, headers.clone(), expected, payload.clone()).await?;
            }
            return Ok(fence);
        }
        let writes = flight.iter().zip(fence..).map(|(Outgoing { subject, headers, payload }, fence)| {
            self.bus.write(subject, headers.clone(), Fence::Stream(fence), payload.clone())
        });
        let mut last = fence;
        for answer in join_all(writes).await {
            match answer {
                Ok(ack) => last = ack.sequence,
                Err(error) => {
                    tracing::debug!(%error, "flight broken");
                    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
                    return Err(StepDown { subject: flight[0].subject.clone(), found: last });
                }
            }
        }
        Ok(last)
    }
}
