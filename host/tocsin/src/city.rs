//! Reads a city directory into the core's city data and the host's plugins and doors.
//!
//! A city is five TOML files: `city.toml` (departments, plugins, doors),
//! `regions.toml`, `units.toml`, `devices.toml` and `hazards.toml`. Everything
//! that is wrong is reported at once, each with file, line, column, the id and
//! what to do, in Chinese and English; a city with one error is not loaded.
//! What is only suspicious (a unit outside its township) is a warning.

mod accident;
mod audience;
mod danger;
mod department;
mod door;
mod duty;
mod finding;
mod grid;
mod hazard;
mod host;
mod nearest;
mod place;
mod plan;
mod plugin;
mod region;
mod registry;
mod report;
mod retention;
mod risk;
#[cfg(test)]
mod rooms_tests;
mod share;
mod source;
mod supply;
mod team;
#[cfg(test)]
mod tests;
mod unreadable;
mod upkeep;
mod warning;

pub use finding::{CityErrors, Finding, Level};
pub use host::{DoorSpec, PluginSpec};
pub use nearest::nearest;
pub use plan::{lacks as plan_lacks, read_alone as read_plan};

use finding::{Findings, Place, Text, text};
use sha2::{Digest, Sha256};
use source::{File, Source};
use std::path::Path;
use tocsin_core::city::City;
use tocsin_core::outcome::hex;
use tocsin_runtime::retain::Rules;

/// In the order in which they are read; the digest covers them sorted by name.
/// A city may do without the commanding rooms' files; `plans/` holds one file a plan.
const FILES: [&str; 5] = ["city.toml", "regions.toml", "units.toml", "devices.toml", "hazards.toml"];
const OPTIONAL: [&str; 10] = [
    "duty.toml",
    "teams.toml",
    "supplies.toml",
    "warnings.toml",
    "accidents.toml",
    "grid.toml",
    "dangers.toml",
    "risk.toml",
    "reports.toml",
    "upkeep.toml",
];
const PLANS: &str = "plans";

/// A city whose files hold no error.
#[derive(Debug)]
pub struct Loaded {
    pub city: City,
    pub plugins: Vec<PluginSpec>,
    pub doors: Vec<DoorSpec>,
    pub retention: Rules,
    /// Shown by `city check` and at `up`; none of them stops the host.
    pub warnings: Vec<Finding>,
}

impl Loaded {
    /// What `up` asks for beyond `city check`: every plugin's package is there.
    pub fn with_packages(mut self) -> Result<Loaded, CityErrors> {
        let (missing, others) = self.warnings.drain(..).partition(|w| w.code == plugin::PACKAGE_MISSING);
        self.warnings = others;
        CityErrors::none_or(Vec::into_iter(missing).map(Finding::into_error).collect(), self)
    }
}

/// Reads and checks the city in `dir`.
pub fn load(dir: &Path) -> Result<Loaded, CityErrors> {
    match read(dir) {
        (Some(loaded), errors) => CityErrors::none_or(errors, loaded),
        (None, errors) => Err(CityErrors::new(errors)),
    }
}

/// What is wrong with the city in `dir`, and as much of it as could be read: with
/// errors it is good for more checks, and for nothing else.
pub fn read(dir: &Path) -> (Option<Loaded>, Vec<Finding>) {
    let mut findings = Findings::default();
    if !dir.is_dir() {
        findings.error(Place::folder(dir), "folder-missing", no_folder(dir));
        return (None, findings.into_list());
    }
    let mut files: Vec<File> = FILES.iter().filter_map(|name| File::read(dir, name, &mut findings)).collect();
    files.extend(OPTIONAL.iter().filter_map(|name| File::read_optional(dir, name, &mut findings)));
    files.extend(File::read_folder(dir, PLANS, &mut findings));
    let sources: Vec<Source<'_>> = files.iter().map(|file| Source::parse(file, &mut findings)).collect();
    if findings.any_unreadable() {
        return (None, findings.into_list());
    }
    let [main, regions, units, devices, hazards, rooms @ ..] = &sources[..] else {
        return (None, findings.into_list());
    };
    let [duty, teams, supplies, warned, accidents, grid, dangers, risk, reports, upkeep, plans @ ..] = rooms
    else {
        return (None, findings.into_list());
    };
    warn_of_unread(dir, main, &mut findings);

    main.only_keys(
        &["code", "name", "department", "plugin", "door", "share", "audience", "retention"],
        &mut findings,
    );
    let code = main.string("code", &mut findings);
    let name = main.string("name", &mut findings);
    let departments = department::read(main, &mut findings);
    let (plugins, grants, manifests) = plugin::read(main, dir, &departments, &mut findings);
    let (doors, feeds) = door::read(main, &departments, &plugins, &manifests, &mut findings);
    let retention = retention::read(main, &mut findings);
    let regions = region::read(regions, main, &code, &mut findings);
    let audiences = audience::read(main, &departments, &mut findings);
    let shares = share::read(main, &departments, &audiences, &regions, &mut findings);
    let units = registry::read_units(units, &regions, &mut findings);
    let devices = registry::read_devices(devices, &departments, &regions, &units, &mut findings);
    let hazards = hazard::read(hazards, &mut findings);
    let duty = duty::read(duty, &departments, &regions, &mut findings);
    let posts: std::collections::BTreeSet<&str> = duty.posts.iter().map(|post| post.id.as_str()).collect();
    let accidents = accident::read(accidents, &departments, &posts, &mut findings);
    let grid = grid::read(grid, &departments, &hazards, &posts, &mut findings);
    let dangers = danger::read(dangers, &departments, &posts, &mut findings);
    let risk = risk::read(risk, &mut findings);
    let around = team::Around { departments: &departments, regions: &regions, hazards: &hazards, posts };
    let teams = team::read(teams, &around, &mut findings);
    let supplies = supply::read(supplies, &around, &mut findings);
    let warned = warning::read(warned, &mut findings);
    let reports = report::read(reports, &hazards, &mut findings);
    let upkeep = upkeep::read(upkeep, feeds, &around, &mut findings);

    let mut city = City {
        code,
        name,
        digest: digest(&files),
        departments,
        regions,
        units,
        devices,
        hazards,
        duty,
        shares,
        audiences,
        grants,
        accidents,
        grid,
        dangers,
        risk,
        teams,
        supplies,
        warnings: warned,
        reports,
        upkeep,
        plans: Vec::new(),
    };
    // Plans refer to all the rest.
    city.plans = plan::read(plans, &city, &mut findings);
    let (errors, warnings) = findings.into_list().into_iter().partition(|f| f.level == Level::Error);
    (Some(Loaded { city, plugins, doors, retention, warnings }), errors)
}

/// SHA-256 over name and content of the files, each with its length before it, so
/// that moving bytes from one file to the next changes it.
fn digest(files: &[File]) -> String {
    let mut sorted: Vec<&File> = files.iter().collect();
    sorted.sort_by_key(|file| file.name());
    let mut sum = Sha256::new();
    for part in sorted.into_iter().flat_map(|file| [file.name(), file.text()]) {
        sum.update((part.len() as u64).to_be_bytes());
        sum.update(part.as_bytes());
    }
    hex::encode(&sum.finalize())
}

fn no_folder(dir: &Path) -> Text {
    let shown = dir.display();
    text(
        format!("没有目录 {shown};请给出含有 city.toml 的目录"),
        format!("there is no folder {shown}; give the one that holds city.toml"),
    )
}

/// A misspelt file name would otherwise be a silent loss of all it says.
fn warn_of_unread(dir: &Path, main: &Source<'_>, findings: &mut Findings) {
    let names = std::fs::read_dir(dir).into_iter().flatten().flatten();
    let mut unread: Vec<String> = names
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| {
            name.ends_with(".toml") && !FILES.contains(&name.as_str()) && !OPTIONAL.contains(&name.as_str())
        })
        .collect();
    unread.sort();
    for name in unread {
        let known = [&FILES[..], &OPTIONAL[..]].concat().join(" ");
        findings.warning(
            main.start().named("file", &name),
            "file-unread",
            text(
                format!("文件 {name} 不会被读取;城市数据文件名应为 {known}"),
                format!("{name} is not read; the files of a city are {known}"),
            ),
        );
    }
}
