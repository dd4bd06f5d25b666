//! Photos of a report: links, never the pictures themselves.

use serde_json::Value;
use tocsin_sdk::field::{Field, is_absent, shown, text};

/// More than anyone looks at; what is behind them is not read.
const PHOTOS_MAX: usize = 16;

/// Only links that a console may safely show as such.
pub fn links(Field { name, value }: Field, defects: &mut Vec<String>) -> Vec<String> {
    let list = match value {
        Value::Array(list) => list,
        one => vec![one],
    };
    if list.len() > PHOTOS_MAX {
        defects.push(format!("{name}: {} are more than {PHOTOS_MAX}", list.len()));
    }
    let mut links = Vec::new();
    for item in list.iter().take(PHOTOS_MAX).filter(|item| !is_absent(item)) {
        let inner = item.get("url").or_else(|| item.get("href")).unwrap_or(item);
        match text(inner).filter(|link| is_link(link)) {
            Some(link) => links.push(link),
            None => defects.push(format!("{name}: no http or https link: {}", shown(inner))),
        }
    }
    links
}

fn is_link(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let web = lower.starts_with("http://") || lower.starts_with("https://");
    web && !text.contains(|c: char| c.is_whitespace() || c.is_control())
}
