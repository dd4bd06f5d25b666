//! `tocsin plan check`: mistakes by their place, and in red what the city does
//! not have of what a plan asks for.

use super::super::Around;
use super::super::print::Tone;
use super::words;
use crate::city::{self, Finding, Level};
use crate::client::segment;
use crate::text;
use anyhow::{Context, Result};
use serde_json::Value;
use std::path::Path;
use std::process::ExitCode;
use tocsin_core::Core;
use tocsin_core::city::City;
use tocsin_core::plan::check::Means;
use tocsin_runtime::clock::now;

pub fn check(around: &Around, what: Option<&str>, of: Option<&Path>) -> Result<ExitCode> {
    let findings = match what.map(Path::new) {
        Some(path) if path.is_dir() => folder(path),
        Some(path) if path.is_file() => file(path, of),
        _ => running(around, what)?,
    };
    findings.iter().for_each(|finding| super::super::city::tell(finding, around));
    let bad = findings.iter().filter(|finding| finding.level == Level::Error).count();
    if bad > 0 {
        return Ok(ExitCode::FAILURE);
    }
    if !around.print.json {
        around.print.line(&around.print.painted(Tone::Good, &words::PLAN_OK.with(&[])));
    }
    Ok(ExitCode::SUCCESS)
}

/// What the city lacks is told beside plans that cannot be used, unless the rest of
/// the city cannot either.
fn folder(dir: &Path) -> Vec<Finding> {
    let is_of_plans = |finding: &Finding| finding.file.starts_with("plans/");
    let (loaded, mut findings) = city::read(dir);
    let Some(loaded) = loaded.filter(|_| findings.iter().all(is_of_plans)) else { return findings };
    findings.extend(loaded.warnings.into_iter().filter(is_of_plans));
    let lacks = city::plan_lacks(dir, None, &means(loaded.city));
    add(&mut findings, lacks);
    findings
}

/// A file that cannot be read is so for both.
fn add(findings: &mut Vec<Finding>, more: Vec<Finding>) {
    let more: Vec<Finding> = more.into_iter().filter(|finding| !findings.contains(finding)).collect();
    findings.extend(more);
}

/// A file in `plans/` of a city, or one that a city is named for.
fn file(path: &Path, of: Option<&Path>) -> Vec<Finding> {
    let above = || path.parent().and_then(Path::parent).filter(|dir| dir.join("city.toml").is_file());
    let Some(dir) = of.or_else(above) else {
        return city::read_plan(path, None).1;
    };
    match city::load(dir) {
        Err(errors) => errors.findings().to_vec(),
        Ok(loaded) => {
            let mut findings = city::read_plan(path, Some(&loaded.city)).1;
            add(&mut findings, city::plan_lacks(dir, Some(path), &means(loaded.city)));
            findings
        }
    }
}

/// What the city lacks for a version that was just loaded, approved or put to work:
/// told, and nothing is taken back.
pub fn warn(around: &Around, answer: &Value) {
    if around.print.json {
        return;
    }
    let lacks: Vec<Finding> = serde_json::from_value(answer["lacks"].clone()).unwrap_or_default();
    for finding in lacks {
        super::super::city::tell(&Finding { level: Level::Warning, ..finding }, around);
    }
}

/// Posts, teams and stock as a host that began with these files would hold them.
fn means(city: City) -> impl Means {
    let mut core = Core::new(City { plans: Vec::new(), ..city }.into());
    core.step(now(), &[]);
    core.state().rooms.clone()
}

/// A version in the running host; none named: all that are active.
fn running(around: &Around, what: Option<&str>) -> Result<Vec<Finding>> {
    let asked = what.map(|id| format!("?id={}", segment(id))).unwrap_or_default();
    let findings = around.client()?.get(&format!("/api/v1/plans/check{asked}"))?;
    serde_json::from_value(findings).with_context(|| text!(answer_of_another))
}
