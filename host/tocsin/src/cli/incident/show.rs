//! `tocsin incident show`: from the summary down to the raw bytes.

use crate::cli::print::{Tone, plain};
use crate::cli::{Around, words};
use crate::client::segment;
use anyhow::Result;
use serde_json::Value;

/// Bytes of one frame on a terminal; `--json` has them all.
const DIGITS_SHOWN: usize = 160;

pub fn run(id: &str, around: &Around) -> Result<()> {
    let incident = around.client()?.get(&format!("/api/v1/incidents/{}", segment(id)))?;
    if around.print.json {
        around.print.object(&incident);
    } else {
        summary(&incident, around);
        lists(&incident, around);
        frames(&incident, around);
    }
    Ok(())
}

fn summary(incident: &Value, around: &Around) {
    let print = &around.print;
    let text = |name: &str| plain(incident[name].as_str().unwrap_or_default());
    print.line(&print.painted(Tone::Alarm, &format!("{}  {}", text("id"), text("title"))));
    let percent = (incident["confidence"].as_f64().unwrap_or_default() * 100.0).round();
    let position = &incident["position"];
    let place = match (position["lon"].as_f64(), position["lat"].as_f64()) {
        (Some(lon), Some(lat)) => format!("{lon:.6}, {lat:.6}"),
        _ => String::new(),
    };
    let disposition = &incident["disposition"];
    for (label, value) in [
        (words::STATE, words::state(&text("state"))),
        (words::SEVERITY, words::severity(&text("severity"))),
        (words::CONFIDENCE, format!("{percent} %")),
        (words::COUNT, incident["count"].to_string()),
        (words::REGION, format!("{} {}", text("region"), text("region_name"))),
        (words::UNIT, text("unit_name")),
        (words::POSITION, place),
        (words::FIRST, text("first_at")),
        (words::LAST, text("last_at")),
        (words::RESULT, text("result")),
        (words::DISPOSITION, plain(disposition["kind"].as_str().unwrap_or_default())),
    ] {
        print.field(&label.with(&[]), value.trim());
    }
}

fn lists(incident: &Value, around: &Around) {
    let list = |name: &str| incident[name].as_array().cloned().unwrap_or_default();
    let text = |value: &Value, name: &str| plain(value[name].as_str().unwrap_or_default());
    heading(&words::REASONS.with(&[]), &list("reasons"), around, |reason| text(reason, "text"));
    heading(&words::EVIDENCE.with(&[]), &list("evidence"), around, |row| {
        let (count, at) = (&row["count"], text(row, "first_at"));
        let address = plain(row["said"]["address"].as_str().unwrap_or_default());
        let line = ["department", "device", "title"].map(|field| text(row, field)).join("  ");
        format!("{at}  {line}  ×{count}  {address}").trim_end().to_owned()
    });
    heading(&words::CONTACTS.with(&[]), &list("contacts"), around, |person| {
        let fields = ["unit_name", "device", "address", "post", "name", "phone"];
        let said = fields.map(|field| text(person, field));
        said.iter().filter(|text| !text.is_empty()).map(String::as_str).collect::<Vec<_>>().join("  ")
    });
    heading(&words::HYDRANTS.with(&[]), &list("hydrants"), around, |row| {
        let word = match (row["dry"] == true, row["offered"] == true) {
            (true, _) => words::DRY,
            (_, true) => words::OFFERED,
            _ => words::WORKS,
        };
        let (distance, pressure) = (&row["distance_m"], &row["pressure_kpa"]);
        format!(
            "{}  {}  {distance} m  {pressure} kPa  {}",
            text(row, "device"),
            text(row, "title"),
            word.with(&[])
        )
    });
    heading(&words::NOTES.with(&[]), &list("notes"), around, |note| {
        format!("{}  {}  {}  {}", text(note, "at"), text(note, "by"), text(note, "act"), text(note, "text"))
    });
}

fn frames(incident: &Value, around: &Around) {
    let frames = incident["frames"].as_array().cloned().unwrap_or_default();
    let shown = words::FRAMES_SHOWN.with(&[("shown", &frames.len()), ("all", &incident["frame_count"])]);
    heading(&format!("{} ({shown})", words::FRAMES.with(&[])), &frames, around, |frame| {
        let text = |name: &str| plain(frame[name].as_str().unwrap_or_default());
        match frame["raw"].as_str() {
            Some(raw) => {
                let cut = raw.get(..DIGITS_SHOWN).map_or_else(|| raw.to_owned(), |cut| format!("{cut}…"));
                format!("{}  {}  {}\n      {cut}", text("frame"), text("received"), text("origin"))
            }
            None => format!("{}  ({})", text("frame"), text("raw_reason")),
        }
    });
}

fn heading(title: &str, rows: &[Value], around: &Around, line: impl Fn(&Value) -> String) {
    if rows.is_empty() {
        return;
    }
    around.print.line(&around.print.painted(Tone::Faint, title));
    for row in rows {
        around.print.line(&format!("    {}", line(row)));
    }
}
