//! Commands over the bus: request and reply on `tocsin.live.command.<noun>.<verb>`.
//! What a command is and how it is answered is its caller's; here is the way.

use crate::bus::Bus;
use async_nats::HeaderMap;
use bytes::Bytes;
use futures_util::StreamExt;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

const SUBJECT: &str = "tocsin.live.command.*.*";

/// Where several hosts are on one bus, each request is for one of them.
const GROUP: &str = "tocsin-command";

/// Requests under way, as over HTTP; one more is told to ask again.
const UNDER_WAY: usize = 128;

/// A command is answered within milliseconds; a bus that elects takes seconds.
const ANSWER_WITHIN: Duration = Duration::from_secs(15);

/// The largest command is a plan; those of the example city have some 10 KiB.
pub const PAYLOAD_BYTES: usize = 1 << 20;

const RETRY: Duration = Duration::from_secs(1);

/// One command as it came.
pub struct Request {
    pub noun: String,
    pub verb: String,
    pub payload: Bytes,
}

pub struct Answer {
    pub body: Value,
    /// Status and code, as HTTP would say them.
    pub refused: Option<(u16, &'static str)>,
}

impl Answer {
    fn too_large() -> Answer {
        let message =
            format!("命令超过 {PAYLOAD_BYTES} 字节 (the command is larger than {PAYLOAD_BYTES} bytes)");
        Answer { body: json!({ "code": "too-large", "message": message }), refused: Some((413, "too-large")) }
    }

    fn away(code: &'static str, message: &str) -> Answer {
        Answer { body: json!({ "code": code, "message": message }), refused: Some((503, code)) }
    }
}

/// Until `stop` says how long requests under way still have.
pub async fn serve<F, Fut>(bus: Bus, mut stop: watch::Receiver<Option<Duration>>, answer: F)
where
    F: Fn(Request) -> Fut,
    Fut: Future<Output = Answer> + Send + 'static,
{
    let places = Arc::new(Semaphore::new(UNDER_WAY));
    let mut under_way = JoinSet::new();
    'live: loop {
        let mut requests = match bus.client().queue_subscribe(SUBJECT, GROUP.to_owned()).await {
            Ok(requests) => requests,
            Err(error) => {
                tracing::warn!(%error, "subscribing to commands");
                tokio::select! {
                    () = asked(&mut stop) => break 'live,
                    () = tokio::time::sleep(RETRY) => continue 'live,
                }
            }
        };
        loop {
            let message = tokio::select! {
                () = asked(&mut stop) => break 'live,
                message = requests.next() => match message { Some(message) => message, None => break },
            };
            while under_way.try_join_next().is_some() {}
            // Who does not wait for an answer would not learn of a refusal either.
            let reply = message.reply.filter(|reply| Bus::may_answer(reply));
            let (Some(reply), Some(request)) = (reply, read(&message.subject, message.payload)) else {
                continue;
            };
            let client = bus.client().clone();
            if request.payload.len() > PAYLOAD_BYTES {
                give(&client, reply, Answer::too_large()).await;
                continue;
            }
            let Ok(place) = places.clone().try_acquire_owned() else {
                give(
                    &client,
                    reply,
                    Answer::away("busy", "在途请求过多,请重试 (too many requests are under way; ask again)"),
                )
                .await;
                continue;
            };
            let answer = answer(request);
            under_way.spawn(async move {
                let late = || Answer::away("late", "未能及时答复,总线可能不可用,请重试 (no answer in time; the bus may be away, ask again)");
                let answer = tokio::time::timeout(ANSWER_WITHIN, answer).await.unwrap_or_else(|_| late());
                give(&client, reply, answer).await;
                drop(place);
            });
        }
    }
    let within = stop.borrow().unwrap_or_default();
    let ended = async { while under_way.join_next().await.is_some() {} };
    let _ = tokio::time::timeout(within, ended).await;
    // Answers hold the host: whoever stops this may count on them being gone.
    under_way.shutdown().await;
}

/// The borrow that `wait_for` answers with must not live across an await.
async fn asked(stop: &mut watch::Receiver<Option<Duration>>) {
    let _ = stop.wait_for(Option::is_some).await;
}

fn read(subject: &str, payload: Bytes) -> Option<Request> {
    let (noun, verb) = subject.strip_prefix("tocsin.live.command.")?.split_once('.')?;
    Some(Request { noun: noun.to_owned(), verb: verb.to_owned(), payload })
}

/// Refusals carry the two headers by which NATS services tell them.
async fn give(client: &async_nats::Client, reply: async_nats::Subject, answer: Answer) {
    let body = Bytes::from(answer.body.to_string());
    let mut headers = HeaderMap::new();
    if let Some((status, code)) = answer.refused {
        headers.insert("Nats-Service-Error-Code", status.to_string());
        headers.insert("Nats-Service-Error", code);
    }
    if let Err(error) = client.publish_with_headers(reply, headers, body).await {
        tracing::debug!(%error, "answering a command");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_subject_names_noun_and_verb() {
        for (subject, expected) in [
            ("tocsin.live.command.incident.confirm", Some(("incident", "confirm"))),
            ("tocsin.live.command.incident.false-alarm", Some(("incident", "false-alarm"))),
            ("tocsin.live.command.incident", None),
            ("tocsin.live.event.city", None),
        ] {
            let got = read(subject, Bytes::new());
            assert_eq!(got.as_ref().map(|r| (r.noun.as_str(), r.verb.as_str())), expected, "{subject}");
        }
    }
}
