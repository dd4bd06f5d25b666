//! Publishers: what is derived from one stream and said on another, in order.
//!
//! Each message names the source sequence it follows from and its ordinal
//! there; the newest is the publisher's position. What its target may forget, or
//! what gave nothing to say, is repeated in POSITION now and then. Many writes are
//! under way together, sent in order and each fenced by the one before, so that a
//! break leaves a prefix and nothing is said twice.
//!
//! Where a list depends on more than its source (on what plugins want), its terms
//! stand in every message. A publisher whose last message was written under
//! other terms does not go back to what was decided under those: it marks where
//! its source ends and begins there.

pub mod dead;
pub mod event;
pub mod news;

use crate::bus::stream::{End, Stored};
use crate::bus::tail::Tail;
use crate::bus::{Ack, Bus, Fence, StepDown, WriteError};
use crate::position::{Place, Repeat};
use async_nats::HeaderMap;
use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::stream::FuturesOrdered;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;

const SOURCE: &str = "Tocsin-Source";
const ORDINAL: &str = "Tocsin-Ordinal";
const TERMS: &str = "Tocsin-Terms";
/// Of a mark: all that its source gives is said.
const ALL: usize = u32::MAX as usize;

/// How often a publisher that nobody wants looks whether somebody does.
const IDLE: Duration = Duration::from_millis(250);

/// Writes under way at once: enough to keep the server busy, few enough that a
/// broken flight is soon said again.
const FLIGHT: usize = 256;

/// After a break: time for what is still under way to land or be refused.
const PAUSE: Duration = Duration::from_millis(100);

/// ... and for a full stream to find room.
const ROOM: Duration = Duration::from_secs(1);

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

impl Terms {
    fn text(&self) -> Option<String> {
        match self {
            Terms::These(terms) => Some(terms.clone()),
            Terms::Source | Terms::Nobody => None,
        }
    }
}

/// Where a publisher writes: a stream of its own, or one subject of a stream
/// that others write too.
#[derive(Clone, Debug)]
pub enum Target {
    Stream(&'static str),
    Subject { stream: String, subject: String },
}

impl Target {
    fn fence(&self, last: u64) -> Fence {
        match self {
            Target::Stream(_) => Fence::Stream(last),
            Target::Subject { .. } => Fence::Subject(last),
        }
    }

    /// On one subject of a shared stream the next fence is known only when the
    /// last write is answered.
    fn abreast(&self) -> usize {
        match self {
            Target::Stream(_) => FLIGHT,
            Target::Subject { .. } => 1,
        }
    }

    fn name(&self) -> &str {
        match self {
            Target::Stream(stream) => stream,
            Target::Subject { subject, .. } => subject,
        }
    }
}

pub struct Publisher<D> {
    pub bus: Bus,
    pub source: &'static str,
    pub filter: &'static str,
    pub target: Target,
    /// Its name in POSITION, and when its position is repeated there.
    pub stage: String,
    pub repeat: Repeat,
    /// Where terms that are new when the host starts begin: what it decides from then
    /// on is said, however late this publisher comes to it.
    pub begins: Option<u64>,
    pub derive: D,
}

/// Everything below `source`, and of that message below `ordinal`, is said.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Said {
    pub source: u64,
    pub ordinal: usize,
    /// Under which terms; none: the source alone counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terms: Option<String>,
}

impl Said {
    /// What a message of a target says of its publisher.
    pub fn by(stored: &Stored) -> Said {
        let text = |name| stored.headers.get(name).map(|value| value.as_str());
        let number = |name| text(name).and_then(|value| value.parse::<u64>().ok());
        Said {
            source: number(SOURCE).unwrap_or(0),
            ordinal: number(ORDINAL).map_or(0, |ordinal| ordinal as usize + 1),
            terms: text(TERMS).map(ToOwned::to_owned),
        }
    }

    /// Of the message at `source` nothing is left to say.
    pub fn is_all(&self) -> bool {
        self.ordinal > ALL
    }
}

/// Where a publisher goes on.
struct Start {
    said: Said,
    /// Sequence of the target's last message.
    fence: u64,
    /// What says so first where terms are new.
    mark: Option<Outgoing>,
    place: Place,
}

impl<D: Derive> Publisher<D> {
    pub async fn run(mut self, mut stop: watch::Receiver<bool>) {
        while !*stop.borrow() {
            tokio::select! {
                _ = stop.wait_for(|stop| *stop) => return,
                down = self.work() => if let Some(down) = down {
                    tracing::warn!(%down, "publisher begins again from its last message");
                },
            }
        }
    }

    /// `None`: nobody wants anything, or no longer.
    async fn work(&mut self) -> Option<StepDown> {
        let terms = self.derive.terms();
        let begins = self.begins.take();
        let start = self.recover(&terms, begins).await;
        while terms == Terms::Nobody && self.derive.terms() == Terms::Nobody {
            tokio::time::sleep(IDLE).await;
        }
        if terms == Terms::Nobody { None } else { self.live(start, terms).await }
    }

    async fn recover(&self, terms: &Terms, begins: Option<u64>) -> Start {
        // All of a stream may have expired: the numbering goes on, and so does the fence.
        let End { newest: last, fence, .. } = match &self.target {
            Target::Stream(stream) => self.bus.end_of_stream(stream).await,
            Target::Subject { stream, subject } => self.bus.end_of_subject(stream, subject).await,
        };
        let (mut place, repeated) = Place::of::<Said>(&self.bus, &self.stage).await;
        let written = last.map(|last| Said::by(&last));
        // Ordering: a position that only a message of the target holds is repeated
        // before anything else, so that retention need not spare that message.
        if let Some(written) = written.as_ref().filter(|written| repeated.as_ref() < Some(*written)) {
            self.repeat(&mut place, written).await;
        }
        let said = written.into_iter().chain(repeated).max().unwrap_or_default();
        match terms {
            Terms::These(now) if said.terms.as_ref() != Some(now) => {
                let source = match begins {
                    Some(begins) => begins,
                    None => self.bus.last_sequence(self.source).await,
                };
                let said = Said { source, ordinal: ALL + 1, terms: Some(now.clone()) };
                Start { said, fence, mark: self.mark(source, terms), place }
            }
            _ => Start { said, fence, mark: None, place },
        }
    }

    /// A position that is not repeated costs reading it again, no data.
    async fn repeat(&self, place: &mut Place, said: &Said) {
        if let Err(error) = place.say(&self.bus, said).await {
            tracing::debug!(stage = self.stage, %error, "position not repeated");
            *place = Place::of::<Said>(&self.bus, &self.stage).await.0;
        }
    }

    fn mark(&self, source: u64, terms: &Terms) -> Option<Outgoing> {
        let mut mark = self.derive.mark()?;
        stamp(&mut mark, source, ALL, terms);
        Some(mark)
    }

    async fn live(&mut self, start: Start, mut terms: Terms) -> Option<StepDown> {
        let Start { said: at, mut fence, mark, mut place } = start;
        let mut tail = Tail::new(&self.bus, self.source, self.filter, at.source.saturating_sub(1));
        let mut waiting = VecDeque::from_iter(mark);
        let mut flight = FuturesOrdered::new();
        let mut repeated = (at.source, Instant::now());
        loop {
            while flight.len() < self.target.abreast()
                && let Some(outgoing) = waiting.pop_front()
            {
                match self.send(outgoing, fence).await {
                    Ok(answer) => flight.push_back(answer),
                    Err(error) => return Some(self.broken(&error, fence).await),
                }
                fence += 1;
            }
            tokio::select! {
                Some(answer) = flight.next(), if !flight.is_empty() => match answer {
                    // In a stream of its own this is what was counted; elsewhere it is news.
                    Ok(ack) if flight.is_empty() => fence = ack.sequence,
                    Ok(_) => {}
                    Err(error) => return Some(self.broken(&error, fence).await),
                },
                () = self.repeat.due(repeated.1), if flight.is_empty() && waiting.is_empty() => {
                    if tail.position() > repeated.0 {
                        let said = Said { source: tail.position(), ordinal: ALL + 1, terms: terms.text() };
                        self.repeat(&mut place, &said).await;
                    }
                    repeated = (tail.position(), Instant::now());
                }
                stored = tail.next(), if waiting.is_empty() => {
                    // Between two messages of the source: what came before was said
                    // under the old terms, what comes now is under the new.
                    match self.derive.terms() {
                        // The next mark covers what is under way.
                        Terms::Nobody => return None,
                        same if same == terms => {}
                        new => {
                            terms = new;
                            waiting.extend(self.mark(stored.sequence.saturating_sub(1), &terms));
                        }
                    }
                    let said = if stored.sequence == at.source { at.ordinal } else { 0 };
                    waiting.extend(self.messages(&stored, &terms).await.into_iter().skip(said));
                }
            }
        }
    }

    /// What follows from one message of the source, each with its position.
    async fn messages(&mut self, stored: &Stored, terms: &Terms) -> Vec<Outgoing> {
        let mut messages = self.derive.derive(stored).await;
        for (ordinal, outgoing) in messages.iter_mut().enumerate() {
            stamp(outgoing, stored.sequence, ordinal, terms);
        }
        messages
    }

    async fn send(
        &self,
        outgoing: Outgoing,
        last: u64,
    ) -> Result<impl Future<Output = Result<Ack, WriteError>> + use<D>, WriteError> {
        let Outgoing { subject, headers, payload } = outgoing;
        self.bus.send(&subject, headers, self.target.fence(last), payload).await
    }

    /// What was sent behind the break is refused by its fence, and the last
    /// message says where to go on.
    async fn broken(&self, error: &WriteError, found: u64) -> StepDown {
        let subject = self.target.name().to_owned();
        let is_full = matches!(error, WriteError::Full { .. });
        if is_full {
            tracing::error!(subject, %error, "stream full; waiting for room");
        } else {
            tracing::debug!(subject, %error, "flight broken");
        }
        tokio::time::sleep(if is_full { ROOM } else { PAUSE }).await;
        StepDown { subject, found }
    }
}

fn stamp(outgoing: &mut Outgoing, source: u64, ordinal: usize, terms: &Terms) {
    outgoing.headers.insert(SOURCE, source.to_string());
    outgoing.headers.insert(ORDINAL, ordinal.to_string());
    if let Some(terms) = terms.text() {
        outgoing.headers.insert(TERMS, terms);
    }
}
