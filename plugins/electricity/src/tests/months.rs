//! Ten thousand messages of every kind, and how long they take.

use super::{BOX, NOW, events, post, readings, report};
use serde_json::{Value, json};
use std::time::Instant;
use tocsin_sdk::mock::Host;

/// Numbers that look thrown and are the same each time.
struct Dice(u64);

impl Dice {
    fn throw(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % below
    }
}

/// A field spoilt in one of the ways that boxes spoil them; how many readings that costs.
fn spoil(dice: &mut Dice, body: &mut Value) -> usize {
    let fields = ["residualCurrent", "aVoltage", "bTemperature", "cCurrent", "boxTemperature"];
    let field = fields[dice.throw(5) as usize];
    let (value, cost) = match dice.throw(6) {
        0 => (json!(""), 1),
        1 => (json!(null), 1),
        2 => (json!("err"), 1),
        3 => (json!(99_999), 1),
        4 => (json!(33.25), 0),
        _ => (json!(" 33.25 "), 0),
    };
    body[field] = value;
    cost
}

#[test]
fn ten_thousand_messages() {
    let host = Host::fresh();
    let mut dice = Dice(7);
    let (mut told, mut expect, mut got) = (Vec::new(), 0, 0);
    let started = Instant::now();
    for n in 0..10_000_i64 {
        let at = NOW + n * 60_000;
        // A slow rise over two days, an hour over the limit, then calm and flapping.
        let residual = match n {
            0..2_880 => 30.0 + n as f64 / 12.0,
            2_880..2_940 => 340.0,
            5_000..5_300 => [295.0, 306.0][n as usize % 2],
            _ => 30.0 + dice.throw(8) as f64,
        };
        let mut body = report(at, &json!({"residualCurrent": format!("{residual:.1}")}));
        expect += 13;
        if n % 7 == 3 && !(2_800..3_000).contains(&n) {
            expect -= spoil(&mut dice, &mut body);
        }
        if n % 11 == 5 {
            body["collectTime"] = json!("");
        }
        let outcome = post(host, at, &body).expect("a reading is never lost");
        got += readings(&outcome);
        told.extend(events(&outcome));
    }
    let took = started.elapsed();
    assert_eq!(got, expect);
    let count = |what: &str| told.iter().filter(|event| event.starts_with(what)).count();
    assert_eq!(count("Alarm electricity.trend"), 1, "{told:?}");
    assert_eq!(count("Recovery electric.residual"), 2, "{told:?}");
    // One a minute at most while it flaps, every ten minutes while it lasts.
    assert!((8..=170).contains(&count("Alarm electric.residual")), "{}", count("Alarm electric.residual"));
    assert_eq!(
        told.len(),
        count("Alarm electricity.trend")
            + count("Recovery electric.residual")
            + count("Alarm electric.residual"),
        "{told:?}"
    );
    assert!(host.keys(BOX).len() <= 2, "{:?}", host.keys(BOX));
    eprintln!("{} µs a message, with its making", took.as_micros() / 10_000);
}
