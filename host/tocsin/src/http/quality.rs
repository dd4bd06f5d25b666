//! Data quality by department.

use super::Console;
use super::incident::blocking;
use super::linkage::{moment, name};
use super::refusal::Refusal;
use crate::said;
use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::Value;
use tocsin_core::time::Timestamp;
use tocsin_runtime::present::present;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    /// RFC 3339, or a day or a time as people write it, Beijing; by the hour.
    since: Option<String>,
    until: Option<String>,
}

pub async fn cards(
    State(console): State<Console>,
    query: Result<Query<Asked>, QueryRejection>,
) -> Result<Json<Vec<Value>>, Refusal> {
    let Query(asked) = query?;
    let since = asked.since.as_deref().map(moment).transpose()?.unwrap_or(Timestamp(0));
    let until = asked.until.as_deref().map(moment).transpose()?.unwrap_or(Timestamp(i64::MAX));
    let scores = console.host.scores.clone();
    let cards = blocking(move || scores.cards(since, until)).await?.map_err(|error| {
        tracing::error!(%error, "reading the scores");
        Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "scores", said!(scores_unread))
    })?;
    let row = |card| {
        let mut row = serde_json::to_value(card).unwrap_or_default();
        if let Value::Object(fields) = &mut row {
            let department = fields.get("department").and_then(Value::as_str).unwrap_or_default();
            let name = name(&console, department);
            fields.insert("name".into(), name.into());
        }
        present(row)
    };
    Ok(Json(cards.into_iter().map(row).collect()))
}
