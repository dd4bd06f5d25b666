//! 四平台: that every category leads to a platform, and every platform to people.

use super::department::{check_token, unique, unknown};
use super::finding::{Findings, text};
use super::source::{Entry, Source};
use std::collections::BTreeSet;
use tocsin_core::city::grid::{Category, Desk, Grid, Platform};
use tocsin_core::city::{Department, Hazard};

/// A quarter: what takes longer is no event of the grid.
const MINUTES_MAX: u32 = 92 * 24 * 60;

pub fn read(
    file: &Source<'_>,
    departments: &[Department],
    hazards: &[Hazard],
    posts: &BTreeSet<&str>,
    findings: &mut Findings,
) -> Grid {
    file.only_keys(&["desk", "platform", "category"], findings);
    let desk: Option<Entry<'_, Desk>> = file.table("desk", findings);
    let platforms: Vec<Entry<'_, Platform>> = file.entries("platform", findings);
    let categories: Vec<Entry<'_, Category>> = file.entries("category", findings);
    unique(&platforms, "id", findings);
    unique(&categories, "code", findings);
    let known: Vec<&str> = departments.iter().map(|department| department.id.as_str()).collect();
    let check_department = |id: &str| known.contains(&id) || id.is_empty();
    if let Some(entry) = &desk {
        let desk = &entry.value;
        if !check_department(&desk.department) {
            let message = unknown("部门", "department", &desk.department, known.iter().copied());
            findings.error(entry.at("department"), "department-unknown", message);
        }
        check_post(entry, "post", &desk.post, posts, findings);
        check_post(entry, "superior", &desk.superior, posts, findings);
    }
    for entry in &platforms {
        let platform = &entry.value;
        check_token(entry, "id", &platform.id, findings);
        if !known.contains(&platform.department.as_str()) {
            let message = unknown("部门", "department", &platform.department, known.iter().copied());
            findings.error(entry.at("department"), "department-unknown", message);
        }
        check_post(entry, "post", &platform.post, posts, findings);
        check_post(entry, "superior", &platform.superior, posts, findings);
    }
    check_categories(&categories, &platforms, hazards, findings);
    if platforms.is_empty() && !categories.is_empty() {
        let message = text(
            "没有 [[platform]],网格事件无处可派",
            "there is no [[platform]], so no case is kept; write at least one",
        );
        findings.error(file.start(), "platform-missing", message);
    }
    Grid {
        desk: desk.map(|entry| entry.value).unwrap_or_default(),
        platforms: platforms.into_iter().map(|entry| entry.value).collect(),
        categories: categories.into_iter().map(|entry| entry.value).collect(),
    }
}

fn check_categories(
    categories: &[Entry<'_, Category>],
    platforms: &[Entry<'_, Platform>],
    hazards: &[Hazard],
    findings: &mut Findings,
) {
    let ids = || platforms.iter().map(|entry| entry.value.id.as_str());
    for entry in categories {
        let category = &entry.value;
        if !super::hazard::is_pattern(&category.code) {
            let code = &category.code;
            let message = text(
                format!("上报代码 “{code}” 无效;应为 report.fire 之类,或以 .* 结尾的前缀"),
                format!(
                    "report code {code:?} is not one; write one such as report.fire, or a prefix that ends in .*"
                ),
            );
            findings.error(entry.at("code"), "code", message);
        }
        if !category.platform.is_empty() && !ids().any(|id| id == category.platform) {
            let message = unknown("平台", "platform", &category.platform, ids());
            findings.error(entry.at("platform"), "platform-unknown", message);
        }
        if !category.hazard.is_empty() && !hazards.iter().any(|hazard| hazard.id == category.hazard) {
            let known = hazards.iter().map(|hazard| hazard.id.as_str());
            findings.error(
                entry.at("hazard"),
                "hazard-unknown",
                unknown("危险类别", "hazard", &category.hazard, known),
            );
        }
        let steps = [
            ("accept", Some(category.accept)),
            ("assign", category.assign),
            ("handle", Some(category.handle)),
            ("evaluate", category.evaluate),
        ];
        for (step, minutes) in steps {
            if let Some(minutes) = minutes.filter(|minutes| !(1..=MINUTES_MAX).contains(minutes)) {
                let message = text(
                    format!("{step} = {minutes} 应为 1 至 {MINUTES_MAX} 分钟"),
                    format!("{step} = {minutes} is out of range; write 1 to {MINUTES_MAX} minutes"),
                );
                findings.error(entry.at(step), "minutes", message);
            }
        }
    }
}

/// A post that is named must be one; none is fine.
pub fn check_post<T>(
    entry: &Entry<'_, T>,
    field: &str,
    post: &str,
    posts: &BTreeSet<&str>,
    findings: &mut Findings,
) {
    if !post.is_empty() && !posts.contains(post) {
        let message = unknown("岗位", "post", post, posts.iter().copied());
        findings.error(entry.at(field), "post-unknown", message);
    }
}
