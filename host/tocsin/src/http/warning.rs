//! A warning out again as CAP 1.2.

use super::Console;
use super::incident::blocking;
use super::refusal::Refusal;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use tocsin_core::thing::Noun;
use tocsin_core::warning::{Warning, cap};

/// The chain's newest message.
pub async fn cap(State(console): State<Console>, Path(id): Path<String>) -> Result<Response, Refusal> {
    let (views, wanted) = (console.host.views.clone(), id.clone());
    let Some((row, _)) = blocking(move || views.thing(Noun::Warning, &wanted)).await?? else {
        return Err(Refusal::not_found("unknown", format!("没有预警 {id} (there is no warning `{id}`)")));
    };
    // Rows of an older host may lack what a newer one asks for.
    let warning: Warning = serde_json::from_value(row).map_err(|error| {
        Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "row", format!("the row cannot be read: {error}"))
    })?;
    Ok(([(header::CONTENT_TYPE, "application/cap+xml; charset=utf-8")], cap::to_cap(&warning))
        .into_response())
}
