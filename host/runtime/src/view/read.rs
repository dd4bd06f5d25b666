//! Reading the views: listings and one incident down to its frames.

use super::{ViewError, Views};
use rusqlite::{Row, params};
use serde::Serialize;
use serde_json::Value;

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
        let reader = self.lock();
        let mut statement = reader.prepare_cached(
            "SELECT summary FROM incident
             WHERE (?1 IS NULL OR state = ?1) AND (?2 IS NULL OR hazard = ?2) AND (?3 IS NULL OR region = ?3)
             ORDER BY opened_at DESC, id DESC LIMIT ?4",
        )?;
        let limit = filter.limit.unwrap_or(LIMIT);
        let rows = statement.query_map(params![filter.state, filter.hazard, filter.region, limit], json)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    pub fn incident(&self, id: &str) -> Result<Option<Shown>, ViewError> {
        let reader = self.lock();
        let incident = {
            let mut statement = reader.prepare_cached("SELECT summary FROM incident WHERE id = ?1")?;
            let mut rows = statement.query_map([id], json)?;
            match rows.next() {
                None => return Ok(None),
                Some(row) => row?,
            }
        };
        let all = |sql: &str| -> Result<Vec<Value>, rusqlite::Error> {
            reader.prepare_cached(sql)?.query_map([id], json)?.collect()
        };
        let evidence = all("SELECT row FROM evidence WHERE incident = ?1 ORDER BY key")?;
        let history =
            all("SELECT json_object('sequence', sequence, 'at', at, 'entry', json(entry)) FROM history
             WHERE incident = ?1 ORDER BY sequence, ordinal")?;
        let alarms = reader
            .prepare_cached(
                "SELECT frame, ordinal, sequence FROM alarm WHERE incident = ?1 ORDER BY sequence, frame LIMIT ?2",
            )?
            .query_map(params![id, FRAMES_SHOWN], |row| {
                Ok(Alarm { frame: row.get(0)?, ordinal: row.get(1)?, sequence: row.get(2)? })
            })?
            .collect::<Result<_, _>>()?;
        Ok(Some(Shown { incident, evidence, alarms, history }))
    }

    /// A reader that panicked left nothing half-done: it only reads.
    fn lock(&self) -> std::sync::MutexGuard<'_, rusqlite::Connection> {
        self.reader.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

fn json(row: &Row<'_>) -> rusqlite::Result<Value> {
    let text: String = row.get(0)?;
    Ok(serde_json::from_str(&text).unwrap_or(Value::Null))
}
