//! The streams, as we configure them, and reading single messages of them.

use super::Bus;
use crate::subject;
use async_nats::jetstream::context::{CreateStreamErrorKind, GetStreamError, GetStreamErrorKind};
use async_nats::jetstream::stream::{Config, DiscardPolicy, State, StorageType};
use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use std::time::Duration;
use tocsin_core::time::Timestamp;

/// RAW is retried verbatim under its message id inside this window.
pub const DUPLICATE_WINDOW: Duration = Duration::from_secs(120);

/// Looks at the end of a stream before what stands there counts as unreadable.
const ATTEMPTS: u32 = 3;

const DAY: Duration = Duration::from_secs(86_400);

#[derive(Debug, thiserror::Error)]
pub enum EnsureError {
    #[error("cannot create or read back the stream {stream}: {reason}")]
    Create { stream: String, reason: String },
    #[error("no answer about the stream {stream}: {reason}")]
    Away { stream: String, reason: String },
    #[error(
        "the server keeps the stream {stream} otherwise than asked: {what}; is it an older server, or made by another program?"
    )]
    Echo { stream: String, what: String },
}

impl EnsureError {
    /// The server may answer in a moment.
    pub fn is_away(&self) -> bool {
        matches!(self, EnsureError::Away { .. })
    }
}

#[derive(Debug, thiserror::Error)]
#[error("cannot purge {stream}: {reason}")]
pub struct PurgeError {
    stream: String,
    reason: String,
}

/// One message of a stream, as it stands there.
#[derive(Clone, Debug)]
pub struct Stored {
    pub subject: String,
    pub sequence: u64,
    pub headers: async_nats::HeaderMap,
    pub payload: Bytes,
    /// When the server wrote it.
    pub at: Timestamp,
}

/// Where a subject or stream ends.
#[derive(Clone, Debug, Default)]
pub struct End {
    /// The newest message that can be read.
    pub newest: Option<Stored>,
    /// What the next message expects to stand before it.
    pub fence: u64,
    /// Behind the newest stands, in these sequences, what cannot be read.
    pub unread: Option<(u64, u64)>,
}

/// How much of the store each stream may take; the sum stays below the store.
#[derive(Clone, Debug)]
pub struct Quota {
    pub store_bytes: u64,
    pub replicas: usize,
}

impl Quota {
    /// Shares in percent: RAW together 40, SIGNALS 25, JOURNAL 15, EVENTS 5, DEAD 5;
    /// the rest is for packages, snapshots, positions and the broker's own streams.
    fn of(&self, percent: u64, parts: usize) -> i64 {
        (self.store_bytes / 100 * percent / parts.max(1) as u64).min(i64::MAX as u64) as i64
    }
}

impl Bus {
    pub async fn ensure_streams(&self, departments: &[String], quota: &Quota) -> Result<(), EnsureError> {
        for department in departments {
            self.ensure(Config {
                name: subject::raw_stream(department),
                subjects: vec![format!("tocsin.live.raw.{department}.>")],
                max_bytes: quota.of(40, departments.len()),
                ..plain(quota)
            })
            .await?;
        }
        let fixed = [
            (subject::SIGNALS, "tocsin.live.signal.>", 25, Duration::ZERO),
            (subject::JOURNAL, subject::JOURNAL_SUBJECT, 15, Duration::ZERO),
            (subject::EVENTS, "tocsin.live.event.>", 5, 30 * DAY),
            (subject::DEAD, "tocsin.live.dead.>", 5, 90 * DAY),
        ];
        for (name, subjects, percent, max_age) in fixed {
            // What others only read may forget its oldest; what is the truth refuses instead.
            let discard = if max_age.is_zero() { DiscardPolicy::New } else { DiscardPolicy::Old };
            self.ensure(Config {
                name: name.to_owned(),
                subjects: vec![subjects.to_owned()],
                max_bytes: quota.of(percent, 1),
                max_age,
                discard,
                // The truth is kept for ever; RAW and SIGNALS are purged by `retain` alone.
                deny_purge: name == subject::JOURNAL,
                ..plain(quota)
            })
            .await?;
        }
        self.ensure(Config {
            name: subject::POSITION.to_owned(),
            subjects: vec![subject::position(">")],
            max_messages_per_subject: 1,
            discard: DiscardPolicy::Old,
            ..plain(quota)
        })
        .await
    }

    #[inline(never)]
    fn ensure(&self, wanted: Config) -> BoxFuture<'_, Result<(), EnsureError>> {
        self.create(wanted).boxed()
    }

    async fn create(&self, wanted: Config) -> Result<(), EnsureError> {
        let stream = wanted.name.clone();
        let info = self.jet().create_or_update_stream(wanted.clone()).await.map_err(|error| {
            let (stream, reason) = (stream.clone(), error.to_string());
            match error.kind() {
                CreateStreamErrorKind::JetStream(_) => EnsureError::Create { stream, reason },
                _ => EnsureError::Away { stream, reason },
            }
        })?;
        let echoed = info.config;
        let wrong = [
            (echoed.subjects != wanted.subjects, "subjects"),
            (echoed.storage != StorageType::File, "storage"),
            (echoed.discard != wanted.discard, "discard"),
            (echoed.num_replicas != wanted.num_replicas, "replicas"),
            (echoed.duplicate_window != wanted.duplicate_window, "duplicate window"),
            // Without a limit it may be echoed as 0 or as -1.
            (
                echoed.max_messages_per_subject.max(0) != wanted.max_messages_per_subject,
                "messages of a subject",
            ),
            (!echoed.deny_delete, "deny_delete"),
            (echoed.deny_purge != wanted.deny_purge, "deny_purge"),
            (echoed.persist_mode.is_some_and(|mode| format!("{mode:?}").contains("Async")), "persist mode"),
        ];
        match wrong.iter().find(|(is_wrong, _)| *is_wrong) {
            None => Ok(()),
            Some((_, what)) => Err(EnsureError::Echo { stream, what: (*what).to_owned() }),
        }
    }

    /// Waits for the bus where it is away: a stage has nothing better to do.
    pub async fn last_of_subject(&self, stream: &str, subject: &str) -> Option<Stored> {
        self.end_of_subject(stream, subject).await.newest
    }

    pub async fn last_of_stream(&self, stream: &str) -> Option<Stored> {
        self.end_of_stream(stream).await.newest
    }

    /// The end of a subject, also where its last message cannot be read.
    pub async fn end_of_subject(&self, stream: &str, subject: &str) -> End {
        for attempt in 1.. {
            if let Some(last) = self.get(stream, serde_json::json!({ "last_by_subj": subject })).await {
                return End { fence: last.sequence, newest: Some(last), unread: None };
            }
            // The server says the same of a subject without a message and of one whose last
            // it cannot read, and lets a fence of zero through for both.
            if self.count(stream, subject).await == 0 {
                return End::default();
            }
            if attempt == ATTEMPTS {
                break;
            }
            tokio::time::sleep(super::PAUSE).await;
        }
        let state = self.state(stream).await;
        let newest = self.newest_readable(stream, subject, &state).await;
        let from = newest.as_ref().map_or(state.first_sequence, |newest| newest.sequence + 1);
        tracing::error!(
            stream,
            subject,
            from,
            to = state.last_sequence,
            "the last message of the subject, between these, cannot be read; going on from the one before"
        );
        End { fence: 0, newest, unread: Some((from, state.last_sequence)) }
    }

    /// The end of a stream, also where its last message cannot be read.
    pub async fn end_of_stream(&self, stream: &str) -> End {
        let mut attempt = 1;
        loop {
            let state = self.state(stream).await;
            let fence = state.last_sequence;
            if state.messages == 0 {
                return End { fence, ..End::default() };
            }
            if let Some(last) = self.message(stream, fence).await {
                return End { fence, newest: Some(last), unread: None };
            }
            if attempt < ATTEMPTS {
                // It may have expired meanwhile, or another came.
                attempt += 1;
                tokio::time::sleep(super::PAUSE).await;
                continue;
            }
            let newest = self.newest_readable(stream, ">", &state).await;
            let from = newest.as_ref().map_or(state.first_sequence, |newest| newest.sequence + 1);
            tracing::error!(
                stream,
                from,
                to = fence,
                "the last messages of the stream cannot be read; going on from the one before"
            );
            return End { fence, newest, unread: Some((from, fence)) };
        }
    }

    /// By halves: the server skips what it cannot read, so a look takes some twenty requests.
    async fn newest_readable(&self, stream: &str, subject: &str, state: &State) -> Option<Stored> {
        let (mut low, mut high) = (state.first_sequence, state.last_sequence + 1);
        let mut newest = None;
        while low < high {
            let middle = low + (high - low) / 2;
            match self.at_or_after(stream, subject, middle).await {
                Some(stored) if stored.sequence <= state.last_sequence => {
                    low = stored.sequence + 1;
                    newest = Some(stored);
                }
                _ => high = middle,
            }
        }
        newest
    }

    /// Messages of a subject that the stream counts, whether or not they can be read.
    async fn count(&self, stream: &str, subject: &str) -> u64 {
        use futures_util::TryStreamExt;
        loop {
            let counted = async {
                let handle = match self.jet().get_stream(stream).await {
                    Err(error) if is_unknown(&error) => return Ok(0),
                    handle => handle?,
                };
                let subjects: Vec<(String, usize)> =
                    handle.info_with_subjects(subject).await?.try_collect().await?;
                Ok::<_, async_nats::Error>(subjects.iter().map(|(_, count)| *count as u64).sum())
            };
            match counted.await {
                Ok(count) => return count,
                Err(error) => {
                    tracing::debug!(stream, subject, %error, "counting the messages of a subject");
                    tokio::time::sleep(super::PAUSE).await;
                }
            }
        }
    }

    /// Sequence of the newest message that ever stood in the stream.
    pub async fn last_sequence(&self, stream: &str) -> u64 {
        self.state(stream).await.last_sequence
    }

    pub async fn state(&self, stream: &str) -> State {
        self.info(stream).await.1
    }

    #[inline(never)]
    pub fn info<'a>(&'a self, stream: &'a str) -> BoxFuture<'a, (Config, State)> {
        self.ask_info(stream).boxed()
    }

    async fn ask_info(&self, stream: &str) -> (Config, State) {
        loop {
            let made_anew = self.made_anew();
            let asked = tokio::select! {
                asked = self.jet().get_stream(stream) => asked,
                () = made_anew => continue,
            };
            match asked {
                Ok(stream) => {
                    let info = stream.cached_info();
                    return (info.config.clone(), info.state.clone());
                }
                Err(error) => {
                    tracing::debug!(stream, %error, "reading stream state");
                    tokio::time::sleep(super::PAUSE).await;
                }
            }
        }
    }

    pub async fn message(&self, stream: &str, sequence: u64) -> Option<Stored> {
        self.get(stream, serde_json::json!({ "seq": sequence })).await
    }

    /// The first message of the subject at this sequence or behind it.
    pub async fn at_or_after(&self, stream: &str, subject: &str, sequence: u64) -> Option<Stored> {
        self.get(stream, serde_json::json!({ "seq": sequence.max(1), "next_by_subj": subject })).await
    }

    /// Sequence of the last message of the subject in `from..=to` that is older
    /// than `before`; `from - 1` where none is.
    pub async fn last_before(
        &self,
        stream: &str,
        subject: &str,
        (from, to): (u64, u64),
        before: Timestamp,
    ) -> u64 {
        let (mut low, mut high) = (from, to + 1);
        while low < high {
            let middle = low + (high - low) / 2;
            match self.at_or_after(stream, subject, middle).await {
                Some(stored) if stored.sequence <= to && stored.at < before => low = stored.sequence + 1,
                _ => high = middle,
            }
        }
        low - 1
    }

    /// Forgets the messages of the subject below `keep`. One attempt.
    pub async fn purge(&self, stream: &str, subject: &str, keep: u64) -> Result<(), PurgeError> {
        let failed = |error: &dyn std::fmt::Display| PurgeError {
            stream: stream.to_owned(),
            reason: error.to_string(),
        };
        let handle = self.jet().get_stream_no_info(stream).await.map_err(|error| failed(&error))?;
        handle.purge().filter(subject).sequence(keep).await.map_err(|error| failed(&error))?;
        Ok(())
    }

    /// Through the stream's leader, never a replica that may lag.
    #[inline(never)]
    fn get<'a>(&'a self, stream: &'a str, query: serde_json::Value) -> BoxFuture<'a, Option<Stored>> {
        self.ask(stream, query).boxed()
    }

    async fn ask(&self, stream: &str, query: serde_json::Value) -> Option<Stored> {
        let api = format!("$JS.API.STREAM.MSG.GET.{stream}");
        let body = Bytes::from(query.to_string());
        loop {
            let made_anew = self.made_anew();
            let asked = tokio::select! {
                asked = self.client().request(api.clone(), body.clone()) => asked,
                () = made_anew => continue,
            };
            let answer = match asked {
                Ok(answer) => answer,
                Err(error) => {
                    tracing::debug!(stream, %error, "reading a message");
                    tokio::time::sleep(super::PAUSE).await;
                    continue;
                }
            };
            match parse_stored(&answer.payload) {
                Parsed::Message(stored) => return Some(stored),
                Parsed::None => return None,
                Parsed::Again => tokio::time::sleep(super::PAUSE).await,
            }
        }
    }
}

fn plain(quota: &Quota) -> Config {
    Config {
        storage: StorageType::File,
        discard: DiscardPolicy::New,
        num_replicas: quota.replicas,
        duplicate_window: DUPLICATE_WINDOW,
        deny_delete: true,
        allow_direct: false,
        ..Config::default()
    }
}

/// The server has no such stream.
fn is_unknown(error: &GetStreamError) -> bool {
    matches!(error.kind(), GetStreamErrorKind::JetStream(refusal) if refusal.code() == 404)
}

enum Parsed {
    Message(Stored),
    None,
    Again,
}

fn parse_stored(payload: &[u8]) -> Parsed {
    use base64::Engine;
    #[derive(serde::Deserialize)]
    struct Reply {
        message: Option<Raw>,
        error: Option<Failure>,
    }
    #[derive(serde::Deserialize)]
    struct Raw {
        subject: String,
        seq: u64,
        #[serde(default)]
        hdrs: String,
        #[serde(default)]
        data: String,
        #[serde(default)]
        time: String,
    }
    #[derive(serde::Deserialize)]
    struct Failure {
        code: u64,
    }
    let Ok(reply) = serde_json::from_slice::<Reply>(payload) else { return Parsed::Again };
    if let Some(failure) = reply.error {
        return if failure.code == 404 { Parsed::None } else { Parsed::Again };
    }
    let Some(raw) = reply.message else { return Parsed::Again };
    let decode = |text: &str| base64::engine::general_purpose::STANDARD.decode(text);
    let (Ok(headers), Ok(data)) = (decode(&raw.hdrs), decode(&raw.data)) else { return Parsed::Again };
    Parsed::Message(Stored {
        subject: raw.subject,
        sequence: raw.seq,
        headers: parse_headers(&headers),
        payload: Bytes::from(data),
        at: raw.time.parse().unwrap_or_default(),
    })
}

/// `NATS/1.0` block: a version line, then `name: value` lines.
fn parse_headers(block: &[u8]) -> async_nats::HeaderMap {
    let mut headers = async_nats::HeaderMap::new();
    for line in String::from_utf8_lossy(block).lines().skip(1) {
        if let Some((name, value)) = line.split_once(':') {
            headers.append(name.trim(), value.trim());
        }
    }
    headers
}
