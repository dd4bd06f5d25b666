//! EVENTS: CloudEvents 1.0 in NATS binary mode, one subject tree an audience.

use super::{Derive, Outgoing};
use crate::bus::stream::Stored;
use crate::metrics::Metrics;
use crate::present::present;
use crate::subject;
use async_nats::HeaderMap;
use std::sync::Arc;
use tocsin_core::event::{Event, events};
use tocsin_core::record::Record;

/// Who is spoken to. One audience so far: the city's own systems, which see all.
const AUDIENCE: &str = "city";

pub struct Events {
    /// 12-digit code of the city, the source of all its events.
    pub city: String,
    pub metrics: Arc<Metrics>,
}

impl Derive for Events {
    async fn derive(&mut self, stored: &Stored) -> Vec<Outgoing> {
        let Ok(record) = serde_json::from_slice::<Record>(&stored.payload) else {
            tracing::error!(sequence = stored.sequence, "a record of the journal cannot be read");
            return Vec::new();
        };
        let trace = stored.headers.get("traceparent").map(ToString::to_string);
        let events = events(&record.entries, record.now);
        self.metrics.events(events.len(), record.now);
        events.into_iter().map(|event| self.cloud(event, stored.sequence, trace.as_deref())).collect()
    }
}

impl Events {
    fn cloud(&self, event: Event, sequence: u64, trace: Option<&str>) -> Outgoing {
        let title = event.data.get("title").and_then(|title| title.as_str()).unwrap_or_default();
        let id = format!("{sequence}-{}-{AUDIENCE}", event.ordinal);
        let attributes = [
            ("ce-specversion", "1.0".to_owned()),
            ("ce-id", id.clone()),
            ("ce-source", format!("urn:tocsin:{}:live", self.city)),
            ("ce-type", event.kind.clone()),
            ("ce-subject", event.subject.clone()),
            ("ce-time", event.time.to_string()),
            ("ce-datacontenttype", "application/json".to_owned()),
            ("ce-region", event.region.clone()),
            ("ce-title", title.to_owned()),
            ("ce-traceparent", trace.unwrap_or_default().to_owned()),
        ];
        let mut headers = HeaderMap::new();
        for (name, value) in attributes.into_iter().filter(|(_, value)| !value.is_empty()) {
            headers.insert(name, percent_encode(&value));
        }
        headers.insert("Content-Type", "application/json");
        headers.insert("Nats-Msg-Id", id);
        Outgoing {
            subject: subject::event(AUDIENCE, &event.region, &event.kind),
            headers,
            payload: present(event.data).to_string().into(),
        }
    }
}

/// CloudEvents HTTP binding 3.1.3.2, which the NATS binding takes over: space,
/// double quote, percent and all outside U+0021–U+007E, as upper-case hex of UTF-8.
fn percent_encode(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for byte in value.bytes() {
        match byte {
            b'"' | b'%' => out.push_str(&format!("%{byte:02X}")),
            0x21..=0x7e => out.push(byte as char),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::percent_encode;

    #[test]
    fn header_values_follow_the_binding() {
        for (value, expected) in [
            ("incident.opened", "incident.opened"),
            ("消防", "%E6%B6%88%E9%98%B2"),
            ("50% \"a\"", "50%25%20%22a%22"),
            ("é€", "%C3%A9%E2%82%AC"),
        ] {
            assert_eq!(percent_encode(value), expected);
        }
    }
}
