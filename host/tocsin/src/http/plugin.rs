//! Plugins at work, and putting another version to work.

use super::Console;
use super::body::{self, Unread};
use super::console::PACKAGE_BYTES;
use super::refusal::Refusal;
use crate::said;
use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use serde_json::{Value, json};
use tocsin_runtime::host::{Host, Pushed};

pub async fn list(State(console): State<Console>) -> Json<Vec<Value>> {
    Json(all(&console.host))
}

pub fn all(host: &Host) -> Vec<Value> {
    let calls = host.metrics.plugins();
    let one = |loaded: tocsin_runtime::plugin::Loaded| {
        let manifest = loaded.plugin.manifest();
        let calls = calls.get(&manifest.id).cloned().unwrap_or_default();
        json!({
            "name": manifest.id,
            "department": manifest.department,
            "version": manifest.version,
            "contract": manifest.contract,
            "digest": loaded.plugin.digest(),
            "roles": manifest.roles,
            "state": if calls.is_resting() { "resting" } else { "active" },
            "events": calls.calls,
            "signals": calls.signals,
            "rejected": calls.rejected,
            "traps": calls.traps.values().sum::<u64>(),
            "verdicts": calls.traps,
            "p50_us": calls.p50_us,
            "p99_us": calls.p99_us,
        })
    };
    host.shelf.list().into_iter().map(one).collect()
}

pub async fn push(
    State(console): State<Console>,
    headers: HeaderMap,
    body: Body,
) -> Result<(StatusCode, Json<Pushed>), Refusal> {
    let bytes = match body::read(&headers, body, PACKAGE_BYTES).await {
        Ok(bytes) => bytes,
        Err(Unread::TooLarge) => {
            let message = said!(package_large, most = PACKAGE_BYTES >> 20);
            return Err(Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "plugin.too-large", message));
        }
        Err(Unread::Late) => {
            return Err(Refusal::new(StatusCode::REQUEST_TIMEOUT, "body.late", said!(package_late)));
        }
        Err(Unread::Broken) => {
            return Err(Refusal::bad("body.broken", said!(package_broken)));
        }
    };
    let pushed = console.host.push(bytes.to_vec()).await?;
    Ok((StatusCode::CREATED, Json(pushed)))
}
