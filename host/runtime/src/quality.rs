//! Data quality, department by department: how much of what came in could be used
//! as it was. A feed counts what it covers and says so in a header of its message;
//! here the headers are added up by the hour, in a file that is derived: delete it,
//! and it is built anew from what SIGNALS still holds.

use crate::bus::Bus;
use crate::bus::stream::Stored;
use crate::bus::tail::Tail;
use crate::derived::{self, Content};
use crate::signals::{Covered, End, Taken};
use crate::subject::{self, CLOCK_DOOR, EVENT_DOOR, UNDELIVERED_DOOR};
use rusqlite::{Transaction, params};
use serde::{Deserialize, Serialize};
use std::path::Path;
use std::time::Duration;
use tocsin_core::moment::AGREE_MS;
use tocsin_core::signal::{Kind, Signal};
use tocsin_core::time::Timestamp;
use tocsin_sandbox::Registry;
use tokio::sync::watch;

/// Holds a [`Tally`] as JSON, and the hour that it counts for stands in it.
pub const HEADER: &str = "Tocsin-Quality";

const HOUR_MS: i64 = 3_600_000;
/// Headers of one transaction.
const BATCH: usize = 512;

const SCORES: Content = Content {
    name: "scores",
    version: 1,
    tables: "
        DROP TABLE IF EXISTS position; DROP TABLE IF EXISTS hour;
        CREATE TABLE position (sequence INTEGER NOT NULL);
        INSERT INTO position VALUES (0);
        CREATE TABLE hour (
            department TEXT NOT NULL, hour INTEGER NOT NULL, tally TEXT NOT NULL,
            PRIMARY KEY (department, hour)
        ) WITHOUT ROWID;",
};

/// What one message of a feed says of its department's data.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Tally {
    /// When the feed took them.
    pub at: Timestamp,
    /// From doors, noise not among them.
    pub frames: u64,
    /// Of these, the ones in which nothing below was found.
    pub clean: u64,
    /// Refused by the plugin: malformed, unsupported, unauthorised, implausible.
    pub refused: u64,
    /// Ended by the host: the plugin failed at them.
    pub failed: u64,
    /// Decoded, though a part could not be read.
    pub defects: u64,
    pub signals: u64,
    /// Signals told five minutes or more after they happened, or before.
    pub late: u64,
    /// Signals of devices that the city does not know.
    pub unknown: u64,
    /// Signals that name no device.
    pub nameless: u64,
    /// Signals that nobody can place: no position, no region, no unit.
    pub nowhere: u64,
    pub noise: u64,
}

impl Tally {
    pub(crate) fn of(covered: &Covered, registry: &dyn Registry) -> Tally {
        let mut tally = Tally { at: covered.at, ..Tally::default() };
        for span in &covered.spans {
            tally.noise += u64::from(span.noise);
        }
        let own = [CLOCK_DOOR, EVENT_DOOR, UNDELIVERED_DOOR];
        for taken in covered.frames.iter().filter(|taken| !own.contains(&taken.door.as_str())) {
            tally.take(taken, registry);
        }
        tally
    }

    fn take(&mut self, taken: &Taken, registry: &dyn Registry) {
        self.frames += 1;
        let flaws = |tally: &Tally| {
            let Tally { refused, failed, defects, late, unknown, nameless, nowhere, .. } = *tally;
            refused + failed + defects + late + unknown + nameless + nowhere
        };
        let before = flaws(self);
        match &taken.end {
            End::Rejected(_) => self.refused += 1,
            End::Failed { .. } => self.failed += 1,
            End::Ok(outcome) => {
                self.defects += u64::from(!outcome.defects.is_empty());
                outcome.signals.iter().for_each(|signal| self.hear(signal, taken.received, registry));
            }
        }
        self.clean += u64::from(flaws(self) == before);
    }

    fn hear(&mut self, signal: &Signal, received: Timestamp, registry: &dyn Registry) {
        self.signals += 1;
        let apart = signal.observed.map_or(0, |at| received.since(at).abs());
        self.late += u64::from(apart >= AGREE_MS);
        // A warning is of areas and not of a device, progress of an order, a report
        // of whatever its author writes about.
        if matches!(signal.kind, Kind::Warning | Kind::Progress | Kind::Device | Kind::Report) {
            return;
        }
        let placed = signal.position.is_some() || !signal.region.is_empty();
        if signal.device.is_empty() {
            self.nameless += u64::from(!placed);
            return;
        }
        match registry.placed(&signal.device) {
            // Whoever says where it is needs no entry in the registry.
            None => self.unknown += u64::from(!placed),
            Some(known) => self.nowhere += u64::from(!placed && !known),
        }
    }

    fn add(&mut self, other: &Tally) {
        let pairs = [
            (&mut self.frames, other.frames),
            (&mut self.clean, other.clean),
            (&mut self.refused, other.refused),
            (&mut self.failed, other.failed),
            (&mut self.defects, other.defects),
            (&mut self.signals, other.signals),
            (&mut self.late, other.late),
            (&mut self.unknown, other.unknown),
            (&mut self.nameless, other.nameless),
            (&mut self.nowhere, other.nowhere),
            (&mut self.noise, other.noise),
        ];
        for (mine, more) in pairs {
            *mine += more;
        }
        self.at = self.at.max(other.at);
    }
}

/// One department's sums.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Card {
    pub department: String,
    /// Clean frames in a hundred, one decimal; none where nothing came in.
    pub score: Option<f64>,
    #[serde(flatten)]
    pub tally: Tally,
}

/// Cloneable handle for reads.
#[derive(Clone)]
pub struct Scores {
    reader: derived::Reader,
}

/// The writer: follows SIGNALS for ever.
pub struct Follower {
    file: derived::Writer,
}

pub fn open(path: &Path) -> rusqlite::Result<(Scores, Follower)> {
    let (reader, file) = derived::open(path, SCORES)?;
    Ok((Scores { reader }, Follower { file }))
}

impl Scores {
    /// Sums of the hours that begin in `since..until`, by department.
    pub fn cards(&self, since: Timestamp, until: Timestamp) -> rusqlite::Result<Vec<Card>> {
        let hours = self.reader.read(|reader| {
            let mut rows = reader.prepare_cached(
                "SELECT department, tally FROM hour WHERE hour >= ?1 AND hour < ?2 ORDER BY department, hour",
            )?;
            let read = |row: &rusqlite::Row<'_>| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?));
            rows.query_map(params![since.0, until.0], read)?.collect::<rusqlite::Result<Vec<_>>>()
        })?;
        let mut cards: Vec<Card> = Vec::new();
        for (department, text) in hours {
            let tally: Tally = serde_json::from_str(&text).unwrap_or_default();
            match cards.last_mut().filter(|card| card.department == department) {
                Some(card) => card.tally.add(&tally),
                None => cards.push(Card { department, score: None, tally }),
            }
        }
        for card in &mut cards {
            let Tally { frames, clean, .. } = card.tally;
            card.score = (frames > 0).then(|| (clean as f64 * 1_000.0 / frames as f64).round() / 10.0);
        }
        Ok(cards)
    }
}

impl Follower {
    pub async fn run(mut self, bus: Bus, mut stop: watch::Receiver<bool>) {
        let newest = bus.last_sequence(subject::SIGNALS).await;
        if self.file.at() > newest {
            let at = self.file.at();
            tracing::warn!(at, newest, "the scores are of another log; adding up anew");
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
            while let Err(error) = self.add(&batch) {
                // A full disk: the stream waits, and nothing is lost by waiting too.
                tracing::error!(%error, "scores cannot be written");
                if self.file.mend(&error) {
                    tail = self.follow(&bus);
                    break;
                }
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        }
    }

    fn follow(&self, bus: &Bus) -> Tail {
        Tail::heads(bus, subject::SIGNALS, "tocsin.live.signal.>", self.file.at())
    }

    fn add(&mut self, batch: &[Stored]) -> rusqlite::Result<()> {
        let at = batch.last().map_or(self.file.at(), |stored| stored.sequence);
        self.file.put(at, |transaction| {
            for stored in batch {
                let Some(header) = stored.headers.get(HEADER) else { continue };
                let Ok(tally) = serde_json::from_str::<Tally>(header.as_str()) else { continue };
                // `tocsin.live.signal.<department>.<feed>`
                let Some(department) = stored.subject.split('.').nth(3) else { continue };
                add_hour(transaction, department, &tally)?;
            }
            Ok(())
        })
    }
}

fn add_hour(transaction: &Transaction<'_>, department: &str, tally: &Tally) -> rusqlite::Result<()> {
    let hour = tally.at.0.div_euclid(HOUR_MS) * HOUR_MS;
    let known = transaction
        .prepare_cached("SELECT tally FROM hour WHERE department = ?1 AND hour = ?2")?
        .query_row(params![department, hour], |row| row.get::<_, String>(0));
    let mut sum: Tally = match known {
        Ok(text) => serde_json::from_str(&text).unwrap_or_default(),
        Err(rusqlite::Error::QueryReturnedNoRows) => Tally::default(),
        Err(error) => return Err(error),
    };
    sum.add(tally);
    transaction
        .prepare_cached("INSERT OR REPLACE INTO hour (department, hour, tally) VALUES (?1, ?2, ?3)")?
        .execute(params![department, hour, serde_json::to_string(&sum).unwrap_or_default()])?;
    Ok(())
}

#[cfg(test)]
mod tests;
