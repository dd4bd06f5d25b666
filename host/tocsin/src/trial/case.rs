//! Vectors: inputs as files, each with what is expected of it beside it.
//!
//! ```text
//! vectors/
//!   input.json                 header of all inputs here (optional)
//!   over-limit.json            one input: .hex .json .xml .txt .bin
//!   over-limit.expect.json     what must come of it
//!   debounce/                  a sequence: one room, time passes
//!     01.json  01.expect.json
//!     02.expect.json           no input: time passes to its `input.received`
//!     03.tick.json             {"device": "D1", "key": "poll"} wakes the plugin
//!     04.event.json            {"kind": "order.issued", "subject": "O1", "data": {…}}
//! ```

use super::header::Header;
use crate::text;
use anyhow::{Context, Result, anyhow, bail, ensure};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A door takes no more in one frame.
const INPUT_BYTES: u64 = 128 << 10;
const KINDS: [&str; 5] = ["hex", "json", "xml", "txt", "bin"];

/// One vector, or a folder of them in order.
#[derive(Debug)]
pub struct Case {
    pub name: String,
    /// Everything that any of its inputs says of settings and devices.
    pub city: Header,
    pub steps: Vec<Step>,
}

#[derive(Debug)]
pub struct Step {
    pub name: String,
    pub header: Header,
    pub input: Input,
    /// Where the expectation stands, or would.
    pub path: PathBuf,
    pub expected: Option<Value>,
}

#[derive(Clone, Debug)]
pub enum Input {
    Bytes(Vec<u8>),
    Tick(Woken),
    Event(Told),
    /// Time passes.
    Nothing,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Woken {
    pub device: String,
    pub key: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Told {
    /// `connector` or `advisor`, for a plugin that is both.
    pub role: String,
    pub kind: String,
    pub device: String,
    pub subject: String,
    pub data: Value,
}

/// All cases of a folder, by name.
pub fn cases(folder: &Path) -> Result<Vec<Case>> {
    ensure!(folder.is_dir(), text!(vectors_missing, path = folder.display()));
    let common = header_of(folder)?;
    let mut cases = Vec::new();
    for step in steps(folder, &common)? {
        cases.push(Case { name: step.name.clone(), city: step.header.clone(), steps: vec![step] });
    }
    for path in entries(folder)?.into_iter().filter(|path| path.is_dir()) {
        let common = common.under(&header_of(&path)?);
        let steps = steps(&path, &common)?;
        let city = steps.iter().fold(common, |city, step| city.under(&step.header));
        cases.push(Case { name: file_name(&path), city, steps });
    }
    ensure!(!cases.is_empty(), text!(vectors_none, path = folder.display()));
    cases.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(cases)
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    let read = || -> std::io::Result<Vec<PathBuf>> {
        let mut paths: Vec<PathBuf> =
            std::fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<std::io::Result<_>>()?;
        paths.retain(|path| !file_name(path).starts_with('.'));
        paths.sort();
        Ok(paths)
    };
    read().with_context(|| text!(cannot_read, path = folder.display()))
}

fn file_name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

fn header_of(folder: &Path) -> Result<Header> {
    let path = folder.join("input.json");
    if !path.exists() {
        return Ok(Header::default());
    }
    serde_json::from_value(json(&path)?).with_context(|| text!(vector_unfit, path = path.display()))
}

fn json(path: &Path) -> Result<Value> {
    let text = std::fs::read_to_string(path).with_context(|| text!(cannot_read, path = path.display()))?;
    serde_json::from_str(&text)
        .map_err(|error| anyhow!(text!(vector_unread, path = path.display(), reason = error)))
}

/// The inputs and expectations that stand in a folder itself, by name.
fn steps(folder: &Path, common: &Header) -> Result<Vec<Step>> {
    let mut found: BTreeMap<String, (Option<Input>, Option<Value>)> = BTreeMap::new();
    for path in entries(folder)?.into_iter().filter(|path| path.is_file()) {
        let name = file_name(&path);
        if name == "input.json" {
            continue;
        }
        if let Some(stem) = name.strip_suffix(".expect.json") {
            found.entry(stem.to_owned()).or_default().1 = Some(json(&path)?);
            continue;
        }
        let (stem, input) = read(&path, &name)?;
        if found.entry(stem.clone()).or_default().0.replace(input).is_some() {
            bail!(text!(vector_twice, path = folder.display(), name = stem));
        }
    }
    found.into_iter().map(|(name, (input, expected))| step(folder, common, name, input, expected)).collect()
}

fn step(
    folder: &Path,
    common: &Header,
    name: String,
    input: Option<Input>,
    expected: Option<Value>,
) -> Result<Step> {
    let path = folder.join(format!("{name}.expect.json"));
    let own = match expected.as_ref().map(|value| &value["input"]) {
        None | Some(Value::Null) => Header::default(),
        Some(header) => serde_json::from_value(header.clone())
            .with_context(|| text!(vector_unfit, path = format!("{}: `input`", path.display())))?,
    };
    let header = common.under(&own);
    let input = match input {
        Some(input) => input,
        None if own.received.is_some() => Input::Nothing,
        None => bail!(text!(vector_alone, path = path.display())),
    };
    Ok(Step { name, header, input, path, expected })
}

fn read(path: &Path, name: &str) -> Result<(String, Input)> {
    if let Some(stem) = name.strip_suffix(".tick.json") {
        let woken = serde_json::from_value(json(path)?)
            .with_context(|| text!(vector_unfit, path = path.display()))?;
        return Ok((stem.to_owned(), Input::Tick(woken)));
    }
    if let Some(stem) = name.strip_suffix(".event.json") {
        let told = serde_json::from_value(json(path)?)
            .with_context(|| text!(vector_unfit, path = path.display()))?;
        return Ok((stem.to_owned(), Input::Event(told)));
    }
    let (stem, kind) = name.rsplit_once('.').unwrap_or((name, ""));
    ensure!(KINDS.contains(&kind), text!(vector_kind, path = path.display()));
    let size = path.metadata().map(|about| about.len()).unwrap_or_default();
    let most = if kind == "hex" { 4 * INPUT_BYTES } else { INPUT_BYTES };
    ensure!(size <= most, text!(vector_large, path = path.display(), size = size, most = INPUT_BYTES));
    let bytes = std::fs::read(path).with_context(|| text!(cannot_read, path = path.display()))?;
    let bytes = match kind {
        "hex" => hex(&bytes).with_context(|| text!(vector_no_hex, path = path.display()))?,
        _ => bytes,
    };
    Ok((stem.to_owned(), Input::Bytes(bytes)))
}

/// Digits in any layout; `#` begins a comment.
fn hex(text: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(text).ok()?;
    let digits: String = text
        .lines()
        .map(|line| line.split('#').next().unwrap_or_default())
        .flat_map(str::chars)
        .filter(|c| !c.is_whitespace())
        .collect();
    tocsin_core::outcome::hex::decode(&digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_is_read_as_people_write_it() {
        assert_eq!(hex(b"40 40\n01# serial\n  02\n"), Some(vec![0x40, 0x40, 1, 2]));
        assert_eq!(hex(b""), Some(vec![]));
        assert_eq!(hex(b"404"), None);
        assert_eq!(hex(b"xy"), None);
    }

    #[test]
    fn a_folder_is_read_and_mistakes_are_named() {
        let folder = std::env::temp_dir().join(format!("tocsin-cases-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        let put = |name: &str, text: &str| {
            let path = folder.join(name);
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
            std::fs::write(path, text).expect("written");
        };
        put("input.json", r#"{"door": "tcp", "settings": {"a": "1"}}"#);
        put("one.hex", "01 02");
        put("one.expect.json", r#"{"input": {"device": "D1"}, "signals": []}"#);
        put("many/01.txt", "x");
        put("many/02.expect.json", r#"{"input": {"received": "+30s", "settings": {"b": "2"}}}"#);
        let read = cases(&folder).expect("cases");
        assert_eq!(read.iter().map(|case| case.name.as_str()).collect::<Vec<_>>(), ["many", "one"]);
        assert_eq!(read[0].city.settings.len(), 2);
        assert!(matches!(read[0].steps[1].input, Input::Nothing));
        assert_eq!(read[1].steps[0].header.door.as_deref(), Some("tcp"));
        assert_eq!(read[1].steps[0].header.device.as_deref(), Some("D1"));

        let refused = |name: &str, text: &str, says: &str| {
            put(name, text);
            let error = format!("{:#}", cases(&folder).expect_err("refused"));
            assert!(error.contains(says), "{error}");
            std::fs::remove_file(folder.join(name)).expect("removed");
        };
        refused("two.yaml", "", "two.yaml is no input");
        refused("one.txt", "", "two inputs `one`");
        refused("two.hex", "4", "not hex");
        refused("lone.expect.json", "{}", "no input beside it");
        refused("lone.expect.json", "{", "lone.expect.json");
        refused("lone.expect.json", r#"{"input": {"devise": ""}}"#, "devise");
        std::fs::remove_dir_all(&folder).expect("removed");
    }
}
