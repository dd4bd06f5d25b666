//! `tocsin unit`

use super::print::Tone;
use super::thing::{self, Column, Which};
use super::{Around, words};
use anyhow::Result;
use clap::Subcommand;
use std::process::ExitCode;

const LIST: &str = "\
Examples · 示例:
  tocsin unit list
  tocsin unit list --region 330791002000 --json";
const SHOW: &str = "\
Examples · 示例:
  tocsin unit show QY-0001";

const COLUMNS: &[Column] = &[
    (words::ID, "id"),
    (words::STATE, "state"),
    (words::TRADE, "trade"),
    (words::REGION, "region"),
    (words::DEPARTMENT, "department"),
    (words::TITLE, "name"),
];

#[derive(Debug, Subcommand)]
pub enum Unit {
    /// Units, newest change first · 列表
    #[command(after_help = LIST)]
    List(Which),
    /// One unit with its story · 详情
    #[command(after_help = SHOW)]
    Show { id: String },
}

impl Unit {
    pub fn run(self, around: &Around) -> Result<ExitCode> {
        match self {
            Unit::List(which) => thing::list(around, "units", which, COLUMNS, |_| Tone::Plain)?,
            Unit::Show { id } => _ = thing::show(around, "units", &id)?,
        }
        Ok(ExitCode::SUCCESS)
    }
}
