//! When flags were raised and told, so that a copy of a record that comes late is
//! known from a fire that nobody heard of.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use tocsin_sdk::Timestamp;

/// Spans of one flag: 30 bytes each of a cabinet's 1 KiB.
const SPANS_MAX: usize = 3;

/// By flag, each span from when to when, the newest told last.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Raised(BTreeMap<String, Vec<(Timestamp, Timestamp)>>);

impl Raised {
    pub fn has(&self, flag: &str, at: Timestamp) -> bool {
        self.0.get(flag).is_some_and(|spans| spans.iter().any(|(from, to)| (*from..=*to).contains(&at)))
    }

    /// What stands has lasted; else it begins.
    pub fn put(&mut self, flag: String, at: Timestamp, stands: bool) {
        let spans = self.0.entry(flag).or_default();
        match spans.last_mut() {
            Some((from, to)) if stands => (*from, *to) = (at.min(*from), at.max(*to)),
            _ => spans.push((at, at)),
        }
        if spans.len() > SPANS_MAX {
            spans.remove(0);
        }
    }
}
