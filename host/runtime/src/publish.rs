//! Publishers: what is derived from one stream and said on another, in order.
//!
//! Each message names the source sequence it follows from and its ordinal
//! there; that is the publisher's whole position. Writes of one flight are
//! under way together, each fenced by the one before, so that a broken flight
//! leaves a prefix and nothing is said twice.
//!
//! Where a list depends on more than its source (on what plugins want), its terms
//! stand in every message. A publisher whose last message was written under
//! other terms does not go back to what was decided under those: it marks where
//! its source ends and begins there.

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
const TERMS: &str = "Tocsin-Terms";
/// Of a mark: all that its source gives is said.
const ALL: usize = u32::MAX as usize;

/// How often a publisher that nobody wants looks whether somebody does.
const IDLE: std::time::Duration = std::time::Duration::from_millis(250);

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

    /// What the list depends on besides.
    fn terms(&mut self) -> Terms {
        Terms::Source
    }

    /// The message that holds a position and says nothing; only with terms.
    fn mark(&self) -> Option<Outgoing> {
        None
    }
}

/// What a publisher's lists depend on besides their source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Terms {
    /// On nothing: all of the source is said.
    Source,
    /// Nobody wants anything of it: nothing is read.
    Nobody,
    /// On these, as a digest.
    These(String),
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
            let down = tokio::select! {
                _ = stop.wait_for(|stop| *stop) => return,
                down = self.work() => down,
            };
            if let Some(down) = down {
                tracing::warn!(%down, "publisher begins again from its last message");
            }
        }
    }

    /// `None`: nobody wants anything any more.
    async fn work(&mut self) -> Option<StepDown> {
        let terms = self.derive.terms();
        if terms == Terms::Nobody {
            tokio::time::sleep(IDLE).await;
            return None;
        }
        let position = match self.recover(&terms).await {
            Ok(position) => position,
            Err(down) => return Some(down),
        };
        self.live(position, terms).await.err()
    }

    async fn recover(&self, terms: &Terms) -> Result<Position, StepDown> {
        let last = match &self.target {
            Target::Stream(stream) => self.bus.last_of_stream(stream).await,
            Target::Subject { stream, subject } => self.bus.last_of_subject(stream, subject).await,
        };
        let number = |stored: &Stored, name| -> Option<u64> {
            stored.headers.get(name).and_then(|value| value.as_str().parse().ok())
        };
        let position = match &last {
            Some(last) => Position {
                source: number(last, SOURCE).unwrap_or(0),
                ordinal: number(last, ORDINAL).map_or(0, |ordinal| ordinal as usize + 1),
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
        };
        let Terms::These(now) = terms else { return Ok(position) };
        let before = last.as_ref().and_then(|last| last.headers.get(TERMS)).map(|value| value.as_str());
        match before == Some(now) {
            true => Ok(position),
            false => {
                let source = self.bus.last_sequence(self.source).await;
                self.mark(Position { source, ordinal: ALL, fence: position.fence }, now).await
            }
        }
    }

    /// Holds the position in a message of its own.
    async fn mark(&self, at: Position, terms: &str) -> Result<Position, StepDown> {
        let Some(mut outgoing) = self.derive.mark() else { return Ok(at) };
        stamp(&mut outgoing, at.source, ALL, &Terms::These(terms.to_owned()));
        let fence = self.fly(&[outgoing], at.fence).await?;
        Ok(Position { ordinal: ALL + 1, fence, ..at })
    }

    /// Ends without an error where nobody wants anything any more.
    async fn live(&mut self, mut at: Position, mut terms: Terms) -> Result<(), StepDown> {
        let mut tail = Tail::new(&self.bus, self.source, self.filter, at.source.saturating_sub(1));
        loop {
            let mut flight = Vec::new();
            let first = tail.next().await;
            // Between two messages of the source: what came before was said under
            // the old terms, what comes now is under the new.
            match self.derive.terms() {
                Terms::Nobody => return Ok(()),
                same if same == terms => {}
                new => {
                    if let Terms::These(text) = &new {
                        let before = first.sequence.saturating_sub(1).max(at.source);
                        at = self.mark(Position { source: before, ..at }, text).await?;
                    }
                    terms = new;
                }
            }
            let mut next = Some(first);
            // What stands ready flies together: the price of an fsync is shared.
            while let Some(stored) = next {
                let said = if stored.sequence == at.source { at.ordinal } else { 0 };
                let outgoing = self.derive.derive(&stored).await;
                flight.extend(outgoing.into_iter().enumerate().skip(said).map(|(ordinal, mut outgoing)| {
                    stamp(&mut outgoing, stored.sequence, ordinal, &terms);
                    outgoing
                }));
                next = if flight.len() < FLIGHT { tail.ready() } else { None };
            }
            for part in flight.chunks(FLIGHT) {
                at.fence = self.fly(part, at.fence).await?;
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

fn stamp(outgoing: &mut Outgoing, source: u64, ordinal: usize, terms: &Terms) {
    outgoing.headers.insert(SOURCE, source.to_string());
    outgoing.headers.insert(ORDINAL, ordinal.to_string());
    if let Terms::These(terms) = terms {
        outgoing.headers.insert(TERMS, terms.as_str());
    }
}
