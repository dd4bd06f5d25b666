//! `tocsin warning`

use super::print::Tone;
use super::thing::{self, Column, Which};
use super::{Around, duty, outward, words};
use anyhow::Result;
use clap::Subcommand;
use serde_json::Value;
use std::process::ExitCode;

const LIST: &str = "\
Examples · 示例:
  tocsin warning list
  tocsin warning list --state active --json";
const SHOW: &str = "\
Examples · 示例:
  tocsin warning show 33079141600000_20260712141500_0";
const CAP: &str = "\
Examples · 示例:
  tocsin warning cap 33079141600000_20260712141500_0 > warning.xml";

const NGSI_LD: &str = "\
Examples · 示例:
  tocsin warning ngsi-ld 33079141600000_20260712141500_0";

const COLUMNS: &[Column] = &[
    (words::ID, "id"),
    (words::STATE, "status"),
    (words::SEVERITY, "severity"),
    (words::EVENT, "event_code"),
    (words::AREAS, "areas"),
    (words::ISSUED, "issued"),
    (words::EXPIRES, "expires"),
    (words::FLAGS, "flags"),
    (words::TITLE, "title"),
];

#[derive(Debug, Subcommand)]
pub enum Warning {
    /// Chains of warnings, newest change first · 列表
    #[command(after_help = LIST)]
    List(Which),
    /// One chain, by the id of any of its messages: its story, and who was called
    /// and confirmed · 详情
    #[command(after_help = SHOW)]
    Show { id: String },
    /// The chain's newest message as CAP 1.2 · 以 CAP 1.2 输出
    #[command(after_help = CAP)]
    Cap { id: String },
    /// As an NGSI-LD entity · 以 NGSI-LD 输出
    #[command(after_help = NGSI_LD)]
    NgsiLd { id: String },
}

impl Warning {
    pub fn run(self, around: &Around) -> Result<ExitCode> {
        match self {
            Warning::List(which) => thing::list(around, "warnings", which, COLUMNS, tone)?,
            Warning::Show { id } => {
                let shown = thing::show(around, "warnings", &id)?;
                // JSON has them as `calls` of the one object.
                if !around.print.json {
                    let calls = shown["calls"].as_array().map_or(&[][..], Vec::as_slice);
                    duty::confirmations(around, calls);
                }
            }
            Warning::Cap { id } => outward::cap(around, "warnings", &id)?,
            Warning::NgsiLd { id } => outward::ngsi_ld(around, "warnings", &id)?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn tone(row: &Value) -> Tone {
    match (row["status"].as_str(), row["severity"].as_str()) {
        (Some("active"), Some("extreme" | "severe" | "unknown")) => Tone::Alarm,
        (Some("active"), _) => Tone::Trouble,
        _ => Tone::Faint,
    }
}
