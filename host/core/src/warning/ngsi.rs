//! A warning as an NGSI-LD `WeatherAlert`, or an `Alert` where it is not of weather.

use super::Warning;
use crate::ngsi::{Entity, severity};
use serde_json::{Value, json};

/// The chain as it is now. `source`: who speaks, a URI.
pub fn to_ngsi(warning: &Warning, source: &str) -> Value {
    let is_weather = warning.event_code.starts_with("11B") || warning.event_code.is_empty();
    let (kind, model) = match is_weather {
        true => ("WeatherAlert", "dataModel.Weather"),
        false => ("Alert", "dataModel.Alert"),
    };
    let mut alert = Entity::new(kind, &warning.id);
    alert.property("category", if is_weather { "weather" } else { "environment" });
    alert.property("subCategory", warning.event.as_str());
    alert.property("eventCode", warning.event_code.as_str());
    alert.property("alertSource", source);
    alert.property("severity", severity(warning.severity));
    alert.property("colour", warning.colour.as_str());
    alert.property("status", warning.status.as_str());
    alert.property("name", warning.headline.as_str());
    alert.property("description", warning.description.as_str());
    alert.property("issuer", warning.sender_name.as_str());
    if !warning.areas.is_empty() {
        alert.property("areaServed", json!(warning.areas));
    }
    alert.time("dateIssued", Some(warning.issued_at));
    alert.time("validFrom", warning.onset_at.or(warning.effective_at).or(Some(warning.issued_at)));
    alert.time("validTo", warning.ended_at.or(warning.expires_at));
    let rings: Vec<_> = warning.polygons.iter().filter(|ring| ring.len() >= 4).map(|ring| [ring]).collect();
    if !rings.is_empty() {
        alert.geometry("location", json!({ "type": "MultiPolygon", "coordinates": rings }));
    }
    alert.finish(model)
}
