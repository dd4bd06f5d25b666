//! Tables of messages and what becomes of them.

mod cap;
mod national;
mod refusals;

use crate::Meteorology;
use serde_json::Value;
use tocsin_sdk::mock::Host;
use tocsin_sdk::{Answer, Outcome, RejectionKind, Signal};

/// Decodes what was posted to `/in/meteorology/<source>`.
fn decode(source: &str, payload: &[u8]) -> Answer {
    let mut message = Host::message("", payload);
    message.door = source.to_owned();
    message.origin = format!("/in/meteorology/{source} 127.0.0.1:50000");
    Host::fresh().decode::<Meteorology>(message)
}

fn accepted(source: &str, payload: impl AsRef<[u8]>) -> (Signal, Value, Vec<String>) {
    let payload = payload.as_ref();
    let Outcome { mut signals, defects, .. } = decode(source, payload).unwrap_or_else(|refused| {
        panic!("{:.2000}\nwas refused: {refused:?}", String::from_utf8_lossy(payload))
    });
    assert_eq!(signals.len(), 1);
    let signal = signals.remove(0);
    let data = serde_json::from_str(&signal.data).expect("data is JSON");
    (signal, data, defects)
}

fn refused(source: &str, payload: impl AsRef<[u8]>) -> (RejectionKind, String) {
    let payload = payload.as_ref();
    match decode(source, payload) {
        Ok(outcome) => panic!("{}\nwas taken: {outcome:?}", String::from_utf8_lossy(payload)),
        Err(rejection) => (rejection.kind, rejection.reason),
    }
}

/// A text with some of it replaced; each part must be there.
fn edited(text: &str, edits: &[(&str, &str)]) -> String {
    edits.iter().fold(text.to_owned(), |text, (old, new)| {
        assert!(text.contains(old), "{old:?} is not in the text");
        text.replacen(old, new, 1)
    })
}

fn flags(data: &Value) -> Vec<&str> {
    data["flags"].as_array().expect("flags").iter().filter_map(Value::as_str).collect()
}
