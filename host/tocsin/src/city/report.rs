//! `reports.toml`: what is kept as what is so now, how coarsely and how long.

use super::department::unique;
use super::finding::{Findings, text};
use super::source::{Entry, Source};
use tocsin_core::city::Hazard;
use tocsin_core::city::report::{Hydrants, Reports, Rule};

/// A month: what holds longer belongs in a register.
const HOURS_MAX: u32 = 720;

pub fn read(file: &Source<'_>, hazards: &[Hazard], findings: &mut Findings) -> Reports {
    file.only_keys(&["report", "hydrants"], findings);
    let rules: Vec<Entry<'_, Rule>> = file.entries("report", findings);
    let hydrants: Hydrants = file.section("hydrants", findings);
    unique(&rules, "code", findings);
    for entry in &rules {
        let Rule { hours, .. } = &entry.value;
        if !(1..=HOURS_MAX).contains(hours) {
            let message = text(
                format!("hours = {hours} 无效;应为 1 至 {HOURS_MAX} 小时"),
                format!("hours = {hours} is out of range; write 1 to {HOURS_MAX} hours"),
            );
            findings.error(entry.at("hours"), "hours", message);
        }
    }
    for hazard in hydrants.hazards.iter().filter(|id| !hazards.iter().any(|known| known.id == **id)) {
        // The default names `fire`, which a city without that hazard has not written.
        if hydrants.code.is_empty() {
            continue;
        }
        let message = text(
            format!("消火栓所列危险类别 {hazard} 不在 hazards.toml 中"),
            format!("hydrants name the hazard {hazard}, which is not in hazards.toml"),
        );
        findings.error(file.at("hydrants").named("hydrants", "hazards"), "hazard-unknown", message);
    }
    Reports { rules: rules.into_iter().map(|entry| entry.value).collect(), hydrants }
}
