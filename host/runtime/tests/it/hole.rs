//! A log that is not whole: damage and loss become records of the journal, and
//! nothing else stops.

use crate::roles::{city, counted, door, folder, say, start_on, wait_for};
use crate::servers::Servers;
use std::path::Path;
use std::time::{Duration, Instant};
use tocsin_core::thing::Noun;
use tocsin_runtime::bus::{Bus, Fence};
use tocsin_runtime::door::DoorKind;
use tocsin_runtime::host::Host;
use tocsin_runtime::run::{self, Frame};
use tocsin_runtime::subject::{self, FeedName, Lane};
use tocsin_runtime::verify;
use tocsin_runtime::view::ThingFilter;

async fn start(data: &Path, servers: &Servers) -> Host {
    let lines = door("lines", DoorKind::Tcp { bind: std::net::Ipv4Addr::LOCALHOST.into(), port: 0 });
    start_on(data, city(), vec![lines], &servers.url()).await
}

fn subject(door: &str) -> String {
    subject::raw(&FeedName { department: "rogue".into(), feed: 0 }, Lane::Routine, door)
}

async fn write(bus: &Bus, door: &str, payload: Vec<u8>) -> u64 {
    let ack = bus.write(&subject(door), Default::default(), Fence::None, payload.into()).await;
    ack.expect("written").sequence
}

/// Id, what and the runs of every open hole, once there are `count`.
pub async fn holes(host: &Host, count: usize) -> Vec<(String, String, u64, u64)> {
    let started = Instant::now();
    loop {
        let filter = ThingFilter { state: Some("open".into()), ..ThingFilter::default() };
        let rows = host.views.things(Noun::Hole, &filter).expect("the views");
        if rows.len() >= count {
            let text =
                |row: &serde_json::Value, name: &str| row[name].as_str().unwrap_or_default().to_owned();
            let number = |row: &serde_json::Value, name: &str| row[name].as_u64().unwrap_or_default();
            let mut holes: Vec<_> = rows
                .iter()
                .map(|row| (text(row, "id"), text(row, "what"), number(row, "from"), number(row, "to")))
                .collect();
            holes.sort();
            return holes;
        }
        assert!(started.elapsed() < Duration::from_secs(30), "{rows:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn damage_and_loss_are_told_once_and_the_rest_goes_on() {
    let servers = Servers::start("hole", 1, Servers::FIT);
    let data = folder("hole");
    let host = start(&data, &servers).await;
    let stream = say(&host, "count\n").await;
    wait_for(&host, "the first count", |taken| counted(taken, 1.0)).await;

    // Someone with the host's own rights writes what is no whole run.
    let frame = Frame { payload: "count\n".into(), ..Frame::default() };
    let mut bytes = run::encode(std::slice::from_ref(&frame)).to_vec();
    let at = bytes.len() - 40;
    bytes[at] ^= 1;
    let damaged = write(&host.bus, "lines", bytes).await;
    let id = format!("rogue-{damaged}");
    assert_eq!(holes(&host, 1).await, [(id.clone(), "damaged".into(), damaged, damaged)]);
    drop(stream);
    host.drain().await;

    // ... and takes runs away before the feed has seen them.
    let bus = Bus::connect(&servers.url(), "test").await.expect("the bus");
    // A connection that is told of while a write waits is doubt.
    bus.link().wait_for(|link| link.up).await.expect("a connection");
    let whole = run::encode(&[frame]).to_vec();
    let first = write(&bus, "gone", whole.clone()).await;
    let last = write(&bus, "gone", whole.clone()).await;
    write(&bus, "lines", whole).await;
    bus.purge(&subject::raw_stream("rogue"), &subject("gone"), last + 1).await.expect("purged");

    let host = start(&data, &servers).await;
    wait_for(&host, "what came behind", |taken| counted(taken, 2.0)).await;
    let missing = (format!("rogue-{first}"), "missing".to_owned(), first, last);
    let expect = [(id, "damaged".to_owned(), damaged, damaged), missing];
    assert_eq!(holes(&host, 2).await, expect);
    let event = host.bus.last_of_subject(subject::EVENTS, "tocsin.live.event.city.*.hole.found").await;
    assert!(event.is_some_and(|event| String::from_utf8_lossy(&event.payload).contains("缺失")));
    let report = verify::verify(&host.bus, host.city()).await;
    let named = |what: &str| report.faults.iter().any(|fault| fault.contains(what));
    assert!(!report.ok && named(&format!("RAW_rogue {damaged}: the digest")), "{report:#?}");
    assert!(named(&format!("RAW_rogue {first} to {last}: missing")), "{report:#?}");
    host.drain().await;

    // A feed that begins again says nothing new.
    let host = start(&data, &servers).await;
    let _stream = say(&host, "count\n").await;
    wait_for(&host, "the third count", |taken| counted(taken, 3.0)).await;
    assert_eq!(holes(&host, 2).await, expect);
    host.drain().await;
    let _ = std::fs::remove_dir_all(data);
}
