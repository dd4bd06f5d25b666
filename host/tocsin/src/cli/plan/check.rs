//! `tocsin plan check`: mistakes by their place, and in red what the city does
//! not have of what a plan asks for.

use super::super::Around;
use super::super::print::Tone;
use super::{text, versioned, words};
use crate::city::{self, Finding, Level};
use anyhow::Result;
use serde_json::Value;
use std::path::Path;
use std::process::ExitCode;
use tocsin_core::Core;
use tocsin_core::city::City;
use tocsin_core::plan::check::{self, Means};
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

fn folder(dir: &Path) -> Vec<Finding> {
    match city::load(dir) {
        Err(errors) => errors.findings().to_vec(),
        Ok(loaded) => {
            let of_plans = |finding: &Finding| finding.file.starts_with("plans/");
            let mut findings: Vec<Finding> = loaded.warnings.into_iter().filter(of_plans).collect();
            findings.extend(city::plan_lacks(dir, None, &means(loaded.city)));
            findings
        }
    }
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
            // A file that cannot be read is so for both.
            let lacks = city::plan_lacks(dir, Some(path), &means(loaded.city)).into_iter();
            let more: Vec<Finding> = lacks.filter(|finding| !findings.contains(finding)).collect();
            findings.extend(more);
            findings
        }
    }
}

/// What the city lacks for a version that was just approved or put to work: told, and
/// nothing is taken back.
pub fn warn(around: &Around, id: &str) -> Result<()> {
    if around.print.json {
        return Ok(());
    }
    let findings = running(around, Some(id))?;
    for finding in findings {
        super::super::city::tell(&Finding { level: Level::Warning, ..finding }, around);
    }
    Ok(())
}

/// Posts, teams and stock as a host that began with these files would hold them.
fn means(city: City) -> impl Means {
    let mut core = Core::new(city.into());
    core.step(now(), &[]);
    core.state().rooms.clone()
}

fn running(around: &Around, what: Option<&str>) -> Result<Vec<Finding>> {
    let client = around.client()?;
    let ids: Vec<String> = match what {
        Some(id) => vec![versioned(around, id)?],
        None => {
            let rows = client.get("/api/v1/plans?state=active&limit=10000")?;
            rows.as_array()
                .into_iter()
                .flatten()
                .filter_map(|row| Some(row["id"].as_str()?.to_owned()))
                .collect()
        }
    };
    let rows = |noun: &str| -> Result<Vec<Value>> {
        let rows = client.get(&format!("/api/v1/{noun}?limit=10000"))?;
        Ok(rows.as_array().cloned().unwrap_or_default())
    };
    let means = Running { watches: rows("watches")?, teams: rows("teams")?, lots: rows("lots")? };
    let mut findings = Vec::new();
    for id in ids {
        let plan = text(around, &id)?;
        let lacks = check::lacks(&plan, &means).into_iter();
        findings.extend(lacks.map(|fault| Finding::of_version(&plan.key(), fault)));
    }
    Ok(findings)
}

/// Rows as the host lists them.
struct Running {
    watches: Vec<Value>,
    teams: Vec<Value>,
    lots: Vec<Value>,
}

impl Means for Running {
    fn post(&self, post: &str) -> Option<bool> {
        let watch = self.watches.iter().find(|watch| watch["id"] == post)?;
        Some(!watch["holder"].is_null())
    }

    fn teams(&self, capability: &str) -> u64 {
        let able = |team: &&Value| {
            let own = team["capabilities"].as_array();
            team["state"] != "out-of-service"
                && own.is_some_and(|own| own.iter().any(|own| own == capability))
        };
        self.teams.iter().filter(able).count() as u64
    }

    fn stock(&self, item: &str) -> u64 {
        let lots = self.lots.iter().filter(|lot| lot["item"] == item && lot["state"] != "expired");
        lots.filter_map(|lot| lot["on_hand"].as_u64()).sum()
    }
}
