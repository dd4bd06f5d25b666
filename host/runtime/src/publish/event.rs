//! EVENTS: CloudEvents 1.0 in NATS binary mode, one subject tree an audience.
//!
//! Of one step the city's own systems are told first and then each audience, in
//! the order of their ids: a place in the list means the same after a restart,
//! also where an audience was added meanwhile.

use super::{Derive, Outgoing};
use crate::bus::stream::Stored;
use crate::metrics::Metrics;
use crate::present::present;
use crate::subject;
use async_nats::HeaderMap;
use serde_json::Value;
use std::sync::Arc;
use tocsin_core::Json;
use tocsin_core::city::City;
use tocsin_core::city::share::CITY;
use tocsin_core::event::{Event, events};
use tocsin_core::record::Record;
use tocsin_core::{schema, sharing};

pub struct Events {
    city: Arc<City>,
    /// Besides the city's own systems, by id.
    audiences: Vec<String>,
    metrics: Arc<Metrics>,
}

impl Events {
    pub fn new(city: Arc<City>, metrics: Arc<Metrics>) -> Events {
        let mut audiences: Vec<String> = city.audiences.iter().map(|audience| audience.id.clone()).collect();
        audiences.sort();
        Events { city, audiences, metrics }
    }
}

impl Derive for Events {
    async fn derive(&mut self, stored: &Stored) -> Vec<Outgoing> {
        let Ok(record) = Record::read(&stored.payload) else {
            tracing::error!(sequence = stored.sequence, "a record of the journal cannot be read");
            return Vec::new();
        };
        let trace = stored.headers.get("traceparent").map(ToString::to_string);
        let events = events(&record.entries, record.now);
        self.metrics.events(events.len(), record.now);
        let cloud = |event: &Event, audience: &str, data| {
            self.cloud(event, audience, data, stored.sequence, trace.as_deref())
        };
        let mut outgoing: Vec<Outgoing> =
            events.iter().map(|event| cloud(event, CITY, event.data.clone())).collect();
        for audience in &self.audiences {
            let seen = |event: &Event| {
                sharing::seen(&self.city.shares, audience, event).map(|data| cloud(event, audience, data))
            };
            outgoing.extend(events.iter().filter_map(seen));
        }
        outgoing
    }
}

impl Events {
    fn cloud(
        &self,
        event: &Event,
        audience: &str,
        data: Value,
        sequence: u64,
        trace: Option<&str>,
    ) -> Outgoing {
        // From what is left of it: a title may be what an audience must not see.
        let title = data.get("title").and_then(Value::as_str).unwrap_or_default();
        let noun = event.kind.split('.').next().unwrap_or_default();
        let id = format!("{sequence}-{}-{audience}", event.ordinal);
        let attributes = [
            ("ce-specversion", "1.0".to_owned()),
            ("ce-id", id.clone()),
            ("ce-source", format!("urn:tocsin:{}:live", self.city.code)),
            ("ce-type", event.kind.clone()),
            ("ce-subject", event.subject.clone()),
            ("ce-time", event.time.to_string()),
            ("ce-datacontenttype", "application/json".to_owned()),
            ("ce-dataschema", schema::id(noun)),
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
            subject: subject::event(audience, &event.region, &event.kind),
            headers,
            payload: present(data).to_string().into(),
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
