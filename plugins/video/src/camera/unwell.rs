//! Who was told as unwell, and by whom, so that its end is told once.

use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Bytes of names: a hundred of the standard's, each with who told of it.
const NAMES_MAX: usize = 4_096;

/// Pairs of who told and who is not well; of itself a device tells too.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Unwell(BTreeSet<(String, String)>);

impl Unwell {
    /// Whether there was room to note it.
    pub fn note(&mut self, teller: &str, whom: &str) -> bool {
        let pair = (teller.to_owned(), whom.to_owned());
        let bytes: usize = self.0.iter().map(|(teller, whom)| teller.len() + whom.len()).sum();
        let has_room = bytes + teller.len() + whom.len() <= NAMES_MAX || self.0.contains(&pair);
        if has_room {
            self.0.insert(pair);
        }
        has_room
    }

    /// Whether it was told as unwell and nobody tells it any more.
    pub fn is_over(&mut self, teller: &str, whom: &str) -> bool {
        self.0.remove(&(teller.to_owned(), whom.to_owned())) && self.0.iter().all(|(_, other)| other != whom)
    }

    /// Of whom the teller told.
    pub fn told_by(&self, teller: &str) -> Vec<String> {
        self.0.iter().filter(|(known, _)| known == teller).map(|(_, whom)| whom.clone()).collect()
    }
}
