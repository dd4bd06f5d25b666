//! `tocsin linkage`

use super::print::{Tone, plain};
use super::{Around, words};
use crate::client::segment;
use anyhow::Result;
use clap::Args;
use serde_json::Value;
use std::process::ExitCode;

const EXAMPLE: &str = "\
Examples · 示例:
  tocsin linkage
  tocsin linkage --incident I20260712-0001
  tocsin linkage --since 2026-07-12 --until 2026-07-13 --json";

/// How fast departments link up: order → acknowledged → arrived.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLE)]
pub struct Linkage {
    /// Orders given from then on: a day, a time of Beijing, or RFC 3339 · 起
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// Orders given before · 止
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
    /// Orders of one incident · 事件
    #[arg(long, value_name = "ID")]
    incident: Option<String>,
}

impl Linkage {
    pub fn run(self, around: &Around) -> Result<ExitCode> {
        let asked = [("since", self.since), ("until", self.until), ("incident", self.incident)];
        let asked: Vec<String> = asked
            .into_iter()
            .filter_map(|(name, value)| Some(format!("{name}={}", segment(&value?))))
            .collect();
        let table = around.client()?.get(&format!("/api/v1/linkage?{}", asked.join("&")))?;
        let departments = table["departments"].as_array().map_or(&[][..], Vec::as_slice);
        let lines = departments.iter().chain([&table["all"]]);
        if around.print.json {
            lines.for_each(|line| around.print.object(line));
        } else if departments.is_empty() {
            around.print.line(&words::NOTHING.with(&[]));
        } else {
            let head = [
                words::DEPARTMENT,
                words::ORDERS,
                words::ORDER_ACK,
                words::ACK_ARRIVE,
                words::ORDER_ARRIVE,
                words::ESCALATED,
                words::DECLINED,
                words::UNANSWERED,
                words::SLOWEST,
            ];
            let head: Vec<String> = head.iter().map(|word| word.with(&[])).collect();
            around.print.table(&head, &lines.map(row).collect::<Vec<_>>());
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn row(line: &Value) -> (Tone, Vec<String>) {
    let text = |name: &str| line[name].as_str().unwrap_or_default().to_owned();
    let name = if line["name"].as_str().is_some_and(|name| !name.is_empty()) {
        text("name")
    } else {
        text("department")
    };
    let spread = |name: &str| {
        let times = [&line[name]["p50_ms"], &line[name]["p95_ms"]];
        times.map(|ms| ms.as_i64().map_or("—".to_owned(), span)).join(" / ")
    };
    let share = format!("{:.0} %", line["escalated_share"].as_f64().unwrap_or_default() * 100.0);
    let slowest = &line["slowest"];
    let slowest = match slowest["order"].as_str() {
        Some(order) => {
            let waits = if slowest["waiting"] == true { "…" } else { "" };
            let took = span(slowest["answer_ms"].as_i64().unwrap_or_default());
            plain(&format!("{took}{waits} {order} {}", slowest["title"].as_str().unwrap_or_default()))
        }
        None => String::new(),
    };
    let tone = match (line["unanswered"].as_u64(), line["escalated"].as_u64()) {
        (Some(1..), _) => Tone::Alarm,
        (_, Some(1..)) => Tone::Trouble,
        _ => Tone::Plain,
    };
    let cells = vec![
        name,
        line["orders"].to_string(),
        spread("order_ack"),
        spread("ack_arrive"),
        spread("order_arrive"),
        share,
        line["declined"].to_string(),
        line["unanswered"].to_string(),
        slowest,
    ];
    (tone, cells)
}

/// `4m05s`, as a duty officer says it.
fn span(ms: i64) -> String {
    let s = ms / 1_000;
    match s {
        ..60 => format!("{s}s"),
        60..3_600 => format!("{}m{:02}s", s / 60, s % 60),
        _ => format!("{}h{:02}m", s / 3_600, s % 3_600 / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::span;

    #[test]
    fn spans_are_read_at_a_glance() {
        let spans = [0, 59_999, 60_000, 245_000, 3_600_000, 90_061_000].map(span);
        assert_eq!(spans, ["0s", "59s", "1m00s", "4m05s", "1h00m", "25h01m"]);
    }
}
