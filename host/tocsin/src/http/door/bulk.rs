//! The answer to a body of many records: what became of each, in their order.
//!
//! ```json
//! {"records": 3, "accepted": 2, "refused": 1, "pending": 0, "noise": 4,
//!  "results": [{"frame": "safety/12/0", "status": "accepted", "reply": {"accepted": true}},
//!              {"frame": "safety/12/2", "status": "refused", "kind": "malformed", "reason": "…"},
//!              {"frame": "safety/12/4", "status": "accepted"}]}
//! ```
//!
//! A body of one record is answered like any other message.

use super::refusal::not_taken;
use super::{Refusal, one, progress};
use crate::said;
use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde_json::{Value, json};
use tocsin_core::outcome::hex;
use tocsin_runtime::door::http::{Posted, Records};
use tocsin_runtime::host::Host;
use tocsin_runtime::intake::RefuseReason;
use tocsin_runtime::outlet::{End, Settled};
use tokio::time::Instant;

/// Beyond so many results only those that are not accepted are listed: a sender
/// mends what was refused, and the answer stays in the order of the body's size.
const RESULTS: usize = 10_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Accepted,
    Refused,
    Pending,
}

impl Fate {
    fn as_str(self) -> &'static str {
        match self {
            Fate::Accepted => "accepted",
            Fate::Refused => "refused",
            Fate::Pending => "pending",
        }
    }
}

pub async fn answer(host: &Host, Records { mut posted, noise }: Records) -> Result<Response, Refusal> {
    match posted.len() {
        0 => Err(Refusal::bad("body.no-record", said!(body_no_record))),
        1 => one(host, posted.remove(0)).await,
        _ => Ok(all(host, posted, noise).await),
    }
}

async fn all(host: &Host, posted: Vec<Result<Posted, RefuseReason>>, noise: usize) -> Response {
    let mut counts = [0_usize; 3];
    let mut results = Vec::with_capacity(posted.len().min(RESULTS));
    let records = posted.len();
    let until = Instant::now() + progress::WITHIN;
    for posted in posted {
        let (fate, result) = told(host, posted, until).await;
        counts[fate as usize] += 1;
        if results.len() < RESULTS || fate != Fate::Accepted {
            results.push(result);
        }
    }
    let [accepted, refused, pending] = counts;
    let body = json!({ "records": records, "accepted": accepted, "refused": refused, "pending": pending,
        "noise": noise, "results": results });
    (status(counts), Json(body)).into_response()
}

fn status([accepted, refused, pending]: [usize; 3]) -> StatusCode {
    match (accepted + pending, refused, pending) {
        (0, _, _) => StatusCode::UNPROCESSABLE_ENTITY,
        (_, 0, 0) => StatusCode::OK,
        (_, 0, _) => StatusCode::ACCEPTED,
        _ => StatusCode::MULTI_STATUS,
    }
}

async fn told(host: &Host, posted: Result<Posted, RefuseReason>, until: Instant) -> (Fate, Value) {
    let (fate, mut result) = match posted {
        // Not in the log: the record has no frame, and is to be sent again.
        Err(reason) => {
            (Fate::Refused, json!({ "kind": "not-taken", "reason": not_taken(&reason).to_string() }))
        }
        Ok(Posted::Taken(frame)) => (Fate::Pending, json!({ "frame": frame })),
        Ok(Posted::Settled(settled)) => match progress::of_nothing(host, &settled, until).await {
            Some(message) => (
                Fate::Refused,
                json!({ "frame": settled.frame, "kind": "unknown", "reason": message.to_string() }),
            ),
            None => settled_as(*settled),
        },
    };
    result["status"] = fate.as_str().into();
    (fate, result)
}

fn settled_as(Settled { frame, end }: Settled) -> (Fate, Value) {
    match end {
        End::Decoded { replies, .. } => {
            let mut result = json!({ "frame": frame });
            let reply = replies.concat();
            if !reply.is_empty() {
                result["reply"] = shown(reply.into());
            }
            (Fate::Accepted, result)
        }
        End::Rejected(rejection) => {
            let (kind, reason) = (rejection.kind.as_str(), rejection.reason);
            (Fate::Refused, json!({ "frame": frame, "kind": kind, "reason": reason }))
        }
        End::Failed { reason } => {
            (Fate::Refused, json!({ "frame": frame, "kind": "failed", "reason": reason }))
        }
    }
}

/// A reply as JSON where it is JSON, else as text, else in hex.
fn shown(reply: Bytes) -> Value {
    serde_json::from_slice(&reply).unwrap_or_else(|_| match std::str::from_utf8(&reply) {
        Ok(text) => text.into(),
        Err(_) => hex::encode(&reply).into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_status_says_how_it_went() {
        let check = |counts: [usize; 3], expect: u16| assert_eq!(status(counts), expect, "{counts:?}");
        check([3, 0, 0], 200);
        check([2, 0, 1], 202);
        check([2, 1, 0], 207);
        check([0, 1, 1], 207);
        check([0, 3, 0], 422);
    }

    #[test]
    fn replies_are_shown_as_what_they_are() {
        let check =
            |reply: &'static [u8], expect: Value| assert_eq!(shown(Bytes::from_static(reply)), expect);
        check(b"{\"accepted\":true}", json!({ "accepted": true }));
        check(b"done", json!("done"));
        check(b"\xff\x00", json!("ff00"));
    }
}
