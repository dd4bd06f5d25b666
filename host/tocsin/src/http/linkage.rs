//! The linkage table: how fast departments link up.

use super::Console;
use super::filter::{self, Name};
use super::incident::{VIEW_WITHIN, blocking};
use super::refusal::Refusal;
use crate::said;
use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use serde::Deserialize;
use serde_json::{Value, json};
use tocsin_core::order::linkage::{Line, Linkage};
use tocsin_core::time::Timestamp;
use tocsin_runtime::present::present;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    /// RFC 3339, or a day or a time as people write it, Beijing.
    since: Option<String>,
    until: Option<String>,
    incident: Option<String>,
    /// Journal sequence that the answer must know of.
    at_least: Option<u64>,
}

pub async fn table(
    State(console): State<Console>,
    query: Result<Query<Asked>, QueryRejection>,
) -> Result<Json<Value>, Refusal> {
    let Query(asked) = query?;
    if let Some(sequence) = asked.at_least {
        console.host.views.at_least(sequence, VIEW_WITHIN).await?;
    }
    let since = asked.since.as_deref().map(moment).transpose()?;
    let until = asked.until.as_deref().map(moment).transpose()?;
    let (views, incident) = (console.host.views.clone(), asked.incident.clone());
    let orders = blocking(move || views.orders(since, until, incident.as_deref())).await??;
    let now = Timestamp(jiff::Timestamp::now().as_millisecond());
    let linkage = Linkage::of(&orders, now);
    let line = |line: &Line| {
        let mut row = serde_json::to_value(line).unwrap_or_default();
        if let Value::Object(fields) = &mut row {
            fields.insert("name".into(), name(&console, &line.department).into());
        }
        row
    };
    let departments: Vec<Value> = linkage.departments.iter().map(line).collect();
    if departments.is_empty() {
        filter::known(&console, &[(Name::Incident, &asked.incident)]).await?;
    }
    let asked =
        json!({ "since": since.map(|at| at.0), "until": until.map(|at| at.0), "incident": asked.incident });
    let mut table = json!({ "now": now.0, "departments": departments, "all": line(&linkage.all) });
    if let (Value::Object(table), Value::Object(asked)) = (&mut table, asked) {
        table.extend(asked);
    }
    Ok(Json(present(table)))
}

pub(super) fn name(console: &Console, id: &str) -> String {
    let city = console.host.city();
    let department = city.departments.iter().find(|known| known.id == id).map(|known| &known.name);
    let region = || city.regions.iter().find(|known| known.code == id).map(|known| &known.name);
    department.or_else(region).cloned().unwrap_or_default()
}

/// A day or a time as people write it.
pub(super) fn moment(text: &str) -> Result<Timestamp, Refusal> {
    text.parse().map_err(|_| Refusal::bad("time", said!(time_unread, text = text)))
}

#[cfg(test)]
mod tests {
    use super::moment;

    #[test]
    fn times_are_read_as_people_write_them() {
        let check = |text: &str, expect: Option<&str>| {
            let got = moment(text).ok().map(|at| at.to_string());
            assert_eq!(got.as_deref(), expect, "{text}");
        };
        check("2026-07-12", Some("2026-07-12T00:00:00.000+08:00"));
        check("2026-07-12 20:00", Some("2026-07-12T20:00:00.000+08:00"));
        check("2026-07-12T20:00:30+08:00", Some("2026-07-12T20:00:30.000+08:00"));
        check("2026-07-12T12:00:00Z", Some("2026-07-12T20:00:00.000+08:00"));
        check("last night", None);
    }
}
