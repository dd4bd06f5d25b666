//! 回放与时间线: what was, read from the journal.

use super::Console;
use super::filter::{self, Name};
use super::incident::{VIEW_WITHIN, blocking, unknown};
use super::linkage::moment;
use super::refusal::Refusal;
use crate::said;
use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use tocsin_runtime::present::present;
use tocsin_runtime::replay::{self, Until};
use tocsin_runtime::timeline;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    /// RFC 3339, or as people write it in Beijing; inclusive.
    until: Option<String>,
    /// Journal sequence; inclusive.
    sequence: Option<u64>,
    incident: Option<String>,
}

pub async fn replay(
    State(console): State<Console>,
    query: Result<Query<Asked>, QueryRejection>,
) -> Result<Json<Value>, Refusal> {
    let Query(asked) = query?;
    let at = asked.until.as_deref().map(moment).transpose()?;
    filter::known(&console, &[(Name::Incident, &asked.incident)]).await?;
    let until = Until { at, sequence: asked.sequence };
    let host = &console.host;
    let replayed = replay::replay(&host.bus, host.city(), &until, asked.incident.as_deref()).await;
    let replayed = replayed.map_err(|error| {
        Refusal::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "replay",
            said!(replay_failed, reason = super::sentence(&error)),
        )
    })?;
    Ok(Json(present(serde_json::to_value(replayed).unwrap_or_default())))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Paged {
    /// Only what stands behind this journal sequence.
    #[serde(default)]
    after: u64,
    at_least: Option<u64>,
}

pub async fn timeline(
    State(console): State<Console>,
    Path(id): Path<String>,
    query: Result<Query<Paged>, QueryRejection>,
) -> Result<Json<Value>, Refusal> {
    let Query(Paged { after, at_least }) = query?;
    if let Some(sequence) = at_least {
        console.host.views.at_least(sequence, VIEW_WITHIN).await?;
    }
    let (views, wanted) = (console.host.views.clone(), id.clone());
    let Some(places) = blocking(move || views.timeline(&wanted, after)).await?? else {
        return Err(unknown(&id));
    };
    let told = timeline::read(&console.host.bus, &places).await;
    let lines = present(serde_json::to_value(told.lines).unwrap_or_default());
    Ok(Json(json!({ "incident": id, "lines": lines, "more": told.more })))
}
