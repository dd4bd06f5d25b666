//! How times look outside: RFC 3339 with +08:00, where the journal keeps milliseconds.

use serde_json::Value;
use tocsin_core::time::Timestamp;

/// Turns every point in time of a listing or event into text. A field is one
/// by its name: the vocabulary of the journal's facts is closed.
pub fn present(value: Value) -> Value {
    match value {
        Value::Object(fields) => Value::Object(
            fields
                .into_iter()
                .map(|(name, value)| match value.as_i64() {
                    Some(millis) if is_time(&name) => {
                        let text = Timestamp(millis).to_string();
                        (name, Value::String(text))
                    }
                    _ => (name, present(value)),
                })
                .collect(),
        ),
        Value::Array(items) => Value::Array(items.into_iter().map(present).collect()),
        other => other,
    }
}

fn is_time(name: &str) -> bool {
    name.ends_with("_at")
        || name.ends_with("_by")
        || matches!(
            name,
            "at" | "observed"
                | "received"
                | "now"
                | "time"
                | "due"
                | "since"
                | "until"
                | "next"
                | "issued"
                | "effective"
                | "onset"
                | "expires"
                | "deadline"
                | "as_of"
        )
}

#[cfg(test)]
mod tests {
    use super::present;
    use serde_json::json;

    #[test]
    fn times_become_text_and_nothing_else_does() {
        let shown =
            present(json!({"opened_at": 0, "count": 3, "rows": [{"received": 1_783_837_820_000_i64}]}));
        assert_eq!(
            shown,
            json!({"opened_at": "1970-01-01T08:00:00.000+08:00", "count": 3,
                   "rows": [{"received": "2026-07-12T14:30:20.000+08:00"}]})
        );
    }
}
