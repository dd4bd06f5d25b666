//! Units and devices: ids, what they refer to, and whether they lie where they say.

use super::department::{twice, unique, unknown};
use super::finding::{Findings, text};
use super::place;
use super::source::{Entry, Source};
use std::collections::{BTreeMap, BTreeSet};
use tocsin_core::city::{Department, Device, Region, Unit};
use tocsin_core::signal::Position;

/// A path of the protocol's own ids; long enough for a UITD, system and component.
const DEVICE_ID_BYTES_MAX: usize = 128;

pub fn read_units(file: &Source<'_>, regions: &[Region], findings: &mut Findings) -> Vec<Unit> {
    file.only_keys(&["unit"], findings);
    let regions = by_code(regions);
    let entries: Vec<Entry<'_, Unit>> = file.entries("unit", findings);
    unique(&entries, "id", findings);
    for entry in &entries {
        let unit = &entry.value;
        check_id(entry, &unit.id, findings);
        check_region(entry, &unit.region, &regions, findings);
        check_position(entry, unit.position, &unit.region, &regions, findings);
    }
    entries.into_iter().map(|entry| entry.value).collect()
}

pub fn read_devices(
    file: &Source<'_>,
    departments: &[Department],
    regions: &[Region],
    units: &[Unit],
    findings: &mut Findings,
) -> Vec<Device> {
    file.only_keys(&["device"], findings);
    let regions = by_code(regions);
    let units: BTreeMap<&str, &Unit> = units.iter().map(|unit| (unit.id.as_str(), unit)).collect();
    let departments: BTreeSet<&str> = departments.iter().map(|department| department.id.as_str()).collect();
    let entries: Vec<Entry<'_, Device>> = file.entries("device", findings);
    unique(&entries, "id", findings);
    let ids: BTreeSet<&str> = entries.iter().map(|entry| entry.value.id.as_str()).collect();
    let mut aliases = BTreeSet::new();
    for entry in &entries {
        let device = &entry.value;
        check_id(entry, &device.id, findings);
        if !departments.contains(device.department.as_str()) {
            let message = unknown("部门", "department", &device.department, departments.iter().copied());
            findings.error(entry.at("department"), "department-unknown", message);
        }
        check_home(entry, &regions, &units, findings);
        for (index, alias) in device.aliases.iter().enumerate() {
            if ids.contains(alias.as_str()) || !aliases.insert(alias.as_str()) {
                findings.error(entry.at(&format!("aliases.{index}")), "id-twice", twice(alias));
            }
        }
        check_heartbeat(entry, device.heartbeat, findings);
    }
    entries.into_iter().map(|entry| entry.value).collect()
}

pub(super) fn check_heartbeat<T>(entry: &Entry<'_, T>, heartbeat: Option<u32>, findings: &mut Findings) {
    if heartbeat == Some(0) {
        let message = text(
            "heartbeat 应为大于 0 的秒数;不监视则删去此行",
            "heartbeat is seconds above 0; remove the line where silence is normal",
        );
        findings.error(entry.at("heartbeat"), "heartbeat", message);
    }
}

pub(super) fn by_code(regions: &[Region]) -> BTreeMap<&str, &Region> {
    regions.iter().map(|region| (region.code.as_str(), region)).collect()
}

pub(super) fn check_id<T>(entry: &Entry<'_, T>, id: &str, findings: &mut Findings) {
    let odd = |c: char| c.is_whitespace() || c.is_control();
    if id.len() > DEVICE_ID_BYTES_MAX || id.chars().any(odd) || id.split('/').any(str::is_empty) {
        let message = text(
            format!("标识 “{id}” 无效;应为 1 至 {DEVICE_ID_BYTES_MAX} 字节,不含空白,各级以 / 分隔且不为空"),
            format!(
                "id {id:?} is not a path; use 1 to {DEVICE_ID_BYTES_MAX} bytes without blanks, steps divided by / and none empty"
            ),
        );
        findings.error(entry.at("id"), "id", message);
    }
}

/// Unit, region and position of a device, each of which may come from the one before.
fn check_home(
    entry: &Entry<'_, Device>,
    regions: &BTreeMap<&str, &Region>,
    units: &BTreeMap<&str, &Unit>,
    findings: &mut Findings,
) {
    let device = &entry.value;
    let unit = units.get(device.unit.as_str());
    if !device.unit.is_empty() && unit.is_none() {
        let message = unknown("单位", "unit", &device.unit, units.keys().copied());
        findings.error(entry.at("unit"), "unit-unknown", message);
    }
    if !device.region.is_empty() {
        check_region(entry, &device.region, regions, findings);
    } else if device.unit.is_empty() {
        let message = text(
            "既无 unit 也无 region,报警时无法说明所在乡镇;请填写其一",
            "neither unit nor region: its alarms will name no township; write one of them",
        );
        findings.warning(entry.at("id"), "device-homeless", message);
    }
    let region = if device.region.is_empty() { unit.map_or("", |unit| &unit.region) } else { &device.region };
    check_position(entry, device.position, region, regions, findings);
}

pub(super) fn check_region<T>(
    entry: &Entry<'_, T>,
    code: &str,
    regions: &BTreeMap<&str, &Region>,
    findings: &mut Findings,
) {
    if !regions.contains_key(code) {
        let message = unknown("区划", "region", code, regions.keys().copied());
        findings.error(entry.at("region"), "region-unknown", message);
    }
}

pub(super) fn check_position<T>(
    entry: &Entry<'_, T>,
    position: Option<Position>,
    region: &str,
    regions: &BTreeMap<&str, &Region>,
    findings: &mut Findings,
) {
    let Some(position) = position else { return };
    let Position { lon, lat } = position;
    if let Some(fault) = place::fault([lon, lat]) {
        let message = text(
            format!("位置 {lon}, {lat} 无效;应为 {{ lon = 经度, lat = 纬度 }},WGS-84"),
            format!("position {lon}, {lat}: {fault}; write {{ lon = .., lat = .. }} in WGS-84"),
        );
        findings.error(entry.at("position"), "point", message);
        return;
    }
    let drawn = regions.get(region).filter(|region| !region.boundary.is_empty());
    if let Some(region) = drawn.filter(|region| !place::contains(&region.boundary, position)) {
        let (code, name) = (&region.code, &region.name);
        let message = text(
            format!("位置 {lon}, {lat} 不在 {name}({code})边界内;请核对位置、坐标系(WGS-84)或 region"),
            format!(
                "position {lon}, {lat} is outside {name} ({code}); check it, its datum (WGS-84) or the region"
            ),
        );
        findings.warning(entry.at("position"), "position-outside", message);
    }
}
