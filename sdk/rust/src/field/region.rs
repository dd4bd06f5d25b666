//! Which region a record speaks of: its code, or its name, which the city knows.

use super::{Field, Fields, line};

/// The longest name of a township with its county before it has some 30.
const REGION_NAME_CHARS_MAX: usize = 64;

impl Fields {
    /// An optional administrative code, empty where it is absent or a name stands in
    /// its place: that is kept as [`Fields::region_name`].
    pub fn region(&mut self, names: &[&str]) -> String {
        let Some(field) = self.take(names) else { return String::new() };
        if let Some(code) = field.region() {
            return code;
        }
        match field.region_name() {
            Some(name) => self.region_name = name,
            None => self.name_unreadable(&field),
        }
        String::new()
    }
}

impl Field {
    /// 12 digits; a county's 6 and a township's 9 are filled up.
    pub fn region(&self) -> Option<String> {
        let code = self.text()?;
        let digits = code.bytes().all(|byte| byte.is_ascii_digit());
        (digits && matches!(code.len(), 6 | 9 | 12)).then(|| format!("{code:0<12}"))
    }

    /// A region in words, as one line of at most 64 characters; a number is none.
    pub fn region_name(&self) -> Option<String> {
        let written = self.value.as_str().filter(|text| text.contains(char::is_alphabetic))?;
        Some(line(written, REGION_NAME_CHARS_MAX - 1))
    }
}
