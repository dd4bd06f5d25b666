//! Tables against the SDK's mock: what records say, and what of it becomes what.

mod flow;
mod reading;

use crate::Smoke;
use tocsin_sdk::mock::Host;
use tocsin_sdk::{Answer, Kind, Message, Outcome, Signal, Timestamp};

/// Received time of [`Host::message`].
const NOW: Timestamp = 1_783_837_830_000;

fn at(seconds: i64) -> Timestamp {
    NOW + seconds * 1_000
}

/// A record of `device`, `seconds` into the test.
fn say(host: &Host, seconds: i64, device: &str, body: &str) -> Answer {
    let message = Message { received: at(seconds), ..Host::message(device, body.as_bytes()) };
    host.decode::<Smoke>(message)
}

/// `kind code device` of each signal but readings.
fn lines(outcome: &Outcome) -> Vec<String> {
    let line = |signal: &Signal| {
        let kind = format!("{:?}", signal.kind).to_lowercase();
        format!("{} {} {}", kind.rsplit("::").next().unwrap(), signal.code, signal.device)
    };
    outcome.signals.iter().filter(|signal| signal.kind != Kind::Reading).map(line).collect()
}

/// Fires timers up to then: what they said.
fn until(host: &Host, seconds: i64) -> Vec<String> {
    host.advance::<Smoke>(at(seconds)).into_iter().flat_map(|(_, answer)| lines(&answer.unwrap())).collect()
}
