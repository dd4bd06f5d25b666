//! `[[audience]]` of the city file: who hears events besides the city's own systems.

use super::department::{check_token, unique};
use super::finding::{Findings, text};
use super::source::{Entry, Source};
use tocsin_core::city::Department;
use tocsin_core::city::share::{Audience, CITY};

/// Each event is written once more for every audience that sees it.
const AUDIENCES_MOST: usize = 32;

pub fn read(main: &Source<'_>, departments: &[Department], findings: &mut Findings) -> Vec<Audience> {
    let entries: Vec<Entry<'_, Audience>> = main.entries("audience", findings);
    unique(&entries, "id", findings);
    for (place, entry) in entries.iter().enumerate() {
        check_token(entry, "id", &entry.value.id, findings);
        if entry.value.id == CITY {
            let message = text(
                "city 是城市自身系统的受众,始终存在;请删去此项",
                "`city` is the audience of the city's own systems and always there; remove this entry",
            );
            findings.error(entry.at("id"), "audience-city", message);
        }
        if place == AUDIENCES_MOST {
            let message = text(
                format!("受众最多 {AUDIENCES_MOST} 个;请合并"),
                format!("there may be {AUDIENCES_MOST} audiences at most; let some share one"),
            );
            findings.error(entry.at("id"), "audience-many", message);
        }
        if let Some(department) = departments.iter().find(|department| department.id == entry.value.id)
            && department.name != entry.value.name
        {
            let message = text(
                format!("受众 {} 与部门同名编号,名称应为“{}”", department.id, department.name),
                format!("audience {} is that department's; call it {:?}", department.id, department.name),
            );
            findings.warning(entry.at("name"), "audience-name", message);
        }
    }
    entries.into_iter().map(|entry| entry.value).collect()
}
