//! Dead letters: listed, shown, sent in again.

use super::Console;
use super::listing::Listing;
use super::refusal::Refusal;
use crate::said;
use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use serde::Deserialize;
use serde_json::{Value, json};
use tocsin_runtime::host::{Letters, Listed};
use tocsin_runtime::present::present;
use tocsin_runtime::publish::dead::DeadLetter;

/// Letters of one listing where the reader names no limit, and the most.
const LIMIT: usize = 1_000;
const LIMIT_MOST: usize = 10_000;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Which {
    limit: Option<usize>,
}

/// Oldest first.
pub async fn list(
    State(console): State<Console>,
    query: Result<Query<Which>, QueryRejection>,
) -> Result<Listing, Refusal> {
    let Query(Which { limit }) = query?;
    let Letters { rows, more } = console.host.dead(limit.unwrap_or(LIMIT).min(LIMIT_MOST)).await;
    let rows = rows.into_iter().map(|Listed { letter, bytes }| shown(&letter, bytes)).collect();
    Ok(Listing { rows, more })
}

pub async fn show(State(console): State<Console>, Path(id): Path<String>) -> Result<Json<Value>, Refusal> {
    match console.host.dead_letter(&id).await {
        Some(letter) => Ok(Json(shown(&letter, letter.raw.len() / 2))),
        None => Err(Refusal::not_found("dead.unknown", said!(no_dead, id = id))),
    }
}

pub async fn replay(State(console): State<Console>, Path(id): Path<String>) -> Result<Json<Value>, Refusal> {
    let frame = console.host.replay(&id).await?;
    Ok(Json(json!({ "replayed": id, "frame": frame })))
}

type Plain = Path<(String, String, String)>;

pub async fn show_plain(
    console: State<Console>,
    Path((id, run, index)): Plain,
) -> Result<Json<Value>, Refusal> {
    show(console, Path(format!("{id}/{run}/{index}"))).await
}

pub async fn replay_plain(
    console: State<Console>,
    Path((id, run, index)): Plain,
) -> Result<Json<Value>, Refusal> {
    replay(console, Path(format!("{id}/{run}/{index}"))).await
}

/// `bytes` says how many there are.
fn shown(letter: &DeadLetter, bytes: usize) -> Value {
    let mut value = present(serde_json::to_value(letter).unwrap_or_default());
    if let Value::Object(fields) = &mut value {
        fields.insert("bytes".into(), bytes.into());
    }
    value
}
