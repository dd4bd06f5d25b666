//! Why a whole input is refused, in words for the log and as JSON for the sender.

use crate::{Rejection, RejectionKind};
use serde_json::json;

/// The whole input is refused because of one field (empty: because of the whole).
#[derive(Debug)]
pub struct Refusal {
    /// For counting.
    pub kind: RejectionKind,
    /// Which field, or empty.
    pub field: String,
    /// With the offending value.
    pub reason: String,
}

impl Refusal {
    /// It breaks the format.
    pub fn malformed(field: &str, reason: impl Into<String>) -> Refusal {
        Refusal { kind: RejectionKind::Malformed, field: field.to_owned(), reason: reason.into() }
    }

    /// It is readable and cannot be so.
    pub fn implausible(field: &str, reason: impl Into<String>) -> Refusal {
        Refusal { kind: RejectionKind::Implausible, field: field.to_owned(), reason: reason.into() }
    }

    /// Reason with the field before it.
    pub fn sentence(&self) -> String {
        let Refusal { field, reason, .. } = self;
        if field.is_empty() { reason.clone() } else { format!("{field}: {reason}") }
    }

    /// `{"accepted":false,"field":…,"reason":…}` goes back to the sender.
    pub fn into_rejection(self) -> Rejection {
        let whole = self.sentence();
        let Refusal { kind, field, reason } = self;
        let reply = json!({ "accepted": false, "field": field, "reason": reason });
        Rejection::new(kind, whole).with_reply(reply.to_string())
    }
}

impl From<Refusal> for Rejection {
    fn from(refusal: Refusal) -> Rejection {
        refusal.into_rejection()
    }
}
