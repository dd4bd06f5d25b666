//! 行政区划: codes, who holds whom, and drawn boundaries.

use super::department::{twice, unknown};
use super::finding::{Findings, text};
use super::place;
use super::source::{Entry, Source};
use std::collections::BTreeSet;
use tocsin_core::city::Region;

/// A triangle, closed.
const RING_POINTS_MIN: usize = 4;
/// Checking a ring against itself takes the square of this: about 0.1 s.
const RING_POINTS_MAX: usize = 5_000;

pub fn read(file: &Source<'_>, main: &Source<'_>, city: &str, findings: &mut Findings) -> Vec<Region> {
    file.only_keys(&["region"], findings);
    let entries: Vec<Entry<'_, Region>> = file.entries("region", findings);
    let codes: BTreeSet<&str> = entries.iter().map(|entry| entry.value.code.as_str()).collect();
    if !city.is_empty() && !codes.contains(city) {
        let message = unknown("城市区划代码", "the city's own code", city, codes.iter().copied());
        findings.error(main.at("code"), "region-unknown", message);
    }
    let mut seen = BTreeSet::new();
    for entry in &entries {
        let code = entry.value.code.as_str();
        if !seen.insert(code) {
            findings.error(entry.at("code"), "id-twice", twice(code));
        }
        if code.len() != 12 || !code.bytes().all(|byte| byte.is_ascii_digit()) {
            let message = text(
                format!("区划代码 “{code}” 应为 12 位数字"),
                format!("region code {code:?} must be 12 digits"),
            );
            findings.error(entry.at("code"), "code-digits", message);
        }
        check_parent(entry, city, &codes, findings);
        check_boundary(entry, findings);
    }
    check_rings(&entries, findings);
    entries.into_iter().map(|entry| entry.value).collect()
}

fn check_parent(entry: &Entry<'_, Region>, city: &str, codes: &BTreeSet<&str>, findings: &mut Findings) {
    let Region { code, parent, .. } = &entry.value;
    if parent.is_empty() && code != city {
        let message = text(
            format!("缺少上级区划;请写 parent = \"{city}\""),
            format!("only the city itself has no parent; write parent = \"{city}\""),
        );
        findings.error(entry.at("parent"), "parent-missing", message);
    } else if !parent.is_empty() && !codes.contains(parent.as_str()) {
        let message = unknown("上级区划", "parent", parent, codes.iter().copied());
        findings.error(entry.at("parent"), "region-unknown", message);
    }
}

/// Reports regions that hold themselves.
fn check_rings(entries: &[Entry<'_, Region>], findings: &mut Findings) {
    let parents: std::collections::BTreeMap<&str, &str> =
        entries.iter().map(|entry| (entry.value.code.as_str(), entry.value.parent.as_str())).collect();
    for entry in entries {
        let start = entry.value.code.as_str();
        let mut at = start;
        let returns = (0..entries.len()).any(|_| {
            at = parents.get(at).copied().unwrap_or_default();
            at == start
        });
        if returns {
            let message =
                text(format!("区划 {start} 的上级最终又是自己"), format!("{start} is among its own parents"));
            findings.error(entry.at("parent"), "parent-ring", message);
        }
    }
}

fn check_boundary(entry: &Entry<'_, Region>, findings: &mut Findings) {
    let ring = &entry.value.boundary;
    if ring.is_empty() {
        return;
    }
    for (index, point) in ring.iter().enumerate() {
        if let Some(fault) = place::fault(*point) {
            let message = text(
                format!("边界第 {} 点 {point:?} 无效;应为 [经度, 纬度],WGS-84", index + 1),
                format!("boundary point {} {point:?}: {fault}; write [lon, lat] in WGS-84", index + 1),
            );
            findings.error(entry.at(&format!("boundary.{index}")), "point", message);
            return;
        }
    }
    let count = ring.len();
    if !(RING_POINTS_MIN..=RING_POINTS_MAX).contains(&count) {
        let message = text(
            format!("边界有 {count} 个点;应为 {RING_POINTS_MIN} 至 {RING_POINTS_MAX} 个"),
            format!("a boundary of {count} points; it takes {RING_POINTS_MIN} to {RING_POINTS_MAX}"),
        );
        findings.error(entry.at("boundary"), "boundary-points", message);
    } else if ring.first() != ring.last() {
        let message = text(
            "边界没有闭合;请在末尾重复第一个点",
            "the boundary is not closed; repeat its first point at the end",
        );
        findings.error(entry.at(&format!("boundary.{}", count - 1)), "boundary-open", message);
    } else if let Some((first, second)) = place::self_crossing(ring) {
        let message = text(
            format!("边界自相交:第 {} 点与第 {} 点之后的边相交", first + 1, second + 1),
            format!("the boundary crosses itself: the edges after points {} and {}", first + 1, second + 1),
        );
        findings.error(entry.at(&format!("boundary.{second}")), "boundary-crossing", message);
    }
}
