//! HTTP out: what a plugin sends to this door's device is posted to a system of
//! the department's, and what that answers comes back as a message with origin
//! `answer/<channel>`.
//!
//! One request at a time, in the order of the sends: what depends on an order
//! arrives in it. A system that is away, or says that it is (5xx, 429), is asked
//! again for 10 s; then the send is undelivered. Any other refusal is an answer:
//! its origin ends in the status, `answer/events#404`.

use super::{DoorKind, Mouth, OpenError};
use crate::outlet::{DELIVER_WITHIN, Reply};
use crate::run::{FRAME_BYTES, Frame};
use bytes::Bytes;
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

/// Of one request, its connection included.
const ANSWER_WITHIN: Duration = Duration::from_secs(5);
const TRY_AGAIN: Duration = Duration::from_millis(500);

struct Answered {
    status: u16,
    body: Vec<u8>,
}

pub async fn run(mouth: Mouth, listening: oneshot::Sender<Result<Option<SocketAddr>, OpenError>>) {
    let DoorKind::HttpClient { url, authorization } = mouth.spec.kind.clone() else { return };
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .proxy(None)
        .http_status_as_error(false)
        .max_redirects(0)
        .timeout_global(Some(ANSWER_WITHIN))
        .build()
        .into();
    let (route, mut sends) = mouth.outlet.open();
    mouth.outlet.heard(&mouth.spec.department, &mouth.spec.name, route);
    let _ = listening.send(Ok(None));
    let mut stop = mouth.stop.clone();
    loop {
        let Reply { channel, payload } = tokio::select! {
            _ = stop.wait_for(|stop| *stop) => break,
            send = sends.recv() => match send {
                Some(send) => send,
                None => break,
            },
        };
        let Some(target) = target(&url, &channel) else {
            tracing::error!(door = mouth.spec.name, channel, "no path; the send is undelivered");
            mouth.metrics.undelivered(&mouth.spec.department);
            continue;
        };
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => break,
            answered = ask(&agent, &target, authorization.as_deref(), &payload) => match answered {
                Ok(answered) => take(&mouth, &channel, answered).await,
                Err(reason) => {
                    tracing::warn!(door = mouth.spec.name, target, reason, "send undelivered");
                    mouth.metrics.undelivered(&mouth.spec.department);
                }
            },
        }
    }
    mouth.outlet.close(route);
}

/// The operator's address and the plugin's path below it; nothing else can be reached.
fn target(url: &str, channel: &str) -> Option<String> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "-_./~%=&?".contains(c);
    let climbs = channel.split(['/', '?']).any(|step| step == ".." || step == ".");
    let encoded = channel.to_ascii_lowercase().contains("%2e");
    if channel.starts_with('/') || climbs || encoded || !channel.chars().all(allowed) {
        return None;
    }
    let base = url.trim_end_matches('/');
    Some(if channel.is_empty() { base.to_owned() } else { format!("{base}/{channel}") })
}

async fn ask(
    agent: &ureq::Agent,
    target: &str,
    authorization: Option<&str>,
    payload: &Bytes,
) -> Result<Answered, String> {
    let started = Instant::now();
    loop {
        let (agent, target, payload) = (agent.clone(), target.to_owned(), payload.clone());
        let authorization = authorization.map(str::to_owned);
        let asked = tokio::task::spawn_blocking(move || post(&agent, &target, authorization, &payload)).await;
        let reason = match asked {
            Ok(Ok(answered)) if answered.status < 500 && answered.status != 429 => return Ok(answered),
            Ok(Ok(answered)) => format!("status {}", answered.status),
            Ok(Err(reason)) => reason,
            Err(error) => error.to_string(),
        };
        if started.elapsed() + TRY_AGAIN > DELIVER_WITHIN {
            return Err(reason);
        }
        tokio::time::sleep(TRY_AGAIN).await;
    }
}

fn post(
    agent: &ureq::Agent,
    target: &str,
    authorization: Option<String>,
    payload: &[u8],
) -> Result<Answered, String> {
    let kind = if matches!(payload.first(), Some(b'{' | b'[')) {
        "application/json"
    } else {
        "application/octet-stream"
    };
    let mut request = agent.post(target).header("content-type", kind);
    if let Some(authorization) = authorization {
        request = request.header("authorization", authorization);
    }
    let mut answer = request.send(payload).map_err(|error| error.to_string())?;
    let status = answer.status().as_u16();
    let body = answer.body_mut().with_config().limit(FRAME_BYTES as u64).read_to_vec();
    Ok(Answered { status, body: body.map_err(|error| error.to_string())? })
}

/// An empty answer with 2xx says that it was taken, and is a message too.
async fn take(mouth: &Mouth, channel: &str, Answered { status, body }: Answered) {
    let origin = match status {
        200..=299 => format!("answer/{channel}"),
        status => format!("answer/{channel}#{status}"),
    };
    let frame = Frame {
        received: crate::clock::now(),
        device: mouth.spec.name.clone(),
        origin,
        payload: body.into(),
        ..Frame::default()
    };
    if let Err(reason) = mouth.default_lane().put(frame).await {
        tracing::error!(door = mouth.spec.name, %reason, "an answer is lost: the log does not take it");
        mouth.metrics.refused(&mouth.spec.department);
    }
}

#[cfg(test)]
mod tests {
    use super::target;

    #[test]
    fn a_plugin_stays_below_the_operators_address() {
        for (channel, expect) in [
            ("", Some("http://h/api")),
            ("events/7", Some("http://h/api/events/7")),
            ("events?id=7&x=1", Some("http://h/api/events?id=7&x=1")),
            ("/etc", None),
            ("../admin", None),
            ("a/%2e%2E/b", None),
            ("a b", None),
            ("a@b", None),
            ("a\r\nHost: x", None),
        ] {
            assert_eq!(target("http://h/api/", channel).as_deref(), expect, "{channel}");
        }
    }
}
