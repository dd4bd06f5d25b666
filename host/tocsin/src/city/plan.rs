//! `plans/*.toml`: one version of one plan a file. What the core finds wrong with
//! a plan is shown where it is written, down to the character of a condition.

use super::finding::{Finding, Findings, text};
use super::source::{File, Source};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use tocsin_core::city::City;
use tocsin_core::city::plan::Plan;
use tocsin_core::plan::check::{self, Fault, Known, Means};

/// Files in `plans/`: what the core keeps in memory.
const PLANS_MAX: usize = tocsin_core::plan::VERSIONS_KEPT;

pub fn read(files: &[Source<'_>], city: &City, findings: &mut Findings) -> Vec<Plan> {
    let read: Vec<(&Source<'_>, Plan)> =
        files.iter().filter_map(|file| Some((file, file.whole::<Plan>(findings)?))).collect();
    if read.len() > PLANS_MAX {
        let message =
            text(format!("预案文件超过 {PLANS_MAX} 个"), format!("more than {PLANS_MAX} plan files"));
        findings.error(read[PLANS_MAX].0.start(), "too-many", message);
    }
    let mut known = Known::of(city);
    // Of one that cannot be read its children have done nothing wrong.
    known.plans = files.iter().filter_map(|file| file.word("id")).collect();
    let mut seen = BTreeSet::new();
    for (file, plan) in &read {
        for fault in check::faults(plan, &known) {
            report(file, plan, &fault, findings);
        }
        if !seen.insert(plan.key()) {
            let message = super::department::twice(&plan.key());
            findings.error(file.at_path("version", None).named("plan", &plan.key()), "id-twice", message);
        }
    }
    check_rings(&read, findings);
    read.into_iter().map(|(_, plan)| plan).collect()
}

fn report(file: &Source<'_>, plan: &Plan, fault: &Fault, findings: &mut Findings) {
    let place = file.at_path(&fault.path, fault.at).named("plan", &plan.key());
    let said = text(fault.zh.clone(), fault.en.clone());
    match fault.is_error {
        true => findings.error(place, fault.code, said),
        false => findings.warning(place, fault.code, said),
    }
}

/// Reports plans that are among their own parents.
fn check_rings(read: &[(&Source<'_>, Plan)], findings: &mut Findings) {
    let parents: BTreeMap<&str, &str> =
        read.iter().map(|(_, plan)| (plan.id.as_str(), plan.parent.as_str())).collect();
    for (file, plan) in read.iter().filter(|(_, plan)| plan.parent != plan.id) {
        let above = std::iter::successors(Some(plan.parent.as_str()), |id| parents.get(id).copied());
        if above.take(read.len() + 1).any(|id| id == plan.id) {
            let id = &plan.id;
            findings.error(
                file.at_path("parent", None).named("plan", &plan.key()),
                "parent-ring",
                text(format!("预案 {id} 的上级最终又是自己"), format!("{id} is among its own parents")),
            );
        }
    }
}

/// One file by itself. Without a city, what it refers to is left to whoever has one.
pub fn read_alone(path: &Path, city: Option<&City>) -> (Option<Plan>, Vec<Finding>) {
    let mut findings = Findings::default();
    let (dir, name) = (path.parent().unwrap_or(Path::new(".")), path.file_name().unwrap_or_default());
    let name = name.to_string_lossy().into_owned();
    let Some(file) = File::read(dir, &name, &mut findings) else {
        return (None, findings.into_list());
    };
    let source = Source::parse(&file, &mut findings);
    let plan: Option<Plan> = source.whole(&mut findings);
    if let Some(plan) = &plan {
        let known = city.map(Known::of).unwrap_or_default();
        let is_ours = |fault: &Fault| {
            city.is_some() || !fault.code.ends_with("-unknown") || fault.code == "clause-unknown"
        };
        for fault in check::faults(plan, &known).into_iter().filter(is_ours) {
            report(&source, plan, &fault, &mut findings);
        }
    }
    (plan, findings.into_list())
}

/// What the city does not have of what its plans ask for, in red.
pub fn lacks(dir: &Path, only: Option<&Path>, means: &impl Means) -> Vec<Finding> {
    let mut findings = Findings::default();
    let files = match only {
        Some(path) => {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let folder = path.parent().unwrap_or(Path::new("."));
            File::read(folder, &name, &mut findings).into_iter().collect()
        }
        None => File::read_folder(dir, super::PLANS, &mut findings),
    };
    for file in &files {
        let source = Source::parse(file, &mut findings);
        let Some(plan) = source.whole::<Plan>(&mut findings) else { continue };
        for fault in check::lacks(&plan, means) {
            report(&source, &plan, &fault, &mut findings);
        }
    }
    findings.into_list().into_iter().map(Finding::into_error).collect()
}
