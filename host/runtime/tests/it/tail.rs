//! Reading on, whatever becomes of the consumer and whoever else is waited for.

use crate::servers::Servers;
use async_nats::HeaderMap;
use futures_util::TryStreamExt;
use std::time::{Duration, Instant};
use tocsin_runtime::bus::stream::Quota;
use tocsin_runtime::bus::tail::Tail;
use tocsin_runtime::bus::{Bus, Fence};
use tocsin_runtime::subject;

/// A silence of 3.5 s and what a busy machine adds.
const WITHIN: Duration = Duration::from_secs(30);

async fn say(bus: &Bus, text: &'static str) -> u64 {
    let written = bus.write("tocsin.live.signal.fire.0", HeaderMap::new(), Fence::None, text.into()).await;
    written.expect("written").sequence
}

/// As when the node dies that held it: nobody says a word.
async fn lose_consumers(bus: &Bus) {
    let stream = bus.jet().get_stream(subject::SIGNALS).await.expect("the stream");
    let names: Vec<String> = stream.consumer_names().try_collect().await.expect("names");
    assert_eq!(names.len(), 1, "{names:?}");
    stream.delete_consumer(&names[0]).await.expect("deleted");
}

#[tokio::test]
async fn a_consumer_that_died_is_made_anew_while_others_are_waited_for() {
    let servers = Servers::start("tail", 1, Servers::FIT);
    let bus = Bus::connect(&servers.url(), "test").await.expect("the bus");
    bus.ensure_streams(&[], &Quota { store_bytes: 1 << 30, replicas: 1 }).await.expect("streams");
    let mut tail = Tail::new(&bus, subject::SIGNALS, "tocsin.live.signal.>", 0);
    let first = say(&bus, "first").await;
    assert_eq!(tail.next().await.sequence, first);

    // Whoever waits has something else to do ten times a second.
    lose_consumers(&bus).await;
    let second = say(&bus, "second").await;
    let lost = Instant::now();
    loop {
        tokio::select! {
            stored = tail.next() => break assert_eq!(stored.sequence, second),
            () = tokio::time::sleep(Duration::from_millis(100)) => assert!(lost.elapsed() < WITHIN, "never"),
        }
    }

    // ... or takes only what is there already.
    lose_consumers(&bus).await;
    let third = say(&bus, "third").await;
    let lost = Instant::now();
    loop {
        if let Some(stored) = tail.ready() {
            break assert_eq!(stored.sequence, third);
        }
        assert!(lost.elapsed() < WITHIN, "never");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
