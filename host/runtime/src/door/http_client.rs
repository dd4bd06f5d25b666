//! HTTP out: what a plugin sends to this door's device is posted to a system of
//! the department's, and what that answers comes back as a message with origin
//! `answer/<channel>`.
//!
//! One request at a time, in the order of the sends: what depends on an order
//! arrives in it. A system that is away, or says that it is (5xx, 429), has not
//! taken the send, and whoever delivers sends tries again; any other refusal is
//! an answer, and its origin ends in the status, `answer/events#404`.

use super::{DoorKind, Mouth, OpenError};
use crate::outlet::Reply;
use crate::run::{FRAME_BYTES, Frame};
use bytes::Bytes;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::sync::oneshot;

/// Of one request, its connection included.
const ANSWER_WITHIN: Duration = Duration::from_secs(5);

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
        let Reply { channel, payload, written } = tokio::select! {
            _ = stop.wait_for(|stop| *stop) => break,
            send = sends.recv() => match send {
                Some(send) => send,
                None => break,
            },
        };
        let asked = tokio::select! {
            _ = stop.wait_for(|stop| *stop) => break,
            asked = ask(&agent, &url, &channel, authorization.as_deref(), &payload) => asked,
        };
        // Ordering: the send is done when its answer is in the log, or a crash
        // between the two would lose the answer.
        let taken = match asked {
            Ok(answered) => take(&mouth, &channel, answered).await,
            Err(reason) => {
                tracing::debug!(door = mouth.spec.name, channel, reason, "not taken");
                false
            }
        };
        if let Some(written) = written.filter(|_| taken) {
            let _ = written.send(());
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
    url: &str,
    channel: &str,
    authorization: Option<&str>,
    payload: &Bytes,
) -> Result<Answered, String> {
    let Some(target) = target(url, channel) else { return Err("no path".into()) };
    let (agent, payload) = (agent.clone(), payload.clone());
    let authorization = authorization.map(str::to_owned);
    let asked = tokio::task::spawn_blocking(move || post(&agent, &target, authorization, &payload));
    match asked.await.map_err(|error| error.to_string())?? {
        Answered { status: status @ (429 | 500..), .. } => Err(format!("status {status}")),
        answered => Ok(answered),
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

/// Whether the log has it. An empty answer says that it was taken, and is a message too.
async fn take(mouth: &Mouth, channel: &str, Answered { status, body }: Answered) -> bool {
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
    match mouth.default_lane().put(frame).await {
        Ok(_) => true,
        Err(reason) => {
            tracing::error!(door = mouth.spec.name, %reason, "the log does not take an answer");
            mouth.metrics.refused(&mouth.spec.department);
            false
        }
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
