//! Who is on duty, who was called and what nobody answers for, in one listing.

use super::Console;
use super::filter::{self, Name};
use super::incident::{ROWS_MOST, VIEW_WITHIN, blocking};
use super::refusal::Refusal;
use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use serde::Deserialize;
use serde_json::Value;
use tocsin_core::thing::Noun;
use tocsin_runtime::present::present;
use tocsin_runtime::view::ThingFilter;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Listing {
    matter: Option<String>,
    region: Option<String>,
    department: Option<String>,
    /// Journal sequence that the answer must know of.
    at_least: Option<u64>,
}

/// Each row with its `noun`: watches, calls that are not confirmed, open gaps. Of
/// a matter: all its calls and gaps, which is the table of who confirmed and when.
pub async fn list(
    State(console): State<Console>,
    query: Result<Query<Listing>, QueryRejection>,
) -> Result<Json<Vec<Value>>, Refusal> {
    let Query(query) = query?;
    if let Some(sequence) = query.at_least {
        console.host.views.at_least(sequence, VIEW_WITHIN).await?;
    }
    let Listing { matter, region, department, .. } = query;
    let states: &[(Noun, Option<&str>)] = match matter {
        Some(_) => &[(Noun::Call, None), (Noun::Gap, None)],
        None => &[
            (Noun::Watch, Some("empty")),
            (Noun::Watch, Some("held")),
            (Noun::Call, Some("unanswered")),
            (Noun::Call, Some("calling")),
            (Noun::Gap, Some("open")),
        ],
    };
    let filter = ThingFilter { region, department, matter, limit: Some(ROWS_MOST), ..ThingFilter::default() };
    let (views, asked) = (console.host.views.clone(), filter.clone());
    let rows = blocking(move || {
        let mut rows = Vec::new();
        for (noun, state) in states {
            let filter = ThingFilter { state: state.map(str::to_owned), ..asked.clone() };
            let found = views.things(*noun, &filter)?;
            rows.extend(found.into_iter().map(|row| named(*noun, row)));
        }
        Ok::<_, tocsin_runtime::view::ViewError>(rows)
    })
    .await??;
    if rows.is_empty() {
        let names = [(Name::Region, &filter.region), (Name::Department, &filter.department)];
        filter::known(&console, &names).await?;
    }
    Ok(Json(rows.into_iter().map(present).collect()))
}

fn named(noun: Noun, mut row: Value) -> Value {
    if let Value::Object(fields) = &mut row {
        fields.insert("noun".into(), noun.as_str().into());
    }
    row
}
