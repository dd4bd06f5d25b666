//! News: what the city decided, as records of a department's own log, so that
//! its connectors and advisors meet it in one order with bytes and clock.
//!
//! One publisher a department and lane, because each target has one position:
//! orders go red, all else routine. What a department sees of an event the
//! core's sharing rules say. A wish counts from the moment its plugin is at work:
//! a package that learns to hear of orders is not told of last year's.

use super::{Derive, Outgoing, Terms};
use crate::bus::stream::Stored;
use crate::feed::{EventRecord, NewsRole};
use crate::plugin::Shelf;
use crate::present::present;
use crate::run::{self, Frame, RUN_BYTES};
use crate::subject::{self, EVENT_DOOR, FeedName, Lane};
use async_nats::HeaderMap;
use sha2::{Digest, Sha256};
use std::sync::Arc;
use tocsin_core::Json;
use tocsin_core::city::City;
use tocsin_core::core::ADVICE_DEPTH;
use tocsin_core::event::{Event, events};
use tocsin_core::fact::Cause;
use tocsin_core::outcome::hex;
use tocsin_core::record::Record;
use tocsin_core::sharing;
use tocsin_sandbox::{Manifest, Role};

pub struct News {
    name: FeedName,
    lane: Lane,
    shelf: Shelf,
    city: Arc<City>,
    /// Generation of the shelf that `wanting` is of.
    seen: u64,
    wanting: Vec<Manifest>,
    terms: Terms,
}

impl News {
    pub fn new(name: FeedName, lane: Lane, shelf: Shelf, city: Arc<City>) -> News {
        News { name, lane, shelf, city, seen: 0, wanting: Vec::new(), terms: Terms::Nobody }
    }

    fn refresh(&mut self) {
        let generation = self.shelf.generation();
        if self.seen == generation {
            return;
        }
        self.seen = generation;
        let manifests = self.shelf.list().into_iter().map(|loaded| loaded.plugin.manifest().clone());
        self.wanting = manifests
            .filter(|manifest| manifest.department == self.name.department)
            .map(|mut manifest| {
                manifest.events.retain(|wish| lane_of(&wish.kind) == self.lane);
                manifest
            })
            .filter(|manifest| !manifest.events.is_empty() && hears(manifest).next().is_some())
            .collect();
        self.terms = match self.wanting.is_empty() {
            true => Terms::Nobody,
            false => {
                let wishes: Vec<_> =
                    self.wanting.iter().map(|m| (&m.id, hears(m).collect::<Vec<_>>(), &m.events)).collect();
                let text = serde_json::to_vec(&(wishes, &self.city.shares))
                    .expect("wishes and rules are plain data");
                Terms::These(hex::encode(&Sha256::digest(&text)))
            }
        };
    }

    /// Whether the record can hold anything that is wanted, without reading it
    /// as JSON: of a storm of alarms an order's listener reads nothing.
    fn may_concern(&self, payload: &[u8]) -> bool {
        let Ok(text) = std::str::from_utf8(payload) else { return false };
        self.wanting.iter().flat_map(|manifest| &manifest.events).any(|wish| {
            match wish.kind.split('.').next().unwrap_or_default() {
                "incident" => text.contains("\"fact\":\"incident-"),
                noun => text.contains(&format!("\"noun\":\"{noun}\"")),
            }
        })
    }
}

impl Derive for News {
    async fn derive(&mut self, stored: &Stored) -> Vec<Outgoing> {
        self.refresh();
        if !self.may_concern(&stored.payload) {
            return Vec::new();
        }
        let Ok(record) = Record::read(&stored.payload) else { return Vec::new() };
        let mut frames = Vec::new();
        for event in events(&record.entries, record.now) {
            for manifest in &self.wanting {
                let wish = manifest.events.iter().find(|wish| sharing::matches(&wish.kind, &event.kind));
                let Some(wish) = wish else { continue };
                let department = &self.name.department;
                let Some(data) = sharing::seen(&self.city.shares, department, &event) else { continue };
                let device = room(&wish.key, &event);
                frames.extend(records(manifest, &event, &device, &present(data).to_string()));
            }
        }
        let trace = stored.headers.get("traceparent");
        runs(&frames)
            .enumerate()
            .map(|(place, payload)| {
                let mut headers = HeaderMap::new();
                // Both lanes are subjects of one stream, which knows ids by themselves.
                let id = format!("news-{}-{}-{}-{place}", self.name, self.lane, stored.sequence);
                headers.insert("Nats-Msg-Id", id);
                if let Some(trace) = trace {
                    headers.insert("traceparent", trace.clone());
                }
                Outgoing { subject: subject::raw(&self.name, self.lane, EVENT_DOOR), headers, payload }
            })
            .collect()
    }

    fn terms(&mut self) -> Terms {
        self.refresh();
        self.terms.clone()
    }

    /// A run without frames: it says nothing and holds the position.
    fn mark(&self) -> Option<Outgoing> {
        Some(Outgoing {
            subject: subject::raw(&self.name, self.lane, EVENT_DOOR),
            headers: HeaderMap::new(),
            payload: run::encode(&[]),
        })
    }
}

/// What one step gives a department may be more than a run holds.
fn runs(frames: &[Frame]) -> impl Iterator<Item = bytes::Bytes> {
    let mut rest = frames;
    std::iter::from_fn(move || {
        let mut size = 0;
        let fits = rest.iter().take_while(|frame| {
            size += frame.size();
            size <= RUN_BYTES
        });
        let count = fits.count().max(1).min(rest.len());
        let (front, behind) = rest.split_at(count);
        rest = behind;
        (!front.is_empty()).then(|| run::encode(front))
    })
}

/// Orders are few and somebody waits for each; nothing else overtakes alarms.
fn lane_of(kind: &str) -> Lane {
    if kind.starts_with("order.") { Lane::Red } else { Lane::Routine }
}

fn hears(manifest: &Manifest) -> impl Iterator<Item = Role> {
    [Role::Connector, Role::Advisor].into_iter().filter(|role| manifest.has(*role))
}

/// Whose state and timers the call sees: those of the device that an order is
/// for; else what the manifest chose.
fn room(key: &str, event: &Event) -> String {
    let field = |name: &str| event.data.get(name).and_then(|v| v.as_str()).unwrap_or_default().to_owned();
    let (is_order, is_incident) = (event.kind.starts_with("order."), event.kind.starts_with("incident."));
    match (key, field("device")) {
        (_, device) if is_order && !device.is_empty() => device,
        ("", _) => String::new(),
        ("incident", _) if is_incident => event.subject.clone(),
        (key, _) => field(key),
    }
}

/// One record for each role of the plugin that hears it. An advisor does not hear
/// of what its own advice brought about, nor of what comes of advice upon advice
/// upon advice; a connector delivers both.
fn records(manifest: &Manifest, event: &Event, device: &str, data: &str) -> Vec<Frame> {
    let depth = event.cause.depth();
    let own = matches!(&event.cause, Cause::Advice { plugin, .. } if *plugin == manifest.id);
    hears(manifest)
        .filter(|role| *role == Role::Connector || !own && depth < ADVICE_DEPTH)
        .map(|role| {
            let record = EventRecord {
                plugin: manifest.id.clone(),
                role: if role == Role::Connector { NewsRole::Connector } else { NewsRole::Advisor },
                kind: event.kind.clone(),
                subject: event.subject.clone(),
                time: event.time,
                depth,
                data: data.to_owned(),
            };
            Frame {
                received: event.time,
                device: device.to_owned(),
                payload: serde_json::to_vec(&record).expect("a record is plain data").into(),
                ..Frame::default()
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use tocsin_core::time::Timestamp;

    fn event(kind: &str, cause: Cause) -> Event {
        Event {
            kind: kind.into(),
            subject: "I1".into(),
            region: String::new(),
            data: json!({"device": "d", "incident": "I7", "unit": "u"}),
            cause,
            ordinal: 0,
            time: Timestamp(0),
        }
    }

    fn manifest(roles: &[&str]) -> Manifest {
        serde_json::from_value(json!({"id": "fire", "department": "fire", "version": "1.0.0",
            "contract": "1.0.0", "roles": roles, "events": [{"kind": "order.*", "key": "device"}]}))
        .expect("a manifest")
    }

    #[test]
    fn the_room_is_the_device_of_an_order_else_what_the_manifest_chose() {
        for (kind, key, expect) in [
            ("order.issued", "device", "d"),
            ("order.issued", "", "d"),
            ("incident.opened", "incident", "I1"),
            ("response.started", "incident", "I7"),
            ("incident.opened", "unit", "u"),
            ("incident.opened", "", ""),
            ("incident.opened", "nothing", ""),
        ] {
            assert_eq!(room(key, &event(kind, Cause::Clock)), expect, "{kind} {key}");
        }
    }

    #[test]
    fn advisors_do_not_hear_themselves_nor_each_other_for_ever() {
        let by = |plugin: &str, depth| Cause::Advice {
            frame: "fire/1/0".parse().expect("a frame"),
            ordinal: 0,
            department: "fire".into(),
            plugin: plugin.into(),
            depth,
            replay_of: None,
        };
        for (cause, expect) in [
            (Cause::Clock, 2),
            (by("fire", 1), 1),
            (by("smoke", 1), 2),
            (by("smoke", ADVICE_DEPTH - 1), 2),
            (by("smoke", ADVICE_DEPTH), 1),
        ] {
            let frames = records(
                &manifest(&["connector", "advisor"]),
                &event("order.issued", cause.clone()),
                "d",
                "{}",
            );
            assert_eq!(frames.len(), expect, "{cause:?}");
        }
        assert_eq!(records(&manifest(&["decoder"]), &event("order.issued", Cause::Clock), "", "{}").len(), 0);
    }

    #[test]
    fn runs_hold_all_frames_in_order() {
        let frame = |byte: u8| Frame { payload: vec![byte; RUN_BYTES / 3].into(), ..Frame::default() };
        let frames: Vec<Frame> = (0..7).map(frame).collect();
        let read: Vec<Vec<Frame>> = runs(&frames).map(|run| run::decode(&run).expect("a run")).collect();
        assert_eq!((read.len(), read.concat()), (4, frames));
        assert_eq!(runs(&[]).count(), 0);
        assert_eq!(run::decode(&run::encode(&[])), Ok(vec![]));
    }
}
