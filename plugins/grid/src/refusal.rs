//! Why a whole report is refused, in words for the log and as JSON for the sender.

use serde_json::json;
use tocsin_sdk::{Rejection, RejectionKind};

/// The whole report is refused because of one field (empty: because of the whole).
#[derive(Debug)]
pub struct Refusal {
    kind: RejectionKind,
    field: String,
    reason: String,
}

impl Refusal {
    pub fn malformed(field: &str, reason: String) -> Refusal {
        Refusal { kind: RejectionKind::Malformed, field: field.to_owned(), reason }
    }

    pub fn implausible(field: &str, reason: String) -> Refusal {
        Refusal { kind: RejectionKind::Implausible, field: field.to_owned(), reason }
    }

    pub fn into_rejection(self) -> Rejection {
        let Refusal { kind, field, reason } = self;
        let reply = json!({ "accepted": false, "field": field, "reason": reason });
        let whole = if field.is_empty() { reason } else { format!("{field}: {reason}") };
        Rejection::new(kind, whole).with_reply(reply.to_string())
    }
}
