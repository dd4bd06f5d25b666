//! What is happening in a region now: one list of facts of all departments, each
//! with its source, time and quality. A pure function of rows.

use crate::city::City;
use crate::incident::Incident;
use crate::region::Regions;
use crate::report::Report;
use crate::signal::{Position, Severity};
use crate::thing::Rooms;
use crate::time::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};

/// One fact as the township's map shows it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Fact {
    /// `incident`, `warning`, `response`, `grid`, `report`.
    pub noun: &'static str,
    pub id: String,
    pub state: String,
    pub title: String,
    pub code: String,
    pub severity: Severity,
    /// Who says so: ids of departments.
    pub departments: Vec<String>,
    /// Devices that say so, at most a few.
    pub sources: Vec<String>,
    pub region: String,
    pub position: Option<Position>,
    pub value: Option<f64>,
    pub unit: String,
    /// When it was so.
    pub at: Timestamp,
    pub until: Option<Timestamp>,
    /// Confidence or certainty, lateness, where the position comes from.
    pub quality: Value,
    pub data: Value,
}

/// Devices named of one incident.
const SOURCES: usize = 8;

/// Facts within `region`, the worst first, then the newest. What is said of more than
/// it (a warning for the city) is said of it as well.
pub fn of<'a>(
    region: &str,
    city: &City,
    incidents: impl Iterator<Item = &'a Incident>,
    rooms: &Rooms,
) -> Vec<Fact> {
    let regions = Regions::new(&city.regions);
    let chain =
        |code: &str| regions.chain(code).into_iter().map(|region| region.code.clone()).collect::<Vec<_>>();
    let above = chain(region);
    let within = |code: &str| code == region || chain(code).iter().any(|holder| holder == region);
    let covers = |code: &str| within(code) || above.iter().any(|holder| holder == code);
    let mut facts: Vec<Fact> = Vec::new();
    facts.extend(
        incidents.filter(|incident| incident.is_open() && within(&incident.region)).map(incident_fact),
    );
    let warnings = rooms.warnings.values().filter(|warning| warning.is_active());
    facts.extend(warnings.filter(|warning| warning.areas.iter().any(|area| covers(area))).map(|warning| {
        Fact {
            noun: "warning",
            id: warning.id.clone(),
            state: warning.status.clone(),
            title: warning.title.clone(),
            code: warning.event_code.clone(),
            severity: warning.severity,
            departments: vec![warning.department.clone()],
            sources: vec![warning.sender_name.clone()],
            region: warning
                .areas
                .iter()
                .find(|area| within(area))
                .or(warning.areas.first())
                .cloned()
                .unwrap_or_default(),
            position: None,
            value: None,
            unit: String::new(),
            at: warning.issued_at,
            until: warning.expires_at,
            quality: json!({ "certainty": warning.certainty, "flags": warning.flags, "position": "area" }),
            data: json!({ "colour": warning.colour, "areas": warning.areas }),
        }
    }));
    let responses =
        rooms.responses.values().filter(|response| response.is_active() && covers(&response.region));
    facts.extend(responses.map(|response| Fact {
        noun: "response",
        id: response.id.clone(),
        state: response.state.clone(),
        title: response.title.clone(),
        code: response.key(),
        severity: Severity::Unknown,
        departments: vec![response.department.clone()],
        sources: Vec::new(),
        region: response.region.clone(),
        position: None,
        value: Some(f64::from(response.level)),
        unit: String::new(),
        at: response.changed_at,
        until: None,
        quality: json!({ "position": "area" }),
        data: Value::Null,
    }));
    let cases = rooms.grid.values().filter(|case| case.ended_at.is_none() && case.incident.is_empty());
    facts.extend(cases.filter(|case| within(&case.region)).map(|case| Fact {
        noun: "grid",
        id: case.id.clone(),
        state: case.state.as_str().to_owned(),
        title: case.title.clone(),
        code: case.category.clone(),
        severity: Severity::Unknown,
        departments: vec![case.department.clone()],
        sources: vec![case.reporter.id.clone()],
        region: case.region.clone(),
        position: case.position,
        value: None,
        unit: String::new(),
        at: case.reported_at,
        until: None,
        quality: json!({ "position": if case.position.is_some() { "stated" } else { "none" }, "told": case.count }),
        data: Value::Null,
    }));
    let reports = rooms.reports.values().filter(|report| report.is_current() && within(&report.region));
    facts.extend(reports.map(|report| Fact {
        noun: "report",
        id: report.id.clone(),
        state: report.state.clone(),
        title: report.title.clone(),
        code: report.code.clone(),
        severity: report.severity,
        departments: match report.sources.as_slice() {
            [] => vec![report.department.clone()],
            sources => sources.iter().map(|source| source.department.clone()).collect(),
        },
        sources: vec![report.device.clone()],
        region: report.region.clone(),
        position: report.position,
        value: report.value,
        unit: report.unit.clone(),
        at: report.at,
        until: report.until,
        quality: quality(report),
        data: report.data.clone(),
    }));
    facts.sort_by(|a, b| {
        let rank = |fact: &Fact| (std::cmp::Reverse(fact.severity), std::cmp::Reverse(fact.at));
        rank(a).cmp(&rank(b)).then_with(|| (a.noun, &a.id).cmp(&(b.noun, &b.id)))
    });
    facts
}

/// With the number of each department, where several measure it.
fn quality(report: &Report) -> Value {
    let mut quality = serde_json::to_value(&report.quality).unwrap_or_default();
    if !report.sources.is_empty() {
        quality["sources"] = json!(report.sources);
    }
    quality
}

fn incident_fact(incident: &Incident) -> Fact {
    let mut departments: Vec<String> =
        incident.sources.iter().map(|source| source.department.clone()).collect();
    departments.sort();
    departments.dedup();
    let position = if incident.position.is_some() { "stated" } else { "none" };
    Fact {
        noun: "incident",
        id: incident.id.clone(),
        state: incident.state.as_str().to_owned(),
        title: incident.title.clone(),
        code: incident.hazard.clone(),
        severity: incident.severity,
        departments,
        sources: incident.sources.iter().take(SOURCES).map(|source| source.device.clone()).collect(),
        region: incident.region.clone(),
        position: incident.position,
        value: None,
        unit: String::new(),
        at: incident.last_at,
        until: None,
        quality: json!({
            "confidence": incident.confidence, "sources": incident.source_count, "position": position,
            "historic": incident.historic,
        }),
        data: Value::Null,
    }
}
