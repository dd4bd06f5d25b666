//! The way to a case by its report's own id.

use super::Case;
use std::collections::BTreeMap;

/// Derived from the rows; as large as they are many.
#[derive(Debug, Default)]
pub struct Index {
    /// Department and reference.
    by_reference: BTreeMap<(String, String), String>,
}

impl Index {
    pub fn file(&mut self, case: &Case, on: bool) {
        let told = (case.department.clone(), case.reference.clone());
        if on && !case.reference.is_empty() {
            self.by_reference.insert(told, case.id.clone());
        } else if self.by_reference.get(&told) == Some(&case.id) {
            self.by_reference.remove(&told);
        }
    }

    pub fn told(&self, department: &str, reference: &str) -> Option<&str> {
        self.by_reference.get(&(department.to_owned(), reference.to_owned())).map(String::as_str)
    }
}
