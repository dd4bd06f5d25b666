//! Tables of reports and polls, and what becomes of them.

mod boxes;
mod meters;
mod months;

use crate::Electricity;
use serde_json::{Value, json};
use tocsin_sdk::mock::Host;
use tocsin_sdk::time::Beijing;
use tocsin_sdk::{Answer, Kind, Message, Outcome};

pub const NOW: i64 = 1_783_837_830_000;
pub const BOX: &str = "DX26070001";

/// A box in good order at `at`, with these fields instead.
fn report(at: i64, fields: &Value) -> Value {
    let time = Beijing::of(at).to_string().replace('T', " ").replace("+08:00", "");
    let mut whole = json!({
        "serialNo": BOX, "simCode": "", "dbm": "-71", "power": "5200", "residualCurrent": "35", "boxTemperature": "31.5",
        "smokeAlarm": "0", "infraredAlarm": "", "airSwitch": "1", "alarm": "0", "collectTime": time,
        "aVoltage": "221.3", "aCurrent": "12.5", "aTemperature": "41.5", "bVoltage": "220.9", "bCurrent": "11.0",
        "bTemperature": "40.0", "cVoltage": "222.0", "cCurrent": "13.1", "cTemperature": "42.5",
    });
    for (key, value) in fields.as_object().into_iter().flatten() {
        whole[key] = value.clone();
    }
    whole
}

/// Posted as the box itself, received when it was taken.
fn post(host: Host, at: i64, body: &Value) -> Answer {
    let message = Host::message(BOX, body.to_string().as_bytes());
    host.decode::<Electricity>(Message { received: at, ..message })
}

/// What is neither a reading nor a status, as words.
fn events(outcome: &Outcome) -> Vec<String> {
    let signals =
        outcome.signals.iter().filter(|signal| !matches!(signal.kind, Kind::Reading | Kind::Status));
    signals
        .map(|signal| format!("{:?} {} {}", signal.kind, signal.code, signal.device).replace("Kind::", ""))
        .collect()
}

fn readings(outcome: &Outcome) -> usize {
    outcome.signals.iter().filter(|signal| signal.kind == Kind::Reading).count()
}
