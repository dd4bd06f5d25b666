//! An incident as CAP 1.2, for systems that know alerts and not incidents: its
//! opening is the alert, what it is now an update of that, its end a cancellation.

use super::{Incident, Stage};
use crate::cap::{Xml, severity, time, token};

/// As it is now. `sender`: who speaks, the city's name or code.
pub fn to_cap(incident: &Incident, sender: &str) -> String {
    let (sender, first) = (token(sender), token(&incident.id));
    let is_first = incident.changed_at <= incident.opened_at;
    let msg_type = match incident.state {
        _ if is_first => "Alert",
        Stage::FalseAlarm | Stage::Merged => "Cancel",
        _ => "Update",
    };
    let mut xml = Xml::new();
    xml.open("alert xmlns=\"urn:oasis:names:tc:emergency:cap:1.2\"");
    match is_first {
        true => xml.text("identifier", &first),
        false => xml.text("identifier", &format!("{first}_{}", incident.changed_at.0)),
    }
    xml.text("sender", &sender);
    xml.text("sent", &time(incident.changed_at.max(incident.opened_at)));
    xml.text("status", "Actual");
    xml.text("msgType", msg_type);
    xml.text("scope", "Restricted");
    xml.text("restriction", "应急指挥机构内部");
    if !is_first {
        xml.text("references", &format!("{sender},{first},{}", time(incident.opened_at)));
    }
    xml.text("incidents", &first);
    info(&mut xml, incident);
    xml.close("alert");
    xml.into_text()
}

fn info(xml: &mut Xml, incident: &Incident) {
    xml.open("info");
    xml.text("language", "zh-CN");
    xml.text("category", category(&incident.hazard));
    let named = [&incident.hazard_name, &incident.hazard].into_iter().find(|name| !name.is_empty());
    xml.text("event", named.map_or("突发事件", String::as_str));
    xml.text("urgency", if incident.is_open() { "Immediate" } else { "Past" });
    xml.text("severity", severity(incident.severity));
    xml.text("certainty", certainty(incident));
    xml.text("onset", &time(incident.first_at));
    if !incident.title.is_empty() {
        xml.text("headline", &incident.title);
    }
    let reasons: Vec<&str> = incident.reasons.iter().map(|reason| reason.text.as_str()).collect();
    if !reasons.is_empty() {
        xml.text("description", &reasons.join("\n"));
    }
    xml.pair("parameter", "state", incident.state.as_str());
    xml.pair("parameter", "confidence", &incident.confidence.to_string());
    xml.pair("parameter", "count", &incident.count.to_string());
    area(xml, incident);
    xml.close("info");
}

fn area(xml: &mut Xml, incident: &Incident) {
    xml.open("area");
    let place = format!("{} {}", incident.region_name, incident.unit_name);
    let described = [place.trim(), incident.region.as_str(), "位置不明"];
    xml.text("areaDesc", described.into_iter().find(|text| !text.is_empty()).unwrap_or_default());
    if let Some(at) = &incident.position {
        xml.text("circle", &format!("{},{} 0", at.lat, at.lon));
    }
    xml.pair("geocode", "GB/T 2260", &incident.region);
    xml.close("area");
}

/// Of the hazards that cities name alike; the words of CAP do not fit the rest.
fn category(hazard: &str) -> &'static str {
    match hazard {
        "fire" | "forest-fire" | "wildfire" => "Fire",
        "flood" | "storm" | "rain" | "weather" => "Met",
        "landslide" | "earthquake" => "Geo",
        "intrusion" | "security" | "crowd" => "Security",
        "traffic" | "transport" | "road" => "Transport",
        "medical" | "health" => "Health",
        "pollution" | "environment" => "Env",
        "hazmat" | "chemical" | "gas" => "CBRNE",
        "power" | "electricity" | "water" => "Infra",
        "accident" | "trapped" => "Safety",
        _ => "Other",
    }
}

fn certainty(incident: &Incident) -> &'static str {
    match incident.state {
        Stage::Suspected if incident.confidence < 0.5 => "Possible",
        Stage::Suspected => "Likely",
        Stage::FalseAlarm => "Unlikely",
        _ => "Observed",
    }
}
