//! 逾期清单: what should have been rectified and was not, by township.

use super::Console;
use super::filter::{self, Name};
use super::incident::{VIEW_WITHIN, blocking};
use super::linkage::moment;
use super::refusal::Refusal;
use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use serde::Deserialize;
use serde_json::Value;
use tocsin_core::danger::overdue::{self, Line};
use tocsin_core::sharing::holds;
use tocsin_core::thing::Noun;
use tocsin_runtime::clock;
use tocsin_runtime::present::present;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    /// A region, with what lies in it.
    region: Option<String>,
    /// The department in charge, or that found it.
    department: Option<String>,
    /// As of then; left out: now.
    at: Option<String>,
    at_least: Option<u64>,
}

pub async fn overdue(
    State(console): State<Console>,
    query: Result<Query<Asked>, QueryRejection>,
) -> Result<Json<Vec<Value>>, Refusal> {
    let Query(asked) = query?;
    if let Some(sequence) = asked.at_least {
        console.host.views.at_least(sequence, VIEW_WITHIN).await?;
    }
    let at = asked.at.as_deref().map(moment).transpose()?.unwrap_or_else(clock::now);
    let views = console.host.views.clone();
    let rooms = blocking(move || views.rooms(&[Noun::Danger])).await??;
    let is_whose = |department: &String, known: [&String; 2]| known.contains(&department);
    let wanted = rooms.dangers.into_values().filter(|danger| {
        asked.region.as_deref().is_none_or(|region| holds(region, &danger.region))
            && asked
                .department
                .as_ref()
                .is_none_or(|department| is_whose(department, [&danger.responsible, &danger.department]))
    });
    let city = console.host.city();
    let line = |line: Line| {
        let region = city.regions.iter().find(|region| region.code == line.region);
        let name = region.map(|region| region.name.clone()).unwrap_or_default();
        let mut value = serde_json::to_value(line).unwrap_or_default();
        if let Value::Object(fields) = &mut value {
            fields.insert("region_name".into(), name.into());
        }
        present(value)
    };
    let lines: Vec<Value> = overdue::lines(wanted, at).into_iter().map(line).collect();
    if lines.is_empty() {
        let names = [(Name::Region, &asked.region), (Name::Department, &asked.department)];
        filter::known(&console, &names).await?;
    }
    Ok(Json(lines))
}
