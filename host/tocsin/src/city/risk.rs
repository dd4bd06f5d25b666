//! 风险: that every weight is of a fact there is, and the colours rise.

use super::department::{unique, unknown};
use super::finding::{Findings, text};
use super::source::{Entry, Source};
use serde::Deserialize;
use tocsin_core::city::risk::{Risks, Scale, Weight};
use tocsin_core::risk::fact::KINDS;

/// Ninety days are usual; a year is the most that a colour may look back.
const DAYS: u32 = 90;
const DAYS_MAX: u32 = 366;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Window {
    days: u32,
}

pub fn read(file: &Source<'_>, findings: &mut Findings) -> Risks {
    file.only_keys(&["window", "weight", "unit", "region", "trade"], findings);
    let window: Option<Entry<'_, Window>> = file.table("window", findings);
    let weights: Vec<Entry<'_, Weight>> = file.entries("weight", findings);
    unique(&weights, "fact", findings);
    for entry in &weights {
        if !KINDS.contains(&entry.value.fact.as_str()) {
            let message = unknown("事实", "fact", &entry.value.fact, KINDS.into_iter());
            findings.error(entry.at("fact"), "fact-unknown", message);
        }
    }
    let days = window.as_ref().map_or(DAYS, |entry| entry.value.days);
    if let Some(entry) = window.as_ref().filter(|_| !(1..=DAYS_MAX).contains(&days)) {
        let message = text(
            format!("days = {days} 应为 1 至 {DAYS_MAX} 天"),
            format!("days = {days} is out of range; write 1 to {DAYS_MAX} days"),
        );
        findings.error(entry.at("days"), "range", message);
    }
    Risks {
        days,
        weights: weights.into_iter().map(|entry| entry.value).collect(),
        unit: scale(file, "unit", findings),
        region: scale(file, "region", findings),
        trade: scale(file, "trade", findings),
    }
}

fn scale(file: &Source<'_>, name: &'static str, findings: &mut Findings) -> Scale {
    let entry: Option<Entry<'_, Scale>> = file.table(name, findings);
    let scale = entry.as_ref().map(|entry| entry.value).unwrap_or_default();
    let rises = 0 < scale.yellow && scale.yellow < scale.orange && scale.orange < scale.red;
    if let Some(entry) = entry.filter(|_| !rises) {
        let message = text(
            format!("[{name}] 的 yellow、orange、red 应为递增的正数"),
            format!("yellow, orange and red of [{name}] rise from above zero"),
        );
        findings.error(entry.at("yellow"), "scale", message);
    }
    scale
}
