//! `tocsin plan`

mod check;

use super::print::Tone;
use super::thing::{self, By, Column, Which};
use super::{Around, words};
use crate::city;
use crate::client::segment;
use crate::text;
use crate::text::{Language, language};
use anyhow::{Context, Result, bail};
use clap::Subcommand;
use serde_json::{Map, Value};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use tocsin_core::city::plan::Plan as Text;
use tocsin_core::plan::diff;

const LIST: &str = "\
Examples · 示例:
  tocsin plan list
  tocsin plan list --state active --json";
const SHOW: &str = "\
Examples · 示例:
  tocsin plan show flood-city@2
  tocsin plan show flood-city            the version that counts";
const CHECK: &str = "\
Examples · 示例:
  tocsin plan check examples/cities/qingshan     every plan, with file, line and column
  tocsin plan check my-plan.toml --city mycity   one file against a city
  tocsin plan check flood-city@2                 a version in the running host";
const DIFF: &str = "\
Examples · 示例:
  tocsin plan diff flood-city@1 flood-city@2
  tocsin plan diff flood-city@1 new/flood-city.toml";
const LOAD: &str = "\
Examples · 示例:
  tocsin plan load flood-city-v2.toml --by 李四";
const APPROVE: &str = "\
Examples · 示例:
  tocsin plan approve flood-city@2 --by 张三";
const ACTIVATE: &str = "\
Examples · 示例:
  tocsin plan activate flood-city@2 --by 张三";

const COLUMNS: &[Column] = &[
    (words::ID, "id"),
    (words::STATE, "state"),
    (words::REGION, "region"),
    (words::DEPARTMENT, "department"),
    (words::APPROVED_BY, "approved_by"),
    (words::TITLE, "title"),
];

#[derive(Debug, Subcommand)]
pub enum Plan {
    /// Versions of plans · 列表
    #[command(after_help = LIST)]
    List(Which),
    /// One version, whole, with its story · 详情
    #[command(after_help = SHOW)]
    Show { id: String },
    /// What is wrong with it, and what the city lacks for it · 检查
    #[command(after_help = CHECK)]
    Check {
        /// A city's folder, a plan's file, or an id; nothing: all active ones · 目录、文件或编号
        what: Option<String>,
        /// City that a single file belongs to [default: the folder above `plans/`] · 城市目录
        #[arg(long, value_name = "DIR")]
        city: Option<PathBuf>,
    },
    /// What changed between two versions, in words · 比较
    #[command(after_help = DIFF)]
    Diff {
        /// `ID@VERSION` or a file · 旧
        a: String,
        /// `ID@VERSION` or a file · 新
        b: String,
    },
    /// Bring in a version as a draft · 载入草案
    #[command(after_help = LOAD)]
    Load {
        #[arg(value_name = "FILE")]
        file: PathBuf,
        #[command(flatten)]
        by: By,
    },
    /// A named person approves a version · 批准
    #[command(after_help = APPROVE)]
    Approve {
        id: String,
        /// A remark · 备注
        #[arg(long, default_value = "")]
        note: String,
        #[command(flatten)]
        by: By,
    },
    /// From now on this version counts · 启用
    #[command(after_help = ACTIVATE)]
    Activate {
        id: String,
        /// A remark · 备注
        #[arg(long, default_value = "")]
        note: String,
        #[command(flatten)]
        by: By,
    },
}

impl Plan {
    pub fn run(self, around: &Around) -> Result<ExitCode> {
        match self {
            Plan::List(which) => thing::list(around, "plans", which, COLUMNS, tone)?,
            Plan::Show { id } => _ = thing::show(around, "plans", &versioned(around, &id)?)?,
            Plan::Check { what, city } => return check::check(around, what.as_deref(), city.as_deref()),
            Plan::Diff { a, b } => differ(around, &a, &b)?,
            Plan::Load { file, by } => return load(around, &file, by),
            Plan::Approve { id, note, by } => {
                let answer = thing::ask(around, "plans", &id, "approve", by, noted(note))?;
                check::warn(around, &answer);
            }
            Plan::Activate { id, note, by } => {
                let answer = thing::ask(around, "plans", &id, "activate", by, noted(note))?;
                check::warn(around, &answer);
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn noted(note: String) -> Map<String, Value> {
    Map::from_iter([("note".to_owned(), note.into())])
}

fn tone(row: &Value) -> Tone {
    match row["state"].as_str() {
        Some("draft") => Tone::Trouble,
        Some("superseded") => Tone::Faint,
        _ => Tone::Plain,
    }
}

/// `flood-city` is its active version, else its newest.
fn versioned(around: &Around, id: &str) -> Result<String> {
    if id.contains('@') {
        return Ok(id.to_owned());
    }
    let rows = around.client()?.get("/api/v1/plans?limit=10000")?;
    let own = rows.as_array().into_iter().flatten().filter(|row| row["plan"] == id);
    let best = own.max_by_key(|row| (row["state"] == "active", row["version"].as_u64()));
    Ok(best.and_then(|row| row["id"].as_str()).unwrap_or(id).to_owned())
}

/// A version by its id, or a plan by its file.
fn text(around: &Around, what: &str) -> Result<Text> {
    if Path::new(what).is_file() {
        let (plan, findings) = city::read_plan(Path::new(what), None);
        return match plan {
            Some(plan) => Ok(plan),
            None => bail!("{}", findings.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")),
        };
    }
    let id = versioned(around, what)?;
    let row = around.client()?.get(&format!("/api/v1/plans/{}", segment(&id)))?;
    serde_json::from_value(row["text"].clone()).with_context(|| text!(plan_no_text, id = id))
}

fn differ(around: &Around, a: &str, b: &str) -> Result<()> {
    let changes = diff::between(&text(around, a)?, &text(around, b)?);
    for change in &changes {
        match (around.print.json, language()) {
            (true, _) => around.print.object(change),
            (false, Language::Chinese) => around.print.line(&change.zh),
            (false, Language::English) => around.print.line(&change.en),
        }
    }
    if changes.is_empty() && !around.print.json {
        around.print.line(&words::NO_CHANGE.with(&[]));
    }
    Ok(())
}

fn load(around: &Around, file: &Path, by: By) -> Result<ExitCode> {
    let (plan, findings) = city::read_plan(file, None);
    findings.iter().for_each(|finding| super::city::tell(finding, around));
    let is_fit = findings.iter().all(|finding| finding.level != city::Level::Error);
    let Some(plan) = plan.filter(|_| is_fit) else { return Ok(ExitCode::FAILURE) };
    let fields = Map::from_iter([("plan".to_owned(), serde_json::to_value(plan)?)]);
    let answer = thing::ask(around, "plans", "", "load", by, fields)?;
    check::warn(around, &answer);
    Ok(ExitCode::SUCCESS)
}
