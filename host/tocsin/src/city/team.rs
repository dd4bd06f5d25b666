//! Teams, experts and what incidents need: that everyone named exists, and that
//! somebody can do what the table asks for.

use super::department::{unique, unknown};
use super::finding::{Findings, text};
use super::registry::{by_code, check_id, check_position, check_region};
use super::source::{Entry, Source};
use std::collections::BTreeSet;
use tocsin_core::city::team::{Expert, Need, Team, Teams};
use tocsin_core::city::{Department, Hazard, Region};

/// What other files must know of what this one names.
pub struct Around<'a> {
    pub departments: &'a [Department],
    pub regions: &'a [Region],
    pub hazards: &'a [Hazard],
    pub posts: BTreeSet<&'a str>,
}

/// Faster than anything on the road; a helicopter is below.
const SPEED_KMH_MAX: f64 = 500.0;

pub fn read(file: &Source<'_>, around: &Around<'_>, findings: &mut Findings) -> Teams {
    file.only_keys(&["team", "expert", "need"], findings);
    let teams: Vec<Entry<'_, Team>> = file.entries("team", findings);
    let experts: Vec<Entry<'_, Expert>> = file.entries("expert", findings);
    let needs: Vec<Entry<'_, Need>> = file.entries("need", findings);
    unique(&teams, "id", findings);
    unique(&experts, "id", findings);
    let regions = by_code(around.regions);
    for entry in &teams {
        let team = &entry.value;
        check_home(entry, &team.id, &team.department, &team.post, around, findings);
        if !team.region.is_empty() {
            check_region(entry, &team.region, &regions, findings);
        }
        check_position(entry, team.position, &team.region, &regions, findings);
        check_words(entry, "capabilities", &team.capabilities, findings);
        // Written so that NaN fails too.
        if !(team.speed_kmh > 0.0 && team.speed_kmh <= SPEED_KMH_MAX) {
            let speed = team.speed_kmh;
            let message = text(
                format!("speed_kmh = {speed} 无效;应大于 0 且不超过 {SPEED_KMH_MAX}"),
                format!("speed_kmh = {speed} is out of range; write km/h above 0, at most {SPEED_KMH_MAX}"),
            );
            findings.error(entry.at("speed_kmh"), "speed", message);
        }
        if team.position.is_none() && team.region.is_empty() {
            let message = text(
                "既无 position 也无 region,无法按距离匹配;请填写其一",
                "neither position nor region, so no distance is known; write one of them",
            );
            findings.warning(entry.at("id"), "team-homeless", message);
        }
    }
    let ids: BTreeSet<&str> = teams.iter().map(|entry| entry.id.as_str()).collect();
    for entry in &experts {
        let expert = &entry.value;
        check_home(entry, &expert.id, &expert.department, &expert.post, around, findings);
        if !expert.region.is_empty() {
            check_region(entry, &expert.region, &regions, findings);
        }
        check_position(entry, expert.position, &expert.region, &regions, findings);
        check_words(entry, "fields", &expert.fields, findings);
        check_hazards(entry, &expert.hazards, around, findings);
        if ids.contains(expert.id.as_str()) {
            findings.error(entry.at("id"), "id-twice", super::department::twice(&expert.id));
        }
    }
    check_needs(&needs, &teams, &experts, around, findings);
    Teams { teams: values(teams), experts: values(experts), needs: values(needs) }
}

fn values<T>(entries: Vec<Entry<'_, T>>) -> Vec<T> {
    entries.into_iter().map(|entry| entry.value).collect()
}

fn check_home<T>(
    entry: &Entry<'_, T>,
    id: &str,
    department: &str,
    post: &str,
    around: &Around<'_>,
    findings: &mut Findings,
) {
    check_id(entry, id, findings);
    let departments = || around.departments.iter().map(|known| known.id.as_str());
    if !departments().any(|known| known == department) {
        let message = unknown("部门", "department", department, departments());
        findings.error(entry.at("department"), "department-unknown", message);
    }
    check_post(entry, post, around, findings);
}

/// A city that keeps no posts cannot be asked whether one exists.
pub fn check_post<T>(entry: &Entry<'_, T>, post: &str, around: &Around<'_>, findings: &mut Findings) {
    if !post.is_empty() && !around.posts.contains(post) {
        let message = unknown("岗位", "post", post, around.posts.iter().copied());
        findings.error(entry.at("post"), "post-unknown", message);
    }
}

fn check_words<T>(entry: &Entry<'_, T>, field: &str, words: &[String], findings: &mut Findings) {
    if words.is_empty() || words.iter().any(|word| word.trim().is_empty()) {
        let message = text(
            format!("{field} 须至少一项且不为空,否则永远匹配不到"),
            format!("{field} needs at least one word and no empty one, or it is never matched"),
        );
        findings.error(entry.at(field), "words-empty", message);
    }
}

fn check_hazards<T>(entry: &Entry<'_, T>, hazards: &[String], around: &Around<'_>, findings: &mut Findings) {
    let known = || around.hazards.iter().map(|hazard| hazard.id.as_str());
    for (index, hazard) in hazards.iter().enumerate() {
        if !known().any(|known| known == hazard) {
            let message = unknown("危险类别", "hazard", hazard, known());
            findings.error(entry.at(&format!("hazards.{index}")), "hazard-unknown", message);
        }
    }
}

fn check_needs(
    needs: &[Entry<'_, Need>],
    teams: &[Entry<'_, Team>],
    experts: &[Entry<'_, Expert>],
    around: &Around<'_>,
    findings: &mut Findings,
) {
    let capable: BTreeSet<&str> =
        teams.iter().flat_map(|team| &team.value.capabilities).map(String::as_str).collect();
    let versed: BTreeSet<&str> =
        experts.iter().flat_map(|expert| &expert.value.fields).map(String::as_str).collect();
    for entry in needs {
        let need = &entry.value;
        check_hazards(entry, &need.hazards, around, findings);
        if need.capabilities.is_empty() && need.experts.is_empty() {
            let message = text(
                "capabilities 与 experts 均为空,此项不起作用;请至少写一项",
                "neither capabilities nor experts, so it asks for nothing; write at least one",
            );
            findings.error(entry.at("name"), "need-empty", message);
        }
        for (field, words, known) in
            [("capabilities", &need.capabilities, &capable), ("experts", &need.experts, &versed)]
        {
            for (index, word) in words.iter().enumerate().filter(|(_, word)| !known.contains(word.as_str())) {
                let message = unknown("能力或专业", "capability or field", word, known.iter().copied());
                findings.warning(entry.at(&format!("{field}.{index}")), "capability-nobody", message);
            }
        }
        if need.materials.iter().any(|word| word.trim().is_empty()) {
            let message = text("materials 含空词;请删去", "materials holds an empty word; remove it");
            findings.error(entry.at("materials"), "words-empty", message);
        }
    }
}
