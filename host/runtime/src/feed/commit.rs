//! What was said and the state it leaves, as one fenced write; and what follows it.

use super::draft::Draft;
use super::{Feed, snapshot};
use crate::bus::{Fence, Unwritten};
use crate::outlet;
use crate::quality::{self, Tally};
use crate::sends;
use crate::signals::{Covered, End, Taken};
use crate::subject;
use async_nats::HeaderMap;
use bytes::Bytes;
use futures_util::FutureExt;
use std::time::Duration;
use tocsin_core::signal::{Kind, Signal};
use tokio::sync::watch;

/// Between two tries to write into a full stream.
const ROOM_PAUSE: Duration = Duration::from_secs(1);

impl Feed {
    pub(super) async fn commit(
        &mut self,
        draft: Draft,
        stop: &mut watch::Receiver<bool>,
    ) -> Result<(), Unwritten> {
        if draft.spans.is_empty() && self.missing.is_empty() {
            return Ok(());
        }
        let name = &self.config.name;
        let covered = Covered {
            format: 1,
            department: name.department.clone(),
            feed: name.feed,
            at: crate::clock::now(),
            city: self.config.city_digest.clone(),
            plugins: self.used(),
            position: self.position,
            spans: draft.spans,
            frames: draft.frames,
            missing: std::mem::take(&mut self.missing),
            whole: self.whole.until(),
        };
        let payload = Bytes::from(serde_json::to_vec(&covered).expect("a message is plain data"));
        let mut headers = HeaderMap::new();
        if let Some(trace) = draft.trace {
            headers.insert("traceparent", trace);
        }
        // Who sends reads on only where there is something to send.
        let sends = covered.frames.iter().map(sends_to_devices).sum::<usize>();
        if sends > 0 {
            headers.insert(sends::HEADER, sends.to_string());
        }
        let tally = Tally::of(&covered, &*self.registry);
        headers.insert(quality::HEADER, serde_json::to_string(&tally).expect("a tally is plain data"));
        let subject = subject::signal(name);
        let fence = Fence::Subject(self.last);
        let mut is_full = false;
        self.stands = loop {
            let written = self
                .bus
                .write_once(subject::SIGNALS, &subject, headers.clone(), fence, payload.clone())
                .await;
            match written {
                Ok(sequence) => break sequence,
                Err(Unwritten::Full(reason)) => {
                    tracing::error!(feed = %name, reason, "SIGNALS is full; waiting for room");
                    let wait = async {
                        if !std::mem::replace(&mut is_full, true) {
                            self.save_what_stands().await;
                        }
                        tokio::time::sleep(ROOM_PAUSE).await;
                    };
                    tokio::select! {
                        _ = stop.wait_for(|stop| *stop) => return Err(Unwritten::Full(reason)),
                        () = wait => {}
                    }
                }
                Err(down) => return Err(down),
            }
        };
        self.last = self.stands;
        // Ordering: replies follow the commit, or a device would be told of an
        // outcome that a crash takes back. Sends read what was committed.
        self.metrics.covered(&covered);
        for (route, index) in draft.settle {
            let taken = &covered.frames[index];
            self.outlet.settle(route, &taken.frame(&name.department), || settled(&taken.end));
        }
        if self.rooms.snapshot_due() || self.config.snapshots.asked().now_or_never().is_some() {
            self.save().await;
        }
        Ok(())
    }

    /// Retention makes room behind snapshots, and cannot ask a feed that waits for room.
    /// Its own rooms are ahead of the log by the message that waits.
    async fn save_what_stands(&self) {
        let name = &self.config.name;
        let rooms = snapshot::load(&self.bus, name, self.stands).await;
        snapshot::save(&self.bus, name, self.stands, &rooms, &self.config.snapshots).await;
    }
}

fn sends_to_devices(taken: &Taken) -> usize {
    match &taken.end {
        End::Ok(outcome) => outcome.sends.iter().filter(|send| !send.device.is_empty()).count(),
        End::Rejected(_) | End::Failed { .. } => 0,
    }
}

/// How the end of a frame looks from the door.
fn settled(end: &End) -> outlet::End {
    match end {
        End::Ok(outcome) => outlet::End::Decoded {
            replies: outcome
                .sends
                .iter()
                .filter(|send| send.device.is_empty())
                .map(|send| Bytes::from(send.payload.clone()))
                .collect(),
            defects: outcome.defects.clone(),
            about: about(&outcome.signals),
        },
        End::Rejected(rejection) => outlet::End::Rejected(rejection.clone()),
        End::Failed { reason, .. } => outlet::End::Failed { reason: reason.clone() },
    }
}

/// What is told of beside progress counts for itself, whatever that is about.
fn about(signals: &[Signal]) -> Vec<String> {
    match signals.iter().all(|signal| signal.kind == Kind::Progress) {
        true => signals.iter().map(|signal| signal.reference.clone()).collect(),
        false => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_progress_is_about_something_that_must_be_known() {
        let signal = |kind: Kind, reference: &str| -> Signal {
            let said = json!({ "kind": kind, "code": "c", "device": "d", "reference": reference });
            serde_json::from_value(said).expect("a signal")
        };
        let check = |signals: &[Signal], expect: &[&str]| assert_eq!(about(signals), expect);
        check(&[], &[]);
        check(&[signal(Kind::Progress, "G1")], &["G1"]);
        check(&[signal(Kind::Progress, "G1"), signal(Kind::Progress, "O1")], &["G1", "O1"]);
        check(&[signal(Kind::Report, "GW-1")], &[]);
        check(&[signal(Kind::Progress, "G1"), signal(Kind::Alarm, "a")], &[]);
    }
}
