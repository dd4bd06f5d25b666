//! What is larger than one message of the bus: done in pieces, or refused.

use crate::roles::{city, folder, lines, start_on};
use crate::servers::Servers;
use std::collections::HashMap;
use std::time::{Duration, Instant};
use tocsin_core::command::{Act, Command, Reply};
use tocsin_core::fact::Cause;
use tocsin_core::incident;
use tocsin_core::outcome::Outcome;
use tocsin_core::record::Record;
use tocsin_core::signal::{Certainty, Kind, Severity, Signal, Urgency};
use tocsin_core::time::Timestamp;
use tocsin_runtime::bus::tail::Tail;
use tocsin_runtime::bus::{Fence, MAX_PAYLOAD};
use tocsin_runtime::host::Host;
use tocsin_runtime::signals::{Covered, End, Position, Taken};
use tocsin_runtime::subject;

/// Their facts take some 1.5 KiB each: twice what a step holds.
const ALARMS: u32 = 12_000;

fn alarm(number: u32) -> Signal {
    Signal {
        kind: Kind::Alarm,
        code: "fire.smoke".into(),
        device: format!("detector-{number}"),
        urgency: Urgency::Immediate,
        severity: Severity::Unknown,
        certainty: Certainty::Unknown,
        observed: None,
        position: None,
        region: String::new(),
        value: None,
        unit: String::new(),
        reference: String::new(),
        title: format!("烟感报警 {number} {}", "x".repeat(200)),
        data: String::new(),
    }
}

/// One message of a department that no feed writes for.
fn message() -> Vec<u8> {
    let outcome = Outcome { signals: (0..ALARMS).map(alarm).collect(), ..Outcome::default() };
    let taken = Taken {
        run: 1,
        index: 0,
        door: "lines".into(),
        plugin: "other".into(),
        device: "panel".into(),
        received: Timestamp(1_783_800_000_000),
        first: None,
        depth: 0,
        order: String::new(),
        end: End::Ok(Box::new(outcome)),
        changes: Vec::new(),
    };
    let covered = Covered {
        format: 1,
        department: "other".into(),
        feed: 0,
        at: Timestamp(1_783_800_000_000),
        city: "test".into(),
        plugins: Vec::new(),
        position: Position::default(),
        spans: Vec::new(),
        frames: vec![taken],
        missing: Vec::new(),
        whole: 0,
    };
    serde_json::to_vec(&covered).expect("plain data")
}

/// Effects by ordinal, once the journal covers SIGNALS up to `wanted`.
async fn effects(host: &Host, wanted: u64) -> HashMap<u32, usize> {
    let mut effects = HashMap::new();
    let mut tail = Tail::new(&host.bus, subject::JOURNAL, subject::JOURNAL_SUBJECT, 0);
    loop {
        let stored = tail.next().await;
        assert!(stored.payload.len() < MAX_PAYLOAD);
        let record: Record = serde_json::from_slice(&stored.payload).expect("a record");
        for entry in &record.entries {
            if let (Cause::Signal { ordinal, .. }, Some(_)) = (&entry.cause, entry.fact.counted()) {
                *effects.entry(*ordinal).or_default() += 1;
            }
        }
        if record.signals >= wanted {
            return effects;
        }
    }
}

fn note(id: String, text: String) -> Command {
    Command { id, actor: "test".into(), act: Act::Incident(incident::Act::Note { id: "none".into(), text }) }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_step_that_is_too_large_is_done_in_pieces() {
    let servers = Servers::start("large", 1, Servers::FIT);
    let data = folder("large");
    let host = start_on(&data, city(), vec![lines()], &servers.url()).await;
    let written =
        host.bus.write("tocsin.live.signal.other.0", Default::default(), Fence::None, message().into()).await;
    let sequence = written.expect("written").sequence;

    // People are answered meanwhile.
    let asked = Instant::now();
    let answered = host.desk.ask(note("small".into(), "text".into())).await.expect("an answer");
    assert!(matches!(answered.reply, Reply::Refused { rule, .. } if rule == "incident.unknown"));
    let effects = tokio::time::timeout(Duration::from_secs(120), effects(&host, sequence)).await;
    let effects = effects.expect("decided");
    assert_eq!(effects.len(), ALARMS as usize, "each alarm counts");
    assert!(effects.values().all(|count| *count == 1), "and counts once");
    measured!("{ALARMS} alarms in pieces: {:?}", asked.elapsed());

    for command in [note("large".into(), "x".repeat(2 << 20)), note("x".repeat(1_000), "text".into())] {
        let answered = host.desk.ask(command).await.expect("an answer");
        assert!(matches!(answered.reply, Reply::Refused { rule, .. } if rule == "command.too-large"));
    }
    host.drain().await;
    let _ = std::fs::remove_dir_all(data);
}
