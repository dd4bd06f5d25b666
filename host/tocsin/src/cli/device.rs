//! `tocsin device`

use super::print::Tone;
use super::thing::{self, Column, Which};
use super::{Around, words};
use anyhow::Result;
use clap::Subcommand;
use serde_json::Value;
use std::process::ExitCode;

const LIST: &str = "\
Examples · 示例:
  tocsin device list --state silent
  tocsin device list --state shielded --region 330791001000 --json";
const SHOW: &str = "\
Examples · 示例:
  tocsin device show fire/000000000379
  tocsin device show smoke/SD-0031 --json";

const COLUMNS: &[Column] = &[
    (words::ID, "id"),
    (words::STATE, "states|state"),
    (words::UNIT, "unit_name"),
    (words::REGION, "region"),
    (words::SINCE, "points.0.since"),
    (words::EVIDENCE, "points.0.frame"),
    (words::FALSE_RATE, "verdicts.false_rate"),
    (words::TITLE, "title"),
];

#[derive(Debug, Subcommand)]
pub enum Device {
    /// Devices that have something to say of themselves, newest change first · 列表
    #[command(after_help = LIST)]
    List(Which),
    /// One device, `department/device`, with its story · 详情
    #[command(after_help = SHOW)]
    Show { id: String },
}

impl Device {
    pub fn run(self, around: &Around) -> Result<ExitCode> {
        match self {
            Device::List(which) => thing::list(around, "devices", which, COLUMNS, tone)?,
            Device::Show { id } => _ = thing::show(around, "devices", &id)?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn tone(row: &Value) -> Tone {
    match row["state"].as_str() {
        Some("silent" | "offline") => Tone::Alarm,
        Some("normal" | "online" | "armed" | "subscribed") => Tone::Plain,
        _ => Tone::Trouble,
    }
}
