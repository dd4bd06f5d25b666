//! Whom an incident needs: teams and experts of all departments, nearest first.

use super::Console;
use super::incident::{VIEW_WITHIN, blocking, sought, unknown};
use super::refusal::Refusal;
use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use serde::Deserialize;
use serde_json::{Value, json};
use tocsin_core::Incident;
use tocsin_core::place::Spot;
use tocsin_core::team::{self, Scene};
use tocsin_core::thing::Noun;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asking {
    incident: String,
    /// More capabilities than the table says, comma-separated.
    #[serde(default)]
    capability: String,
    /// Materials that nobody has told of yet, comma-separated.
    #[serde(default)]
    material: String,
    at_least: Option<u64>,
}

pub async fn propose(
    State(console): State<Console>,
    query: Result<Query<Asking>, QueryRejection>,
) -> Result<Json<Value>, Refusal> {
    let Query(asking) = query?;
    if let Some(sequence) = asking.at_least {
        console.host.views.at_least(sequence, VIEW_WITHIN).await?;
    }
    let (incident, text) = incident(&console, &asking.incident).await?;
    let views = console.host.views.clone();
    let rooms = blocking(move || views.rooms(&[Noun::Team])).await??;
    let scene = Scene {
        hazard: incident.hazard.clone(),
        text,
        spot: incident.position.and_then(Spot::of),
        capabilities: words(&asking.capability),
        materials: words(&asking.material),
    };
    let found = team::propose(&scene, rooms.teams.values(), &console.host.city().teams.needs);
    Ok(Json(json!({ "incident": incident.id, "wanted": found.wanted, "rows": found.rows })))
}

/// The incident and all that was told of it.
pub(super) async fn incident(console: &Console, id: &str) -> Result<(Incident, String), Refusal> {
    let (views, wanted) = (console.host.views.clone(), id.to_owned());
    let Some(shown) = sought(&console.host, move || views.incident(&wanted)).await? else {
        return Err(unknown(id));
    };
    let incident: Incident = serde_json::from_value(shown.incident).unwrap_or_default();
    let titles = shown.evidence.iter().filter_map(|row| row["title"].as_str());
    let notes = incident.notes.iter().map(|note| note.text.as_str());
    let whole = [incident.title.as_str(), incident.unit_name.as_str()].into_iter().chain(titles).chain(notes);
    let text = whole.collect::<Vec<_>>().join("\n");
    Ok((incident, text))
}

fn words(list: &str) -> Vec<String> {
    list.split([',', '，', '、']).map(str::trim).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}
