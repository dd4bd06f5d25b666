//! What nobody read: named, and kept in `data` behind what was.

use super::{Fields, NAMED_MAX, is_absent, shown};
use serde_json::{Map, Value};

/// What nobody reads has half of a signal's `data`, so that a picture under a name
/// that nobody knows does not cost what was read.
const UNREAD_BYTES_MAX: usize = 16 * 1024;

impl Fields {
    /// Names of all that was not read and is not absent, cut to what can be shown.
    pub fn unread(&self) -> Vec<String> {
        self.map.iter().filter(|(_, value)| !is_absent(value)).map(|(name, _)| shown(name)).collect()
    }

    /// One defect that names what nobody reads.
    pub fn name_unread(&mut self) {
        let unread = self.unread();
        if !unread.is_empty() {
            self.defects.push(format!("fields that nobody reads: {}", listed(&unread)));
        }
    }

    /// `data` of a signal: what was read of `said`, without what is absent, the name
    /// of a region as `region_name`, and behind it every field that nobody read, which
    /// also is named as a defect. What is too large is named and left out.
    pub fn data(&mut self, said: Value) -> String {
        self.name_unread();
        let mut data = match said {
            Value::Object(said) => said,
            other => Map::from_iter([("value".to_owned(), other)]),
        };
        data.retain(|_, value| !is_absent(value));
        if !self.region_name.is_empty() {
            data.insert("region_name".to_owned(), self.region_name.as_str().into());
        }
        self.keep_unread(&mut data);
        Value::Object(data).to_string()
    }

    fn keep_unread(&mut self, data: &mut Map<String, Value>) {
        let (mut room, mut large) = (UNREAD_BYTES_MAX, Vec::new());
        for (name, value) in std::mem::take(&mut self.map) {
            if is_absent(&value) || data.contains_key(&name) {
                continue;
            }
            let bytes = name.len() + value.to_string().len();
            match room.checked_sub(bytes) {
                Some(left) => {
                    room = left;
                    data.insert(name, value);
                }
                None => large.push(format!("{} of {bytes} bytes", shown(&name))),
            }
        }
        if !large.is_empty() {
            self.defects.push(format!("too large to keep: {}", listed(&large)));
        }
    }
}

/// Names in a sentence, as far as they fit.
fn listed(names: &[String]) -> String {
    let named = names[..names.len().min(NAMED_MAX)].join(", ");
    match names.len().saturating_sub(NAMED_MAX) {
        0 => named,
        more => format!("{named} and {more} more"),
    }
}
