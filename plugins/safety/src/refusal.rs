//! Why a whole record is refused, in words for the log and as JSON for the sender.

use crate::field::{self, Field};
use serde_json::json;
use tocsin_sdk::{Rejection, RejectionKind};

/// The whole record is refused because of one field (empty: because of the whole).
#[derive(Debug)]
pub struct Refusal {
    kind: RejectionKind,
    field: &'static str,
    reason: String,
}

impl Refusal {
    pub fn whole(reason: impl Into<String>) -> Refusal {
        Refusal { kind: RejectionKind::Malformed, field: "", reason: reason.into() }
    }

    pub fn too_large(length: usize, most: usize) -> Refusal {
        Refusal::whole(format!("{length} bytes are more than {most}; send photos as links"))
    }

    pub fn malformed(field: Field, reason: impl Into<String>) -> Refusal {
        Refusal { kind: RejectionKind::Malformed, field: field::shown(field), reason: reason.into() }
    }

    pub fn implausible(field: Field, reason: impl Into<String>) -> Refusal {
        Refusal { kind: RejectionKind::Implausible, field: field::shown(field), reason: reason.into() }
    }

    pub fn into_rejection(self) -> Rejection {
        let Refusal { kind, field, reason } = self;
        let reply = json!({ "accepted": false, "field": field, "reason": reason });
        let whole = if field.is_empty() { reason } else { format!("{field}: {reason}") };
        Rejection::new(kind, whole).with_reply(reply.to_string())
    }
}
