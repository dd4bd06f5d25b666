//! 风险: the four colours, for any moment, from the rows of the views.

use super::Console;
use super::filter::{self, Name};
use super::incident::{ROWS_MOST, VIEW_WITHIN, blocking};
use super::linkage::moment;
use super::refusal::Refusal;
use crate::said;
use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use serde::Deserialize;
use serde_json::Value;
use tocsin_core::city::risk::Colour;
use tocsin_core::risk::{Risk, Rows, Subject};
use tocsin_core::sharing::holds;
use tocsin_core::thing::Noun;
use tocsin_core::time::Timestamp;
use tocsin_runtime::clock;
use tocsin_runtime::present::present;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    kind: Option<Subject>,
    colour: Option<Colour>,
    region: Option<String>,
    /// As of then; left out: now.
    at: Option<String>,
    limit: Option<u32>,
    at_least: Option<u64>,
}

/// The worst first.
pub async fn list(
    State(console): State<Console>,
    query: Result<Query<Asked>, QueryRejection>,
) -> Result<Json<Vec<Value>>, Refusal> {
    let Query(asked) = query?;
    let (at, mut risks) = risks(&console, &asked).await?;
    risks.retain(|risk| {
        asked.kind.is_none_or(|kind| kind == risk.kind)
            && asked.colour.is_none_or(|colour| colour == risk.colour)
            && asked.region.as_deref().is_none_or(|region| holds(region, &risk.region))
    });
    if risks.is_empty() {
        filter::known(&console, &[(Name::Region, &asked.region)]).await?;
    }
    risks.sort_by(|a, b| (b.colour, b.points, a.kind, &a.id).cmp(&(a.colour, a.points, b.kind, &b.id)));
    let limit = asked.limit.unwrap_or(ROWS_MOST).min(ROWS_MOST) as usize;
    Ok(Json(risks.into_iter().take(limit).map(|risk| shown(risk, at)).collect()))
}

/// A unit, a region or a trade by its id, in that order where the kind is not said.
pub async fn show(
    State(console): State<Console>,
    Path(id): Path<String>,
    query: Result<Query<Asked>, QueryRejection>,
) -> Result<Json<Value>, Refusal> {
    let Query(asked) = query?;
    let (at, risks) = risks(&console, &asked).await?;
    let named = risks
        .into_iter()
        .filter(|risk| risk.id == id && asked.kind.is_none_or(|kind| kind == risk.kind))
        .min_by_key(|risk| risk.kind);
    let risk = named.ok_or_else(|| Refusal::not_found("unknown", said!(no_risk, id = id)))?;
    Ok(Json(shown(risk, at)))
}

async fn risks(console: &Console, asked: &Asked) -> Result<(Timestamp, Vec<Risk>), Refusal> {
    if let Some(sequence) = asked.at_least {
        console.host.views.at_least(sequence, VIEW_WITHIN).await?;
    }
    let at = asked.at.as_deref().map(moment).transpose()?.unwrap_or_else(clock::now);
    let (views, city) = (console.host.views.clone(), console.host.city().clone());
    let risks = blocking(move || {
        let rooms = views.rooms(&[Noun::Danger, Noun::Inspection, Noun::Unit, Noun::Warning])?;
        let rows = Rows { rooms, incidents: views.every_incident()? };
        Ok::<_, tocsin_runtime::view::ViewError>(rows.risks(&city, at))
    })
    .await??;
    Ok((at, risks))
}

fn shown(risk: Risk, at: Timestamp) -> Value {
    let name = risk.colour.name();
    let mut value = serde_json::to_value(risk).unwrap_or_default();
    if let Value::Object(fields) = &mut value {
        fields.insert("colour_name".into(), name.into());
        fields.insert("at".into(), at.0.into());
    }
    present(value)
}
