//! `tocsin hole`

use super::print::Tone;
use super::thing::{self, By, Column, Which};
use super::{Around, words};
use anyhow::Result;
use clap::Subcommand;
use serde_json::{Map, Value};
use std::process::ExitCode;

const LIST: &str = "\
Examples · 示例:
  tocsin hole list --state open
  tocsin hole list --json";
const SHOW: &str = "\
Examples · 示例:
  tocsin hole show fire-1234";
const CLOSE: &str = "\
Examples · 示例:
  tocsin hole close fire-1234 --reason '已更换磁盘,当晚报警已人工核对'";

const COLUMNS: &[Column] = &[
    (words::ID, "id"),
    (words::STATE, "state"),
    (words::DEPARTMENT, "department"),
    (words::FROM, "from"),
    (words::TO, "to"),
    (words::FOUND, "found_at"),
    (words::TITLE, "title"),
];

#[derive(Debug, Subcommand)]
pub enum Hole {
    /// Runs of the log that cannot be read or are not there · 列表
    #[command(after_help = LIST)]
    List(Which),
    /// One with its story · 详情
    #[command(after_help = SHOW)]
    Show { id: String },
    /// It was looked after · 关闭
    #[command(after_help = CLOSE)]
    Close {
        id: String,
        /// What was done about it · 处置情况
        #[arg(long, value_name = "TEXT")]
        reason: String,
        #[command(flatten)]
        by: By,
    },
}

impl Hole {
    pub fn run(self, around: &Around) -> Result<ExitCode> {
        match self {
            Hole::List(which) => thing::list(around, "holes", which, COLUMNS, tone)?,
            Hole::Show { id } => _ = thing::show(around, "holes", &id)?,
            Hole::Close { id, reason, by } => {
                let fields = Map::from_iter([("reason".to_owned(), reason.into())]);
                thing::act(around, "holes", &id, "close", by, fields)?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn tone(row: &Value) -> Tone {
    if row["state"] == "open" { Tone::Alarm } else { Tone::Faint }
}
