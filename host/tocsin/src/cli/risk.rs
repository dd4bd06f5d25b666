//! `tocsin risk`

use super::accident::lines;
use super::print::Tone;
use super::thing::{self, Column, cell};
use super::{Around, words};
use crate::client::segment;
use anyhow::Result;
use clap::{Args, Subcommand};
use serde_json::Value;
use std::process::ExitCode;

const LIST: &str = "\
Examples · 示例:
  tocsin risk list
  tocsin risk list --kind unit --colour red --json
  tocsin risk list --region 330791002000 --at 2026-06-01";
const SHOW: &str = "\
Examples · 示例:
  tocsin risk show QY-0001
  tocsin risk show 330791002000 --at 2026-06-01 --json";

const COLUMNS: &[Column] = &[
    (words::KIND, "kind"),
    (words::ID, "id"),
    (words::COLOUR, "colour_name"),
    (words::POINTS, "points"),
    (words::FACTS_COUNT, "facts.length"),
    (words::TITLE, "name"),
];

#[derive(Debug, Subcommand)]
pub enum Risk {
    /// The worst first · 列表
    #[command(after_help = LIST)]
    List {
        #[arg(long, value_name = "unit|region|trade", value_parser = ["unit", "region", "trade"])]
        kind: Option<String>,
        #[arg(long, value_name = "COLOUR", value_parser = ["red", "orange", "yellow", "blue"])]
        colour: Option<String>,
        /// Only in this region, 12 digits · 行政区划
        #[arg(long, value_name = "CODE")]
        region: Option<String>,
        #[arg(long, value_name = "N")]
        limit: Option<u32>,
        #[command(flatten)]
        when: When,
    },
    /// One colour and the facts behind it · 详情
    #[command(after_help = SHOW)]
    Show {
        /// A unit, a region or a trade · 单位、区划或行业
        id: String,
        #[arg(long, value_name = "unit|region|trade", value_parser = ["unit", "region", "trade"])]
        kind: Option<String>,
        #[command(flatten)]
        when: When,
    },
}

#[derive(Debug, Args)]
pub struct When {
    /// As of then: a day, a time of Beijing, or RFC 3339 [default: now] · 截至
    #[arg(long, value_name = "TIME")]
    at: Option<String>,
}

impl Risk {
    pub fn run(self, around: &Around) -> Result<ExitCode> {
        match self {
            Risk::List { kind, colour, region, limit, when } => {
                let limit = limit.map(|limit| limit.to_string());
                let asked = [
                    ("kind", kind),
                    ("colour", colour),
                    ("region", region),
                    ("limit", limit),
                    ("at", when.at),
                ];
                let rows = around.client()?.get(&format!("/api/v1/risk?{}", query(asked)))?;
                thing::print(around, rows.as_array().map_or(&[], Vec::as_slice), COLUMNS, tone);
            }
            Risk::Show { id, kind, when } => {
                let asked = query([("kind", kind), ("at", when.at)]);
                let row = around.client()?.get(&format!("/api/v1/risk/{}?{asked}", segment(&id)))?;
                show(around, &row);
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn query<const N: usize>(asked: [(&str, Option<String>); N]) -> String {
    let asked = asked.into_iter().filter_map(|(name, value)| Some(format!("{name}={}", segment(&value?))));
    asked.collect::<Vec<_>>().join("&")
}

fn show(around: &Around, row: &Value) {
    let print = &around.print;
    if print.json {
        return print.object(row);
    }
    print.line(&print.painted(tone(row), &format!("{}  {}", cell(row, "id"), cell(row, "name"))));
    for (label, field) in [(words::COLOUR, "colour_name"), (words::POINTS, "points"), (words::AT, "at")] {
        print.field(&label.with(&[]), &cell(row, field));
    }
    lines(around, words::REASONS, &row["facts"], |fact| {
        let (points, at, kind) = (cell(fact, "points"), cell(fact, "at"), cell(fact, "kind"));
        let (id, title) = (cell(fact, "id"), cell(fact, "title"));
        (Tone::Plain, format!("{points:>4}  {at}  {kind}  {id}  {title}"))
    });
}

fn tone(row: &Value) -> Tone {
    match row["colour"].as_str() {
        Some("red") => Tone::Alarm,
        Some("orange") => Tone::Trouble,
        Some("blue") => Tone::Faint,
        _ => Tone::Plain,
    }
}
