//! `tocsin now`

use super::print::{Tone, plain};
use super::spoken::shown;
use super::thing::cell;
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
            let head = [
                words::KIND,
                words::SEVERITY,
                words::DEPARTMENT,
                words::SOURCE,
                words::QUALITY,
                words::AT,
                words::STATE,
                words::TITLE,
            ];
            let head: Vec<String> = head.iter().map(|word| word.with(&[])).collect();
            around.print.table(&head, &facts.iter().map(row).collect::<Vec<_>>());
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn row(fact: &Value) -> (Tone, Vec<String>) {
    let tone = match (fact["noun"].as_str(), fact["severity"].as_str()) {
        (_, Some("extreme" | "severe")) => Tone::Alarm,
        (Some("incident" | "warning"), _) | (_, Some("moderate")) => Tone::Trouble,
        _ => Tone::Plain,
    };
    let cells = vec![
        shown(fact, "noun"),
        shown(fact, "severity"),
        cell(fact, "departments"),
        plain(&sources(fact)),
        quality(&fact["quality"]),
        cell(fact, "at"),
        shown(fact, "state"),
        plain(fact["title"].as_str().unwrap_or_default()),
    ];
    (tone, cells)
}

/// The first of who says so, and how many more there are.
fn sources(fact: &Value) -> String {
    let named = fact["sources"].as_array().map_or(&[][..], Vec::as_slice);
    let first = named.first().and_then(Value::as_str).unwrap_or_default();
    match named.len().max(fact["quality"]["sources"].as_u64().unwrap_or_default() as usize) {
        0 | 1 => first.to_owned(),
        all => format!("{first} +{}", all - 1),
    }
}

/// How far it can be trusted: confidence, else certainty; how late; where from.
fn quality(quality: &Value) -> String {
    let confidence = quality["confidence"].as_f64().map(|share| format!("{:.0}%", share * 100.0));
    let certainty = Some(shown(quality, "certainty")).filter(|word| !word.is_empty());
    let late = quality["late_ms"].as_i64().filter(|late| *late >= 60_000);
    let late = late.map(|late| words::LATE.with(&[("minutes", &(late / 60_000))]));
    let nowhere = (quality["position"] == "none").then(|| words::NO_POSITION.with(&[]));
    [confidence.or(certainty), late, nowhere].into_iter().flatten().collect::<Vec<_>>().join(" ")
}
