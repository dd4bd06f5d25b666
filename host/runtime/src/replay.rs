//! 回放: the state at any past moment, from JOURNAL alone.
//!
//! Records carry results, so no rule is asked again: what is shown is what the
//! city knew then, whatever its files say today.

use crate::bus::Bus;
use crate::subject;
use crate::verify::Reading;
use serde::Serialize;
use serde_json::{Map, Value};
use std::sync::Arc;
use tocsin_core::Json;
use tocsin_core::city::City;
use tocsin_core::core::Core;
use tocsin_core::record::{FORMAT, Record};
use tocsin_core::time::Timestamp;

/// Up to where, both inclusive; whichever comes first.
#[derive(Clone, Debug, Default)]
pub struct Until {
    pub at: Option<Timestamp>,
    pub sequence: Option<u64>,
}

/// The state as the last step up to there left it.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Replayed {
    /// Journal sequence and time of that step.
    pub sequence: u64,
    pub at: Timestamp,
    pub steps: u64,
    /// `Core::hash` of the state: equal on every host that replays the same journal.
    pub core: String,
    pub incidents: Vec<Value>,
    /// Rows by kind: `orders`, `teams`, `lots` …
    #[serde(flatten)]
    pub rooms: Map<String, Value>,
}

#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    #[error("record {sequence} of the journal cannot be read")]
    Record {
        sequence: u64,
        #[source]
        source: serde_json::Error,
    },
    #[error("record {sequence} of the journal has format {format}; this host reads up to {FORMAT}")]
    Format { sequence: u64, format: u32 },
}

/// Replays up to `until`; with `incident` only what belongs to it is shown, the
/// hash is of the whole all the same.
pub async fn replay(
    bus: &Bus,
    city: &Arc<City>,
    until: &Until,
    incident: Option<&str>,
) -> Result<Replayed, ReplayError> {
    let mut core = Core::new(city.clone());
    let mut shown = Replayed::default();
    let mut reading = Reading::of(bus, subject::JOURNAL, subject::JOURNAL_SUBJECT).await;
    while let Some(stored) = reading.next().await {
        let sequence = stored.sequence;
        if until.sequence.is_some_and(|last| sequence > last) {
            break;
        }
        let record =
            Record::read(&stored.payload).map_err(|source| ReplayError::Record { sequence, source })?;
        if record.format > FORMAT {
            return Err(ReplayError::Format { sequence, format: record.format });
        }
        if until.at.is_some_and(|last| record.now > last) {
            break;
        }
        core.apply(&record.entries, record.now);
        shown.steps += 1;
        (shown.sequence, shown.at) = (sequence, record.now);
    }
    shown.core = core.hash();
    let belongs = |row: &Value| incident.is_none_or(|id| row["incident"] == id);
    let incidents = core
        .incidents()
        .filter(|row| incident.is_none_or(|id| row.id == id || row.merged_into.as_deref() == Some(id)));
    shown.incidents = incidents.map(Json::value).collect();
    if let Value::Object(rooms) = core.state().rooms.value() {
        let rows = |rows: Value| match rows {
            Value::Object(rows) => rows.into_iter().map(|(_, row)| row).filter(belongs).collect(),
            _ => Vec::new(),
        };
        shown.rooms = rooms.into_iter().map(|(name, room)| (name, Value::Array(rows(room)))).collect();
    }
    Ok(shown)
}
