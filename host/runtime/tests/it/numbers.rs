//! A server that has lost the end of a stream gives its numbers out again: nothing that
//! comes in afterwards may be taken for what was there before.

use crate::roles::{city, folder, lines, say, start_on, wait_for};
use crate::servers::Servers;
use std::time::{Duration, Instant};
use tocsin_core::fact::{Cause, Entry};
use tocsin_core::record::Record;
use tocsin_runtime::bus::tail::Tail;
use tocsin_runtime::host::Host;
use tocsin_runtime::signals::{Covered, End, Taken};
use tocsin_runtime::subject;
use tokio::io::AsyncReadExt;

const WITHIN: Duration = Duration::from_secs(30);

/// One alarm: acknowledged, and decided in a step of its own.
async fn alarm(host: &Host, place: &str) {
    let after = host.bus.last_sequence(subject::JOURNAL).await;
    let mut stream = say(host, &format!("fire ward {place}\n")).await;
    let mut reply = [0; 4];
    let answered = tokio::time::timeout(WITHIN, stream.read_exact(&mut reply)).await;
    answered.expect("an answer").expect("an acknowledgement");
    let title = format!("ward {place}");
    let taken = wait_for(host, &title, |taken| taken.door == "lines" && tells(taken, &title)).await;
    let frame = taken.frame("rogue");
    let mut tail = Tail::new(&host.bus, subject::JOURNAL, subject::JOURNAL_SUBJECT, after);
    let decided = async {
        loop {
            let stored = tail.next().await;
            let record: Record = serde_json::from_slice(&stored.payload).expect("a record");
            let counts = |entry: &Entry| {
                matches!(&entry.cause, Cause::Signal { frame: of, .. } if *of == frame)
                    && entry.fact.counted().is_some()
            };
            if record.entries.iter().any(counts) {
                return;
            }
        }
    };
    let decided = tokio::time::timeout(WITHIN, decided).await;
    decided.unwrap_or_else(|_| panic!("{frame} is acknowledged and has no effect"));
}

fn tells(taken: &Taken, title: &str) -> bool {
    matches!(&taken.end, End::Ok(outcome) if outcome.signals.iter().any(|s| s.title.contains(title)))
}

/// Alarms, the newer half of `stream` is lost, alarms again.
async fn after_a_loss(name: &str, stream: &str) -> (Vec<(String, String, u64, u64)>, u64) {
    let mut servers = Servers::start(name, 1, Servers::FIT);
    let data = folder(name);
    let host = start_on(&data, city(), vec![lines()], &servers.url()).await;
    for place in ["1", "2", "3", "4", "5"] {
        alarm(&host, place).await;
    }
    // Each gave an event at least: publishers know of every step.
    wait_for_event(&host, 4).await;
    host.drain().await;
    servers.node("n0").kill();
    servers.node("n0").lose_half(stream);
    servers.node("n0").start();

    let host = start_on(&data, city(), vec![lines()], &servers.url()).await;
    let holes = crate::hole::holes(&host, 1).await;
    let said = host.bus.last_sequence(subject::EVENTS).await;
    for place in ["6", "7"] {
        alarm(&host, place).await;
    }
    wait_for_event(&host, said).await;
    let last = host.bus.last_sequence(stream).await;
    host.drain().await;

    // Begun again, it says nothing new.
    let host = start_on(&data, city(), vec![lines()], &servers.url()).await;
    alarm(&host, "8").await;
    assert_eq!(crate::hole::holes(&host, 1).await, holes);
    host.drain().await;
    let _ = std::fs::remove_dir_all(data);
    (holes, last)
}

/// Alarms, the last message of `stream` cannot be read any more, an alarm again.
async fn after_damage(name: &str, stream: &str) {
    let mut servers = Servers::start(name, 1, Servers::FIT);
    let data = folder(name);
    let host = start_on(&data, city(), vec![lines()], &servers.url()).await;
    for place in ["1", "2", "3"] {
        alarm(&host, place).await;
    }
    wait_for_event(&host, 0).await;
    host.drain().await;
    servers.node("n0").stop();
    servers.node("n0").flip_last(stream);
    servers.node("n0").start();
    // The core has nothing but the journal.
    std::fs::remove_file(data.join("core.snapshot")).expect("a snapshot");

    let url = servers.url();
    let started = start_on(&data, city(), vec![lines()], &url);
    let host = tokio::time::timeout(WITHIN, started).await.expect("it starts");
    let said = host.bus.last_sequence(subject::EVENTS).await;
    alarm(&host, "4").await;
    wait_for_event(&host, said).await;
    // Of what stands before the damage nothing is done again.
    assert_eq!(decoded(&host, "ward 1").await, 1);
    if stream == subject::JOURNAL {
        let holes = crate::hole::holes(&host, 1).await;
        assert!(holes.iter().all(|(id, ..)| id.starts_with("JOURNAL-")), "{holes:?}");
    }
    host.drain().await;
    let _ = std::fs::remove_dir_all(data);
}

/// How often the feed has covered the line that holds `text`.
async fn decoded(host: &Host, text: &str) -> usize {
    let last = host.bus.last_of_subject(subject::SIGNALS, "tocsin.live.signal.rogue.0").await;
    let last = last.expect("a message").sequence;
    let mut tail = Tail::new(&host.bus, subject::SIGNALS, "tocsin.live.signal.rogue.0", 0);
    let mut count = 0;
    while tail.position() < last {
        let stored = tail.next().await;
        let covered: Covered = serde_json::from_slice(&stored.payload).expect("a message");
        count += covered.frames.iter().filter(|taken| taken.door == "lines" && tells(taken, text)).count();
    }
    count
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_last_message_that_cannot_be_read_stops_no_feed() {
    after_damage("unread-signals", subject::SIGNALS).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_last_message_that_cannot_be_read_stops_no_core() {
    after_damage("unread-journal", subject::JOURNAL).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_last_message_that_cannot_be_read_stops_no_publisher() {
    after_damage("unread-events", subject::EVENTS).await;
}

/// A city system hears of what was decided behind the loss.
async fn wait_for_event(host: &Host, said: u64) {
    let started = Instant::now();
    while host.bus.last_sequence(subject::EVENTS).await <= said {
        assert!(started.elapsed() < WITHIN, "nothing is said");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn runs_that_the_server_lost_do_not_lend_their_names_to_new_alarms() {
    let (holes, last) = after_a_loss("lost-raw", "RAW_rogue").await;
    let [(id, what, from, to)] = &holes[..] else { panic!("{holes:?}") };
    assert_eq!((id, what.as_str()), (&format!("rogue-{from}"), "missing"));
    assert!(from <= to && *to < last, "{holes:?} {last}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn signals_that_the_server_lost_are_said_again_behind_what_the_core_has_read() {
    let (holes, last) = after_a_loss("lost-signals", subject::SIGNALS).await;
    let [(id, what, from, to)] = &holes[..] else { panic!("{holes:?}") };
    assert_eq!((id, what.as_str()), (&format!("SIGNALS-{from}"), "missing"));
    assert!(from <= to && *to < last, "{holes:?} {last}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn steps_that_the_server_lost_are_decided_again_and_told_of() {
    let (holes, last) = after_a_loss("lost-journal", subject::JOURNAL).await;
    let [(id, what, from, to)] = &holes[..] else { panic!("{holes:?}") };
    assert_eq!((id, what.as_str()), (&format!("JOURNAL-{from}"), "missing"));
    assert!(from <= to && *to < last, "{holes:?} {last}");
}
