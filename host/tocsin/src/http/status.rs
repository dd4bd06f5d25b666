//! How the host is: alive, ready, its counts, and the sum redone.

use super::refusal::Refusal;
use super::{Console, plugin};
use crate::said;
use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use tocsin_runtime::host::Host;
use tocsin_runtime::retain::Fill;
use tocsin_runtime::verify::{self, Report};

const DAY_S: u64 = 86_400;

pub async fn pointer() -> &'static str {
    "Tocsin 警钟\n\n/api/v1/status\n/api/v1/incidents\n/api/v1/dead\n/api/v1/plugins\n/api/v1/stream\n/api/v1/journal/verify\n/healthz /readyz /metrics\n"
}

pub async fn alive() -> &'static str {
    "ok\n"
}

/// Not ready while the bus is away or takes nothing: doors do not accept then.
pub async fn ready(State(console): State<Console>) -> Result<&'static str, Refusal> {
    let bus = &console.host.bus;
    if !bus.is_up() {
        return Err(Refusal::away("bus.away", said!(bus_away)));
    }
    let stuck = bus.stuck();
    if !stuck.is_empty() {
        let message = said!(bus_stuck, streams = stuck.join(", "));
        return Err(Refusal::away("bus.stuck", message).with("streams", stuck));
    }
    Ok("ready\n")
}

pub async fn metrics(State(console): State<Console>) -> impl IntoResponse {
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(header::CONTENT_TYPE, kind)], console.host.metrics.text())
}

pub async fn status(State(console): State<Console>) -> Json<Value> {
    let host = &console.host;
    Json(json!({
        "version": env!("CARGO_PKG_VERSION"),
        "city": { "code": host.city().code, "name": host.city().name, "digest": host.city().digest },
        "uptime_ms": host.uptime().as_millis() as u64,
        "bus": if !host.bus.is_up() { "away" } else if host.bus.stuck().is_empty() { "up" } else { "stuck" },
        "stuck": host.bus.stuck(),
        "journal": { "sequence": host.views.sequence() },
        "retention": {
            "raw_days": host.retention.raw.as_secs() / DAY_S,
            "signals_days": host.retention.signals.as_secs() / DAY_S,
        },
        "store": host.store.fills().iter().map(fill).collect::<Vec<_>>(),
        "departments": departments(host),
        "plugins": plugin::all(host),
    }))
}

fn fill(fill: &Fill) -> Value {
    let Fill { stream, bytes, share, messages, since } = fill;
    let since = since.map(|since| since.to_string());
    json!({
        "stream": stream, "bytes": bytes, "share": share, "percent": fill.percent(),
        "messages": messages, "since": since,
    })
}

fn departments(host: &Host) -> Vec<Value> {
    let tallies = host.metrics.tallies();
    let calls = host.metrics.plugins();
    let mut verdicts: BTreeMap<String, BTreeMap<String, u64>> = BTreeMap::new();
    for loaded in host.shelf.list() {
        let manifest = loaded.plugin.manifest();
        let of = verdicts.entry(manifest.department.clone()).or_default();
        for (verdict, count) in calls.get(&manifest.id).into_iter().flat_map(|calls| &calls.traps) {
            *of.entry(verdict.clone()).or_default() += count;
        }
    }
    let one = |department: &tocsin_core::city::Department| {
        let mut fields = Map::new();
        fields.insert("id".into(), department.id.clone().into());
        fields.insert("name".into(), department.name.clone().into());
        let tally = tallies.get(&department.id).cloned().unwrap_or_default();
        if let Ok(Value::Object(counts)) = serde_json::to_value(tally) {
            fields.extend(counts);
        }
        fields.insert("verdicts".into(), json!(verdicts.get(&department.id).cloned().unwrap_or_default()));
        Value::Object(fields)
    };
    host.city().departments.iter().map(one).collect()
}

pub async fn verify(State(console): State<Console>) -> Json<Report> {
    Json(verify::verify(&console.host.bus, console.host.city()).await)
}
