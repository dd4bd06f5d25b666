//! The commanding rooms: rows listed and shown from the views, commands by noun
//! and verb.

use super::filter::{self, Name};
use super::incident::{ROWS_MOST, VIEW_WITHIN, blocking};
use super::listing::Listing;
use super::refusal::Refusal;
use super::{Console, command};
use crate::said;
use axum::Json;
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use serde::Deserialize;
use serde_json::{Map, Value};
use tocsin_core::thing::Noun;
use tocsin_runtime::present::present;
use tocsin_runtime::view::{LIMIT, ThingFilter};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Which {
    state: Option<String>,
    region: Option<String>,
    department: Option<String>,
    incident: Option<String>,
    matter: Option<String>,
    limit: Option<u32>,
    /// Journal sequence that the answer must know of.
    at_least: Option<u64>,
}

pub async fn list(
    State(console): State<Console>,
    Path(noun): Path<String>,
    query: Result<Query<Which>, QueryRejection>,
) -> Result<Listing, Refusal> {
    let noun = known(&noun)?;
    let Query(query) = query?;
    if let Some(sequence) = query.at_least {
        console.host.views.at_least(sequence, VIEW_WITHIN).await?;
    }
    let limit = query.limit.unwrap_or(LIMIT).min(ROWS_MOST);
    let filter = ThingFilter {
        state: query.state,
        region: query.region,
        department: query.department,
        incident: query.incident,
        matter: query.matter,
        limit: Some(limit + 1),
    };
    let (views, asked) = (console.host.views.clone(), filter.clone());
    let rows = blocking(move || views.things(noun, &asked)).await??;
    if rows.is_empty() {
        let names = [
            (Name::State(noun.states()), &filter.state),
            (Name::Region, &filter.region),
            (Name::Department, &filter.department),
            (Name::Incident, &filter.incident),
        ];
        filter::known(&console, &names).await?;
    }
    Ok(Listing::of(rows, limit))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Showing {
    pub at_least: Option<u64>,
}

/// The row with its `story`: every change, why, and the row after it.
pub async fn show(
    State(console): State<Console>,
    Path((word, id)): Path<(String, String)>,
    query: Result<Query<Showing>, QueryRejection>,
) -> Result<Json<Value>, Refusal> {
    let noun = known(&word)?;
    let Query(query) = query?;
    if let Some(sequence) = query.at_least {
        console.host.views.at_least(sequence, VIEW_WITHIN).await?;
    }
    let (views, wanted) = (console.host.views.clone(), id.clone());
    let Some((row, story)) = blocking(move || views.thing(noun, &wanted)).await?? else {
        let message = said!(no_row, noun = noun.as_str(), id = id);
        return Err(Refusal::not_found("unknown", message));
    };
    let mut shown = present(row);
    if let Value::Object(fields) = &mut shown {
        fields.insert("story".into(), present(Value::Array(story)));
    }
    Ok(Json(shown))
}

fn known(word: &str) -> Result<Noun, Refusal> {
    Noun::parse(word).ok_or_else(|| {
        let known: Vec<&str> = Noun::ALL.iter().map(|noun| noun.as_str()).collect();
        Refusal::not_found("route", said!(no_noun, word = word, known = known.join(", ")))
    })
}

/// `POST /api/v1/{noun}/{id}/{verb}`
pub async fn act(
    State(console): State<Console>,
    Path((noun, id, verb)): Path<(String, String, String)>,
    fields: Result<Json<Map<String, Value>>, JsonRejection>,
) -> Result<Json<Value>, Refusal> {
    let Json(fields) = fields?;
    command::ask(&console.host, &noun, &verb, &id, fields).await.map(Json)
}

/// `POST /api/v1/{noun}/{verb}`: what is not about anything that stands already.
pub async fn act_new(
    State(console): State<Console>,
    Path((noun, verb)): Path<(String, String)>,
    fields: Result<Json<Map<String, Value>>, JsonRejection>,
) -> Result<Json<Value>, Refusal> {
    let Json(fields) = fields?;
    command::ask(&console.host, &noun, &verb, "", fields).await.map(Json)
}
