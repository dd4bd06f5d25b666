//! Dead letters: listed, shown, sent in again.

use super::Console;
use super::refusal::Refusal;
use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use serde::Deserialize;
use serde_json::{Value, json};
use tocsin_runtime::present::present;
use tocsin_runtime::publish::dead::DeadLetter;

/// Letters of one listing where the reader names no limit, and the most.
const LIMIT: usize = 1_000;
const LIMIT_MOST: usize = 10_000;

/// Hex digits of the bytes in a listing; `bytes` says how many there are, and
/// the letter by itself has all.
const RAW_LISTED: usize = 4_096;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Listing {
    limit: Option<usize>,
}

/// Oldest first.
pub async fn list(
    State(console): State<Console>,
    query: Result<Query<Listing>, QueryRejection>,
) -> Result<Json<Vec<Value>>, Refusal> {
    let Query(Listing { limit }) = query?;
    let letters = console.host.dead(limit.unwrap_or(LIMIT).min(LIMIT_MOST)).await;
    Ok(Json(letters.into_iter().map(|letter| shown(letter, RAW_LISTED)).collect()))
}

pub async fn show(State(console): State<Console>, Path(id): Path<String>) -> Result<Json<Value>, Refusal> {
    match console.host.dead_letter(&id).await {
        Some(letter) => Ok(Json(shown(letter, usize::MAX))),
        None => Err(Refusal::not_found(
            "dead.unknown",
            format!("there is no dead letter `{id}`; `tocsin dead list` names them"),
        )),
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

fn shown(mut letter: DeadLetter, raw_most: usize) -> Value {
    let bytes = letter.raw.len() / 2;
    // Hex is ASCII.
    letter.raw.truncate(raw_most);
    let mut value = present(serde_json::to_value(&letter).unwrap_or_default());
    if let Value::Object(fields) = &mut value {
        fields.insert("bytes".into(), bytes.into());
    }
    value
}
