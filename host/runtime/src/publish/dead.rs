//! DEAD: every frame that no plugin could use, with reason and raw bytes, so
//! that it can be read, mended and replayed whatever the log has purged since.

use super::{Derive, Outgoing};
use crate::bus::Bus;
use crate::bus::stream::Stored;
use crate::run;
use crate::signals::{Covered, End, Taken};
use crate::subject;
use async_nats::HeaderMap;
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use tocsin_core::frame::FrameId;
use tocsin_core::outcome::hex;
use tocsin_core::time::Timestamp;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DeadLetter {
    /// The frame's id with a `d`: `d-fire/12/3`.
    pub id: String,
    pub frame: FrameId,
    pub department: String,
    pub plugin: String,
    pub door: String,
    #[serde(default)]
    pub device: String,
    /// `malformed`, `unsupported`, ... for refusals; the verdict's word for failures.
    pub kind: String,
    pub reason: String,
    /// When the door had it.
    pub at: Timestamp,
    /// The frame whose bytes this one repeated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first: Option<FrameId>,
    #[serde(default)]
    pub origin: String,
    /// The bytes, hex.
    #[serde(default)]
    pub raw: String,
}

pub struct Dead {
    pub bus: Bus,
    /// The run read last: dead frames often come in company.
    cached: Option<(String, u64, Vec<run::Frame>)>,
}

impl Dead {
    pub fn new(bus: &Bus) -> Dead {
        Dead { bus: bus.clone(), cached: None }
    }

    async fn raw(&mut self, department: &str, taken: &Taken) -> Option<run::Frame> {
        let known = self.cached.as_ref().is_some_and(|(d, r, _)| d == department && *r == taken.run);
        if !known {
            let stored = self.bus.message(&subject::raw_stream(department), taken.run).await?;
            let frames = run::decode(&stored.payload).ok()?;
            self.cached = Some((department.to_owned(), taken.run, frames));
        }
        let (_, _, frames) = self.cached.as_ref()?;
        frames.get(taken.index as usize).cloned()
    }

    async fn letter(&mut self, department: &str, taken: Taken) -> Option<DeadLetter> {
        let (kind, reason) = match &taken.end {
            End::Ok(_) => return None,
            End::Rejected(rejection) => (rejection.kind.as_str().to_owned(), rejection.reason.clone()),
            End::Failed { verdict, reason } => (verdict.clone(), reason.clone()),
        };
        let raw = self.raw(department, &taken).await.unwrap_or_default();
        let frame = taken.frame(department);
        Some(DeadLetter {
            id: format!("d-{frame}"),
            frame,
            department: department.to_owned(),
            plugin: taken.plugin,
            door: taken.door,
            device: taken.device,
            kind,
            reason,
            at: taken.received,
            first: taken.first,
            origin: raw.origin,
            raw: hex::encode(&raw.payload),
        })
    }
}

impl Derive for Dead {
    async fn derive(&mut self, stored: &Stored) -> Vec<Outgoing> {
        if !holds_dead(&stored.payload) {
            return Vec::new();
        }
        let Ok(covered) = Covered::read(&stored.payload) else { return Vec::new() };
        let mut outgoing = Vec::new();
        for taken in covered.frames {
            let Some(letter) = self.letter(&covered.department, taken).await else { continue };
            let plugin = if letter.plugin.is_empty() { "none" } else { &letter.plugin };
            let mut headers = HeaderMap::new();
            headers.insert("Nats-Msg-Id", letter.id.as_str());
            if let Some(trace) = stored.headers.get("traceparent") {
                headers.insert("traceparent", trace.clone());
            }
            outgoing.push(Outgoing {
                subject: subject::dead(&letter.department, plugin),
                headers,
                payload: Bytes::from(serde_json::to_vec(&letter).expect("a letter is plain data")),
            });
        }
        outgoing
    }
}

/// Most messages hold nothing dead, and looking is much cheaper than reading.
/// Inside a JSON text a quote is escaped, so these are keys wherever they stand.
fn holds_dead(payload: &[u8]) -> bool {
    let text = std::str::from_utf8(payload).unwrap_or_default();
    text.contains("\"rejected\":") || text.contains("\"failed\":")
}

#[cfg(test)]
mod tests {
    use super::holds_dead;
    use crate::signals::End;
    use tocsin_core::outcome::{Outcome, Rejection, RejectionKind};

    #[test]
    fn only_messages_with_dead_frames_are_read() {
        let spoken = Outcome { defects: vec!["\"failed\": and \"rejected\":".into()], ..Outcome::default() };
        let rejection =
            Rejection { kind: RejectionKind::Malformed, reason: String::new(), reply: Vec::new() };
        for (end, expected) in [
            (End::Ok(Box::new(spoken)), false),
            (End::Rejected(rejection), true),
            (End::Failed { verdict: "trap".into(), reason: String::new() }, true),
        ] {
            let payload = serde_json::to_vec(&end).expect("an end is plain data");
            assert_eq!(holds_dead(&payload), expected, "{end:?}");
        }
    }
}
