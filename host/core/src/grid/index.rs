//! Ways to find a case: by its report's own id, and by its incident.

use super::Case;
use std::collections::{BTreeMap, BTreeSet};

/// Derived from the rows; as large as they are many.
#[derive(Debug, Default)]
pub struct Index {
    /// Department and reference.
    by_reference: BTreeMap<(String, String), String>,
    by_incident: BTreeSet<(String, String)>,
}

impl Index {
    pub fn file(&mut self, case: &Case, on: bool) {
        let told = (case.department.clone(), case.reference.clone());
        let joined = (case.incident.clone(), case.id.clone());
        if on {
            if !case.reference.is_empty() {
                self.by_reference.insert(told, case.id.clone());
            }
            if !case.incident.is_empty() {
                self.by_incident.insert(joined);
            }
        } else {
            if self.by_reference.get(&told) == Some(&case.id) {
                self.by_reference.remove(&told);
            }
            self.by_incident.remove(&joined);
        }
    }

    pub fn told(&self, department: &str, reference: &str) -> Option<&str> {
        self.by_reference.get(&(department.to_owned(), reference.to_owned())).map(String::as_str)
    }

    /// Cases of an incident.
    pub fn of(&self, incident: &str) -> Vec<String> {
        let from = (incident.to_owned(), String::new());
        let all = self.by_incident.range(from..);
        all.take_while(|(known, _)| known == incident).map(|(_, id)| id.clone()).collect()
    }
}
