//! Incidents: listed, and shown down to the raw bytes.

use super::Console;
use super::filter::{self, Name};
use super::listing::Listing;
use super::refusal::Refusal;
use crate::said;
use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use futures_util::StreamExt;
use futures_util::stream;
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use tocsin_core::Incident;
use tocsin_core::city::{City, Contact};
use tocsin_core::frame::FrameId;
use tocsin_core::incident::Stage;
use tocsin_core::outcome::hex;
use tocsin_core::report::hydrants;
use tocsin_core::thing::{Noun, Rooms};
use tocsin_runtime::host::{Host, NoRaw};
use tocsin_runtime::present::present;
use tocsin_runtime::subject;
use tocsin_runtime::view::{Alarm, Filter, LIMIT, Shown, ViewError};
use tokio::time::timeout;

/// A view follows the journal within milliseconds.
pub(super) const VIEW_WITHIN: Duration = Duration::from_secs(5);

/// Rows of one listing, whatever the reader asks for.
pub(super) const ROWS_MOST: u32 = 10_000;

/// Frames of one incident with their bytes; `frame_count` says how many there are.
const FRAMES_SHOWN: usize = 200;

/// People of one incident: a street of detectors names as many.
const CONTACTS_SHOWN: usize = 64;

/// Frames that are fetched from the log at once.
const FETCHES: usize = 8;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Which {
    state: Option<String>,
    hazard: Option<String>,
    region: Option<String>,
    limit: Option<u32>,
    /// Journal sequence that the answer must know of.
    at_least: Option<u64>,
}

pub async fn list(
    State(console): State<Console>,
    query: Result<Query<Which>, QueryRejection>,
) -> Result<Listing, Refusal> {
    let Query(query) = query?;
    if let Some(sequence) = query.at_least {
        console.host.views.at_least(sequence, VIEW_WITHIN).await?;
    }
    let Which { state, hazard, region, .. } = query;
    let limit = query.limit.unwrap_or(LIMIT).min(ROWS_MOST);
    let filter = Filter { state, hazard, region, limit: Some(limit + 1) };
    let (views, asked) = (console.host.views.clone(), filter.clone());
    let rows = blocking(move || views.incidents(&asked)).await??;
    if rows.is_empty() {
        let states = Stage::ALL.map(Stage::as_str);
        let Filter { state, hazard, region, .. } = &filter;
        let names = [(Name::State(&states), state), (Name::Hazard, hazard), (Name::Region, region)];
        filter::known(&console, &names).await?;
    }
    Ok(Listing::of(rows, limit))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Showing {
    at_least: Option<u64>,
}

pub async fn show(
    State(console): State<Console>,
    Path(id): Path<String>,
    query: Result<Query<Showing>, QueryRejection>,
) -> Result<Json<Value>, Refusal> {
    let Query(query) = query?;
    if let Some(sequence) = query.at_least {
        console.host.views.at_least(sequence, VIEW_WITHIN).await?;
    }
    let (views, wanted, city) = (console.host.views.clone(), id.clone(), console.host.city().clone());
    let shown = sought(&console.host, move || {
        let Some(shown) = views.incident(&wanted)? else { return Ok(None) };
        let incident: Incident = serde_json::from_value(shown.incident.clone()).unwrap_or_default();
        let rooms = views.rooms(&[Noun::Report, Noun::Unit])?;
        let near = hydrants(&incident, rooms.reports.values(), &city.reports.hydrants);
        let people = contacts(&shown.evidence, &city, &rooms);
        Ok(Some((shown, near, people)))
    })
    .await?;
    let Some((Shown { incident, evidence, alarms, history }, near, people)) = shown else {
        return Err(unknown(&id));
    };
    let frame_count = alarms.len();
    let frames = frames(&console.host, alarms).await;
    let mut shown = present(incident);
    if let Value::Object(fields) = &mut shown {
        // `evidence` of the summary is a count; here stand the rows themselves.
        fields.insert("evidence".into(), present(Value::Array(evidence)));
        fields.insert("history".into(), present(Value::Array(history)));
        if !near.is_empty() {
            fields.insert("hydrants".into(), present(serde_json::to_value(near).unwrap_or_default()));
        }
        fields.insert("contacts".into(), people.into());
        fields.insert("frame_count".into(), frame_count.into());
        fields.insert("frames".into(), Value::Array(frames));
    }
    Ok(Json(shown))
}

/// Who answers for the units that it is in: of the city's files, else as imported; and
/// whom the sources themselves name.
fn contacts(evidence: &[Value], city: &City, rooms: &Rooms) -> Vec<Value> {
    let mut units: Vec<&str> = evidence.iter().filter_map(|row| row["unit"].as_str()).collect();
    units.sort_unstable();
    units.dedup();
    let of = |unit: &str| {
        let filed = city.units.iter().find(|known| known.id == unit);
        let filed = filed.map(|known| (known.name.clone(), known.contacts.clone()));
        filed.or_else(|| rooms.units.get(unit).map(|known| (known.name.clone(), known.contacts.clone())))
    };
    let of_unit = |unit: &str| {
        let (name, people) = of(unit).unwrap_or_default();
        let line = |person: Contact| json!({"unit": unit, "unit_name": name, "post": person.post, "name": person.name, "phone": person.phone});
        people.into_iter().map(line).collect::<Vec<Value>>()
    };
    let mut people: Vec<Value> =
        units.into_iter().filter(|unit| !unit.is_empty()).flat_map(of_unit).collect();
    for row in evidence {
        let text = |name: &str| row["said"][name].as_str().unwrap_or_default();
        let [address, name, phone] = ["address", "contact", "phone"].map(text);
        let line = json!({"unit": row["unit"], "unit_name": "", "device": row["device"], "address": address, "post": "", "name": name, "phone": phone});
        let says_who = !name.is_empty() || !phone.is_empty();
        if says_who && people.len() < CONTACTS_SHOWN && !people.contains(&line) {
            people.push(line);
        }
    }
    people
}

pub(super) fn unknown(id: &str) -> Refusal {
    Refusal::not_found("incident.unknown", said!(no_incident, id = id))
}

async fn frames(host: &Arc<Host>, alarms: Vec<Alarm>) -> Vec<Value> {
    let fetches: Vec<_> =
        alarms.into_iter().take(FRAMES_SHOWN).map(|alarm| frame(host.clone(), alarm)).collect();
    stream::iter(fetches).buffered(FETCHES).collect().await
}

async fn frame(host: Arc<Host>, alarm: Alarm) -> Value {
    let raw = match alarm.frame.parse::<FrameId>() {
        Ok(id) => host.raw(&id).await,
        Err(_) => Err(NoRaw::Damaged),
    };
    let raw = match raw {
        Ok(raw) => raw,
        Err(reason) => {
            let reason = reason.to_string();
            return json!({
                "frame": alarm.frame, "ordinal": alarm.ordinal, "sequence": alarm.sequence,
                "raw": null, "raw_reason": reason,
            });
        }
    };
    json!({
        "frame": alarm.frame,
        "ordinal": alarm.ordinal,
        "sequence": alarm.sequence,
        "received": raw.received.to_string(),
        "device": raw.device,
        "origin": raw.origin,
        "raw": hex::encode(&raw.payload),
    })
}

/// One thing of the views; where it is not there, once more when they show all that was
/// decided by now, because whoever heard of it may be quicker than they are.
pub(super) async fn sought<T: Send + 'static>(
    host: &Host,
    ask: impl Fn() -> Result<Option<T>, ViewError> + Clone + Send + 'static,
) -> Result<Option<T>, Refusal> {
    let found = blocking(ask.clone()).await??;
    if found.is_some() {
        return Ok(found);
    }
    // Without the server nothing new was decided.
    if let Ok(newest) = timeout(VIEW_WITHIN, host.bus.last_sequence(subject::JOURNAL)).await {
        host.views.at_least(newest, VIEW_WITHIN).await?;
    }
    Ok(blocking(ask).await??)
}

/// SQLite reads files; a handler's thread has other requests to serve.
pub(super) async fn blocking<T: Send + 'static>(
    read: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Refusal> {
    tokio::task::spawn_blocking(read).await.map_err(|error| {
        tracing::error!(%error, "reading the views");
        Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "view", said!(view_unread))
    })
}
