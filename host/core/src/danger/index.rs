//! The way to a danger by its source's own id.

use super::Danger;
use std::collections::BTreeMap;

/// Derived from the rows; as large as they are many.
#[derive(Debug, Default)]
pub struct Index {
    /// Reference and department, so that those of one reference stand together.
    by_reference: BTreeMap<(String, String), String>,
}

impl Index {
    pub fn file(&mut self, danger: &Danger, on: bool) {
        let told = (danger.reference.clone(), danger.department.clone());
        if on && !danger.reference.is_empty() {
            self.by_reference.insert(told, danger.id.clone());
        } else if self.by_reference.get(&told) == Some(&danger.id) {
            self.by_reference.remove(&told);
        }
    }

    pub fn told(&self, department: &str, reference: &str) -> Option<&str> {
        self.by_reference.get(&(reference.to_owned(), department.to_owned())).map(String::as_str)
    }

    /// Whoever reported it: the first by department.
    pub fn any(&self, reference: &str) -> Option<&str> {
        let from = (reference.to_owned(), String::new());
        let (key, id) = self.by_reference.range(from..).next()?;
        (key.0 == reference).then_some(id)
    }
}
