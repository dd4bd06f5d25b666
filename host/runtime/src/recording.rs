//! What a plugin was given and what it said, in the order in which its feed
//! took it: RAW joined with SIGNALS, for whoever must know why.
//!
//! With the settings and registrations beside it this is all that a plugin's
//! answers depend on, so that another machine gets the same ones, byte for byte.

use crate::bus::Bus;
use crate::feed::input;
use crate::run::{self, Frame};
use crate::signals::{Covered, End, Taken};
use crate::subject::{self, FeedName};
use crate::verify::Reading;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use tocsin_core::frame::FrameId;
use tocsin_sandbox::{Call, Change};

/// Calls of one page: some megabytes of JSON, read in a second.
const PAGE: usize = 5_000;

/// One call, and what came of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Recorded {
    pub frame: FrameId,
    /// Package that was at work.
    pub digest: String,
    pub call: Call,
    pub end: End,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<Change>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Page {
    pub calls: Vec<Recorded>,
    /// Position in SIGNALS to go on behind; none: this was the last page.
    pub next: Option<u64>,
    /// Frames that are not in the log any more, or cannot be read.
    pub missing: u64,
}

/// The calls of `plugin` behind position `after` of SIGNALS.
pub async fn page(
    bus: &Bus,
    department: &str,
    plugin: &str,
    doors: &BTreeMap<String, String>,
    after: u64,
) -> Page {
    let name = FeedName { department: department.to_owned(), feed: 0 };
    let mut reading = Reading::behind(bus, subject::SIGNALS, &subject::signal(&name), after).await;
    let mut page = Page::default();
    let mut runs = Runs { stream: subject::raw_stream(department), bus, latest: None };
    while let Some(stored) = reading.next().await {
        if page.calls.len() >= PAGE {
            page.next = Some(stored.sequence - 1);
            break;
        }
        let Ok(covered) = Covered::read(&stored.payload) else { continue };
        let digest = covered.plugins.iter().find(|used| used.id == plugin);
        let digest = digest.map(|used| used.digest.clone()).unwrap_or_default();
        for taken in covered.frames.into_iter().filter(|taken| taken.plugin == plugin) {
            let Some(frame) = runs.frame(&taken).await else {
                page.missing += 1;
                continue;
            };
            let id = taken.frame(department);
            let Ok(call) = input::read(&taken.door, doors, id.sequence(), frame).call else { continue };
            page.calls.push(Recorded {
                frame: id,
                digest: digest.clone(),
                call,
                end: taken.end,
                changes: taken.changes,
            });
        }
    }
    page
}

/// Frames of one run are asked for one after the other.
struct Runs<'b> {
    bus: &'b Bus,
    stream: String,
    latest: Option<(u64, Vec<Frame>)>,
}

impl Runs<'_> {
    async fn frame(&mut self, taken: &Taken) -> Option<Frame> {
        if self.latest.as_ref().is_none_or(|(sequence, _)| *sequence != taken.run) {
            let stored = self.bus.message(&self.stream, taken.run).await?;
            self.latest = Some((taken.run, run::decode(&stored.payload).ok()?));
        }
        let (_, frames) = self.latest.as_ref()?;
        frames.get(taken.index as usize).cloned()
    }
}
