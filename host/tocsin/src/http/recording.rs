//! What a plugin was given and what it said, for its author.

use super::Console;
use super::refusal::Refusal;
use crate::said;
use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use tocsin_runtime::plugin::Loaded;
use tocsin_sandbox::Registration;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Paged {
    /// Only what stands behind this position of SIGNALS.
    #[serde(default)]
    after: u64,
}

pub async fn page(
    State(console): State<Console>,
    Path(id): Path<String>,
    query: Result<Query<Paged>, QueryRejection>,
) -> Result<Json<Value>, Refusal> {
    let Query(Paged { after }) = query?;
    let unknown = || Refusal::not_found("plugin.unknown", said!(no_plugin, id = id));
    let loaded = console.host.shelf.get(&id).ok_or_else(unknown)?;
    let page = console.host.recording(&id, after).await.ok_or_else(unknown)?;
    let mut answer = serde_json::to_value(page).unwrap_or_default();
    if let Some(fields) = answer.as_object_mut() {
        fields.extend(around(&id, &loaded, &console));
    }
    Ok(Json(answer))
}

/// What the answers depend on beside the calls. Secrets stay here: their names go.
fn around(id: &str, loaded: &Loaded, console: &Console) -> Map<String, Value> {
    let manifest = loaded.plugin.manifest();
    let is_secret = |name: &String| manifest.settings.get(name).is_some_and(|setting| setting.secret);
    let (secrets, settings): (Vec<_>, Vec<_>) =
        loaded.surroundings.settings.iter().partition(|(name, _)| is_secret(name));
    let registry = &loaded.surroundings.registry;
    let city = console.host.city();
    let names = city.devices.iter().flat_map(|device| {
        let own = (device.department == manifest.department).then_some(&device.id);
        own.into_iter().chain(&device.aliases)
    });
    let devices: BTreeMap<&String, Registration> =
        names.filter_map(|name| Some((name, registry.device(name)?))).collect();
    let fields = json!({
        "plugin": id,
        "version": manifest.version,
        "digest": loaded.plugin.digest(),
        "settings": settings.into_iter().collect::<BTreeMap<_, _>>(),
        "secrets": secrets.into_iter().map(|(name, _)| name).collect::<Vec<_>>(),
        "devices": devices,
    });
    fields.as_object().cloned().unwrap_or_default()
}
