//! A stock file as the command that loads it: TOML or JSON, tables or a bare list of lots.

use crate::text;
use anyhow::{Context, Result, bail};
use serde_json::{Map, Value};
use std::path::Path;

/// The host takes a command of this size; a thousand lots are a third of it.
const FILE_BYTES: u64 = 1 << 20;

/// Tables as the file has them, under the names that the command uses.
const TABLES: [(&str, &str); 4] =
    [("store", "stores"), ("item", "items"), ("lot", "lots"), ("minimum", "minimums")];

pub fn read(path: &Path) -> Result<Map<String, Value>> {
    let shown = path.display();
    let size = std::fs::metadata(path).with_context(|| text!(cannot_read, path = shown))?.len();
    if size > FILE_BYTES {
        bail!(text!(stock_large, path = shown, size = size, most = FILE_BYTES));
    }
    let text = std::fs::read_to_string(path).with_context(|| text!(cannot_read, path = shown))?;
    parse(&text).with_context(|| text!(stock_unread, path = shown))
}

fn parse(text: &str) -> Result<Map<String, Value>> {
    let is_json = text.trim_start().starts_with(['{', '[']) && !text.trim_start().starts_with("[[");
    let is_json = is_json || serde_json::from_str::<Value>(text).is_ok();
    let value = match is_json {
        true => serde_json::from_str(text).with_context(|| text!(stock_no_json))?,
        false => plain(text.parse::<toml::Table>().with_context(|| text!(stock_no_toml))?.into()),
    };
    let fields = match value {
        Value::Array(lots) => Map::from_iter([("lots".to_owned(), Value::Array(lots))]),
        Value::Object(fields) => fields,
        _ => bail!(text!(stock_no_tables)),
    };
    let named = |name: String| match TABLES.iter().find(|(table, _)| *table == name) {
        Some((_, plural)) => (*plural).to_owned(),
        None => name,
    };
    Ok(fields.into_iter().map(|(name, value)| (named(name), value)).collect())
}

/// TOML as JSON; dates become their text.
fn plain(value: toml::Value) -> Value {
    match value {
        toml::Value::String(text) => text.into(),
        toml::Value::Integer(number) => number.into(),
        toml::Value::Float(number) => number.into(),
        toml::Value::Boolean(is) => is.into(),
        toml::Value::Datetime(at) => at.to_string().into(),
        toml::Value::Array(items) => items.into_iter().map(plain).collect(),
        toml::Value::Table(fields) => fields.into_iter().map(|(name, value)| (name, plain(value))).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::parse;
    use serde_json::json;

    #[test]
    fn files_become_one_command() {
        let lot = json!({"store": "a", "item": "3010101", "quantity": 5});
        let check = |text: &str, expect: Option<serde_json::Value>| {
            assert_eq!(parse(text).ok().map(serde_json::Value::Object), expect, "{text}");
        };
        check("[[lot]]\nstore = \"a\"\nitem = \"3010101\"\nquantity = 5", Some(json!({"lots": [lot]})));
        check(&json!({ "lot": [lot] }).to_string(), Some(json!({"lots": [lot]})));
        check(&json!([lot]).to_string(), Some(json!({"lots": [lot]})));
        check(&format!("[{lot}\n]"), Some(json!({"lots": [lot]})));
        check("[[lot]]\nexpires = 2027-05-31", Some(json!({"lots": [{"expires": "2027-05-31"}]})));
        check("{", None);
        check("lot = ", None);
        check("7", None);
    }
}
