//! Stock as people look at it: by store and item, as a balance, and nearest first.

use super::Console;
use super::filter::{self, Name};
use super::incident::{VIEW_WITHIN, blocking};
use super::refusal::Refusal;
use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use serde::Deserialize;
use serde_json::{Value, json};
use tocsin_core::place::Spot;
use tocsin_core::supply::{self, Shelf};
use tocsin_core::thing::{Noun, Rooms};
use tocsin_runtime::clock;
use tocsin_runtime::present::present;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Listing {
    store: Option<String>,
    item: Option<String>,
    department: Option<String>,
    region: Option<String>,
    /// Only what lies below its minimum.
    #[serde(default)]
    short: bool,
    /// Journal sequence that the answer must know of.
    at_least: Option<u64>,
}

/// By store and item.
pub async fn list(
    State(console): State<Console>,
    query: Result<Query<Listing>, QueryRejection>,
) -> Result<Json<Vec<Value>>, Refusal> {
    let Query(query) = query?;
    let rooms = rooms(&console, query.at_least, &[Noun::Lot, Noun::Store]).await?;
    let is = |wanted: &Option<String>, word: &str| wanted.as_deref().is_none_or(|wanted| wanted == word);
    let wanted = |shelf: &Shelf| {
        is(&query.store, &shelf.store)
            && is(&query.item, &shelf.item)
            && is(&query.department, &shelf.department)
            && is(&query.region, &shelf.region)
            && (shelf.short || !query.short)
    };
    let (shown, others): (Vec<Shelf>, Vec<Shelf>) =
        supply::shelves(&rooms, clock::now()).into_iter().partition(wanted);
    if shown.is_empty() {
        let stores: Vec<&str> = rooms.stores.keys().map(String::as_str).collect();
        let items: Vec<&str> = others.iter().map(|shelf| shelf.item.as_str()).collect();
        let names = [
            (Name::Store(&stores), &query.store),
            (Name::Item(&items), &query.item),
            (Name::Department, &query.department),
            (Name::Region, &query.region),
        ];
        filter::known(&console, &names).await?;
    }
    Ok(Json(shown.iter().map(|shelf| present(value(shelf))).collect()))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Weighing {
    at_least: Option<u64>,
}

/// The sum over the ledger, done again; `exact` says whether it adds up.
pub async fn balance(
    State(console): State<Console>,
    query: Result<Query<Weighing>, QueryRejection>,
) -> Result<Json<Value>, Refusal> {
    let Query(Weighing { at_least }) = query?;
    let rooms = rooms(&console, at_least, &[Noun::Lot, Noun::Store, Noun::Transfer]).await?;
    let accounts = supply::balance(&rooms);
    let exact = accounts.iter().all(supply::Account::is_exact);
    Ok(Json(json!({ "exact": exact, "items": accounts })))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asking {
    item: String,
    #[serde(default)]
    quantity: u64,
    /// Distances are from this incident, else from this store.
    incident: Option<String>,
    store: Option<String>,
    at_least: Option<u64>,
}

/// Stores that have an item: those with enough first, then by distance.
pub async fn nearest(
    State(console): State<Console>,
    query: Result<Query<Asking>, QueryRejection>,
) -> Result<Json<Vec<Value>>, Refusal> {
    let Query(Asking { item, quantity, incident, store, at_least }) = query?;
    let rooms = rooms(&console, at_least, &[Noun::Lot, Noun::Store]).await?;
    let place = match incident {
        Some(id) => Some(super::team::incident(&console, &id).await?.0.position),
        None => None,
    };
    let at_store = || rooms.stores.get(store.as_deref()?)?.position;
    let from = place.flatten().or_else(at_store).and_then(Spot::of);
    let offers = supply::offers(&rooms, &item, quantity, from, clock::now());
    if offers.is_empty() {
        let items: Vec<&str> = rooms.lots.values().map(|lot| lot.item.as_str()).collect();
        filter::known(&console, &[(Name::Item(&items), &Some(item))]).await?;
    }
    Ok(Json(offers.iter().map(value).collect()))
}

async fn rooms(console: &Console, at_least: Option<u64>, nouns: &'static [Noun]) -> Result<Rooms, Refusal> {
    if let Some(sequence) = at_least {
        console.host.views.at_least(sequence, VIEW_WITHIN).await?;
    }
    let views = console.host.views.clone();
    Ok(blocking(move || views.rooms(nouns)).await??)
}

fn value<T: serde::Serialize>(row: &T) -> Value {
    serde_json::to_value(row).unwrap_or_default()
}
