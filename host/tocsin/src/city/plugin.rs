//! Plugins of the city file.

use super::department::{check_token, unique, unknown};
use super::finding::{Findings, text};
use super::host::PluginSpec;
use super::source::{Entry, Source};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;
use tocsin_core::city::Department;

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
}

pub fn read(
    main: &Source<'_>,
    dir: &Path,
    departments: &[Department],
    findings: &mut Findings,
) -> Vec<PluginSpec> {
    let entries: Vec<Entry<'_, Written>> = main.entries("plugin", findings);
    unique(&entries, "id", findings);
    entries.into_iter().map(|entry| spec(entry, dir, departments, findings)).collect()
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
                format!("插件包 {shown} 不存在;请先构建(cargo xtask build)或改正 package"),
                format!("there is no package {shown}; build it (cargo xtask build) or correct the path"),
            ),
        );
    }
    let Written { id, department, settings, .. } = entry.value;
    PluginSpec { id, department, package, settings }
}
