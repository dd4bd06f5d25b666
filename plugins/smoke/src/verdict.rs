//! How often a detector was wrong, by what people made of its incidents.
//!
//! It lives in the detector's own room, told by the city's `device.judged`. It never
//! weighs on what the detector says next: a false rate proposes maintenance, and a
//! fire is a fire.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tocsin_sdk::{Answer, Event, Outcome, Severity, Signal, Timestamp, city, memory, time};

const KEY: &str = "judged";
/// A quarter, as the city counts.
const COUNTED_MS: i64 = 90 * 24 * 3_600_000;
const KEPT: usize = 32;

/// What is known of one detector.
#[derive(Default, Serialize, Deserialize)]
struct Judged {
    /// Oldest first: incident, when, whether it was false.
    verdicts: Vec<(String, Timestamp, bool)>,
    /// Maintenance was proposed and not done yet.
    #[serde(default)]
    proposed: bool,
}

impl Judged {
    fn falses(&self) -> usize {
        self.verdicts.iter().filter(|(_, _, is_false)| *is_false).count()
    }
}

pub fn deliver(event: &Event) -> Answer {
    match event.kind.as_str() {
        "device.judged" => judged(event),
        "order.done" => serviced(event),
        _ => Ok(Outcome::default()),
    }
}

fn judged(event: &Event) -> Answer {
    let row: Value = event.json()?;
    let Some(verdict) = row["verdicts"]["list"].as_array().and_then(|list| list.last()) else {
        return Ok(Outcome::default());
    };
    let incident = verdict["incident"].as_str().unwrap_or_default().to_owned();
    let is_false = verdict["is_false"].as_bool().unwrap_or_default();
    let at = verdict["at"].as_str().and_then(time::parse).unwrap_or(event.time);
    let mut known: Judged = memory::load(KEY).unwrap_or_default();
    known.verdicts.retain(|(old, told, _)| *old != incident && event.time - told <= COUNTED_MS);
    known.verdicts.push((incident, at, is_false));
    let over = known.verdicts.len().saturating_sub(KEPT);
    known.verdicts.drain(..over);
    let most = city::whole("false_alarms", 4, 1..=KEPT as i64) as usize;
    let falses = known.falses();
    let mut outcome = Outcome::default();
    if is_false && falses >= most && !known.proposed {
        known.proposed = true;
        outcome = outcome.signal(proposal(&event.device, falses, known.verdicts.len()));
    }
    memory::save(KEY, &known);
    Ok(outcome)
}

fn proposal(device: &str, falses: usize, of: usize) -> Signal {
    let rate = (falses as f64 / of.max(1) as f64 * 1e4).round() / 1e4;
    Signal::fault("maintenance.proposed")
        .device(device)
        .severity(Severity::Minor)
        .title(format!("近 90 天误报 {falses} 次(共 {of} 次报警),建议检修"))
        .data(json!({"false_alarms": falses, "alarms": of, "false_rate": rate}).to_string())
}

/// Whoever mended it begins a new count.
fn serviced(event: &Event) -> Answer {
    let order: Value = event.json()?;
    let known: Judged = memory::load(KEY).unwrap_or_default();
    if order["matter"] == "maintenance" && known.proposed {
        memory::forget(KEY);
    }
    Ok(Outcome::default())
}
