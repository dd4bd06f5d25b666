//! What the city hears of a run.

use super::span::{Run, Seen};
use crate::record::Record;
use serde_json::json;
use tocsin_sdk::{Certainty, Severity, Signal, Urgency};

/// `lasted`: how long by what the record or its end says, where that is known.
pub fn fire(record: &Record, run: &Run, lasted: i64) -> Signal {
    let seconds = run.lasted().max(run.returned()).max(lasted) / 1_000;
    let title = match seconds {
        0 => "烟雾火警".to_owned(),
        _ if lasted / 1_000 >= seconds => format!("烟雾火警,已持续 {seconds} 秒"),
        _ if run.returned() > run.lasted() => format!("烟雾火警,{seconds} 秒内烟雾 {} 次", run.pulses()),
        // Nobody knows what was between the two.
        _ if run.count == 2 => format!("烟雾火警,两次烟雾,间隔 {seconds} 秒"),
        _ => format!("烟雾火警,已持续 {seconds} 秒"),
    };
    let signal = Signal::alarm("fire.smoke").certainty(Certainty::Likely).title(title);
    let reports = run.reports();
    record.about_with(signal, json!({"seconds": seconds, "reports": reports, "density": record.density()}))
}

/// A run that became a fire by what is no record of it.
pub fn kindled(record: &Record, run: &mut Run, seen: &Seen, lasted: i64) -> Signal {
    run.kindle(seen.now);
    fire(record, run, lasted)
}

/// The pulse of a run that went quiet.
pub fn quiet(device: &str, run: &Run) -> Signal {
    pulse_of(run).device(device).observed(run.observed()).data(run.data.clone())
}

/// One record by itself.
pub fn pulse(record: &Record) -> Signal {
    record.about(item("烟雾短脉冲,待核实".to_owned()))
}

pub fn pulse_of(run: &Run) -> Signal {
    item(match (run.count, run.lasted() / 1_000) {
        (0 | 1, _) => "烟雾短脉冲,待核实".to_owned(),
        (2, seconds) if seconds > 0 => format!("两次烟雾,间隔 {seconds} 秒,待核实"),
        (count, _) => format!("烟雾短时出现 {count} 次,待核实"),
    })
}

/// For somebody to look at, not a fire.
fn item(title: String) -> Signal {
    Signal::alarm("smoke.pulse")
        .urgency(Urgency::Expected)
        .severity(Severity::Minor)
        .certainty(Certainty::Possible)
        .title(title)
}
