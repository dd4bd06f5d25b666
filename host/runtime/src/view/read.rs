//! Reading the views: listings and one incident down to its frames.

use super::{ViewError, Views};
use rusqlite::{Row, params};
use serde::Serialize;
use serde_json::Value;
use tocsin_core::Json;
use tocsin_core::incident::Incident;
use tocsin_core::order::Order;
use tocsin_core::thing::{Noun, Rooms, Thing};
use tocsin_core::time::Timestamp;

/// Rows of one listing where the reader names no limit.
pub const LIMIT: u32 = 1_000;

/// Frames of one incident that are shown; the count says how many there are.
const FRAMES_SHOWN: u32 = 10_000;

#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub state: Option<String>,
    pub hazard: Option<String>,
    pub region: Option<String>,
    pub limit: Option<u32>,
}

/// Of rows of a commanding room.
#[derive(Clone, Debug, Default)]
pub struct ThingFilter {
    /// Its state, or one of several that a row may be in at once.
    pub state: Option<String>,
    pub region: Option<String>,
    pub department: Option<String>,
    pub incident: Option<String>,
    /// What the row is about, where rows of its kind say so.
    pub matter: Option<String>,
    pub limit: Option<u32>,
}

/// One frame that speaks for an incident.
#[derive(Clone, Debug, Serialize)]
pub struct Alarm {
    pub frame: String,
    pub ordinal: u32,
    pub sequence: u64,
}

#[derive(Clone, Debug, Serialize)]
pub struct Shown {
    pub incident: Value,
    pub evidence: Vec<Value>,
    pub alarms: Vec<Alarm>,
    pub history: Vec<Value>,
}

impl Views {
    /// Newest first.
    pub fn incidents(&self, filter: &Filter) -> Result<Vec<Value>, ViewError> {
        self.read(|reader| {
            let mut statement = reader.prepare_cached(
                "SELECT summary FROM incident
                 WHERE (?1 IS NULL OR state = ?1) AND (?2 IS NULL OR hazard = ?2)
                 AND (?3 IS NULL OR region = ?3)
                 ORDER BY opened_at DESC, id DESC LIMIT ?4",
            )?;
            let limit = filter.limit.unwrap_or(LIMIT);
            statement.query_map(params![filter.state, filter.hazard, filter.region, limit], json)?.collect()
        })
    }

    /// All of them that are no part of another, in no order: for sums.
    pub fn every_incident(&self) -> Result<Vec<Incident>, ViewError> {
        self.read(|reader| {
            let mut statement =
                reader.prepare_cached("SELECT summary FROM incident WHERE state <> 'merged'")?;
            let rows = statement.query_map([], |row| row.get::<_, String>(0))?;
            let incident =
                |text: rusqlite::Result<String>| text.map(|text| Incident::read(text.as_bytes()).ok());
            let incidents = rows.map(incident).collect::<Result<Vec<Option<Incident>>, _>>()?;
            Ok(incidents.into_iter().flatten().collect())
        })
    }

    pub fn incident(&self, id: &str) -> Result<Option<Shown>, ViewError> {
        self.read(|reader| {
            let incident = {
                let mut statement = reader.prepare_cached("SELECT summary FROM incident WHERE id = ?1")?;
                let mut rows = statement.query_map([id], json)?;
                match rows.next() {
                    None => return Ok(None),
                    Some(row) => row?,
                }
            };
            let all = |sql: &str| -> rusqlite::Result<Vec<Value>> {
                reader.prepare_cached(sql)?.query_map([id], json)?.collect()
            };
            let evidence = all("SELECT row FROM evidence WHERE incident = ?1 ORDER BY key")?;
            let history =
                all("SELECT json_object('sequence', sequence, 'at', at, 'entry', json(entry)) FROM history
                 WHERE incident = ?1 ORDER BY sequence, ordinal")?;
            let alarms = reader
                .prepare_cached(
                    "SELECT frame, ordinal, sequence FROM alarm WHERE incident = ?1
                     ORDER BY sequence, frame LIMIT ?2",
                )?
                .query_map(params![id, FRAMES_SHOWN], |row| {
                    Ok(Alarm { frame: row.get(0)?, ordinal: row.get(1)?, sequence: row.get(2)? })
                })?
                .collect::<Result<_, _>>()?;
            Ok(Some(Shown { incident, evidence, alarms, history }))
        })
    }

    /// Rows of a commanding room, newest change first.
    pub fn things(&self, noun: Noun, filter: &ThingFilter) -> Result<Vec<Value>, ViewError> {
        self.read(|reader| {
            let mut statement = reader.prepare_cached(
                "SELECT row FROM thing
                 WHERE noun = ?1 AND (?2 IS NULL OR state = ?2
                     OR EXISTS (SELECT 1 FROM json_each(row, '$.states') WHERE value = ?2))
                 AND (?3 IS NULL OR region = ?3) AND (?4 IS NULL OR department = ?4)
                 AND (?5 IS NULL OR incident = ?5) AND (?6 IS NULL OR row ->> 'matter' = ?6)
                 ORDER BY sequence DESC, id LIMIT ?7",
            )?;
            let ThingFilter { state, region, department, incident, matter, limit } = filter;
            let limit = limit.unwrap_or(LIMIT);
            let asked = params![noun.as_str(), state, region, department, incident, matter, limit];
            statement.query_map(asked, json)?.collect()
        })
    }

    /// Orders that were given in `since..until`, for the linkage table: all of
    /// them, however long they have ended.
    pub fn orders(
        &self,
        since: Option<Timestamp>,
        until: Option<Timestamp>,
        incident: Option<&str>,
    ) -> Result<Vec<Order>, ViewError> {
        self.read(|reader| {
            let mut statement = reader.prepare_cached(
                "SELECT row FROM thing
                 WHERE noun = 'order' AND (?1 IS NULL OR row ->> 'issued_at' >= ?1)
                 AND (?2 IS NULL OR row ->> 'issued_at' < ?2) AND (?3 IS NULL OR incident = ?3)
                 ORDER BY id",
            )?;
            let asked = params![since.map(|at| at.0), until.map(|at| at.0), incident];
            let rows = statement.query_map(asked, |row| row.get::<_, String>(0))?;
            // A row that a newer host wrote in another shape is left out of the sum.
            let order = |text: rusqlite::Result<String>| text.map(|text| Order::read(text.as_bytes()).ok());
            Ok(rows.map(order).collect::<Result<Vec<Option<Order>>, _>>()?.into_iter().flatten().collect())
        })
    }

    /// All rows of some rooms as of one moment, for sums that must agree.
    pub fn rooms(&self, nouns: &[Noun]) -> Result<Rooms, ViewError> {
        let words: Vec<&str> = nouns.iter().map(|noun| noun.as_str()).collect();
        let words = serde_json::to_string(&words).unwrap_or_default();
        self.read(|reader| {
            // Ordering: one statement reads one snapshot.
            let mut statement = reader.prepare_cached(
                "SELECT json_object('noun', noun, 'row', json(row)) FROM thing
                 WHERE noun IN (SELECT value FROM json_each(?1))",
            )?;
            let mut rooms = Rooms::default();
            for row in statement.query_map([words], |row| row.get::<_, String>(0))? {
                match Thing::read(row?.as_bytes()) {
                    Ok(thing) => rooms.put(&thing),
                    Err(error) => tracing::error!(%error, "a row of the views cannot be read"),
                }
            }
            Ok(rooms)
        })
    }

    /// One row and its story, oldest first.
    pub fn thing(&self, noun: Noun, id: &str) -> Result<Option<(Value, Vec<Value>)>, ViewError> {
        self.read(|reader| {
            let key = params![noun.as_str(), id];
            let mut statement = reader.prepare_cached("SELECT row FROM thing WHERE noun = ?1 AND id = ?2")?;
            let Some(row) = statement.query_map(key, json)?.next().transpose()? else { return Ok(None) };
            let mut statement = reader.prepare_cached(
                "SELECT json_object('sequence', sequence, 'at', at, 'change', change, 'note', note,
                 'cause', json(cause), 'row', json(row)) FROM story
                 WHERE noun = ?1 AND id = ?2 ORDER BY sequence, ordinal",
            )?;
            let story = statement.query_map(key, json)?.collect::<Result<_, _>>()?;
            Ok(Some((row, story)))
        })
    }

    /// A chain of warnings, by its own id or that of any of its messages; of several
    /// chains that list a message, the one that goes on.
    pub fn warning(&self, id: &str) -> Result<Option<(Value, Vec<Value>)>, ViewError> {
        if let Some(found) = self.thing(Noun::Warning, id)? {
            return Ok(Some(found));
        }
        let chain: Option<String> = self.read(|reader| {
            let mut statement = reader.prepare_cached(
                "SELECT thing.id FROM thing, json_each(thing.row, '$.messages') AS message
                 WHERE thing.noun = 'warning' AND message.value ->> 'id' = ?1
                 ORDER BY thing.state = 'superseded', thing.sequence DESC LIMIT 1",
            )?;
            statement.query_map([id], |row| row.get(0))?.next().transpose()
        })?;
        match chain {
            Some(chain) => self.thing(Noun::Warning, &chain),
            None => Ok(None),
        }
    }
}

fn json(row: &Row<'_>) -> rusqlite::Result<Value> {
    let text: String = row.get(0)?;
    Ok(serde_json::from_str(&text).unwrap_or(Value::Null))
}
