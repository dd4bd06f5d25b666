//! Plugins of the city file, and what their advice may do.

use super::department::{check_token, unique, unknown};
use super::finding::{Findings, text};
use super::host::PluginSpec;
use super::source::{Entry, Source};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;
use tocsin_core::city::Department;
use tocsin_core::city::share::Grant;
use tocsin_core::outcome::Act;
use tocsin_sandbox::{Manifest, package};

/// A warning for `city check`, an error for `up`.
pub const PACKAGE_MISSING: &str = "package-missing";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    id: String,
    department: String,
    package: String,
    #[serde(default)]
    settings: BTreeMap<String, String>,
    /// Acts that its advice may bring about.
    grant: Option<Vec<String>>,
}

/// What can be granted; `refute` and words of later contracts only note.
const ACTS: [Act; 6] = [Act::Note, Act::Attach, Act::Confirm, Act::Merge, Act::Raise, Act::Order];

/// What the packages say of themselves, by the plugin's id in the city file.
pub type Manifests = BTreeMap<String, Manifest>;

pub fn read(
    main: &Source<'_>,
    dir: &Path,
    departments: &[Department],
    findings: &mut Findings,
) -> (Vec<PluginSpec>, Vec<Grant>, Manifests) {
    let entries: Vec<Entry<'_, Written>> = main.entries("plugin", findings);
    unique(&entries, "id", findings);
    let grants = entries.iter().map(|entry| grant(entry, findings)).collect();
    let mut manifests = Manifests::new();
    for entry in &entries {
        if let Some(manifest) = manifest(entry, dir, findings) {
            manifests.insert(entry.value.id.clone(), manifest);
        }
    }
    (entries.into_iter().map(|entry| spec(entry, dir, departments, findings)).collect(), grants, manifests)
}

/// Of a package that can be read; one that is missing is said by `spec`.
fn manifest(entry: &Entry<'_, Written>, dir: &Path, findings: &mut Findings) -> Option<Manifest> {
    let package = std::fs::read(dir.join(&entry.value.package)).ok()?;
    let manifest = match package::inspect(&package) {
        Ok(manifest) => manifest,
        Err(error) => {
            findings.warning(entry.at("package"), "package-unfit", text(error.chinese(), error.to_string()));
            return None;
        }
    };
    // `up` refuses both.
    for (field, written, said) in
        [("id", &entry.value.id, &manifest.id), ("department", &entry.value.department, &manifest.department)]
    {
        if written != said {
            let message = text(
                format!("插件包自称 {field} 为 {said},城市数据写的是 {written}"),
                format!("the package says that its {field} is {said}; the city file has {written}"),
            );
            findings.error(entry.at(field), "package-differs", message);
        }
    }
    for name in entry.value.settings.keys().filter(|name| !manifest.settings.contains_key(*name)) {
        let message = unknown("设置项", "setting", name, manifest.settings.keys().map(String::as_str));
        findings.warning(entry.at(&format!("settings.{name}")), "setting-unknown", message);
    }
    Some(manifest)
}

fn grant(entry: &Entry<'_, Written>, findings: &mut Findings) -> Grant {
    let Written { id, department, grant, .. } = &entry.value;
    let mut acts = Vec::new();
    for (place, word) in grant.iter().flatten().enumerate() {
        match ACTS.iter().find(|act| act.as_str() == word) {
            Some(act) => acts.push(act.clone()),
            None => {
                let message = unknown("可授权的建议", "act", word, ACTS.iter().map(Act::as_str));
                findings.error(entry.at(&format!("grant.{place}")), "act-unknown", message);
            }
        }
    }
    if grant.is_none() {
        acts = Grant::NAMED.to_vec();
    }
    Grant { plugin: id.clone(), department: department.clone(), acts }
}

fn spec(
    entry: Entry<'_, Written>,
    dir: &Path,
    departments: &[Department],
    findings: &mut Findings,
) -> PluginSpec {
    check_token(&entry, "id", &entry.value.id, findings);
    let ids = || departments.iter().map(|department| department.id.as_str());
    if !ids().any(|id| id == entry.value.department) {
        let message = unknown("部门", "department", &entry.value.department, ids());
        findings.error(entry.at("department"), "department-unknown", message);
    }
    let package = dir.join(&entry.value.package);
    if !package.is_file() {
        let shown = package.display();
        findings.warning(
            entry.at("package"),
            PACKAGE_MISSING,
            text(
                format!("插件包 {shown} 不存在;请先构建(cargo xtask build,自己的插件用 tocsin plugin build)或改正 package"),
                format!("there is no package {shown}; build it (cargo xtask build, your own with tocsin plugin build) or correct the path"),
            ),
        );
    }
    let Written { id, department, settings, .. } = entry.value;
    PluginSpec { id, department, package, settings }
}
