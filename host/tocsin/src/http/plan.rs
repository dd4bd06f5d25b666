//! 预案: what the city lacks for its plans, and what changed between two versions.

use super::Console;
use super::incident::{VIEW_WITHIN, blocking};
use super::refusal::Refusal;
use crate::city::Finding;
use crate::said;
use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use serde::Deserialize;
use tocsin_core::plan::{Version, check, diff};
use tocsin_core::thing::{Noun, Rooms};
use tocsin_runtime::host::Host;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Checked {
    /// `flood-city` or `flood-city@2`; left out: all that are active.
    id: Option<String>,
    at_least: Option<u64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Compared {
    /// The older and the newer version.
    a: String,
    b: String,
    at_least: Option<u64>,
}

/// `GET /api/v1/plans/check`: posts without a person, teams and stock that are not there.
pub async fn check(
    State(console): State<Console>,
    query: Result<Query<Checked>, QueryRejection>,
) -> Result<Json<Vec<Finding>>, Refusal> {
    let Query(Checked { id, at_least }) = query?;
    Ok(Json(lacks(&console.host, id.as_deref(), at_least).await?))
}

/// What the city lacks for a version; none named: for all that are active.
pub async fn lacks(host: &Host, id: Option<&str>, at_least: Option<u64>) -> Result<Vec<Finding>, Refusal> {
    let rooms = rooms(host, at_least, &[Noun::Plan, Noun::Watch, Noun::Team, Noun::Lot]).await?;
    let versions: Vec<&Version> = match id {
        Some(id) => vec![version(&rooms, id)?],
        None => rooms.plans.values().filter(|version| version.state == "active").collect(),
    };
    let lacks = versions.into_iter().flat_map(|version| {
        let faults = check::lacks(&version.text, &rooms);
        faults.into_iter().map(|fault| Finding::of_version(&version.id, fault))
    });
    Ok(lacks.collect())
}

/// `GET /api/v1/plans/diff`: what changed, in words.
pub async fn diff(
    State(console): State<Console>,
    query: Result<Query<Compared>, QueryRejection>,
) -> Result<Json<Vec<diff::Change>>, Refusal> {
    let Query(Compared { a, b, at_least }) = query?;
    let rooms = rooms(&console.host, at_least, &[Noun::Plan]).await?;
    Ok(Json(diff::between(&version(&rooms, &a)?.text, &version(&rooms, &b)?.text)))
}

async fn rooms(host: &Host, at_least: Option<u64>, nouns: &'static [Noun]) -> Result<Rooms, Refusal> {
    if let Some(sequence) = at_least {
        host.views.at_least(sequence, VIEW_WITHIN).await?;
    }
    let views = host.views.clone();
    Ok(blocking(move || views.rooms(nouns)).await??)
}

/// A version by its id; of a plan the active one, else the newest.
fn version<'r>(rooms: &'r Rooms, id: &str) -> Result<&'r Version, Refusal> {
    let own = rooms.plans.values().filter(|version| version.id == id || version.plan == id);
    own.max_by_key(|version| (version.state == "active", version.version)).ok_or_else(|| {
        let known: Vec<&str> = rooms.plans.keys().map(String::as_str).collect();
        Refusal::not_found("unknown", said!(no_plan, id = id, known = known.join(", ")))
    })
}
