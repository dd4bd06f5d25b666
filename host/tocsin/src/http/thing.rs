//! The commanding rooms: rows listed and shown from the views, commands by noun
//! and verb.

use super::Console;
use super::incident::{ROWS_MOST, VIEW_WITHIN, blocking, mint};
use super::refusal::Refusal;
use axum::Json;
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use tocsin_core::command::{Act, Command, Reply};
use tocsin_core::thing::Noun;
use tocsin_runtime::present::present;
use tocsin_runtime::view::ThingFilter;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Listing {
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
    query: Result<Query<Listing>, QueryRejection>,
) -> Result<Json<Vec<Value>>, Refusal> {
    let noun = known(&noun)?;
    let Query(query) = query?;
    if let Some(sequence) = query.at_least {
        console.host.views.at_least(sequence, VIEW_WITHIN).await?;
    }
    let filter = ThingFilter {
        state: query.state,
        region: query.region,
        department: query.department,
        incident: query.incident,
        matter: query.matter,
        limit: query.limit.map(|limit| limit.min(ROWS_MOST)),
    };
    let views = console.host.views.clone();
    let rows = blocking(move || views.things(noun, &filter)).await??;
    Ok(Json(rows.into_iter().map(present).collect()))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Showing {
    at_least: Option<u64>,
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
        let noun = noun.as_str();
        return Err(Refusal::not_found("unknown", format!("there is no {noun} `{id}`")));
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
        Refusal::not_found("route", format!("there is no `{word}`; there are {}", known.join(", ")))
    })
}

/// `POST /api/v1/{noun}/{id}/{verb}`
pub async fn act(
    State(console): State<Console>,
    Path((noun, id, verb)): Path<(String, String, String)>,
    fields: Result<Json<Map<String, Value>>, JsonRejection>,
) -> Result<Json<Value>, Refusal> {
    let Json(fields) = fields?;
    command(&console, &noun, &verb, &id, fields).await
}

/// `POST /api/v1/{noun}/{verb}`: what is not about anything that stands already.
pub async fn act_new(
    State(console): State<Console>,
    Path((noun, verb)): Path<(String, String)>,
    fields: Result<Json<Map<String, Value>>, JsonRejection>,
) -> Result<Json<Value>, Refusal> {
    let Json(fields) = fields?;
    command(&console, &noun, &verb, "", fields).await
}

/// `command`: chosen by whoever asks, so that asking again is harmless. `actor`:
/// who asks, as officers after them will read it.
async fn command(
    console: &Console,
    noun: &str,
    verb: &str,
    id: &str,
    mut fields: Map<String, Value>,
) -> Result<Json<Value>, Refusal> {
    let mut own = |name: &str| fields.remove(name).and_then(|value| value.as_str().map(str::to_owned));
    let command = own("command").unwrap_or_else(mint);
    let actor = own("actor").unwrap_or_else(|| "operator".to_owned());
    let act = Act::read(noun, verb, id, fields)
        .map_err(|error| Refusal::bad("command.malformed", format!("命令无法读取: {error}")))?;
    let answered = console.host.desk.ask(Command { id: command.clone(), actor, act }).await?;
    match answered.reply {
        Reply::Ok { .. } => {
            Ok(Json(json!({ "reply": answered.reply, "sequence": answered.sequence, "command": command })))
        }
        Reply::Refused { rule, reason } => {
            let is_unknown = rule.ends_with("unknown");
            let status = if is_unknown { StatusCode::NOT_FOUND } else { StatusCode::CONFLICT };
            Err(Refusal::new(status, "refused", reason.clone())
                .with("rule", rule)
                .with("reason", reason)
                .with("sequence", answered.sequence)
                .with("command", command))
        }
    }
}
