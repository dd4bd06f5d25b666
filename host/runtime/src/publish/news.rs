//! News: what the city decided, as records of a department's own log, so that
//! its connectors and advisors meet it in one order with bytes and clock.

use super::{Derive, Outgoing};
use crate::bus::stream::Stored;
use crate::feed::{EventRecord, NewsRole};
use crate::plugin::Shelf;
use crate::present::present;
use crate::run::{self, Frame};
use crate::subject::{self, EVENT_DOOR, FeedName, Lane};
use async_nats::HeaderMap;
use tocsin_core::event::{Event, events};
use tocsin_core::fact::Cause;
use tocsin_core::record::Record;
use tocsin_sandbox::{Manifest, Role};

/// Advice on advice stops here: what has so many advisors behind it is told to
/// connectors and to no further advisor.
const DEPTH: u32 = 3;

pub struct News {
    pub name: FeedName,
    pub shelf: Shelf,
}

impl Derive for News {
    async fn derive(&mut self, stored: &Stored) -> Vec<Outgoing> {
        let wanting: Vec<Manifest> = self
            .shelf
            .list()
            .into_iter()
            .map(|loaded| loaded.plugin.manifest().clone())
            .filter(|manifest| manifest.department == self.name.department && !manifest.events.is_empty())
            .collect();
        if wanting.is_empty() {
            return Vec::new();
        }
        let Ok(record) = serde_json::from_slice::<Record>(&stored.payload) else { return Vec::new() };
        let mut frames = Vec::new();
        for event in events(&record.entries, record.now) {
            for manifest in &wanting {
                frames.extend(records(manifest, &event));
            }
        }
        if frames.is_empty() {
            return Vec::new();
        }
        let mut headers = HeaderMap::new();
        headers.insert("Nats-Msg-Id", format!("news-{}-{}", self.name, stored.sequence));
        if let Some(trace) = stored.headers.get("traceparent") {
            headers.insert("traceparent", trace.clone());
        }
        vec![Outgoing {
            subject: subject::raw(&self.name, Lane::Routine, EVENT_DOOR),
            headers,
            payload: run::encode(&frames),
        }]
    }
}

/// One record for each role of the plugin that wants the event.
fn records(manifest: &Manifest, event: &Event) -> Vec<Frame> {
    let Some(wish) = manifest.events.iter().find(|wish| matches(&wish.kind, &event.kind)) else {
        return Vec::new();
    };
    // A plugin does not hear of what only its own advice brought about.
    if let Cause::Advice { plugin, .. } = &event.cause
        && *plugin == manifest.id
    {
        return Vec::new();
    }
    let depth = match event.cause {
        Cause::Advice { depth, .. } => depth,
        _ => 0,
    };
    let field = |name: &str| event.data.get(name).and_then(|v| v.as_str()).unwrap_or_default().to_owned();
    let device = match wish.key.as_str() {
        "incident" => event.subject.clone(),
        "" => String::new(),
        key => field(key),
    };
    let record = |role| EventRecord {
        plugin: manifest.id.clone(),
        role,
        kind: event.kind.clone(),
        subject: event.subject.clone(),
        time: event.time,
        depth,
        data: present(event.data.clone()).to_string(),
    };
    [(Role::Connector, NewsRole::Connector), (Role::Advisor, NewsRole::Advisor)]
        .into_iter()
        .filter(|(role, _)| manifest.has(*role) && (*role != Role::Advisor || depth < DEPTH))
        .map(|(_, role)| Frame {
            received: event.time,
            device: device.clone(),
            payload: serde_json::to_vec(&record(role)).expect("a record is plain data").into(),
            ..Frame::default()
        })
        .collect()
}

/// `incident.*` or the whole kind.
fn matches(wish: &str, kind: &str) -> bool {
    match wish.strip_suffix(".*") {
        Some(prefix) => kind.strip_prefix(prefix).is_some_and(|rest| rest.starts_with('.')),
        None => wish == kind,
    }
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn wishes_match_whole_words() {
        for (wish, kind, expected) in [
            ("incident.*", "incident.opened", true),
            ("incident.opened", "incident.opened", true),
            ("incident.*", "incidents.opened", false),
            ("incident.opened", "incident.closed", false),
        ] {
            assert_eq!(matches(wish, kind), expected, "{wish} {kind}");
        }
    }
}
