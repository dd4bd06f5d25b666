//! What the evidence says together: a function of the rows, so that it does not
//! depend on the order in which they came.

use super::{Evidence, Incident, REASONS_SHOWN, Reason, Role, SOURCES_SHOWN, Source};
use crate::moment::AGREE_MS;
use crate::registry::Registry;
use crate::rule::{Rules, round4};
use crate::signal::{Kind, Severity};
use std::collections::{BTreeMap, BTreeSet};

/// Fills in all that follows from the rows.
pub fn of(incident: &mut Incident, rows: &BTreeMap<String, Evidence>, rules: &Rules, registry: &Registry) {
    let mut opening: Vec<&Evidence> = rows.values().filter(|row| row.role == Role::Opens).collect();
    opening.sort_by_key(|row| (row.first_at, row.key.as_str()));
    let supporting = || rows.values().filter(|row| row.role == Role::Supports);
    let Some(first) = opening.first() else { return };

    incident.hazard_name = rules.hazard_name(&incident.hazard);
    incident.title = [&first.title, &first.device_title]
        .into_iter()
        .find(|text| !text.is_empty())
        .cloned()
        .unwrap_or_else(|| format!("{} {}", incident.hazard_name, first.code));
    incident.severity = match opening.iter().map(|row| row.severity).max() {
        None | Some(Severity::Unknown) => rules.severity(&incident.hazard),
        Some(stated) => stated,
    };
    incident.severity = incident.severity.max(incident.raised.unwrap_or_default());
    incident.position = opening.iter().find_map(|row| row.position);
    incident.unit =
        opening.iter().find(|row| !row.unit.is_empty()).map(|row| row.unit.clone()).unwrap_or_default();
    incident.unit_name = registry.unit(&incident.unit).map(|unit| unit.name.clone()).unwrap_or_default();
    incident.region = first.region.clone();
    incident.region_name = match registry.regions().get(&incident.region) {
        Some(region) => region.name.clone(),
        None if incident.region == registry.city().code => registry.city().name.clone(),
        None => String::new(),
    };
    incident.count = opening.iter().map(|row| row.count).sum::<u64>() + incident.unlisted;
    incident.supports = supporting().map(|row| row.count).sum();
    incident.first_at = first.first_at;
    incident.last_at =
        opening.iter().map(|row| row.last_at).max().unwrap_or(first.last_at).max(incident.last_at);
    incident.recovered = opening.iter().all(|row| row.is_over());
    incident.evidence = rows.len() as u64;

    let sources: BTreeSet<Source> = rows.values().map(source).collect();
    incident.source_count = sources.len() as u64;
    incident.sources = sources.into_iter().take(SOURCES_SHOWN).collect();

    let weights = weights(&incident.hazard, rows, rules);
    incident.confidence = round4(1.0 - weights.values().fold(1.0, |doubt, weight| doubt * (1.0 - weight)));
    incident.reasons = reasons(incident, rows, rules, weights.len());
}

/// Whether the evidence confirms without a person's word: believed enough, not
/// on one device's word alone, and not history.
pub fn confirms(incident: &Incident, rows: &BTreeMap<String, Evidence>, rules: &Rules) -> bool {
    let enough = rules.hazard(&incident.hazard).and_then(|hazard| hazard.confirm_at);
    let person = || rows.values().any(|row| row.kind == Kind::Report);
    !incident.historic
        && enough.is_some_and(|enough| incident.confidence >= enough)
        && (person() || weights(&incident.hazard, rows, rules).len() >= 2)
}

fn source(row: &Evidence) -> Source {
    Source { department: row.department.clone(), device: row.device.clone(), title: row.device_title.clone() }
}

/// What each independent device convinces: its strongest word. A device that
/// stands above another in the path (the controller over its detector) repeats
/// what its part said: it vouches through that part, not beside it.
fn weights<'a>(
    hazard: &str,
    rows: &'a BTreeMap<String, Evidence>,
    rules: &Rules,
) -> BTreeMap<(&'a str, &'a str), f64> {
    let mut weights: BTreeMap<(&str, &str), f64> = BTreeMap::new();
    for row in rows.values() {
        let weight = weights.entry((&row.owner, &row.device)).or_default();
        *weight = weight.max(rules.of(hazard, row.role, &row.code).weight);
    }
    let devices: Vec<(&str, &str)> = weights.keys().copied().collect();
    for (owner, device) in devices {
        // In this order whatever stands above comes first, with all above it
        // taken in; a further part finds it gone.
        for (end, _) in device.rmatch_indices('/').take(16) {
            if let Some(above) = weights.remove(&(owner, &device[..end])) {
                let weight = weights.entry((owner, device)).or_default();
                *weight = weight.max(above);
            }
        }
    }
    weights
}

fn reasons(
    incident: &Incident,
    rows: &BTreeMap<String, Evidence>,
    rules: &Rules,
    independent: usize,
) -> Vec<Reason> {
    let mut reasons = Vec::new();
    if incident.historic {
        reasons.push(Reason {
            code: "historic".into(),
            text: format!("历史补报：发生于 {}，事后才收到，不作实时告警", incident.first_at),
            frame: None,
        });
    }
    if independent > 1 {
        reasons.push(Reason {
            code: "independent".into(),
            text: format!("{independent} 个独立来源相互印证"),
            frame: None,
        });
    }
    let mut ranked: Vec<(&Evidence, f64)> =
        rows.values().map(|row| (row, rules.of(&incident.hazard, row.role, &row.code).weight)).collect();
    ranked.sort_by(|(a, weight_a), (b, weight_b)| {
        weight_b.total_cmp(weight_a).then_with(|| (a.first_at, &a.key).cmp(&(b.first_at, &b.key)))
    });
    for (row, weight) in ranked {
        if reasons.len() >= REASONS_SHOWN {
            break;
        }
        let (code, word) = match (row.role, &row.kind) {
            (Role::Supports, _) => ("support", "佐证"),
            (Role::Opens, Kind::Report) => ("person", "人员上报"),
            (Role::Opens, _) => ("alarm", "报警"),
        };
        let what = if row.title.is_empty() { &row.code } else { &row.title };
        let who = if row.device_title.is_empty() { &row.device } else { &row.device_title };
        let clock = match row.observed {
            Some(observed)
                if row.received.since(observed).saturating_abs() > AGREE_MS && row.first_at != observed =>
            {
                "，设备时钟不准，按接收时间计"
            }
            _ => "",
        };
        reasons.push(Reason {
            code: code.into(),
            text: format!("{word}：{what}（{who}，可信度 {weight:.2}{clock}）"),
            frame: Some(row.frame.clone()),
        });
    }
    reasons
}
