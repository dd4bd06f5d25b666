//! The HTTP door: `POST /in/<department>/<source>[/<device>]`, one body, one frame;
//! where the city file says `lane = "framer"`, one frame a record of the body, and
//! `door/bulk` says what became of each.
//!
//! | answer | when |
//! |---|---|
//! | 200 | decoded: the decoder's reply bytes, several of them joined |
//! | 202 | `{frame}`: durable, without a reply, or not decided within 5 s |
//! | 422 | refused: `{frame, kind, reason}`, or the protocol's own refusal as body |
//! | 404 | `{code, message, frame, accepted: false}`: progress of what nobody knows |
//! | 200, 202, 207, 422 | of several records: all decoded, some undecided, some refused, all refused |
//! | 400, 404, 408, 413, 415 | not taken: `{code, message}` |
//! | 503 | the log does not take it now: send it again after `Retry-After` seconds |
//!
//! Every answer about a frame names it in `tocsin-frame`; a refusal whose body
//! is the protocol's own also has `tocsin-kind` and `tocsin-reason`
//! (percent-encoded UTF-8).

mod bulk;
mod progress;

use super::body::{self, Unread};
use super::console::stack;
use super::guard;
use super::refusal::{self, Refusal};
use crate::said;
use crate::text::Said;
use axum::body::Body;
use axum::error_handling::HandleErrorLayer;
use axum::extract::{ConnectInfo, Path, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router, middleware};
use bytes::Bytes;
use serde_json::json;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tocsin_core::frame::FrameId;
use tocsin_runtime::door::http::{Posted, Source};
use tocsin_runtime::host::Host;
use tocsin_runtime::intake::RefuseReason;
use tocsin_runtime::outlet::{End, Settled};
use tokio::sync::Semaphore;
use tokio::time::Instant;
use tower::ServiceBuilder;
use tower::limit::GlobalConcurrencyLimitLayer;

/// Requests under way, in all and for one source. A source whose plugin is
/// stuck holds each of its requests for 5 s and must not take the others' room.
/// Bodies are at most 128 KiB each, so this is at most 128 MiB.
pub const IN_FLIGHT: usize = 1_024;
pub const IN_FLIGHT_SOURCE: usize = 128;

/// Imports of one source: bodies of up to 8 MiB, 64 MiB in all.
const IN_FLIGHT_BULK: usize = 8;

/// 10 s for the body, then 5 s for the reply; what remains is the bus being away.
const ANSWER_WITHIN: Duration = Duration::from_secs(18);

/// The last segment of the path, as the department's protocol names its devices.
const DEVICE_BYTES: usize = 256;

const FRAME: HeaderName = HeaderName::from_static("tocsin-frame");
const KIND: HeaderName = HeaderName::from_static("tocsin-kind");
const REASON: HeaderName = HeaderName::from_static("tocsin-reason");

#[derive(Clone)]
struct Door {
    host: Arc<Host>,
    room: Arc<BTreeMap<(String, String), Arc<Semaphore>>>,
}

pub fn router(host: Arc<Host>) -> Router {
    let room = host.sources.iter().map(|(key, source)| {
        let most = if source.is_bulk() { IN_FLIGHT_BULK } else { IN_FLIGHT_SOURCE };
        (key.clone(), Arc::new(Semaphore::new(most)))
    });
    let room = room.collect();
    let door = Door { host, room: Arc::new(room) };
    Router::new()
        .route("/in/{department}/{source}", post(plain))
        .route("/in/{department}/{source}/{device}", post(of_device))
        .layer(stack!(IN_FLIGHT, ANSWER_WITHIN))
        .route("/healthz", get(async || "ok\n"))
        .method_not_allowed_fallback(async || {
            Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "method", said!(door_posts))
        })
        .fallback(async || Refusal::not_found("route", said!(no_door)))
        .layer(middleware::from_fn(guard::readable_path))
        .layer(middleware::map_response(guard::headers))
        .with_state(door)
}

type Peer = ConnectInfo<SocketAddr>;

async fn plain(
    State(door): State<Door>,
    Path((department, source)): Path<(String, String)>,
    ConnectInfo(peer): Peer,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refusal> {
    let origin = format!("/in/{department}/{source} {peer}");
    door.take((department, source), String::new(), origin, &headers, body).await
}

async fn of_device(
    State(door): State<Door>,
    Path((department, source, device)): Path<(String, String, String)>,
    ConnectInfo(peer): Peer,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refusal> {
    if device.len() > DEVICE_BYTES || device.chars().any(char::is_control) {
        return Err(Refusal::bad("device", said!(device_name, most = DEVICE_BYTES)));
    }
    let origin = format!("/in/{department}/{source}/{device} {peer}");
    door.take((department, source), device, origin, &headers, body).await
}

impl Door {
    async fn take(
        &self,
        key: (String, String),
        device: String,
        origin: String,
        headers: &HeaderMap,
        body: Body,
    ) -> Result<Response, Refusal> {
        let (Some(source), Some(room)) = (self.host.sources.get(&key), self.room.get(&key)) else {
            return Err(self.unknown(&key));
        };
        takes(headers)?;
        let Ok(_permit) = room.try_acquire() else {
            return Err(Refusal::away(
                "source.busy",
                said!(source_busy, path = format!("/in/{}/{}", key.0, key.1)),
            ));
        };
        let payload = read(source, headers, body).await?;
        // While the bus is away a door does not accept: the writer would wait for it.
        if !self.host.bus.is_up() {
            return Err(Refusal::away("log.away", said!(log_away)));
        }
        match source.is_bulk() {
            false => one(&self.host, source.post(device, origin, payload).await).await,
            true => {
                let records = source.post_all(&device, &origin, payload).await.map_err(not_taken)?;
                bulk::answer(&self.host, records).await
            }
        }
    }

    fn unknown(&self, (department, source): &(String, String)) -> Refusal {
        let paths = self.host.sources.keys().map(|(department, source)| format!("/in/{department}/{source}"));
        let paths: Vec<String> = paths.collect();
        let known = paths.join(", ");
        let has_department = self.host.city().departments.iter().any(|known| known.id == *department);
        let (code, message) = match has_department {
            true => {
                ("source.unknown", said!(no_source, department = department, source = source, known = known))
            }
            false => ("department.unknown", said!(no_department, department = department, known = known)),
        };
        Refusal::not_found(code, message).with("known", paths)
    }
}

async fn one(host: &Host, posted: Result<Posted, RefuseReason>) -> Result<Response, Refusal> {
    match posted {
        Ok(Posted::Taken(frame)) => Ok(accepted(&frame)),
        Ok(Posted::Settled(settled)) => {
            let until = Instant::now() + progress::WITHIN;
            Ok(match progress::of_nothing(host, &settled, until).await {
                Some(message) => nothing(&settled.frame, message),
                None => answer(*settled),
            })
        }
        Err(reason) => Err(not_taken(reason)),
    }
}

fn not_taken(reason: RefuseReason) -> Refusal {
    let message = refusal::not_taken(&reason);
    match reason {
        RefuseReason::TooLarge(_) => too_large(message),
        RefuseReason::Name(_) => Refusal::bad("device.name", message),
        RefuseReason::Full
        | RefuseReason::Behind
        | RefuseReason::Away
        | RefuseReason::Resting
        | RefuseReason::Closing => Refusal::away("log.refused", message),
    }
}

/// A plugin sees bytes as they were meant: what HTTP wraps around them is refused.
fn takes(headers: &HeaderMap) -> Result<(), Refusal> {
    let value = |name| {
        headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_ascii_lowercase()
    };
    let refuse = |message: Said| Err(Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "media", message));
    if value(header::CONTENT_TYPE).starts_with("multipart/") {
        return refuse(said!(media_form));
    }
    match value(header::CONTENT_ENCODING).as_str() {
        "" | "identity" => Ok(()),
        _ => refuse(said!(media_encoded)),
    }
}

async fn read(source: &Source, headers: &HeaderMap, body: Body) -> Result<Bytes, Refusal> {
    let limit = source.limit();
    match body::read(headers, body, limit).await {
        Ok(bytes) if bytes.is_empty() => Err(Refusal::bad("body.empty", said!(body_empty))),
        Ok(bytes) => Ok(bytes),
        Err(Unread::TooLarge) => {
            source.mouth.metrics.refused(&source.mouth.spec.department);
            Err(too_large(said!(body_large, most = limit)))
        }
        Err(Unread::Late) => Err(Refusal::new(StatusCode::REQUEST_TIMEOUT, "body.late", said!(body_late))),
        Err(Unread::Broken) => Err(Refusal::bad("body.broken", said!(body_broken))),
    }
}

fn too_large(message: Said) -> Refusal {
    Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "body.too-large", message)
}

fn answer(Settled { frame, end }: Settled) -> Response {
    match end {
        End::Decoded { replies, .. } => match joined(replies) {
            bytes if bytes.is_empty() => accepted(&frame),
            bytes => named(&frame, (StatusCode::OK, content(bytes)).into_response()),
        },
        End::Rejected(rejection) if rejection.reply.is_empty() => {
            refused(&frame, rejection.kind.as_str(), &rejection.reason)
        }
        End::Rejected(rejection) => {
            let mut response =
                (StatusCode::UNPROCESSABLE_ENTITY, content(rejection.reply.into())).into_response();
            let headers = response.headers_mut();
            for (name, text) in [(KIND, rejection.kind.as_str()), (REASON, &rejection.reason)] {
                if let Ok(value) = HeaderValue::from_str(&percent_encoded(text)) {
                    headers.insert(name, value);
                }
            }
            named(&frame, response)
        }
        End::Failed { reason } => refused(&frame, "failed", &reason),
    }
}

fn accepted(frame: &FrameId) -> Response {
    named(frame, (StatusCode::ACCEPTED, Json(json!({ "frame": frame }))).into_response())
}

fn refused(frame: &FrameId, kind: &str, reason: &str) -> Response {
    let body = Json(json!({ "frame": frame, "kind": kind, "reason": reason }));
    named(frame, (StatusCode::UNPROCESSABLE_ENTITY, body).into_response())
}

/// It is in the log, and nothing came of it.
fn nothing(frame: &FrameId, message: Said) -> Response {
    let refusal = Refusal::not_found("case.unknown", message);
    named(frame, refusal.with("frame", frame.to_string()).with("accepted", false).into_response())
}

fn named(frame: &FrameId, mut response: Response) -> Response {
    if let Ok(value) = HeaderValue::from_str(&frame.to_string()) {
        response.headers_mut().insert(FRAME, value);
    }
    response
}

fn joined(mut replies: Vec<Bytes>) -> Bytes {
    match replies.len() {
        1 => replies.remove(0),
        _ => replies.concat().into(),
    }
}

/// The plugin says bytes, not what they are; two formats can be told by sight.
fn content(bytes: Bytes) -> impl IntoResponse {
    let kind = match bytes.trim_ascii_start().first() {
        Some(b'{' | b'[') => "application/json",
        Some(b'<') => "application/xml",
        _ => "application/octet-stream",
    };
    ([(header::CONTENT_TYPE, kind)], bytes)
}

/// As RFC 3986 has it: unreserved characters stay.
fn percent_encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                out.push(byte as char);
            }
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_is_told_by_sight() {
        let check = |bytes: &'static str, expect: &str| {
            let response = content(Bytes::from_static(bytes.as_bytes())).into_response();
            assert_eq!(response.headers()[header::CONTENT_TYPE], expect, "{bytes}");
        };
        check("{\"a\":1}", "application/json");
        check("\n [1]", "application/json");
        check("<?xml version=\"1.0\"?><a/>", "application/xml");
        check("@@", "application/octet-stream");
    }

    #[test]
    fn wrapped_bodies_are_refused() {
        let check = |name: HeaderName, value: &'static str, expect: bool| {
            let headers = HeaderMap::from_iter([(name, HeaderValue::from_static(value))]);
            assert_eq!(takes(&headers).is_ok(), expect, "{value}");
        };
        check(header::CONTENT_TYPE, "application/x-www-form-urlencoded", true);
        check(header::CONTENT_TYPE, "multipart/form-data; boundary=x", false);
        check(header::CONTENT_ENCODING, "gzip", false);
        check(header::CONTENT_ENCODING, "identity", true);
    }

    #[test]
    fn reasons_fit_a_header() {
        assert_eq!(percent_encoded("校验和 7%"), "%E6%A0%A1%E9%AA%8C%E5%92%8C%207%25");
    }
}
