//! A warning by the id of any of its messages, with its calls.

use super::Console;
use super::incident::{ROWS_MOST, VIEW_WITHIN, sought};
use super::refusal::Refusal;
use super::thing::Showing;
use crate::said;
use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use serde_json::Value;
use tocsin_core::thing::Noun;
use tocsin_runtime::present::present;
use tocsin_runtime::view::ThingFilter;

/// The chain with its `story`, and `calls`: who was called for it how often, who
/// was asked instead, who confirmed and when.
pub async fn show(
    State(console): State<Console>,
    Path(id): Path<String>,
    query: Result<Query<Showing>, QueryRejection>,
) -> Result<Json<Value>, Refusal> {
    let Query(query) = query?;
    if let Some(sequence) = query.at_least {
        console.host.views.at_least(sequence, VIEW_WITHIN).await?;
    }
    let (views, wanted) = (console.host.views.clone(), id.clone());
    let found = sought(&console.host, move || {
        let Some((row, story)) = views.warning(&wanted)? else { return Ok(None) };
        let matter = row["id"].as_str().map(str::to_owned);
        let filter = ThingFilter { matter, limit: Some(ROWS_MOST), ..ThingFilter::default() };
        let calls = views.things(Noun::Call, &filter)?;
        Ok(Some((row, story, calls)))
    })
    .await?;
    let Some((row, story, calls)) = found else { return Err(no_such(&id)) };
    let mut shown = present(row);
    if let Value::Object(fields) = &mut shown {
        fields.insert("calls".into(), calls.into_iter().map(present).collect());
        fields.insert("story".into(), present(Value::Array(story)));
    }
    Ok(Json(shown))
}

pub(super) fn no_such(id: &str) -> Refusal {
    Refusal::not_found("unknown", said!(no_warning, id = id))
}
