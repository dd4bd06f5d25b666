//! `[[share]]` of the city file: who may see which field of what is not theirs.

use super::department::unknown;
use super::finding::{Findings, text};
use super::source::{Entry, Source};
use tocsin_core::city::share::{Audience, Share, Show};
use tocsin_core::city::{Department, Region};
use tocsin_core::thing::Noun;

pub fn read(
    main: &Source<'_>,
    departments: &[Department],
    audiences: &[Audience],
    regions: &[Region],
    findings: &mut Findings,
) -> Vec<Share> {
    let entries: Vec<Entry<'_, Share>> = main.entries("share", findings);
    for entry in &entries {
        check(entry, departments, audiences, regions, findings);
    }
    entries.into_iter().map(|entry| entry.value).collect()
}

fn check(
    entry: &Entry<'_, Share>,
    departments: &[Department],
    audiences: &[Audience],
    regions: &[Region],
    findings: &mut Findings,
) {
    let share = &entry.value;
    let nouns = || Noun::ALL.iter().map(|noun| noun.as_str()).chain(["incident"]);
    let (noun, change) = share.kind.split_once('.').unwrap_or((&share.kind, ""));
    if change.is_empty() || !nouns().any(|known| known == noun) {
        let list = nouns().collect::<Vec<_>>().join(", ");
        let message = text(
            format!("kind “{}” 不是事件类型;应如 order.issued 或 order.*;名词有:{list}", share.kind),
            format!(
                "kind {:?} is no event type; it reads like order.issued or order.*, with one of: {list}",
                share.kind
            ),
        );
        findings.error(entry.at("kind"), "kind-unknown", message);
    }
    for (place, id) in share.departments.iter().enumerate() {
        let mut ids = departments
            .iter()
            .map(|department| department.id.as_str())
            .chain(audiences.iter().map(|audience| audience.id.as_str()));
        if !ids.clone().any(|known| known == id) {
            let message = unknown("部门或受众", "department or audience", id, &mut ids);
            findings.error(entry.at(&format!("departments.{place}")), "department-unknown", message);
        }
    }
    for (place, code) in share.regions.iter().enumerate() {
        if !regions.iter().any(|region| region.code == *code) {
            let message = unknown("区划", "region", code, regions.iter().map(|region| region.code.as_str()));
            findings.error(entry.at(&format!("regions.{place}")), "region-unknown", message);
        }
    }
    if share.show == Show::Nothing && !(share.only.is_empty() && share.without.is_empty()) {
        let message = text(
            "show = \"nothing\" 时 only 和 without 无意义;请删去其一",
            "nothing is shown, so `only` and `without` say nothing; remove them, or change `show`",
        );
        findings.error(entry.at("show"), "share-idle", message);
    }
}
