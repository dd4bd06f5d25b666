//! The core's way back: a local snapshot, derived like the views, and the
//! journal's tail.

use crate::bus::Bus;
use crate::bus::numbering;
use crate::bus::stream::Stored;
use crate::bus::tail::Tail;
use crate::signals::Missing;
use crate::subject;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use tocsin_core::city::City;
use tocsin_core::fact::Cause;
use tocsin_core::outcome::hex;
use tocsin_core::record::{FORMAT, Record};
use tocsin_core::time::Timestamp;
use tocsin_core::{Core, Json, State};

#[derive(Serialize, Deserialize)]
pub struct Snapshot {
    pub format: u32,
    pub sequence: u64,
    pub prev: String,
    pub signals: u64,
    pub now: Timestamp,
    /// `Core::hash` of `state`: a damaged file is not believed.
    pub hash: String,
    /// [`State`], as the core writes it.
    pub state: Box<RawValue>,
}

pub fn raw(state: &State) -> Box<RawValue> {
    RawValue::from_string(state.text()).expect("it is JSON")
}

impl Snapshot {
    pub fn write(&self, path: &Path) -> std::io::Result<()> {
        let temporary = path.with_extension("new");
        let mut file = std::fs::File::create(&temporary)?;
        file.write_all(&serde_json::to_vec(self)?)?;
        // Ordering: the bytes before the name, or a power cut leaves an empty file under it.
        file.sync_all()?;
        std::fs::rename(&temporary, path)
    }

    fn read(path: &Path) -> Option<Snapshot> {
        let text = std::fs::read(path).ok()?;
        serde_json::from_slice::<Snapshot>(&text).ok().filter(|s| s.format == FORMAT)
    }
}

pub struct Restored {
    pub core: Core,
    pub sequence: u64,
    pub prev: String,
    pub signals: u64,
    pub now: Timestamp,
    /// Steps read behind the snapshot.
    pub tail: u64,
    /// Steps that the server has lost.
    pub lost: Vec<Missing>,
}

impl Restored {
    /// What the local snapshot gives; else the beginning.
    pub async fn begin(bus: &Bus, city: Arc<City>, path: &Path) -> Restored {
        let last = bus.last_sequence(subject::JOURNAL).await;
        from_snapshot(&city, path, last).unwrap_or_else(|| Restored {
            core: Core::new(city.clone()),
            sequence: 0,
            prev: String::new(),
            signals: 0,
            now: Timestamp::default(),
            tail: 0,
            lost: Vec::new(),
        })
    }

    pub fn tail(&self, bus: &Bus) -> Tail {
        Tail::new(bus, subject::JOURNAL, subject::JOURNAL_SUBJECT, self.sequence)
    }

    /// Up to the newest record of now.
    pub async fn catch_up(mut self, bus: &Bus) -> Restored {
        let end = bus.end_of_stream(subject::JOURNAL).await;
        let last = end.newest.map_or(0, |newest| newest.sequence);
        let mut tail = self.tail(bus);
        while self.sequence < last {
            let stored = tail.next().await;
            self.take(&stored);
        }
        // Up to the fence nothing more can be read.
        if self.sequence < end.fence {
            self.lost.extend(end.unread.map(|(from, to)| Missing { from, to }));
            self.sequence = end.fence;
        }
        self
    }

    pub fn take(&mut self, stored: &Stored) {
        self.sequence = stored.sequence;
        self.tail += 1;
        self.lost.extend(numbering::lost(stored));
        self.prev = hex::encode(&Sha256::digest(&stored.payload));
        match Record::read(&stored.payload) {
            Ok(record) => {
                // Decided over already: closed by somebody, it is not found again.
                if record.entries.iter().any(|entry| is_of_journal(&entry.cause)) {
                    self.lost.clear();
                }
                self.core.apply(&record.entries, record.now);
                self.signals = record.signals;
                self.now = record.now;
            }
            Err(error) => {
                tracing::error!(sequence = stored.sequence, %error, "a record of the journal cannot be read");
            }
        }
    }
}

fn is_of_journal(cause: &Cause) -> bool {
    matches!(cause, Cause::Log { department, .. } if department == subject::JOURNAL)
}

fn from_snapshot(city: &Arc<City>, path: &Path, last: u64) -> Option<Restored> {
    let snapshot = Snapshot::read(path)?;
    let state = State::read(snapshot.state.get().as_bytes()).ok()?;
    let core = Core::restore(city.clone(), state);
    if snapshot.sequence > last || core.hash() != snapshot.hash {
        tracing::warn!(path = %path.display(), "core snapshot not believed; reading the whole journal");
        return None;
    }
    Some(Restored {
        core,
        sequence: snapshot.sequence,
        prev: snapshot.prev,
        signals: snapshot.signals,
        now: snapshot.now,
        tail: 0,
        lost: Vec::new(),
    })
}

/// The journal's records from the beginning, for verifying.
pub fn replay(bus: &Bus) -> Tail {
    Tail::new(bus, subject::JOURNAL, subject::JOURNAL_SUBJECT, 0)
}
