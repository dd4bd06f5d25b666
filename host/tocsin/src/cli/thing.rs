//! What the commanding rooms' commands have in common: listing rows, showing one
//! with its story, acting on one.

use super::print::{Tone, plain};
use super::spoken::{self, shown};
use super::{Around, words};
use crate::client::segment;
use crate::text::Entry;
use anyhow::Result;
use clap::Args;
use serde_json::{Map, Value};

/// Which rows a listing shows.
#[derive(Debug, Default, Args)]
pub struct Which {
    /// Only in this state · 状态
    #[arg(long, value_name = "STATE")]
    pub state: Option<String>,
    /// Only of this department · 部门
    #[arg(long, value_name = "ID")]
    pub department: Option<String>,
    /// Only in this region, 12 digits · 行政区划
    #[arg(long, value_name = "CODE")]
    pub region: Option<String>,
    /// Only for this incident · 事件
    #[arg(long, value_name = "ID")]
    pub incident: Option<String>,
    /// At most so many rows [default: 1000] · 行数
    #[arg(long, value_name = "N")]
    pub limit: Option<u32>,
}

/// Who asks, and under which id.
#[derive(Debug, Default, Args)]
pub struct By {
    /// Who asks, as officers will read it [default: $USER] · 操作人
    #[arg(long, value_name = "NAME")]
    pub by: Option<String>,
    /// Id of this command: asking again under it is harmless · 命令编号
    #[arg(long, value_name = "ID")]
    pub command: Option<String>,
}

/// A column of a listing: its head, the field, and how wide a time is cut.
pub type Column = (Entry, &'static str);

/// Prints rows of `noun`: JSON lines, or the columns.
pub fn list(
    around: &Around,
    noun: &str,
    which: Which,
    columns: &[Column],
    tone: fn(&Value) -> Tone,
) -> Result<()> {
    let Which { state, department, region, incident, limit } = which;
    let limit = limit.map(|limit| limit.to_string());
    let asked = [
        ("state", state),
        ("department", department),
        ("region", region),
        ("incident", incident),
        ("limit", limit),
    ];
    let asked: Vec<String> =
        asked.into_iter().filter_map(|(name, value)| Some(format!("{name}={}", segment(&value?)))).collect();
    let (rows, more) = around.client()?.list(&format!("/api/v1/{noun}?{}", asked.join("&")))?;
    print(around, &rows, columns, tone);
    if more {
        around.print.more(rows.len());
    }
    Ok(())
}

pub fn print(around: &Around, rows: &[Value], columns: &[Column], tone: fn(&Value) -> Tone) {
    if around.print.json {
        rows.iter().for_each(|row| around.print.object(row));
    } else if rows.is_empty() {
        around.print.line(&words::NOTHING.with(&[]));
    } else {
        let head: Vec<String> = columns.iter().map(|(head, _)| head.with(&[])).collect();
        let line = |row: &Value| columns.iter().map(|(_, field)| shown(row, field)).collect();
        let rows: Vec<(Tone, Vec<String>)> = rows.iter().map(|row| (tone(row), line(row))).collect();
        around.print.table(&head, &rows);
    }
}

/// A field of a row as one cell; `asked.name` and `points.0.frame` reach inside,
/// `missed.length` counts.
pub fn cell(row: &Value, field: &str) -> String {
    if let Some(list) = field.strip_suffix(".length") {
        return match row[list].as_array().map_or(0, Vec::len) {
            0 => String::new(),
            length => length.to_string(),
        };
    }
    let value = field.split('.').fold(row, |value, name| match name.parse::<usize>() {
        Ok(place) => &value[place],
        Err(_) => &value[name],
    });
    let text = match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(items) => {
            let texts: Vec<String> = items
                .iter()
                .map(|item| item.as_str().map_or_else(|| item.to_string(), str::to_owned))
                .collect();
            texts.join(",")
        }
        other => other.to_string(),
    };
    let is_time = field.ends_with("_at")
        || field.ends_with("_by")
        || field.ends_with(".since")
        || matches!(field, "at" | "since" | "until" | "issued" | "expires" | "next");
    match is_time.then(|| text.get(..19)).flatten() {
        Some(time) if time.as_bytes()[10] == b'T' => time.replace('T', " "),
        _ => plain(&text),
    }
}

/// Fields that have lines or a table of their own.
const APART: [&str; 2] = ["story", "calls"];

/// Shows one row: every field that says something, then its story.
pub fn show(around: &Around, noun: &str, id: &str) -> Result<Value> {
    let row = around.client()?.get(&format!("/api/v1/{noun}/{}", segment(id)))?;
    if around.print.json {
        around.print.object(&row);
        return Ok(row);
    }
    let fields = row.as_object().cloned().unwrap_or_default();
    for (name, value) in fields.iter().filter(|(name, _)| !APART.contains(&name.as_str())) {
        let is_empty = value.is_null() || value == "" || value.as_array().is_some_and(Vec::is_empty);
        if is_empty {
            continue;
        }
        match value {
            Value::Array(items) if items.iter().all(Value::is_object) => {
                items.iter().for_each(|item| around.print.field(spoken::name(name), &words_of(item)));
            }
            Value::Object(_) if is_flat(value) => around.print.field(spoken::name(name), &words_of(value)),
            Value::Object(_) => {
                around.print.line(&format!("  {}", spoken::name(name)));
                outline(around, value, 2);
            }
            _ => around.print.field(spoken::name(name), &shown(&row, name)),
        }
    }
    for line in row["story"].as_array().into_iter().flatten() {
        let cause = &line["cause"];
        let who = ["actor", "plugin"].iter().find_map(|name| cause[*name].as_str()).unwrap_or("—");
        let text = format!(
            "{}  {}  {}  {}",
            cell(line, "at"),
            shown(line, "change"),
            plain(who),
            cell(line, "note")
        );
        around.print.line(&format!("    {text}"));
    }
    Ok(row)
}

fn is_flat(value: &Value) -> bool {
    value
        .as_object()
        .is_some_and(|fields| fields.values().all(|field| !field.is_object() && !field.is_array()))
}

/// What holds rows within rows, a field a line, each level further in.
fn outline(around: &Around, value: &Value, depth: usize) {
    let indent = "  ".repeat(depth);
    for (name, field) in value.as_object().into_iter().flatten() {
        let label = spoken::name(name);
        match field {
            Value::Null => {}
            Value::Array(items) if items.iter().any(Value::is_object) => {
                for item in items {
                    match is_flat(item) {
                        true => around.print.line(&format!("{indent}{label}  {}", words_of(item))),
                        false => {
                            around.print.line(&format!("{indent}{label}"));
                            outline(around, item, depth + 1);
                        }
                    }
                }
            }
            Value::Object(_) => {
                around.print.line(&format!("{indent}{label}"));
                outline(around, field, depth + 1);
            }
            _ => around.print.line(&format!("{indent}{label}  {}", shown(value, name))),
        }
    }
}

/// A row within a row in one line: every field that says something.
fn words_of(item: &Value) -> String {
    let fields = item.as_object().into_iter().flatten();
    let told = fields.map(|(name, _)| (name, shown(item, name))).filter(|(_, text)| !text.is_empty());
    told.map(|(name, text)| format!("{} {text}", spoken::name(name))).collect::<Vec<_>>().join(" · ")
}

/// Asks `verb` of a row (`id` empty: of none yet) and says what came of it.
pub fn act(
    around: &Around,
    noun: &str,
    id: &str,
    verb: &str,
    by: By,
    fields: Map<String, Value>,
) -> Result<()> {
    ask(around, noun, id, verb, by, fields).map(drop)
}

/// The same, with the answer for whoever wants more of it.
pub fn ask(
    around: &Around,
    noun: &str,
    id: &str,
    verb: &str,
    by: By,
    mut fields: Map<String, Value>,
) -> Result<Value> {
    let actor = by.by.or_else(|| std::env::var("USER").ok()).filter(|name| !name.is_empty());
    let given = [("actor", actor), ("command", by.command)];
    fields.extend(given.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?.into()))));
    let path = match id {
        "" => format!("/api/v1/{noun}/{verb}"),
        id => format!("/api/v1/{noun}/{}/{verb}", segment(id)),
    };
    let answer = around.client()?.post(&path, &Value::Object(fields))?;
    if around.print.json {
        around.print.object(&answer);
    } else {
        let subject = answer["reply"]["subject"].as_str().filter(|id| !id.is_empty()).unwrap_or(id);
        let said = words::ACTED.with(&[("id", &subject), ("act", &verb), ("sequence", &answer["sequence"])]);
        around.print.line(&said);
    }
    Ok(answer)
}
