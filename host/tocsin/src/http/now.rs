//! What is happening in a region now, of all departments.

use super::Console;
use super::filter::{self, Name};
use super::incident::{ROWS_MOST, VIEW_WITHIN, blocking};
use super::linkage;
use super::refusal::Refusal;
use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use serde::Deserialize;
use serde_json::{Value, json};
use tocsin_core::Incident;
use tocsin_core::now::{self, Fact};
use tocsin_core::thing::Noun;
use tocsin_core::time::Timestamp;
use tocsin_runtime::present::present;
use tocsin_runtime::view::Filter;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    /// 12 digits; the whole city where it is missing.
    region: Option<String>,
    /// Journal sequence that the answer must know of.
    at_least: Option<u64>,
}

pub async fn facts(
    State(console): State<Console>,
    query: Result<Query<Asked>, QueryRejection>,
) -> Result<Json<Value>, Refusal> {
    let Query(asked) = query?;
    if let Some(sequence) = asked.at_least {
        console.host.views.at_least(sequence, VIEW_WITHIN).await?;
    }
    filter::known(&console, &[(Name::Region, &asked.region)]).await?;
    let city = console.host.city().clone();
    let code = asked.region.unwrap_or_else(|| city.code.clone());
    let name = linkage::name(&console, &code);
    let views = console.host.views.clone();
    let (incidents, rooms) = blocking(move || {
        let open = Filter { limit: Some(ROWS_MOST), ..Filter::default() };
        let incidents = views.incidents(&open)?;
        Ok::<_, tocsin_runtime::view::ViewError>((
            incidents,
            views.rooms(&[Noun::Warning, Noun::Response, Noun::Grid, Noun::Report])?,
        ))
    })
    .await??;
    let incidents: Vec<Incident> =
        incidents.into_iter().filter_map(|row| serde_json::from_value(row).ok()).collect();
    let facts = now::of(&code, &city, incidents.iter(), &rooms);
    let names: Vec<(&str, &str)> =
        city.departments.iter().map(|department| (&*department.id, &*department.name)).collect();
    let facts: Vec<Value> = facts.iter().map(|fact| shown(fact, &names)).collect();
    let now = Timestamp(jiff::Timestamp::now().as_millisecond());
    Ok(Json(present(json!({ "now": now.0, "region": code, "name": name, "facts": facts }))))
}

fn name<'a>(id: &'a str, names: &[(&'a str, &'a str)]) -> &'a str {
    names.iter().find(|(known, _)| *known == id).map_or(id, |(_, name)| *name)
}

fn shown(fact: &Fact, names: &[(&str, &str)]) -> Value {
    let mut row = serde_json::to_value(fact).unwrap_or_default();
    let department_names: Vec<&str> = fact.departments.iter().map(|id| name(id, names)).collect();
    if let Value::Object(fields) = &mut row {
        fields.insert("department_names".into(), json!(department_names));
    }
    row
}
