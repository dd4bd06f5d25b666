//! Reading a stream from a position, for ever, without acks.
//!
//! The consumer is ephemeral and lives in the server's memory: all that we
//! keep is the last sequence handed on. A gap in the numbering, a silence
//! longer than the heartbeats allow, or a connection made anew: the consumer
//! is made anew behind that sequence, so nothing is missed and nothing repeats.

use super::stream::Stored;
use super::{Bus, Link};
use async_nats::jetstream::consumer::{AckPolicy, DeliverPolicy, push};
use futures_util::{FutureExt, StreamExt};
use std::time::Duration;
use tocsin_core::time::Timestamp;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::Instant;

const HEARTBEAT: Duration = Duration::from_secs(1);
/// Two heartbeats may be lost to a busy machine before the consumer is doubted.
const SILENCE: Duration = Duration::from_millis(3_500);
const RETRY: Duration = Duration::from_millis(50);

pub struct Tail {
    bus: Bus,
    stream: String,
    filter: String,
    /// Payloads are left out: who reads on decides by the headers.
    heads: bool,
    /// Stream sequence of the last message handed on.
    position: u64,
    open: Option<Open>,
    /// A consumer on its way, in a task of its own: who waits for a message waits for
    /// other things too, and begins again with every one of them.
    making: Option<JoinHandle<Result<Open, async_nats::Error>>>,
    link: watch::Receiver<Link>,
}

struct Open {
    subscription: async_nats::Subscriber,
    /// Consumer sequence of the last message.
    delivered: u64,
    /// Connection that the consumer was made on.
    generation: u64,
    /// When it last gave a sign of life, whoever was listening.
    heard: Instant,
}

impl Drop for Tail {
    fn drop(&mut self) {
        if let Some(making) = self.making.take() {
            making.abort();
        }
    }
}

impl Tail {
    /// The first message is the first of `filter` behind stream sequence `position`.
    pub fn new(bus: &Bus, stream: &str, filter: &str, position: u64) -> Tail {
        Tail {
            bus: bus.clone(),
            stream: stream.to_owned(),
            filter: filter.to_owned(),
            heads: false,
            position,
            open: None,
            making: None,
            link: bus.link(),
        }
    }

    /// The same, of headers alone.
    pub fn heads(bus: &Bus, stream: &str, filter: &str, position: u64) -> Tail {
        let mut tail = Tail::new(bus, stream, filter, position);
        tail.heads = true;
        tail
    }

    pub fn position(&self) -> u64 {
        self.position
    }

    /// Cancel-safe: a dropped call loses nothing.
    pub async fn next(&mut self) -> Stored {
        loop {
            self.stand().await;
            if let Some(stored) = self.step().await {
                return stored;
            }
        }
    }

    /// What has already arrived, without waiting for the bus.
    pub fn ready(&mut self) -> Option<Stored> {
        loop {
            self.stand().now_or_never()?;
            let open = self.open.as_mut()?;
            let Some(message) = open.subscription.next().now_or_never() else {
                if open.heard.elapsed() >= SILENCE {
                    self.open = None;
                    continue;
                }
                return None;
            };
            match self.take(message) {
                Taken::Message(stored) => return Some(stored),
                Taken::Nothing => {}
                Taken::Broken => self.open = None,
            }
        }
    }

    async fn step(&mut self) -> Option<Stored> {
        let open = self.open.as_mut()?;
        let (generation, silent_at) = (open.generation, open.heard + SILENCE);
        let message = tokio::select! {
            biased;
            message = open.subscription.next() => message,
            _ = self.link.wait_for(|link| link.up && link.generation != generation) => None,
            () = tokio::time::sleep_until(silent_at) => None,
        };
        match self.take(message) {
            Taken::Message(stored) => Some(stored),
            Taken::Nothing => None,
            Taken::Broken => {
                self.open = None;
                None
            }
        }
    }

    /// Until there is a consumer.
    async fn stand(&mut self) {
        while self.open.is_none() {
            if self.making.is_none() {
                let generation = self.link.borrow_and_update().generation;
                self.making = Some(tokio::spawn(self.make(generation)));
            }
            let Some(making) = self.making.as_mut() else { continue };
            let made = making.await;
            self.making = None;
            match made {
                Ok(Ok(open)) => self.open = Some(open),
                Ok(Err(error)) => {
                    tracing::debug!(stream = self.stream, %error, "making a consumer");
                    tokio::time::sleep(RETRY).await;
                }
                Err(error) => tracing::error!(stream = self.stream, %error, "making a consumer"),
            }
        }
    }

    fn take(&mut self, message: Option<async_nats::Message>) -> Taken {
        let (Some(message), Some(open)) = (message, self.open.as_mut()) else { return Taken::Broken };
        open.heard = Instant::now();
        if message.status.is_some() {
            // A heartbeat says what was delivered before it: more than came is a loss.
            let last = message.headers.as_ref().and_then(|headers| headers.get("Nats-Last-Consumer"));
            if last.and_then(|last| last.as_str().parse().ok()).is_some_and(|last: u64| last > open.delivered)
            {
                return Taken::Broken;
            }
            // A flow-control request is answered by an empty message; a heartbeat
            // that cannot wait for the client names the subject in a header.
            let stalled = message.headers.as_ref().and_then(|h| h.get("Nats-Consumer-Stalled"));
            let answer = message.reply.map(|r| r.to_string()).or(stalled.map(|v| v.to_string()));
            if let Some(subject) = answer {
                let client = self.bus.client().clone();
                tokio::spawn(async move { client.publish(subject, "".into()).await });
            }
            return Taken::Nothing;
        }
        let Some((stream, consumer, nanos)) = message.reply.as_deref().and_then(numbers) else {
            return Taken::Broken;
        };
        if consumer != open.delivered + 1 {
            return Taken::Broken;
        }
        open.delivered = consumer;
        self.position = stream;
        Taken::Message(Stored {
            subject: message.subject.to_string(),
            sequence: stream,
            headers: message.headers.unwrap_or_default(),
            payload: message.payload,
            at: Timestamp(nanos / 1_000_000),
        })
    }

    fn make(&self, generation: u64) -> impl Future<Output = Result<Open, async_nats::Error>> + use<> {
        let (bus, stream) = (self.bus.clone(), self.stream.clone());
        let inbox = bus.client().new_inbox();
        let config = push::Config {
            deliver_subject: inbox.clone(),
            deliver_policy: DeliverPolicy::ByStartSequence { start_sequence: self.position + 1 },
            ack_policy: AckPolicy::None,
            filter_subject: self.filter.clone(),
            headers_only: self.heads,
            flow_control: true,
            idle_heartbeat: HEARTBEAT,
            num_replicas: 1,
            memory_storage: true,
            inactive_threshold: Duration::from_secs(30),
            max_deliver: 1,
            ..push::Config::default()
        };
        async move {
            // Ordering: subscribe before the consumer exists, or its first messages are lost.
            let subscription = bus.client().subscribe(inbox).await?;
            let stream = bus.jet().get_stream_no_info(&stream).await?;
            stream.create_consumer(config).await?;
            Ok(Open { subscription, delivered: 0, generation, heard: Instant::now() })
        }
    }
}

enum Taken {
    Message(Stored),
    Nothing,
    Broken,
}

/// Stream and consumer sequence and the nanosecond of storing, of a delivery's reply
/// subject `$JS.ACK.<stream>.<consumer>.<deliveries>.<stream seq>.<consumer seq>.<time>.…`,
/// or with domain and account hash before the stream.
fn numbers(reply: &str) -> Option<(u64, u64, i64)> {
    let tokens: Vec<&str> = reply.split('.').collect();
    let from = match tokens.len() {
        9 => 5,
        n if n >= 11 => 7,
        _ => return None,
    };
    let token = |place: usize| tokens.get(place);
    Some((token(from)?.parse().ok()?, token(from + 1)?.parse().ok()?, token(from + 2)?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::numbers;

    #[test]
    fn both_reply_forms_are_read() {
        for (reply, expected) in [
            ("$JS.ACK.SIGNALS.abc.1.77.5.1700000000.0", Some((77, 5, 1_700_000_000))),
            ("$JS.ACK.hub.acc.SIGNALS.abc.1.77.5.1700000000.0.x", Some((77, 5, 1_700_000_000))),
            ("$JS.ACK.x", None),
        ] {
            assert_eq!(numbers(reply), expected, "{reply}");
        }
    }
}
