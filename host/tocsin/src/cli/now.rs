//! `tocsin now`

use super::print::{Tone, plain};
use super::{Around, words};
use crate::client::segment;
use anyhow::Result;
use clap::Args;
use serde_json::Value;
use std::process::ExitCode;

const EXAMPLE: &str = "\
Examples · 示例:
  tocsin now
  tocsin now --region 330791001000
  tocsin now --region 330791001000 --json";

/// What is happening in a region now, of all departments · 实况
#[derive(Debug, Args)]
#[command(after_help = EXAMPLE)]
pub struct Now {
    /// 12 digits; the whole city where it is missing · 行政区划
    #[arg(long, value_name = "CODE")]
    region: Option<String>,
}

impl Now {
    pub fn run(self, around: &Around) -> Result<ExitCode> {
        let asked = self.region.map(|region| format!("?region={}", segment(&region))).unwrap_or_default();
        let picture = around.client()?.get(&format!("/api/v1/now{asked}"))?;
        let facts = picture["facts"].as_array().map_or(&[][..], Vec::as_slice);
        if around.print.json {
            facts.iter().for_each(|fact| around.print.object(fact));
        } else if facts.is_empty() {
            around.print.line(&words::NOTHING.with(&[]));
        } else {
            let head =
                [words::KIND, words::SEVERITY, words::DEPARTMENT, words::AT, words::STATE, words::TITLE];
            let head: Vec<String> = head.iter().map(|word| word.with(&[])).collect();
            around.print.table(&head, &facts.iter().map(row).collect::<Vec<_>>());
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn row(fact: &Value) -> (Tone, Vec<String>) {
    let text = |name: &str| fact[name].as_str().unwrap_or_default().to_owned();
    let departments = fact["departments"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let departments = departments.collect::<Vec<_>>().join(", ");
    let tone = match (fact["noun"].as_str(), fact["severity"].as_str()) {
        (_, Some("extreme" | "severe")) => Tone::Alarm,
        (Some("incident" | "warning"), _) | (_, Some("moderate")) => Tone::Trouble,
        _ => Tone::Plain,
    };
    let cells = vec![
        text("noun"),
        text("severity"),
        departments,
        text("at"),
        text("state"),
        plain(fact["title"].as_str().unwrap_or_default()),
    ];
    (tone, cells)
}
