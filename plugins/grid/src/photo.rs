//! Photos of a report: what names them, never the pictures themselves.

use serde_json::Value;
use tocsin_sdk::field::{Field, is_absent, shown, text};

/// More than anyone looks at; what is behind them is not read.
const PHOTOS_MAX: usize = 16;
/// What is longer is a picture and no name of one. The host keeps so much of each.
const CHARS_MAX: usize = 500;

/// Links, and names of the sender's own such as `p31.jpg`.
pub fn names(Field { name, value }: Field, defects: &mut Vec<String>) -> Vec<String> {
    let list = match value {
        Value::Array(list) => list,
        one => vec![one],
    };
    if list.len() > PHOTOS_MAX {
        defects.push(format!("{name}: {} are more than {PHOTOS_MAX}", list.len()));
    }
    let mut names = Vec::new();
    for item in list.iter().take(PHOTOS_MAX).filter(|item| !is_absent(item)) {
        match photo(item) {
            Ok(photo) => names.push(photo),
            Err(why) => defects.push(format!("{name}: {why}")),
        }
    }
    names
}

fn photo(item: &Value) -> Result<String, String> {
    let inner = item.get("url").or_else(|| item.get("href")).unwrap_or(item);
    let written = text(inner);
    let chars = written.clone().unwrap_or_else(|| inner.to_string()).chars().count();
    if chars > CHARS_MAX {
        return Err(format!("{chars} characters are a picture and no name of one; send a link"));
    }
    let name = written.filter(|name| is_harmless(name));
    name.ok_or_else(|| format!("no link and no name of a photo: {}", shown(inner)))
}

/// A console may show it as a link: so it is one line, and nothing that a browser runs.
fn is_harmless(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let runs = ["javascript:", "vbscript:", "data:"].iter().any(|scheme| lower.starts_with(scheme));
    !runs && !name.contains(char::is_control)
}
