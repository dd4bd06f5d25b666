//! A number is used once.
//!
//! Every name in the system rests on it: a frame is known by its run's number, and the
//! core takes the same name again for a redelivery. But a server whose store is damaged
//! or older than its readers drops a stream's newest messages and gives their numbers
//! out again, without a word. So the host keeps how far each stream has come by all that
//! is known (what readers have said, what was acknowledged here), and looks before the
//! first write on every new connection. A stream that ends before that goes on behind it:
//! what is lost is told first, then fillers take the numbers up.
//!
//! A write that was under way while the server fell back lands before anybody looks.
//! Its number is below what was acknowledged before it was sent; it counts as unwritten.

use super::stream::Stored;
use super::{Bus, PAUSE};
use crate::position::Place;
use crate::run;
use crate::signals::{Covered, Missing, Position};
use crate::subject::{self, FeedName, LOST_DOOR, Lane};
use async_nats::HeaderMap;
use async_nats::jetstream::message::PublishMessage;
use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use sha2::{Digest, Sha256};
use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use tocsin_core::Json;
use tocsin_core::outcome::hex;
use tocsin_core::record::{FORMAT, Record};

/// Header of the run behind those that are lost: their numbers, as `from-to`.
const LOST: &str = "Tocsin-Lost";

/// Fillers under way at once: the server makes one after the other durable.
const ABREAST: usize = 64;

/// The department of fillers in SIGNALS; no department's id is one character.
const NOBODY: &str = "_";

#[derive(Default)]
pub(super) struct Numbering {
    streams: Mutex<HashMap<String, Known>>,
    mending: tokio::sync::Mutex<()>,
}

#[derive(Clone, Copy, Default)]
struct Known {
    /// The highest number that ever stood in the stream, as far as is known.
    newest: u64,
    /// How often the server fell back.
    falls: u64,
    /// Connection on which the stream was looked at.
    looked_on: Option<u64>,
}

/// What was known of a stream when a write began.
#[derive(Clone, Copy, Debug)]
pub struct Mark {
    newest: u64,
    falls: u64,
}

impl Numbering {
    fn streams(&self) -> MutexGuard<'_, HashMap<String, Known>> {
        self.streams.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn of(&self, stream: &str) -> Known {
        self.streams().get(stream).copied().unwrap_or_default()
    }

    fn change(&self, stream: &str, change: impl FnOnce(&mut Known)) {
        let mut streams = self.streams();
        match streams.get_mut(stream) {
            Some(known) => change(known),
            None => change(streams.entry(stream.to_owned()).or_default()),
        }
    }
}

/// The runs that are lost, of a header; none where nothing is.
pub fn lost(stored: &Stored) -> Option<Missing> {
    let (from, to) = stored.headers.get(LOST)?.as_str().split_once('-')?;
    Some(Missing { from: from.parse().ok()?, to: to.parse().ok()? })
}

/// Streams whose numbers are names. Events and dead letters have ids of their own.
pub(super) fn is_named_by_number(stream: &str) -> bool {
    stream.starts_with("RAW_") || stream == subject::SIGNALS || stream == subject::JOURNAL
}

impl Bus {
    /// The server has acknowledged this number.
    pub(super) fn stood(&self, stream: &str, sequence: u64) {
        self.numbering.change(stream, |known| known.newest = known.newest.max(sequence));
    }

    /// Somebody who has read the stream knows of this number.
    pub fn expect_number(&self, stream: &str, sequence: u64) {
        self.numbering.change(stream, |known| {
            if sequence > known.newest {
                (known.newest, known.looked_on) = (sequence, None);
            }
        });
    }

    /// The highest number that is known to have stood in the stream.
    pub fn newest_number(&self, stream: &str) -> u64 {
        self.numbering.of(stream).newest
    }

    /// For a write through doubt: taken before the first attempt.
    pub fn mark(&self, stream: &str) -> Mark {
        let Known { newest, falls, .. } = self.numbering.of(stream);
        Mark { newest, falls }
    }

    /// Whether a write that began at `mark` stands where its readers will find it. Where
    /// the server fell back meanwhile nobody knows, and it is written once more.
    pub fn is_behind(&self, stream: &str, mark: Mark, sequence: u64) -> bool {
        sequence > mark.newest && self.numbering.of(stream).falls == mark.falls
    }

    /// The next write looks again.
    pub fn doubt_numbers(&self, stream: &str) {
        self.numbering.change(stream, |known| known.looked_on = None);
    }

    /// Returns when no number of the stream will be given out twice. Waits for the bus
    /// where it is away.
    pub async fn settle_numbers(&self, stream: &str) {
        if !is_named_by_number(stream) {
            return;
        }
        let generation = self.link.borrow().generation;
        let is_looked_at = || self.numbering.of(stream).looked_on == Some(generation);
        if is_looked_at() {
            return;
        }
        let _one = self.numbering.mending.lock().await;
        while !is_looked_at() {
            match self.look_at(stream).await {
                Ok(()) => self.numbering.change(stream, |known| known.looked_on = Some(generation)),
                Err(error) => {
                    tracing::error!(stream, %error, "the numbering is not settled; trying again");
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }

    /// Boxed: telling what is lost is itself a write, and looks.
    fn look_at<'a>(&'a self, stream: &'a str) -> BoxFuture<'a, Result<(), Unsettled>> {
        self.look(stream).boxed()
    }

    async fn look(&self, stream: &str) -> Result<(), Unsettled> {
        let last = self.last_sequence(stream).await;
        let (mut place, told) = Place::of::<Missing>(self, &format!("lost.{stream}")).await;
        // Told, and the last filler is not there: a host died over it.
        let told = told.filter(|told| last <= told.to);
        let known = self.newest_number(stream).max(told.map_or(0, |told| told.to));
        self.stood(stream, last);
        if last >= known && told.is_none() {
            return Ok(());
        }
        let from = told.map_or(last + 1, |told| told.from.min(last + 1));
        let lost = Missing { from, to: known };
        tracing::error!(
            stream,
            from,
            to = known,
            "the server has lost the newest messages of the stream; their numbers are not used again"
        );
        self.numbering.change(stream, |known| known.falls += 1);
        // Ordering: told before the numbers are taken up, or a host that dies between
        // would leave fillers that look like what was always there.
        if told != Some(lost) {
            place.say(self, &lost).await?;
        }
        if self.state(stream).await.messages == 0 && stream != subject::JOURNAL {
            self.begin_behind(stream, known).await?;
        }
        self.fill(stream, lost).await?;
        Ok(())
    }

    /// Of an empty stream, which has nothing to lose, the numbering is set at once.
    async fn begin_behind(&self, stream: &str, sequence: u64) -> Result<(), Unsettled> {
        let failed = |error: &dyn std::fmt::Display| Unsettled::Purge(error.to_string());
        let handle = self.jet().get_stream_no_info(stream).await.map_err(|error| failed(&error))?;
        handle.purge().sequence(sequence + 1).await.map_err(|error| failed(&error))?;
        Ok(())
    }

    /// Fillers up to the one behind `lost`, which names it.
    async fn fill(&self, stream: &str, lost: Missing) -> Result<(), Unsettled> {
        let mut filler = self.filler(stream).await;
        let mut last = self.last_sequence(stream).await;
        let mut under_way = VecDeque::new();
        while last <= lost.to || !under_way.is_empty() {
            if last <= lost.to && under_way.len() < ABREAST {
                let (subject, payload) = filler.next();
                let mut headers = HeaderMap::new();
                headers.insert("Nats-Expected-Last-Sequence", last.to_string());
                if last == lost.to {
                    headers.insert(LOST, format!("{}-{}", lost.from, lost.to));
                }
                let message = PublishMessage::build().payload(payload).headers(headers);
                under_way.push_back(self.jet().send_publish(subject, message).await?);
                last += 1;
                continue;
            }
            if let Some(sent) = under_way.pop_front() {
                let ack = sent.await?;
                self.stood(stream, ack.sequence);
                if ack.sequence % 5_000 == 0 {
                    tracing::warn!(stream, at = ack.sequence, to = lost.to, "taking up lost numbers");
                }
            }
        }
        Ok(())
    }

    async fn filler(&self, stream: &str) -> Filler {
        if let Some(department) = stream.strip_prefix("RAW_") {
            let name = FeedName { department: department.to_owned(), feed: 0 };
            return Filler::Same(subject::raw(&name, Lane::Routine, LOST_DOOR), run::encode(&[]));
        }
        if stream == subject::SIGNALS {
            let name = FeedName { department: NOBODY.to_owned(), feed: 0 };
            let nothing = Covered {
                format: 1,
                department: name.department.clone(),
                feed: 0,
                at: crate::clock::now(),
                city: String::new(),
                plugins: Vec::new(),
                position: Position::default(),
                spans: Vec::new(),
                frames: Vec::new(),
                missing: Vec::new(),
                whole: 0,
            };
            let payload = serde_json::to_vec(&nothing).expect("a message is plain data");
            return Filler::Same(subject::signal(&name), payload.into());
        }
        let last = self.last_of_stream(stream).await;
        let record = last.as_ref().and_then(|last| Record::read(&last.payload).ok());
        Filler::Step {
            step: Record {
                format: FORMAT,
                now: record.as_ref().map_or_else(crate::clock::now, |record| record.now),
                signals: record.map_or(0, |record| record.signals),
                city: String::new(),
                prev: String::new(),
                entries: Vec::new(),
            },
            prev: last.map_or_else(String::new, |last| hex::encode(&Sha256::digest(&last.payload))),
        }
    }
}

/// Messages that say nothing.
enum Filler {
    Same(String, Bytes),
    /// Steps of the journal that decide nothing: each follows from the one before.
    Step {
        step: Record,
        prev: String,
    },
}

impl Filler {
    fn next(&mut self) -> (String, Bytes) {
        match self {
            Filler::Same(subject, payload) => (subject.clone(), payload.clone()),
            Filler::Step { step, prev } => {
                step.prev = std::mem::take(prev);
                let payload = step.text();
                *prev = hex::encode(&Sha256::digest(&payload));
                (subject::JOURNAL_SUBJECT.to_owned(), payload.into())
            }
        }
    }
}

#[derive(Debug, thiserror::Error)]
enum Unsettled {
    #[error("what is lost cannot be told: {0}")]
    Tell(#[from] super::WriteError),
    #[error("the stream cannot be set behind it: {0}")]
    Purge(String),
    #[error("a filler does not stand: {0}")]
    Fill(#[from] async_nats::jetstream::context::PublishError),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fillers_of_the_journal_follow_from_each_other() {
        let step = Record {
            format: FORMAT,
            now: Default::default(),
            signals: 7,
            city: String::new(),
            prev: String::new(),
            entries: Vec::new(),
        };
        let mut filler = Filler::Step { step, prev: "before".into() };
        let (_, first) = filler.next();
        let (_, second) = filler.next();
        let read = |payload: &Bytes| Record::read(payload).expect("a record");
        assert_eq!((read(&first).prev.as_str(), read(&first).signals), ("before", 7));
        assert_eq!(read(&second).prev, hex::encode(&Sha256::digest(&first)));
    }
}
