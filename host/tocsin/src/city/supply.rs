//! Stores, lots, minimums: codes of GB/T 38565, days, and stores that exist.

use super::department::{twice, unique, unknown};
use super::finding::{Findings, text};
use super::registry::{by_code, check_id, check_position, check_region};
use super::source::{Entry, Source};
use super::team::{Around, check_post};
use serde::Deserialize;
use std::collections::BTreeSet;
use tocsin_core::city::supply::{Day, Item, Minimum, Stock, Store, Supplies};
use tocsin_core::supply::Code;

/// A lot as the file writes it: days may be TOML dates.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    #[serde(default)]
    id: String,
    store: String,
    #[serde(alias = "code")]
    item: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    unit: String,
    quantity: u64,
    #[serde(default)]
    expires: Option<toml::Value>,
}

pub fn read(file: &Source<'_>, around: &Around<'_>, findings: &mut Findings) -> Supplies {
    file.only_keys(&["store", "item", "lot", "minimum"], findings);
    let stores: Vec<Entry<'_, Store>> = file.entries("store", findings);
    let items: Vec<Entry<'_, Item>> = file.entries("item", findings);
    let lines: Vec<Entry<'_, Line>> = file.entries("lot", findings);
    let minimums: Vec<Entry<'_, Minimum>> = file.entries("minimum", findings);
    unique(&stores, "id", findings);
    unique(&items, "code", findings);
    let regions = by_code(around.regions);
    for entry in &stores {
        let store = &entry.value;
        check_id(entry, &store.id, findings);
        let departments = || around.departments.iter().map(|known| known.id.as_str());
        if !departments().any(|known| known == store.department) {
            let message = unknown("部门", "department", &store.department, departments());
            findings.error(entry.at("department"), "department-unknown", message);
        }
        check_post(entry, &store.post, around, findings);
        if !store.region.is_empty() {
            check_region(entry, &store.region, &regions, findings);
        }
        check_position(entry, store.position, &store.region, &regions, findings);
        if store.position.is_none() {
            let message =
                text("没有 position,无法推荐最近的仓库", "no position, so it is never the nearest store");
            findings.warning(entry.at("id"), "store-homeless", message);
        }
    }
    let known: BTreeSet<&str> = stores.iter().map(|entry| entry.value.id.as_str()).collect();
    for entry in &items {
        check_code(entry, "code", &entry.value.code, findings);
    }
    let lots = lots(&lines, &items, &known, findings);
    let mut pairs = BTreeSet::new();
    for entry in &minimums {
        let minimum = &entry.value;
        check_code(entry, "item", &minimum.item, findings);
        check_store(entry, &minimum.store, &known, findings);
        if !pairs.insert((&minimum.store, &minimum.item)) {
            let id = format!("{} {}", minimum.store, minimum.item);
            findings.error(entry.at("item"), "id-twice", twice(&id));
        }
    }
    let minimums = minimums.into_iter().map(|entry| entry.value).collect();
    Supplies { stores: values(stores), items: values(items), lots, minimums }
}

fn values<T>(entries: Vec<Entry<'_, T>>) -> Vec<T> {
    entries.into_iter().map(|entry| entry.value).collect()
}

fn lots(
    lines: &[Entry<'_, Line>],
    items: &[Entry<'_, Item>],
    stores: &BTreeSet<&str>,
    findings: &mut Findings,
) -> Vec<Stock> {
    let named: BTreeSet<&str> = items.iter().map(|entry| entry.value.code.as_str()).collect();
    let (mut ids, mut lots) = (BTreeSet::new(), Vec::new());
    for entry in lines {
        let line = &entry.value;
        check_code(entry, "item", &line.item, findings);
        check_store(entry, &line.store, stores, findings);
        if line.quantity == 0 {
            let message = text(
                "quantity 应大于 0;没有就不写这一批",
                "a quantity is above 0; leave out a lot that is not there",
            );
            findings.error(entry.at("quantity"), "quantity", message);
        }
        if line.name.is_empty() && !named.contains(line.item.as_str()) {
            let message = text(
                format!("{} 没有名称;请写 name,或加 [[item]]", line.item),
                format!("{} has no name; write name, or add an [[item]]", line.item),
            );
            findings.warning(entry.at("item"), "item-unnamed", message);
        }
        let expires = line.expires.as_ref().and_then(|value| day(entry, value, findings));
        let Line { id, store, item, name, unit, quantity, .. } = line;
        let stock = Stock {
            id: id.clone(),
            store: store.clone(),
            item: item.clone(),
            name: name.clone(),
            unit: unit.clone(),
            quantity: *quantity,
            expires,
        };
        check_id(entry, &stock.lot_id(), findings);
        if !ids.insert(stock.lot_id()) {
            findings.error(entry.at("id"), "id-twice", twice(&stock.lot_id()));
        }
        lots.push(stock);
    }
    lots
}

fn day(entry: &Entry<'_, Line>, value: &toml::Value, findings: &mut Findings) -> Option<Day> {
    let written = match value {
        toml::Value::String(text) => text.clone(),
        toml::Value::Datetime(at) => at.to_string(),
        other => other.to_string(),
    };
    let day = written.parse::<Day>();
    if day.is_err() {
        let message = text(
            format!("expires = {written} 不是日期;应为 2027-05-31"),
            format!("expires = {written} is no day; write 2027-05-31"),
        );
        findings.error(entry.at("expires"), "day", message);
    }
    day.ok()
}

fn check_code<T>(entry: &Entry<'_, T>, field: &str, code: &str, findings: &mut Findings) {
    if let Err(error) = code.parse::<Code>() {
        let message = text(
            format!("“{code}” 不是 GB/T 38565 代码:{error};四层 1+2+2+2,例如 2010101"),
            format!("{code:?} is no GB/T 38565 code: {error}; four layers 1+2+2+2, such as 2010101"),
        );
        findings.error(entry.at(field), "item-code", message);
    }
}

fn check_store<T>(entry: &Entry<'_, T>, store: &str, stores: &BTreeSet<&str>, findings: &mut Findings) {
    if !stores.contains(store) {
        let message = unknown("仓库", "store", store, stores.iter().copied());
        findings.error(entry.at("store"), "store-unknown", message);
    }
}
