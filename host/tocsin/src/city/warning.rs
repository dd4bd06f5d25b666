//! `warnings.toml`: how long warnings stand, who is called, what codes mean.

use super::department::unique;
use super::finding::{Findings, text};
use super::source::{Entry, Source};
use std::collections::BTreeMap;
use tocsin_core::city::warning::{Calling, Event, Expiry, Warnings};

/// A month: what stands longer is climate.
const HOURS_MAX: u32 = 720;

pub fn read(file: &Source<'_>, findings: &mut Findings) -> Warnings {
    file.only_keys(&["expiry", "calling", "event"], findings);
    let expiry: Expiry = file.section("expiry", findings);
    let calling: Calling = file.section("calling", findings);
    let events: Vec<Entry<'_, Event>> = file.entries("event", findings);
    check_expiry(file, &expiry, findings);
    unique(&events, "code", findings);
    check_events(&events, findings);
    Warnings { expiry, calling, events: events.into_iter().map(|entry| entry.value).collect() }
}

fn check_expiry(file: &Source<'_>, expiry: &Expiry, findings: &mut Findings) {
    let Expiry { red_h, orange_h, yellow_h, blue_h, unknown_h } = *expiry;
    for (name, hours) in [
        ("red_h", red_h),
        ("orange_h", orange_h),
        ("yellow_h", yellow_h),
        ("blue_h", blue_h),
        ("unknown_h", unknown_h),
    ] {
        if !(1..=HOURS_MAX).contains(&hours) {
            let message = text(
                format!("{name} = {hours} 无效;应为 1 至 {HOURS_MAX} 小时"),
                format!("{name} = {hours} is out of range; write 1 to {HOURS_MAX} hours"),
            );
            findings.error(file.at("expiry").named("expiry", name), "hours", message);
        }
    }
}

fn check_events(events: &[Entry<'_, Event>], findings: &mut Findings) {
    let mut named: BTreeMap<&str, &str> = BTreeMap::new();
    for entry in events {
        let Event { code, name, aliases } = &entry.value;
        if !is_code(code) {
            let message = text(
                format!("事件类型代码 “{code}” 无效;应为 11B03 之类(两位数字、一个大写字母、两位数字)"),
                format!(
                    "{code:?} is no event code; write one such as 11B03 (two digits, a capital letter, two digits)"
                ),
            );
            findings.error(entry.at("code"), "event-code", message);
        }
        let places =
            std::iter::once("name".to_owned()).chain((0..aliases.len()).map(|at| format!("aliases.{at}")));
        for (place, name) in places.zip(std::iter::once(name).chain(aliases)) {
            if name.trim().is_empty() {
                let message = text("名称为空;请填写", "the name is empty; write one");
                findings.error(entry.at(&place), "value-missing", message);
            } else if let Some(first) = named.insert(name, code) {
                let message = text(
                    format!("名称 {name} 已属于 {first};标题无法据此判断类型,请只保留一处"),
                    format!(
                        "{name} already names {first}, so that a title would say nothing; keep one of the two"
                    ),
                );
                findings.error(entry.at(&place), "name-twice", message);
            }
        }
    }
}

fn is_code(code: &str) -> bool {
    let bytes = code.as_bytes();
    bytes.len() == 5
        && bytes[2].is_ascii_uppercase()
        && [0, 1, 3, 4].iter().all(|place| bytes[*place].is_ascii_digit())
}
