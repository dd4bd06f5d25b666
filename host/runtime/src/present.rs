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
    use super::{is_time, present};
    use serde_json::{Value, json};

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

    /// What the schemas call a time is shown as one, and what is shown as one is
    /// called so: times are found by their names alone.
    #[test]
    fn schemas_and_listings_agree_on_times() {
        fn walk(noun: &str, schema: &Value, wrong: &mut Vec<String>) {
            match schema {
                Value::Object(fields) => {
                    for (name, property) in
                        fields.get("properties").and_then(Value::as_object).into_iter().flatten()
                    {
                        let text = property.to_string();
                        let is_list = text.contains("\"array\"");
                        let says = text.contains("#/$defs/Timestamp") && !is_list;
                        let whole = text.contains("\"integer\"") && is_time(name);
                        if says != (says && is_time(name)) || whole {
                            wrong.push(format!("{noun}.{name}"));
                        }
                    }
                    fields.values().for_each(|inner| walk(noun, inner, wrong));
                }
                Value::Array(items) => items.iter().for_each(|inner| walk(noun, inner, wrong)),
                _ => {}
            }
        }
        let mut wrong = Vec::new();
        for (noun, changes) in tocsin_core::schema::nouns() {
            assert!(!changes.is_empty(), "{noun} never changes");
            let schema = tocsin_core::schema::of(noun).expect("a schema");
            assert_eq!(schema["$id"], tocsin_core::schema::id(noun));
            walk(noun, &schema, &mut wrong);
        }
        assert_eq!(wrong, Vec::<String>::new());
    }
}
