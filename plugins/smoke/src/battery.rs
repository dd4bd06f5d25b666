//! Batteries: low until charged, with room between the two.

use crate::record::Record;
use crate::word::Word;
use std::collections::BTreeSet;
use tocsin_sdk::{Severity, Signal, city, memory};

const KEY: &str = "low";
/// Percent above the limit from which a battery is no longer low: readings wander
/// by a few with the temperature.
const ROOM: f64 = 10.0;
/// Detectors of one room (a platform's, where the topic names none) that are known to
/// be low; of what is more nobody hears that it was charged.
const KEPT: usize = 512;

pub fn tell(record: &Record) -> Vec<Signal> {
    let mut signals = Vec::new();
    if let Some(percent) = record.battery {
        signals.push(record.about(Signal::reading("battery.level", percent, "%")));
    }
    let limit = city::whole("battery_percent", 20, 1..=90) as f64;
    let is_low = record.says(Word::LowBattery) || record.battery.is_some_and(|percent| percent < limit);
    let is_charged = record.says(Word::BatteryNormal)
        && record.battery.is_none_or(|percent| percent >= limit)
        || record.battery.is_some_and(|percent| percent >= limit + ROOM);
    if is_low {
        remember(&record.device);
        let title = match record.battery {
            Some(percent) => format!("电池电量低({percent}%)"),
            None => "电池电量低".to_owned(),
        };
        signals.push(record.about(Signal::fault("battery.low").severity(Severity::Minor).title(title)));
    } else if is_charged && forget(&record.device) {
        signals.push(record.about(Signal::recovery("battery.low").title("电量恢复")));
    }
    signals
}

fn remember(device: &str) {
    let mut low: BTreeSet<String> = memory::load(KEY).unwrap_or_default();
    if low.len() < KEPT && low.insert(device.to_owned()) {
        memory::save(KEY, &low);
    }
}

fn forget(device: &str) -> bool {
    if memory::get(KEY).is_none() {
        return false;
    }
    let mut low: BTreeSet<String> = memory::load(KEY).unwrap_or_default();
    let was_low = low.remove(device);
    match (was_low, low.is_empty()) {
        (false, _) => {}
        (true, true) => memory::forget(KEY),
        (true, false) => memory::save(KEY, &low),
    }
    was_low
}
