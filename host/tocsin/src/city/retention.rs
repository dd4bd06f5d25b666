//! `[retention]` of the city file: for how many days what stages have worked off is kept.

use super::finding::{Findings, text};
use super::source::{Entry, Source};
use serde::Deserialize;
use tocsin_runtime::retain::{KEPT_DAYS, Rules};

/// Ten years: what is kept longer belongs into an archive.
const DAYS_MOST: u32 = 3_660;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Days {
    raw_days: u32,
    signals_days: u32,
}

impl Default for Days {
    fn default() -> Days {
        Days { raw_days: KEPT_DAYS, signals_days: KEPT_DAYS }
    }
}

pub fn read(main: &Source<'_>, findings: &mut Findings) -> Rules {
    let Some(entry): Option<Entry<'_, Days>> = main.table("retention", findings) else {
        return Rules::default();
    };
    let Days { raw_days, signals_days } = entry.value;
    for (field, days) in [("raw_days", raw_days), ("signals_days", signals_days)] {
        if !(1..=DAYS_MOST).contains(&days) {
            let message = text(
                format!("{field} = {days}:保存天数应在 1 到 {DAYS_MOST} 之间"),
                format!("{field} = {days}: between 1 and {DAYS_MOST} days are kept"),
            );
            findings.error(entry.at(field), "days-out-of-range", message);
        }
    }
    if signals_days < raw_days {
        let message = text(
            format!(
                "signals_days = {signals_days} 少于 raw_days = {raw_days}:信号须与其原始报文同存,请写成不少于 {raw_days}"
            ),
            format!(
                "signals_days = {signals_days} is less than raw_days = {raw_days}: signals stay as long as their bytes; write {raw_days} or more"
            ),
        );
        findings.error(entry.at("signals_days"), "signals-before-raw", message);
    }
    Rules::days(raw_days, signals_days)
}
