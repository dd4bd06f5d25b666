//! Tables against the SDK's mock: what records say, and what of it becomes what.

mod clock;
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

/// `seconds: body` of one detector, timers in between: when it said what, and its title.
fn night(host: &Host, timeline: &[(i64, &str)], end: i64) -> Vec<(i64, String, String)> {
    let mut said = Vec::new();
    let mut note = |seconds: i64, outcome: &Outcome| {
        let alarms = outcome.signals.iter().filter(|signal| signal.kind != Kind::Reading);
        let titles = alarms.map(|signal| signal.title.clone());
        said.extend(lines(outcome).into_iter().zip(titles).map(|(line, title)| (seconds, line, title)));
    };
    for (seconds, body) in timeline.iter().copied().chain([(end, "")]) {
        for (tick, answer) in host.advance::<Smoke>(at(seconds)) {
            note((tick.due - NOW) / 1_000, &answer.unwrap());
        }
        if !body.is_empty() {
            note(seconds, &say(host, seconds, "SD-1", body).expect(body));
        }
    }
    said
}

/// Fires timers up to then: what they said.
fn until(host: &Host, seconds: i64) -> Vec<String> {
    host.advance::<Smoke>(at(seconds)).into_iter().flat_map(|(_, answer)| lines(&answer.unwrap())).collect()
}
