//! 逾期清单: what should have been rectified by a moment and was not, by township.
//! A pure function of the rows.

use super::Danger;
use crate::time::Timestamp;
use serde::Serialize;
use std::collections::BTreeMap;

/// The overdue dangers of one township.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Line {
    pub region: String,
    pub overdue: usize,
    pub major: usize,
    /// The oldest deadline first.
    pub dangers: Vec<Item>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Item {
    pub days: i64,
    #[serde(flatten)]
    pub danger: Danger,
}

const DAY_MS: i64 = 24 * 3_600_000;

pub fn lines(rows: impl IntoIterator<Item = Danger>, now: Timestamp) -> Vec<Line> {
    let mut lines: BTreeMap<String, Line> = BTreeMap::new();
    for danger in rows {
        let stood = crate::risk::fact::danger(&danger, now);
        let is_overdue = stood.is_some_and(|fact| fact.kind.ends_with(".overdue"));
        let passed = danger.deadline.filter(|_| is_overdue);
        let Some(deadline) = passed else { continue };
        let line = lines.entry(danger.region.clone()).or_default();
        line.region.clone_from(&danger.region);
        line.overdue += 1;
        line.major += usize::from(danger.level == super::Level::Major);
        line.dangers.push(Item { days: now.since(deadline) / DAY_MS, danger });
    }
    for line in lines.values_mut() {
        line.dangers
            .sort_by(|a, b| (a.danger.deadline, &a.danger.id).cmp(&(b.danger.deadline, &b.danger.id)));
    }
    lines.into_values().collect()
}
