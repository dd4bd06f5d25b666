//! The way to NATS: one connection, fenced writes, and what to do after doubt.
//!
//! A write to a stream has three endings: acknowledged, refused, or *in doubt*
//! (no answer; the connection broke). In doubt the message may have landed or
//! may still land. Two rules make that harmless: a stage's message carries a
//! fence (the expected last sequence), so that of several attempts one lands;
//! and after doubt the stage reads the last message, which is either its own
//! or the proof that somebody else has taken over.

pub mod numbering;
pub mod stores;
pub mod stream;
mod stuck;
pub mod tail;

use crate::lease::Lease;
use crate::subject;
use async_nats::header::HeaderMap;
use async_nats::jetstream;
use async_nats::jetstream::context::{PublishError, PublishErrorKind};
use async_nats::jetstream::message::PublishMessage;
use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use numbering::{Numbering, is_named_by_number};
use std::sync::Arc;
use std::time::Duration;
use stuck::Stuck;
use tokio::sync::watch;

/// Floor of the server version: older ones silently ignore unknown fields.
pub const SERVER_FLOOR: (u32, u32, u32) = (2, 12, 6);

/// Largest message that the bus takes. The largest of ours is a journal step:
/// one SIGNALS message (256 KiB) whose every signal became a fact of ~2 KiB. A step
/// that comes out larger is done again in pieces.
pub const MAX_PAYLOAD: usize = 8 << 20;

/// How long one write may be without an answer before it is in doubt.
const ANSWER_WITHIN: Duration = Duration::from_secs(5);

/// Pause between attempts while a stream is full or its leader is away.
const PAUSE: Duration = Duration::from_millis(200);

#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    #[error("cannot reach the NATS server at {url}")]
    Unreachable {
        url: String,
        #[source]
        source: async_nats::ConnectError,
    },
    #[error(
        "`{url}` is no address of a NATS server; write nats://user:password@host:4222, several with commas between"
    )]
    Url {
        url: String,
        #[source]
        source: std::io::Error,
    },
    #[error("the NATS server at {url} is version {found}; Tocsin needs {}.{}.{} or newer because older servers ignore settings that durability rests on", SERVER_FLOOR.0, SERVER_FLOOR.1, SERVER_FLOOR.2)]
    TooOld { url: String, found: String },
    #[error("the NATS server at {url} has no JetStream; start it with a `jetstream` block")]
    NoJetStream { url: String },
    #[error("the NATS server at {url} takes messages of {found} bytes; set `max_payload: 8MB`")]
    SmallPayload { url: String, found: usize },
}

impl ConnectError {
    /// It may be there in a moment.
    pub fn is_away(&self) -> bool {
        matches!(self, ConnectError::Unreachable { .. })
    }
}

/// Up or down, and how often the connection was made anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    pub up: bool,
    pub generation: u64,
}

#[derive(Clone)]
pub struct Bus {
    client: async_nats::Client,
    jet: jetstream::Context,
    link: watch::Receiver<Link>,
    lease: Lease,
    numbering: Arc<Numbering>,
    stuck: Arc<Stuck>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fence {
    /// Many writers: doubled writes are recognised by message id.
    None,
    /// Last sequence of the message's own subject.
    Subject(u64),
    /// Last sequence of the whole stream.
    Stream(u64),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ack {
    pub sequence: u64,
    pub duplicate: bool,
}

#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    #[error("another writer has taken over `{subject}`")]
    Fenced { subject: String },
    #[error("no room for `{subject}`: {reason}")]
    Full { subject: String, reason: String },
    #[error("the bus refused `{subject}`: {reason} (code {code})")]
    Refused { subject: String, code: u64, reason: String },
    #[error("no answer for `{subject}`")]
    Doubt { subject: String },
    /// The message stands, under a number that was another's: nobody will read it there.
    #[error("the server gave the number {sequence} out again, for `{subject}`")]
    Reused { subject: String, sequence: u64 },
}

/// What a stage does when its fence was refused by a message that is not its own.
#[derive(Debug, thiserror::Error)]
#[error("stepping down: sequence {found} of `{subject}` was written by another")]
pub struct StepDown {
    pub subject: String,
    pub found: u64,
}

/// Why a stage's message does not stand.
#[derive(Debug)]
pub enum Unwritten {
    StepDown(StepDown),
    /// The stream has no room, in the server's words.
    Full(String),
}

impl Bus {
    /// `url` may carry `user:password@`, and may be several with commas between.
    ///
    /// This future and those of the requests are boxed, so that they are compiled in
    /// this crate and not in each that awaits them.
    #[inline(never)]
    pub fn connect<'a>(url: &'a str, name: &'a str) -> BoxFuture<'a, Result<Bus, ConnectError>> {
        Bus::dial(url, name).boxed()
    }

    async fn dial(url: &str, name: &str) -> Result<Bus, ConnectError> {
        let (sender, link) = watch::channel(Link { up: false, generation: 0 });
        let mut options = async_nats::ConnectOptions::new()
            .name(name)
            // Subscribers of the city are allowed `_INBOX.>`; they must not hear the host's answers.
            .custom_inbox_prefix("_TOCSIN")
            .ping_interval(Duration::from_secs(2))
            .request_timeout(Some(ANSWER_WITHIN))
            .reconnect_delay_callback(|attempt| Duration::from_millis((10 << attempt.min(6)).min(500) as u64))
            .event_callback(move |event| {
                match &event {
                    async_nats::Event::Connected => {
                        sender.send_modify(|link| *link = Link { up: true, generation: link.generation + 1 });
                    }
                    async_nats::Event::Disconnected | async_nats::Event::Closed => {
                        sender.send_modify(|link| link.up = false);
                    }
                    other => tracing::warn!(event = %other, "bus"),
                }
                std::future::ready(())
            });
        if let Some((user, password)) = login(url) {
            options = options.user_and_password(user, password);
        }
        let servers: Result<Vec<async_nats::ServerAddr>, _> =
            url.split(',').map(|url| url.trim().parse()).collect();
        let servers = servers.map_err(|source| ConnectError::Url { url: redact(url), source })?;
        let client = options
            .connect(servers)
            .await
            .map_err(|source| ConnectError::Unreachable { url: redact(url), source })?;
        let info = client.server_info();
        if version(&info.version) < SERVER_FLOOR {
            return Err(ConnectError::TooOld { url: redact(url), found: info.version });
        }
        if !info.jetstream {
            return Err(ConnectError::NoJetStream { url: redact(url) });
        }
        if info.max_payload < MAX_PAYLOAD {
            return Err(ConnectError::SmallPayload { url: redact(url), found: info.max_payload });
        }
        let mut jet = jetstream::new(client.clone());
        jet.set_timeout(ANSWER_WITHIN);
        Ok(Bus {
            client,
            jet,
            link,
            lease: Lease::default(),
            numbering: Arc::default(),
            stuck: Arc::default(),
        })
    }

    /// The same bus; a stage's message waits until the lease is held.
    pub fn under(self, lease: Lease) -> Bus {
        Bus { lease, ..self }
    }

    pub fn client(&self) -> &async_nats::Client {
        &self.client
    }

    pub fn jet(&self) -> &jetstream::Context {
        &self.jet
    }

    /// Whether an answer may go to the reply subject that somebody named: an inbox. The
    /// server checks whom a client may write to, not where it lets us answer; anything
    /// else would be written with the host's rights.
    pub fn may_answer(reply: &str) -> bool {
        ["_INBOX.", "_OPERATOR."].iter().any(|inbox| reply.starts_with(inbox))
    }

    pub fn link(&self) -> watch::Receiver<Link> {
        self.link.clone()
    }

    /// Streams that take nothing and say nothing, though the connection stands.
    pub fn stuck(&self) -> Vec<String> {
        self.stuck.names(self.link.borrow().generation)
    }

    /// When another connection stands than now: what was asked on this one has no answer.
    pub fn made_anew(&self) -> impl Future<Output = ()> + use<> {
        let mut link = self.link.clone();
        let before = link.borrow_and_update().generation;
        async move {
            if link.wait_for(|link| link.up && link.generation != before).await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }

    pub fn is_up(&self) -> bool {
        self.client.connection_state() == async_nats::connection::State::Connected
    }

    /// One attempt. A connection made anew while waiting is doubt at once.
    #[inline(never)]
    pub fn write<'a>(
        &'a self,
        subject: &'a str,
        headers: HeaderMap,
        fence: Fence,
        payload: Bytes,
    ) -> BoxFuture<'a, Result<Ack, WriteError>> {
        async move { self.send(subject, headers, fence, payload).await?.await }.boxed()
    }

    /// The first half of a write: when this returns, the message is on its way
    /// before any that is sent later. The future it answers with is the second.
    pub async fn send(
        &self,
        subject: &str,
        mut headers: HeaderMap,
        fence: Fence,
        payload: Bytes,
    ) -> Result<impl Future<Output = Result<Ack, WriteError>> + use<>, WriteError> {
        if fence != Fence::None {
            self.lease.held().await;
        }
        let target = subject::stream_of(subject);
        let stream = target.clone().filter(|stream| is_named_by_number(stream));
        if let Some(stream) = &stream {
            // Ordering: looked at before the first write of a connection, or numbers that a
            // server has lost would be given out again.
            self.settle_numbers(stream).await;
        }
        match fence {
            Fence::None => {}
            Fence::Subject(last) => headers.insert("Nats-Expected-Last-Subject-Sequence", last.to_string()),
            Fence::Stream(last) => headers.insert("Nats-Expected-Last-Sequence", last.to_string()),
        }
        let subject = subject.to_owned();
        let bus = self.clone();
        // All of these were acknowledged before this is sent.
        let newest = stream.as_ref().map_or(0, |stream| self.newest_number(stream));
        let mut link = self.link.clone();
        let before = link.borrow_and_update().generation;
        let message = PublishMessage::build().payload(payload).headers(headers);
        let sent = tokio::select! {
            sent = self.jet.send_publish(subject.clone(), message) => sent
                .inspect_err(|error| {
                    // It never will be sent: nothing that makes messages may make one so large.
                    if error.kind() == PublishErrorKind::MaxPayloadExceeded {
                        tracing::error!(subject, "the message is larger than the bus takes");
                    }
                })
                .ok(),
            _ = link.wait_for(|link| link.up && link.generation != before) => None,
        };
        let Some(sent) = sent else { return Err(WriteError::Doubt { subject }) };
        Ok(async move {
            let answer = tokio::select! {
                answer = sent.into_future() => answer,
                _ = link.wait_for(|link| link.up && link.generation != before) => {
                    return Err(WriteError::Doubt { subject });
                }
            };
            match (&answer, target) {
                (Err(error), Some(target)) if error.kind() == PublishErrorKind::TimedOut => {
                    bus.stuck.silent(&target, before);
                }
                (_, Some(target)) => bus.stuck.answers(&target),
                (_, None) => {}
            }
            match answer {
                Ok(ack) if ack.sequence <= newest && !ack.duplicate => {
                    bus.doubt_numbers(&ack.stream);
                    Err(WriteError::Reused { subject, sequence: ack.sequence })
                }
                Ok(ack) => {
                    if stream.is_some() {
                        bus.stood(&ack.stream, ack.sequence);
                    }
                    Ok(Ack { sequence: ack.sequence, duplicate: ack.duplicate })
                }
                Err(error) => Err(refusal(&error, subject)),
            }
        })
    }

    /// Writes a stage's next message, through doubt and full streams, until it
    /// stands or another writer is seen. Answers with the sequence.
    pub async fn write_next(
        &self,
        stream: &str,
        subject: &str,
        headers: HeaderMap,
        fence: Fence,
        payload: Bytes,
    ) -> Result<u64, StepDown> {
        loop {
            match self.write_once(stream, subject, headers.clone(), fence, payload.clone()).await {
                Ok(sequence) => return Ok(sequence),
                Err(Unwritten::StepDown(down)) => return Err(down),
                Err(Unwritten::Full(reason)) => {
                    tracing::error!(subject, reason, "stream full; waiting for room");
                    tokio::time::sleep(Duration::from_secs(1)).await;
                }
            }
        }
    }

    /// The same for a stage that has something to do about a full stream.
    pub async fn write_once(
        &self,
        stream: &str,
        subject: &str,
        headers: HeaderMap,
        fence: Fence,
        payload: Bytes,
    ) -> Result<u64, Unwritten> {
        let mut fence = fence;
        let mut mark = self.mark(stream);
        loop {
            let landed = match self.write(subject, headers.clone(), fence, payload.clone()).await {
                Ok(ack) => return Ok(ack.sequence),
                Err(WriteError::Full { reason, .. }) => return Err(Unwritten::Full(reason)),
                Err(error) => {
                    tracing::debug!(subject, %error, "write in doubt");
                    // Ordering: before the end is read, so that whoever writes between is seen.
                    let last = self.last_sequence(stream).await;
                    let landed = self.resolve(stream, subject, fence, &payload).await;
                    let landed = landed.map_err(Unwritten::StepDown)?;
                    let is_fenced = matches!(error, WriteError::Fenced { .. });
                    if landed.is_none() && is_fenced && fence == Fence::Subject(0) {
                        // Nothing that can be read stands behind it, and it is not let through.
                        tracing::error!(
                            stream,
                            subject,
                            last,
                            "fenced by what cannot be read; stepping over it"
                        );
                        fence = Fence::Stream(last);
                    }
                    landed
                }
            };
            match (landed, fence) {
                (Some(sequence), _) if self.is_behind(stream, mark, sequence) => return Ok(sequence),
                // It stands where its readers have been already: once more, behind them.
                (Some(sequence), Fence::Subject(_)) => {
                    self.doubt_numbers(stream);
                    self.settle_numbers(stream).await;
                    mark = self.mark(stream);
                    fence = Fence::Subject(sequence);
                }
                (Some(found), _) => {
                    self.doubt_numbers(stream);
                    return Err(Unwritten::StepDown(StepDown { subject: subject.to_owned(), found }));
                }
                (None, _) => tokio::time::sleep(PAUSE).await,
            }
        }
    }

    /// After doubt: did my message land? `None`: nothing stands behind the
    /// fence, so that writing again is safe.
    async fn resolve(
        &self,
        stream: &str,
        subject: &str,
        fence: Fence,
        payload: &Bytes,
    ) -> Result<Option<u64>, StepDown> {
        let expected = match fence {
            Fence::None => return Ok(None),
            Fence::Subject(last) | Fence::Stream(last) => last,
        };
        let step_down = |found| Err(StepDown { subject: subject.to_owned(), found });
        let end = match fence {
            Fence::Stream(_) => self.end_of_stream(stream).await,
            _ => self.end_of_subject(stream, subject).await,
        };
        match end.newest {
            // What stands last cannot be read: whose it is the stage finds out from what
            // stands before it, and from the fence that goes with it.
            _ if end.unread.is_some() && end.fence != expected => step_down(end.fence),
            _ if end.fence == expected => Ok(None),
            // What the fence stands behind is no longer there: it is never let through.
            _ if end.fence < expected => step_down(end.fence),
            Some(last) if last.payload == *payload => Ok(Some(last.sequence)),
            _ => step_down(end.fence),
        }
    }
}

/// What the server's refusal means; anything that is not one is doubt.
fn refusal(error: &PublishError, subject: String) -> WriteError {
    let source = std::error::Error::source(error);
    let Some(refusal) = source.and_then(|source| source.downcast_ref::<jetstream::Error>()) else {
        return WriteError::Doubt { subject };
    };
    let reason = refusal.to_string();
    match refusal.error_code().0 {
        10071 | 10164 => WriteError::Fenced { subject },
        10023 | 10047 | 10077 | 10122 => WriteError::Full { subject, reason },
        code => WriteError::Refused { subject, code, reason },
    }
}

pub(crate) fn version(text: &str) -> (u32, u32, u32) {
    let mut parts = text.split(['.', '-']).map(|part| part.parse().unwrap_or(0));
    let mut next = || parts.next().unwrap_or(0);
    (next(), next(), next())
}

/// The client takes no login from a URL by itself.
fn login(url: &str) -> Option<(String, String)> {
    let first: async_nats::ServerAddr = url.split(',').next()?.trim().parse().ok()?;
    Some((first.username()?.to_owned(), first.password()?.to_owned()))
}

/// A URL, or several, as it may stand in a message: without its password.
pub fn redact(url: &str) -> String {
    let one = |url: &str| match (url.split_once("://"), url.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, host))) => format!("{scheme}://***@{host}"),
        _ => url.to_owned(),
    };
    url.split(',').map(|url| one(url.trim())).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_by_number() {
        for (text, expected) in [("2.12.6", (2, 12, 6)), ("2.9.10-beta.1", (2, 9, 10)), ("junk", (0, 0, 0))] {
            assert_eq!(version(text), expected);
        }
        assert!(version("2.15.1") > SERVER_FLOOR && version("2.9.30") < SERVER_FLOOR);
    }

    #[test]
    fn passwords_do_not_reach_messages() {
        assert_eq!(redact("nats://host:secret@127.0.0.1:4222"), "nats://***@127.0.0.1:4222");
        assert_eq!(redact("nats://127.0.0.1:4222"), "nats://127.0.0.1:4222");
        assert_eq!(redact("nats://a:b@c:1, nats://a:b@d:2"), "nats://***@c:1,nats://***@d:2");
    }
}
