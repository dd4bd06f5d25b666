//! The fields of one JSON object, taken out by any of their names.

use serde_json::{Map, Value};

/// Names in a defect are cut, so that a report cannot fill the log.
const SHOWN_CHARS_MAX: usize = 40;

/// What is left in here at the end nobody has read.
#[derive(Debug)]
pub struct Fields(Map<String, Value>);

/// A value with the name it stood under.
#[derive(Debug)]
pub struct Field {
    pub name: String,
    pub value: Value,
}

impl Fields {
    pub fn new(map: Map<String, Value>) -> Fields {
        Fields(map)
    }

    /// The first of `names` that holds something; the others stay, so that a
    /// second, contradicting value is seen to be unread.
    pub fn take(&mut self, names: &[&str]) -> Option<Field> {
        for name in names {
            if let Some((name, value)) = self.0.remove_entry(*name)
                && !is_absent(&value)
            {
                return Some(Field { name, value });
            }
        }
        None
    }

    /// Names of all that was not read and is not absent, cut to what can be shown.
    pub fn unread(&self) -> Vec<String> {
        self.0.iter().filter(|(_, value)| !is_absent(value)).map(|(name, _)| shown(name)).collect()
    }
}

impl Field {
    /// Text, or a number as text.
    pub fn text(&self) -> Option<String> {
        text(&self.value)
    }
}

/// Text, or a number as text; trimmed; `None` where it is neither.
pub fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// A number, or text that is one; never infinite.
pub fn number(value: &Value) -> Option<f64> {
    let number = match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    number.filter(|number: &f64| number.is_finite())
}

pub fn is_absent(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(list) => list.is_empty(),
        Value::Object(map) => map.is_empty(),
        _ => false,
    }
}

/// A value as a person may read it in a defect.
pub fn shown(value: impl std::fmt::Display) -> String {
    let text = value.to_string();
    match text.char_indices().nth(SHOWN_CHARS_MAX) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
