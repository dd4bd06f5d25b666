//! Hazards: that their evidence can be matched and their numbers mean something.

use super::department::{check_token, unique};
use super::finding::{Findings, Text, text};
use super::source::{Entry, Source};
use std::collections::BTreeMap;
use tocsin_core::city::{Evidence, Hazard};

/// The core reaches no farther, whatever the data say: a district.
const RADIUS_M_MAX: f64 = 20_000.0;
/// Nor longer: two days.
const WINDOW_S_MAX: u32 = 172_800;

pub fn read(file: &Source<'_>, findings: &mut Findings) -> Vec<Hazard> {
    file.only_keys(&["hazard"], findings);
    let entries: Vec<Entry<'_, Hazard>> = file.entries("hazard", findings);
    unique(&entries, "id", findings);
    warn_of_shadowed(&entries, findings);
    for entry in &entries {
        let hazard = &entry.value;
        check_token(entry, "id", &hazard.id, findings);
        check_reach(entry, "", Some(hazard.radius_m), Some(hazard.window_s), findings);
        if let Some(confirm_at) = hazard.confirm_at.filter(|at| !(0.0..=1.0).contains(at)) {
            findings.error(entry.at("confirm_at"), "share", share("confirm_at", confirm_at));
        }
        if hazard.opens.is_empty() {
            let message = text(
                "opens 为空,任何信号都不会引发此类事件;请至少写一项",
                "opens is empty, so nothing can open such an incident; write at least one",
            );
            findings.error(entry.at("opens"), "opens-empty", message);
        }
        check_evidence(entry, "opens", &hazard.opens, findings);
        check_evidence(entry, "supports", &hazard.supports, findings);
    }
    entries.into_iter().map(|entry| entry.value).collect()
}

fn check_evidence(entry: &Entry<'_, Hazard>, list: &str, evidence: &[Evidence], findings: &mut Findings) {
    for (index, item) in evidence.iter().enumerate() {
        let path = |field: &str| format!("{list}.{index}.{field}");
        if !is_pattern(&item.code) {
            let code = &item.code;
            let message = text(
                format!("信号代码 “{code}” 无效;应为 fire.smoke、11B03 之类,或以 .* 结尾的前缀"),
                format!(
                    "signal code {code:?} is not one; write a code such as fire.smoke or 11B03, or a prefix that ends in .*"
                ),
            );
            findings.error(entry.at(&path("code")), "code", message);
        }
        if evidence[..index].iter().any(|before| before.code == item.code) {
            findings.error(entry.at(&path("code")), "id-twice", super::department::twice(&item.code));
        }
        if !(0.0..=1.0).contains(&item.weight) {
            findings.error(entry.at(&path("weight")), "share", share("weight", item.weight));
        }
        check_reach(entry, &format!("{list}.{index}."), item.radius_m, item.window_s, findings);
    }
}

/// A code opens one hazard; the line of a second one would never count.
fn warn_of_shadowed(entries: &[Entry<'_, Hazard>], findings: &mut Findings) {
    let mut opened: BTreeMap<&str, &str> = BTreeMap::new();
    for entry in entries {
        for (index, item) in entry.value.opens.iter().enumerate() {
            let (code, first) = (&item.code, opened.get(item.code.as_str()));
            match first.filter(|first| **first != entry.id) {
                None => drop(opened.insert(code, &entry.id)),
                Some(first) => {
                    let message = text(
                        format!("{code} 已引发 {first},此处不起作用;请改为 supports 或删去"),
                        format!(
                            "{code} opens {first} already, so this line never counts; move it to supports or remove it"
                        ),
                    );
                    findings.warning(entry.at(&format!("opens.{index}.code")), "code-shadowed", message);
                }
            }
        }
    }
}

pub fn is_pattern(code: &str) -> bool {
    let word = code.strip_suffix(".*").unwrap_or(code);
    let allowed = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    word.split('.').all(|step| !step.is_empty() && step.chars().all(allowed))
}

fn check_reach(
    entry: &Entry<'_, Hazard>,
    path: &str,
    radius_m: Option<f64>,
    window_s: Option<u32>,
    findings: &mut Findings,
) {
    // Written so that NaN fails too.
    if let Some(radius) = radius_m.filter(|radius| !(*radius > 0.0 && *radius <= RADIUS_M_MAX)) {
        let message = text(
            format!("radius_m = {radius} 无效;应大于 0 且不超过 {RADIUS_M_MAX} 米"),
            format!("radius_m = {radius} is out of range; write metres above 0, at most {RADIUS_M_MAX}"),
        );
        findings.error(entry.at(&format!("{path}radius_m")), "radius", message);
    }
    if let Some(window) = window_s.filter(|window| !(1..=WINDOW_S_MAX).contains(window)) {
        let message = text(
            format!("window_s = {window} 无效;应为 1 至 {WINDOW_S_MAX} 秒"),
            format!("window_s = {window} is out of range; write 1 to {WINDOW_S_MAX} seconds"),
        );
        findings.error(entry.at(&format!("{path}window_s")), "window", message);
    }
}

fn share(field: &str, value: f64) -> Text {
    text(format!("{field} = {value} 应在 0 至 1 之间"), format!("{field} = {value} must be within 0 and 1"))
}
