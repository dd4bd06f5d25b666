//! `tocsin quality`

use super::print::{Tone, plain};
use super::{Around, words};
use crate::client::segment;
use anyhow::Result;
use clap::Args;
use serde_json::Value;
use std::process::ExitCode;

const EXAMPLE: &str = "\
Examples · 示例:
  tocsin quality
  tocsin quality --since 2026-07-01 --until 2026-08-01 --json";

/// Below this an officer should look at the department's feed.
const FAIR: f64 = 95.0;
const POOR: f64 = 80.0;

/// How much of each department's data could be used as it came.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLE)]
pub struct Quality {
    /// From this hour on: a day, a time of Beijing, or RFC 3339 · 起
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// Up to this hour · 止
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
}

impl Quality {
    pub fn run(self, around: &Around) -> Result<ExitCode> {
        let asked = [("since", self.since), ("until", self.until)];
        let asked: Vec<String> = asked
            .into_iter()
            .filter_map(|(name, value)| Some(format!("{name}={}", segment(&value?))))
            .collect();
        let cards = around.client()?.get(&format!("/api/v1/quality?{}", asked.join("&")))?;
        let cards = cards.as_array().map_or(&[][..], Vec::as_slice);
        if around.print.json {
            cards.iter().for_each(|card| around.print.object(card));
        } else if cards.is_empty() {
            around.print.line(&words::NOTHING.with(&[]));
        } else {
            let head = [
                words::DEPARTMENT,
                words::SCORE,
                words::FRAMES,
                words::REFUSED,
                words::FAILED,
                words::DEFECTS,
                words::SIGNALS,
                words::LATE_SIGNALS,
                words::UNKNOWN,
                words::NAMELESS,
                words::NOWHERE,
                words::NOISE,
            ];
            let head: Vec<String> = head.iter().map(|word| word.with(&[])).collect();
            around.print.table(&head, &cards.iter().map(row).collect::<Vec<_>>());
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn row(card: &Value) -> (Tone, Vec<String>) {
    let name = ["name", "department"].iter().filter_map(|field| card[*field].as_str());
    let name = name.into_iter().find(|text| !text.is_empty()).unwrap_or_default();
    let score = card["score"].as_f64();
    let tone = match score {
        Some(score) if score < POOR => Tone::Alarm,
        Some(score) if score < FAIR => Tone::Trouble,
        _ => Tone::Plain,
    };
    let counts = [
        "frames", "refused", "failed", "defects", "signals", "late", "unknown", "nameless", "nowhere",
        "noise",
    ];
    let cells = [plain(name), score.map_or("—".to_owned(), |score| format!("{score:.1}"))];
    (tone, cells.into_iter().chain(counts.map(|count| card[count].to_string())).collect())
}
