//! `tocsin supervision`

use super::print::Tone;
use super::thing::{self, By, Column, Which};
use super::{Around, words};
use anyhow::Result;
use clap::Subcommand;
use serde_json::{Map, Value};
use std::process::ExitCode;

const LIST: &str = "\
Examples · 示例:
  tocsin supervision list --state open
  tocsin supervision list --region 330791001000 --json";
const SHOW: &str = "\
Examples · 示例:
  tocsin supervision show S20260712-0001";
const CLOSE: &str = "\
Examples · 示例:
  tocsin supervision close S20260712-0001 --result 现场检查,已恢复自动";
const UNITS: &str = "\
Examples · 示例:
  tocsin supervision units
  tocsin supervision units --state listed --json";
const UNIT: &str = "\
Examples · 示例:
  tocsin supervision unit hospital-1";

const COLUMNS: &[Column] = &[
    (words::ID, "id"),
    (words::STATE, "state"),
    (words::UNIT, "unit_name"),
    (words::REGION, "region"),
    (words::COUNT, "items.length"),
    (words::AT, "found_at"),
    (words::TITLE, "title"),
];
const OF_UNITS: &[Column] = &[
    (words::ID, "id"),
    (words::STATE, "state"),
    (words::REGION, "region"),
    (words::SCORE, "score"),
    (words::ASKED_TIMES, "asked"),
    (words::ANSWERED, "answered"),
    (words::FACILITIES, "facilities.length"),
    (words::INSPECTIONS, "inspections.length"),
    (words::NAME, "title"),
];

#[derive(Debug, Subcommand)]
pub enum Supervision {
    /// Units on the supervision list, newest change first · 列表
    #[command(after_help = LIST)]
    List(Which),
    /// One finding with its evidence and story · 详情
    #[command(after_help = SHOW)]
    Show { id: String },
    /// It was dealt with · 销号
    #[command(after_help = CLOSE)]
    Close {
        id: String,
        /// What the inspection found · 检查结果
        #[arg(long, value_name = "TEXT")]
        result: String,
        #[command(flatten)]
        by: By,
    },
    /// Units: facilities, inspections, roll call score · 单位档案与查岗得分
    #[command(after_help = UNITS)]
    Units(Which),
    /// One unit with its story · 单位详情
    #[command(after_help = UNIT)]
    Unit { id: String },
}

impl Supervision {
    pub fn run(self, around: &Around) -> Result<ExitCode> {
        match self {
            Supervision::List(which) => thing::list(around, "supervisions", which, COLUMNS, tone)?,
            Supervision::Show { id } => _ = thing::show(around, "supervisions", &id)?,
            Supervision::Close { id, result, by } => {
                let fields = Map::from_iter([("result".to_owned(), Value::from(result))]);
                thing::act(around, "supervision", &id, "close", by, fields)?;
            }
            Supervision::Units(which) => thing::list(around, "sites", which, OF_UNITS, tone)?,
            Supervision::Unit { id } => _ = thing::show(around, "sites", &id)?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn tone(row: &Value) -> Tone {
    match row["state"].as_str() {
        Some("open" | "listed") => Tone::Alarm,
        Some("mended") => Tone::Trouble,
        Some("closed") => Tone::Faint,
        _ => Tone::Plain,
    }
}
