//! An incident as an NGSI-LD `Alert`.

use super::Incident;
use crate::ngsi::{Entity, severity};
use serde_json::Value;

/// As it is now. `source`: who speaks, a URI.
pub fn to_ngsi(incident: &Incident, source: &str) -> Value {
    let mut alert = Entity::new("Alert", &incident.id);
    alert.property("category", category(&incident.hazard));
    alert.property("subCategory", incident.hazard.as_str());
    alert.property("alertSource", source);
    alert.property("severity", severity(incident.severity));
    alert.property("status", incident.state.as_str());
    alert.property("description", incident.title.as_str());
    alert.property("confidence", incident.confidence);
    alert.property("count", incident.count);
    alert.property("areaServed", incident.region_name.as_str());
    alert.property("region", incident.region.as_str());
    alert.time("dateIssued", Some(incident.opened_at));
    alert.time("dateModified", Some(incident.changed_at));
    alert.time("validFrom", Some(incident.first_at));
    alert.time("validTo", incident.closed_at);
    alert.point("location", incident.position);
    alert.finish("dataModel.Alert")
}

/// The data model's words; `security` is also what it calls a fire.
fn category(hazard: &str) -> &'static str {
    match hazard {
        "traffic" | "transport" | "road" => "traffic",
        "flood" | "storm" | "rain" | "weather" => "weather",
        "medical" | "health" => "health",
        "pollution" | "environment" | "landslide" | "earthquake" => "environment",
        _ => "security",
    }
}
