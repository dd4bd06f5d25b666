//! The example city with a hostile department in it, in a folder of the demo's own.

use crate::text;
use anyhow::{Context, Result};
use std::path::Path;
use toml::{Table, Value};

/// Department, plugin and, behind `/in/`, first half of the door's path.
pub const HOSTILE: &str = "hostile";
/// Second half of the door's path.
pub const FEED: &str = "feed";

/// Copies the city's files from `city` to `out` and adds the department
/// `hostile`, whose plugin is `fixture` and whose door is `/in/hostile/feed`.
/// Sockets get free ports, so that the demo runs beside a host of the same city.
pub fn overlay(city: &Path, out: &Path, fixture: &Path) -> Result<()> {
    std::fs::create_dir_all(out).with_context(|| text!(cannot_make, path = out.display()))?;
    let entries = std::fs::read_dir(city).with_context(|| text!(cannot_read, path = city.display()))?;
    for entry in entries {
        let path = entry?.path();
        let name = path.file_name().with_context(|| text!(cannot_read, path = path.display()))?.to_owned();
        if path.is_dir() {
            plans(&path, &out.join(name))?;
        } else if path.extension().is_some_and(|extension| extension == "toml") {
            std::fs::copy(&path, out.join(name))
                .with_context(|| text!(cannot_copy, path = path.display()))?;
        }
    }
    let clocks = out.join("accidents.toml");
    if clocks.is_file() {
        rewrite(&clocks, &clocks, hurry_reports)?;
    }
    let main = out.join("city.toml");
    let text = std::fs::read_to_string(&main).with_context(|| text!(cannot_read, path = main.display()))?;
    let city = absolute(city)?;
    let text = with_hostile(&text, &city, &absolute(fixture)?)
        .with_context(|| text!(cannot_read, path = main.display()))?;
    std::fs::write(&main, text).with_context(|| text!(cannot_write, path = main.display()))
}

/// Copies plans; whoever is ordered has one minute to answer, because the night
/// is over in a little more than that.
fn plans(from: &Path, to: &Path) -> Result<()> {
    std::fs::create_dir_all(to).with_context(|| text!(cannot_make, path = to.display()))?;
    for entry in std::fs::read_dir(from).with_context(|| text!(cannot_read, path = from.display()))? {
        let path = entry?.path();
        if path.extension().is_none_or(|extension| extension != "toml") {
            continue;
        }
        let name = path.file_name().with_context(|| text!(cannot_read, path = path.display()))?;
        rewrite(&path, &to.join(name), hurry)?;
    }
    Ok(())
}

/// Copies a file with something changed in it.
fn rewrite(from: &Path, to: &Path, change: fn(&mut Value)) -> Result<()> {
    let text = std::fs::read_to_string(from).with_context(|| text!(cannot_read, path = from.display()))?;
    let mut value = Value::Table(text.parse().with_context(|| text!(cannot_read, path = from.display()))?);
    change(&mut value);
    std::fs::write(to, toml::to_string(&value)?).with_context(|| text!(cannot_write, path = to.display()))
}

/// The province wants the next follow-up report within a minute.
fn hurry_reports(accidents: &mut Value) {
    let clocks = accidents.get_mut("clock").and_then(Value::as_array_mut);
    for clock in clocks.into_iter().flatten().filter_map(Value::as_table_mut) {
        if clock.get("kind").and_then(Value::as_str) == Some("follow-up") {
            clock.insert("minutes".to_owned(), Value::Integer(1));
        }
    }
}

fn hurry(value: &mut Value) {
    match value {
        Value::Table(table) => {
            for (key, value) in table.iter_mut() {
                match value {
                    Value::Integer(minutes) if key == "acknowledge_min" => *minutes = 1,
                    value => hurry(value),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(hurry),
        _ => {}
    }
}

fn absolute(path: &Path) -> Result<std::path::PathBuf> {
    std::path::absolute(path).with_context(|| text!(cannot_find, path = path.display()))
}

fn with_hostile(text: &str, city: &Path, fixture: &Path) -> Result<String> {
    let mut table: Table = text.parse()?;
    for plugin in tables(&mut table, "plugin") {
        if let Some(Value::String(package)) = plugin.get_mut("package") {
            *package = city.join(&*package).to_string_lossy().into_owned();
        }
    }
    for door in tables(&mut table, "door") {
        if let Some(port) = door.get_mut("port") {
            *port = Value::Integer(0);
        }
    }
    let addition = [
        ("department", vec![("id", HOSTILE), ("name", "演示用敌意部门")]),
        ("plugin", vec![("id", HOSTILE), ("department", HOSTILE), ("package", &fixture.to_string_lossy())]),
        (
            "door",
            vec![
                ("name", FEED),
                ("department", HOSTILE),
                ("plugin", HOSTILE),
                ("kind", "http"),
                ("lane", "routine"),
            ],
        ),
    ]
    .map(|(list, fields)| {
        let entry: Table = fields
            .into_iter()
            .map(|(name, value)| (name.to_owned(), Value::String(value.to_owned())))
            .collect();
        (list, entry)
    });
    for (list, entry) in addition {
        let all = table.entry(list).or_insert_with(|| Value::Array(Vec::new()));
        all.as_array_mut().with_context(|| text!(story_no_list, list = list))?.push(Value::Table(entry));
    }
    Ok(toml::to_string(&table)?)
}

fn tables<'t>(table: &'t mut Table, list: &str) -> impl Iterator<Item = &'t mut Table> {
    table.get_mut(list).and_then(Value::as_array_mut).into_iter().flatten().filter_map(Value::as_table_mut)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_city_gains_a_hostile_department_and_free_ports() {
        let city = "code = \"330791000000\"\n[[department]]\nid = \"fire\"\nname = \"消防\"\n\
            [[plugin]]\nid = \"fire\"\ndepartment = \"fire\"\npackage = \"../fire.wasm\"\n\
            [[door]]\nname = \"fire-tcp\"\nkind = \"tcp\"\nport = 26875\n";
        let text =
            with_hostile(city, Path::new("/cities/a"), Path::new("/fixtures/spin.wasm")).expect("a city");
        let table: Table = text.parse().expect("TOML");
        let at = |list: &str, index: usize, field: &str| table[list][index][field].clone();
        assert_eq!(at("plugin", 0, "package").as_str(), Some("/cities/a/../fire.wasm"));
        assert_eq!(at("door", 0, "port").as_integer(), Some(0));
        assert_eq!(at("department", 1, "id").as_str(), Some("hostile"));
        assert_eq!(at("plugin", 1, "package").as_str(), Some("/fixtures/spin.wasm"));
        assert_eq!(at("door", 1, "name").as_str(), Some("feed"));
    }
}
