//! Views: SQLite, derived from JOURNAL and nothing else. Delete the file,
//! replay the journal, get the same rows.

mod read;
mod schema;
mod timeline;

pub use read::{Alarm, Filter, LIMIT, Shown, ThingFilter};

use crate::bus::Bus;
use crate::bus::stream::Stored;
use crate::bus::tail::Tail;
use crate::{derived, subject};
use rusqlite::{Connection, Transaction, params};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tocsin_core::Json;
use tocsin_core::fact::{Cause, Entry, Fact};
use tocsin_core::record::Record;
use tocsin_core::thing::Thing;
use tocsin_core::time::Timestamp;
use tokio::sync::watch;

/// Records of one transaction: reading back a long journal at a bearable price.
const BATCH: usize = 512;

#[derive(Debug, thiserror::Error)]
pub enum ViewError {
    #[error("cannot open the views at {}; delete the file, it is derived and will be built anew", path.display())]
    Open {
        path: PathBuf,
        #[source]
        source: rusqlite::Error,
    },
    #[error("reading the views")]
    Read(#[from] rusqlite::Error),
    #[error("the views have not come to journal sequence {wanted} within {} ms (they stand at {at})", within.as_millis())]
    Behind { wanted: u64, at: u64, within: Duration },
}

/// Cloneable handle for reads.
#[derive(Clone)]
pub struct Views {
    reader: derived::Reader,
    applied: watch::Receiver<u64>,
}

/// The writer: follows the journal for ever.
pub struct Follower {
    file: derived::Writer,
    applied: watch::Sender<u64>,
}

pub fn open(path: &Path) -> Result<(Views, Follower), ViewError> {
    let opened = derived::open(path, schema::VIEWS);
    let (reader, file) = opened.map_err(|source| ViewError::Open { path: path.to_owned(), source })?;
    let (applied, seen) = watch::channel(file.at());
    Ok((Views { reader, applied: seen }, Follower { file, applied }))
}

impl Views {
    /// Waits until the views hold at least this journal sequence.
    pub async fn at_least(&self, wanted: u64, within: Duration) -> Result<(), ViewError> {
        let mut applied = self.applied.clone();
        let reached = tokio::time::timeout(within, applied.wait_for(|at| *at >= wanted)).await;
        match reached {
            Ok(Ok(_)) => Ok(()),
            _ => Err(ViewError::Behind { wanted, at: *self.applied.borrow(), within }),
        }
    }

    pub fn sequence(&self) -> u64 {
        *self.applied.borrow()
    }

    fn read<T>(&self, ask: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, ViewError> {
        Ok(self.reader.read(ask)?)
    }

    /// Fires with every batch of records applied.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.applied.clone()
    }
}

impl Follower {
    pub async fn run(mut self, bus: Bus, mut stop: watch::Receiver<bool>) {
        let newest = bus.last_sequence(subject::JOURNAL).await;
        if self.file.at() > newest {
            let at = self.file.at();
            tracing::warn!(at, newest, "the views are of another journal; building them anew");
            self.file.clear();
        }
        let mut tail = self.follow(&bus);
        loop {
            let first = tokio::select! {
                _ = stop.wait_for(|stop| *stop) => return,
                () = self.file.damaged() => {
                    if self.file.build() {
                        tail = self.follow(&bus);
                    }
                    continue;
                }
                stored = tail.next() => stored,
            };
            let mut batch = vec![first];
            while batch.len() < BATCH {
                let Some(stored) = tail.ready() else { break };
                batch.push(stored);
            }
            while let Err(error) = self.apply(&batch) {
                // A full disk: the journal is the truth, so waiting loses nothing.
                tracing::error!(%error, "views cannot be written");
                if self.file.mend(&error) {
                    tail = self.follow(&bus);
                    break;
                }
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        }
    }

    /// From where the file stands; who waits for a sequence is told if that is less.
    fn follow(&self, bus: &Bus) -> Tail {
        let _ = self.applied.send(self.file.at());
        Tail::new(bus, subject::JOURNAL, subject::JOURNAL_SUBJECT, self.file.at())
    }

    fn apply(&mut self, batch: &[Stored]) -> rusqlite::Result<()> {
        let at = batch.last().map_or(self.file.at(), |stored| stored.sequence);
        self.file.put(at, |transaction| {
            for stored in batch {
                match Record::read(&stored.payload) {
                    Ok(record) => apply_record(transaction, stored.sequence, &record)?,
                    Err(error) => {
                        tracing::error!(sequence = stored.sequence, %error, "a record of the journal cannot be read");
                    }
                }
            }
            Ok(())
        })?;
        let _ = self.applied.send(at);
        Ok(())
    }
}

fn apply_record(transaction: &Transaction<'_>, sequence: u64, record: &Record) -> rusqlite::Result<()> {
    for (entry, ordinal) in record.entries.iter().zip(0_u32..) {
        apply_entry(transaction, sequence, ordinal, record.now, entry)?;
    }
    Ok(())
}

fn apply_entry(
    transaction: &Transaction<'_>,
    sequence: u64,
    ordinal: u32,
    now: Timestamp,
    entry: &Entry,
) -> rusqlite::Result<()> {
    if let Fact::Became { change, note, thing } = &entry.fact {
        return put_thing(transaction, (sequence, ordinal, now), &entry.cause, change, note, thing);
    }
    let Some(id) = entry.fact.incident_id() else { return Ok(()) };
    if let Fact::IncidentMerged { from, merged, .. } = &entry.fact {
        put_incident(transaction, from, merged)?;
        move_rows(transaction, id, from)?;
    }
    if let Some(incident) = entry.fact.incident() {
        put_incident(transaction, id, incident)?;
    }
    if let Some(evidence) = entry.fact.evidence() {
        transaction
            .prepare_cached("INSERT OR REPLACE INTO evidence (incident, key, row) VALUES (?1, ?2, ?3)")?
            .execute(params![id, evidence.key, json(evidence)])?;
    }
    // What a person promoted speaks through the frame of the report it came from.
    let frame = match (&entry.cause, entry.fact.evidence()) {
        (Cause::Signal { frame, ordinal, .. }, _) => Some((frame, *ordinal)),
        (Cause::Command { .. }, Some(evidence)) => Some((&evidence.frame, evidence.ordinal)),
        _ => None,
    };
    if let Some((frame, ordinal)) = frame {
        transaction
            .prepare_cached(
                "INSERT OR REPLACE INTO alarm (incident, frame, ordinal, sequence) VALUES (?1, ?2, ?3, ?4)",
            )?
            .execute(params![id, frame.to_string(), ordinal, sequence])?;
    }
    transaction
        .prepare_cached("INSERT OR REPLACE INTO history (incident, sequence, ordinal, at, entry) VALUES (?1, ?2, ?3, ?4, ?5)")?
        .execute(params![id, sequence, ordinal, now.0, json(&bare(entry))])?;
    Ok(())
}

/// The row as it now is, and one line of its story.
fn put_thing(
    transaction: &Transaction<'_>,
    (sequence, ordinal, now): (u64, u32, Timestamp),
    cause: &Cause,
    change: &str,
    note: &str,
    thing: &Thing,
) -> rusqlite::Result<()> {
    let (noun, face, row) = (thing.noun().as_str(), thing.face(), thing.row().to_string());
    transaction
        .prepare_cached(
            "INSERT OR REPLACE INTO thing (noun, id, state, region, department, incident, sequence, at, row)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )?
        .execute(params![
            noun,
            face.id,
            face.state,
            face.region,
            face.department,
            face.incident,
            sequence,
            now.0,
            row
        ])?;
    transaction
        .prepare_cached(
            "INSERT OR REPLACE INTO story (noun, id, sequence, ordinal, at, change, note, cause, row)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )?
        .execute(params![noun, face.id, sequence, ordinal, now.0, change, note, json(cause), row])?;
    Ok(())
}

/// Where both incidents hold the same supporting row, the fuller one stays, as
/// in the core.
fn move_rows(transaction: &Transaction<'_>, id: &str, from: &str) -> rusqlite::Result<()> {
    transaction.execute(
        "DELETE FROM evidence WHERE incident = ?1 AND EXISTS (
             SELECT 1 FROM evidence moved WHERE moved.incident = ?2 AND moved.key = evidence.key
             AND moved.row ->> 'count' > evidence.row ->> 'count')",
        params![id, from],
    )?;
    for sql in [
        "UPDATE OR IGNORE evidence SET incident = ?1 WHERE incident = ?2",
        "DELETE FROM evidence WHERE incident = ?2 AND ?1 <> ?2",
        "UPDATE OR REPLACE alarm SET incident = ?1 WHERE incident = ?2",
    ] {
        transaction.execute(sql, params![id, from])?;
    }
    Ok(())
}

fn put_incident(
    transaction: &Transaction<'_>,
    id: &str,
    incident: &tocsin_core::incident::Incident,
) -> rusqlite::Result<()> {
    transaction
        .prepare_cached(
            "INSERT OR REPLACE INTO incident (id, state, hazard, region, opened_at, last_at, summary)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![
            id,
            incident.state.as_str(),
            incident.hazard,
            incident.region,
            incident.opened_at.0,
            incident.last_at.0,
            json(incident),
        ])?;
    Ok(())
}

/// History keeps what happened; the summary stands in its own table.
fn bare(entry: &Entry) -> serde_json::Value {
    let mut value = entry.value();
    if let Some(fact) = value.get_mut("fact").and_then(|fact| fact.as_object_mut()) {
        fact.remove("incident");
        fact.remove("merged");
    }
    value
}

fn json<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_default()
}
