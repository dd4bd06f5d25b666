//! Reads `plugin.toml`; what is wrong is named with file, line and column.

use crate::text;
use anyhow::{Context, Result, anyhow};
use std::path::Path;
use tocsin_sandbox::{DOORS, Manifest, Role};

pub fn read(path: &Path) -> Result<Manifest> {
    let text =
        std::fs::read_to_string(path).with_context(|| text!(plugin_no_manifest, path = path.display()))?;
    parse(&text)
        .map_err(|(place, message)| anyhow!("{}:{}:{}: {message}", path.display(), place.line, place.column))
}

/// Counted from one, columns in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place {
    line: usize,
    column: usize,
}

fn parse(text: &str) -> Result<Manifest, (Place, String)> {
    let manifest: Manifest = toml::from_str(text).map_err(|error| {
        let offset = error.span().map_or(0, |span| span.start);
        (place(text, offset), error.message().to_owned())
    })?;
    manifest.check().map_err(|error| {
        let message = error.to_string();
        (place(text, offset_of_field(text, &message)), message)
    })?;
    match misleading(&manifest) {
        Some(message) => Err((place(text, offset_of_field(text, &message)), message)),
        None => Ok(manifest),
    }
}

/// What a host would load all the same, and the author did not mean.
fn misleading(manifest: &Manifest) -> Option<String> {
    if let Some(door) = manifest.doors.iter().find(|door| !DOORS.contains(&door.as_str())) {
        return Some(text!(manifest_door, door = door, known = DOORS.join(", ")));
    }
    if !manifest.contract.starts_with("1.") {
        return Some(text!(manifest_contract, version = manifest.contract));
    }
    let hears = manifest.has(Role::Connector) || manifest.has(Role::Advisor);
    match (hears, manifest.events.is_empty()) {
        (false, false) => Some(text!(manifest_events)),
        (true, true) => Some(text!(manifest_no_events)),
        _ => None,
    }
}

fn place(text: &str, offset: usize) -> Place {
    let before = text.get(..offset).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    Place { line: before.matches('\n').count() + 1, column: before[line_start..].chars().count() + 1 }
}

/// A check names its field in backticks first: `limits.signals` stands at the
/// line that begins with `signals`.
fn offset_of_field(text: &str, message: &str) -> usize {
    let field = message.split('`').nth(1).and_then(|path| path.rsplit('.').next()).unwrap_or_default();
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        let indent = line.len() - line.trim_start().len();
        let rest = line.trim_start().strip_prefix(field).unwrap_or_default();
        let heads = line.trim_end() == format!("[[{field}]]");
        if !field.is_empty() && (rest.trim_start().starts_with('=') || heads) {
            return offset + indent;
        }
        offset += line.len();
    }
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "id = \"fire\"\ndepartment = \"fire\"\nversion = \"1.0.0\"\ncontract = \"1.0.0\"\nroles = [\"decoder\"]\n";

    #[test]
    fn mistakes_are_placed() {
        let check = |text: String, line: usize, column: usize, word: &str| {
            let (place, message) = parse(&text).expect_err("a mistake");
            assert_eq!(place, Place { line, column }, "{message}");
            assert!(message.contains(word), "{message}");
        };
        assert!(parse(GOOD).is_ok());
        check(GOOD.replace("roles", "rols"), 5, 1, "rols");
        check(GOOD.replace("\"decoder\"", "\"decodes\""), 5, 10, "decodes");
        check(GOOD.replace("1.0.0\"\ncontract", "one\"\ncontract"), 3, 1, "version");
        check(format!("{GOOD}[limits]\nsignals = 5000\n"), 7, 1, "limits.signals");
        check(format!("{GOOD}doors = [\"http\", \"tpc\"]\n"), 6, 1, "tpc");
        check(format!("{GOOD}\n[[events]]\nkind = \"order.issued\"\n"), 7, 1, "connector");
        check(GOOD.replace("contract = \"1", "contract = \"2"), 4, 1, "contract");
        check(GOOD.replace("\"decoder\"", "\"decoder\", \"connector\""), 5, 1, "[[events]]");
        check("id = ".to_owned(), 1, 6, "");
    }
}
