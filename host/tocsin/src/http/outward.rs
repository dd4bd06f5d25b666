//! What other systems read in formats of their own: incidents and warnings as
//! CAP 1.2 and as NGSI-LD entities, and the documents of the bus.

use super::Console;
use super::incident::{self, blocking, sought};
use super::refusal::Refusal;
use super::warning;
use crate::{said, schema};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tocsin_core::incident::{self as incidents, Incident};
use tocsin_core::thing::Noun;
use tocsin_core::warning::{self as warnings, Warning};
use tocsin_runtime::view::{Filter, ThingFilter};

const CAP: &str = "application/cap+xml; charset=utf-8";
const NGSI_LD: &str = "application/ld+json";

/// Alerts that stand now; a storm has some thousands.
const ALERTS_MOST: u32 = 10_000;

/// The chain's newest message.
pub async fn warning_cap(
    State(console): State<Console>,
    Path(id): Path<String>,
) -> Result<Response, Refusal> {
    let warning = warning(&console, id).await?;
    Ok(([(header::CONTENT_TYPE, CAP)], warnings::cap::to_cap(&warning)).into_response())
}

pub async fn warning_ngsi(
    State(console): State<Console>,
    Path(id): Path<String>,
) -> Result<Response, Refusal> {
    let warning = warning(&console, id).await?;
    Ok(linked(&warnings::ngsi::to_ngsi(&warning, &source(&console))))
}

pub async fn incident_cap(
    State(console): State<Console>,
    Path(id): Path<String>,
) -> Result<Response, Refusal> {
    let incident = incident(&console, id).await?;
    let xml = incidents::cap::to_cap(&incident, &console.host.city().name);
    Ok(([(header::CONTENT_TYPE, CAP)], xml).into_response())
}

pub async fn incident_ngsi(
    State(console): State<Console>,
    Path(id): Path<String>,
) -> Result<Response, Refusal> {
    let incident = incident(&console, id).await?;
    Ok(linked(&incidents::ngsi::to_ngsi(&incident, &source(&console))))
}

/// Every open incident and every warning that stands, for a context broker.
pub async fn alerts(State(console): State<Console>) -> Result<Response, Refusal> {
    let (views, source) = (console.host.views.clone(), source(&console));
    let (open, active) = blocking(move || {
        let open = views.incidents(&Filter { limit: Some(ALERTS_MOST), ..Filter::default() })?;
        let standing =
            ThingFilter { state: Some("active".into()), limit: Some(ALERTS_MOST), ..ThingFilter::default() };
        Ok::<_, tocsin_runtime::view::ViewError>((open, views.things(Noun::Warning, &standing)?))
    })
    .await??;
    let mut entities = Vec::new();
    for row in open {
        let incident: Incident = read(row)?;
        if incident.is_open() {
            entities.push(incidents::ngsi::to_ngsi(&incident, &source));
        }
    }
    for row in active {
        entities.push(warnings::ngsi::to_ngsi(&read(row)?, &source));
    }
    Ok(linked(&Value::Array(entities)))
}

pub async fn schemas() -> Json<Value> {
    let files = schema::files();
    Json(json!(files.iter().map(|(name, _)| name).collect::<Vec<_>>()))
}

/// By the names that `schemas` lists, which are also those by which the AsyncAPI
/// document refers to its neighbours.
pub async fn one_schema(Path(name): Path<String>) -> Result<Json<Value>, Refusal> {
    let found = schema::files().into_iter().find(|(known, _)| *known == name);
    found
        .map(|(_, document)| Json(document))
        .ok_or_else(|| Refusal::not_found("schema", said!(no_schema, name = name)))
}

async fn warning(console: &Console, id: String) -> Result<Warning, Refusal> {
    let (views, wanted) = (console.host.views.clone(), id.clone());
    match sought(&console.host, move || views.warning(&wanted)).await? {
        Some((row, _)) => read(row),
        None => Err(warning::no_such(&id)),
    }
}

async fn incident(console: &Console, id: String) -> Result<Incident, Refusal> {
    let (views, wanted) = (console.host.views.clone(), id.clone());
    match sought(&console.host, move || views.incident(&wanted)).await? {
        Some(shown) => read(shown.incident),
        None => Err(incident::unknown(&id)),
    }
}

/// Rows of an older host may lack what a newer one asks for.
fn read<T: DeserializeOwned>(row: Value) -> Result<T, Refusal> {
    serde_json::from_value(row).map_err(|error| {
        Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "row", said!(row_unread, reason = error))
    })
}

fn source(console: &Console) -> String {
    format!("urn:tocsin:{}:live", console.host.city().code)
}

fn linked(entity: &Value) -> Response {
    ([(header::CONTENT_TYPE, NGSI_LD)], entity.to_string()).into_response()
}
