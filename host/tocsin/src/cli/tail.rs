//! `tocsin tail`

use super::print::{Tone, plain};
use super::{Around, words};
use crate::client::Client;
use crate::text;
use anyhow::Result;
use clap::Args;
use serde_json::{Value, json};
use std::io::{BufRead, Read};
use std::process::ExitCode;

const EXAMPLES: &str = "\
Examples · 示例:
  tocsin tail
  tocsin tail --json | jq .data.title
  tocsin tail --count 1                     wait for the next event";

/// One event line: an incident with all its reasons is far below.
const LINE_BYTES: u64 = 1 << 20;

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Tail {
    /// End after this many events · 事件数
    #[arg(long, value_name = "N")]
    count: Option<u64>,
}

impl Tail {
    pub fn run(self, around: &Around) -> Result<ExitCode> {
        let client: Client = around.client()?;
        let mut lines = client.follow("/api/v1/stream")?;
        let (mut event, mut line) = (Event::default(), String::new());
        let mut left = self.count.unwrap_or(u64::MAX);
        while left > 0 {
            line.clear();
            if Read::by_ref(&mut lines).take(LINE_BYTES).read_line(&mut line)? == 0 {
                anyhow::bail!(text!(stream_ended));
            }
            if let Some(event) = event.take(line.trim_end_matches(['\r', '\n'])) {
                tell(&event, around);
                left -= 1;
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

#[derive(Debug, Default)]
struct Event {
    id: String,
    kind: String,
    data: String,
}

impl Event {
    /// Takes a line; answers with the event that it ends.
    fn take(&mut self, line: &str) -> Option<Event> {
        match line.split_once(':') {
            Some(("id", value)) => value.trim_start().clone_into(&mut self.id),
            Some(("event", value)) => value.trim_start().clone_into(&mut self.kind),
            Some(("data", value)) => self.data.push_str(value.trim_start()),
            // Comments keep the connection; other fields are of later versions.
            Some(_) => {}
            None if line.is_empty() && !self.data.is_empty() => return Some(std::mem::take(self)),
            None => {}
        }
        None
    }
}

fn tell(event: &Event, around: &Around) {
    let data: Value = serde_json::from_str(&event.data).unwrap_or_default();
    if around.print.json {
        around.print.object(&json!({ "id": event.id, "type": event.kind, "data": data }));
        return;
    }
    let text = |name: &str| plain(data[name].as_str().unwrap_or_default());
    if !event.kind.starts_with("incident.") {
        return tell_row(event, &data, around);
    }
    let percent = (data["confidence"].as_f64().unwrap_or_default() * 100.0).round();
    let tone = if event.kind.ends_with("opened") { Tone::Alarm } else { Tone::Plain };
    let (at, count) = (text("changed_at"), &data["count"]);
    let line = format!(
        "{}  {:<17} {}  {}  {}  {percent} %  ×{count}  {}",
        at.get(11..19).unwrap_or(&at),
        event.kind,
        text("id"),
        words::state(&text("state")),
        words::severity(&text("severity")),
        text("title"),
    );
    around.print.line(&around.print.painted(tone, &line));
}

/// What a row of a commanding room became, at the time it is heard of.
fn tell_row(event: &Event, data: &Value, around: &Around) {
    let text = |name: &str| plain(data[name].as_str().unwrap_or_default());
    let at = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::fixed(jiff::tz::offset(8)));
    let title = if data["title"].is_string() { text("title") } else { text("name") };
    let (kind, id, state, note) = (plain(&event.kind), text("id"), text("state"), text("note"));
    let tone = match kind.rsplit('.').next() {
        Some("found" | "unanswered" | "forged") => Tone::Alarm,
        Some("escalated" | "overdue" | "declined" | "undelivered") => Tone::Trouble,
        _ => Tone::Plain,
    };
    let line = format!("{}  {kind:<17} {id}  {state}  {title}  {note}", at.strftime("%H:%M:%S"));
    around.print.line(&around.print.painted(tone, line.trim_end()));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_cut_from_the_stream() {
        let mut event = Event::default();
        let lines = [":", "", "id: 7-0-city", "event: incident.opened", "data: {\"id\":\"I1\"}", ""];
        let ended: Vec<Event> = lines.iter().filter_map(|line| event.take(line)).collect();
        assert_eq!(ended.len(), 1);
        assert_eq!((ended[0].id.as_str(), ended[0].kind.as_str()), ("7-0-city", "incident.opened"));
        assert_eq!(ended[0].data, "{\"id\":\"I1\"}");
    }
}
