//! An external bus: a cluster whose leaders die under load, and servers that do not do.

use crate::crash::{Load, folder, oracle};
use crate::process::{Running, Starting};
use crate::servers::{LOGIN, Servers};
use std::io::{Read, Write};
use std::time::{Duration, Instant};
use tocsin_runtime::bus::Bus;
use tocsin_runtime::subject;

/// An election takes 4 to 7 s, on a busy machine more.
const ELECTED_WITHIN: Duration = Duration::from_secs(45);

#[tokio::main(flavor = "current_thread")]
async fn leader(url: &str, stream: &str) -> String {
    let started = Instant::now();
    loop {
        if let Ok(bus) = Bus::connect(url, "test").await
            && let Ok(stream) = bus.jet().get_stream(stream).await
            && let Some(leader) = stream.cached_info().cluster.as_ref().and_then(|c| c.leader.clone())
        {
            return leader;
        }
        assert!(started.elapsed() < ELECTED_WITHIN, "{stream} has no leader");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[test]
fn a_cluster_loses_its_leaders_and_nothing_else() {
    let mut servers = Servers::start("cluster", 3, Servers::FIT);
    let data = folder("cluster");
    let (url, mqtt) = (servers.url(), format!("{LOGIN}@127.0.0.1:{}", servers.nodes[0].mqtt));
    // The nodes have yet to find each other: the host is told so, and started again.
    leader_of_the_cluster(&url);
    let options = ["--nats", &url, "--nats-replicas", "3", "--mqtt", &mqtt];
    let host = Starting::new(&data, 21_200, &options).ready();
    let load = Load::start(vec![host.door("fire-tcp")]);
    load.goes_on(ELECTED_WITHIN, "at first");
    let mut times = Vec::new();
    for stream in [subject::raw_stream("fire").as_str(), subject::SIGNALS, subject::JOURNAL] {
        let name = leader(&url, stream);
        let killed = Instant::now();
        servers.node(&name).kill();
        load.goes_on(ELECTED_WITHIN, &format!("without {name}, which led {stream}"));
        times.push(killed.elapsed());
        servers.node(&name).start();
    }
    let acked = load.stop();
    let verdict = oracle(&url, &acked);
    measured!(
        "leaders of RAW, SIGNALS and JOURNAL killed: lost {}/{}, doubled {}/{}; to the next alarms {times:?}",
        verdict.lost.len(),
        acked.len(),
        verdict.doubled,
        verdict.effects,
    );
    assert!(!acked.is_empty() && verdict.lost.is_empty(), "lost {:?}", verdict.lost);
    assert_eq!(verdict.doubled, 0);
    let report = Running::command(&data, &["journal", "verify"]);
    assert_eq!(report["ok"], true, "{report:#}");
    host.stop();
    let _ = std::fs::remove_dir_all(data);
}

/// Waits until the cluster takes a stream of three copies.
#[tokio::main(flavor = "current_thread")]
async fn leader_of_the_cluster(url: &str) {
    use tocsin_runtime::bus::stream::Quota;
    let started = Instant::now();
    let quota = Quota { store_bytes: 1 << 30, replicas: 3 };
    loop {
        if let Ok(bus) = Bus::connect(url, "test").await
            && bus.ensure_streams(&[], &quota).await.is_ok()
        {
            return;
        }
        assert!(started.elapsed() < ELECTED_WITHIN, "the nodes find no leader");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// One answer to whoever connects, as an old server would begin.
fn old_server() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    std::thread::spawn(move || {
        let info = r#"{"server_id":"old","version":"2.10.29","proto":1,"headers":true,"jetstream":true,"max_payload":8388608}"#;
        while let Ok((mut stream, _)) = listener.accept() {
            let _ = stream.write_all(format!("INFO {info}\r\n").as_bytes());
            let mut bytes = [0; 1_024];
            while stream.read(&mut bytes).is_ok_and(|got| got > 0) {
                if stream.write_all(b"PONG\r\n").is_err() {
                    break;
                }
            }
        }
    });
    port
}

#[test]
fn a_server_that_does_not_do_is_refused_with_a_sentence() {
    let check = |url: &str, more: &[&str], expect: &[&str]| {
        let data = folder("refused");
        let said = Starting::new(&data, 21_300, &[&["--nats", url, "--mqtt", "127.0.0.1:1"], more].concat())
            .refused();
        for words in expect {
            assert!(said.contains(words), "{url} {more:?}: {words:?} is not in {said}");
        }
        assert!(!said.contains("secret"), "no password: {said}");
        let _ = std::fs::remove_dir_all(data);
    };
    let old = format!("nats://{LOGIN}@127.0.0.1:{}", old_server());
    check(&old, &[], &["is version 2.10.29", "2.12.6 or newer"]);

    let plain = Servers::start("plain", 1, "max_payload: 8MB");
    check(&plain.url(), &[], &["has no JetStream", "`jetstream` block"]);

    let small = Servers::start("small", 1, "jetstream { store_dir: \"STORE\" }");
    check(&small.url(), &[], &["takes messages of 1048576 bytes", "max_payload: 8MB"]);

    let single = Servers::start("single", 1, Servers::FIT);
    check(&single.url(), &["--nats-replicas", "3"], &["cannot create or read back the stream", "replicas"]);

    // Another program's stream of that name, kept in memory.
    make_another(&single.url());
    check(&single.url(), &[], &["the stream JOURNAL", "storage"]);

    check("nats://host:secret@127.0.0.1:1", &[], &["cannot reach the NATS server at nats://***@127.0.0.1:1"]);
}

#[tokio::main(flavor = "current_thread")]
async fn make_another(url: &str) {
    use async_nats::jetstream::stream::{Config, StorageType};
    let bus = Bus::connect(url, "test").await.expect("the bus");
    let config = Config {
        name: subject::JOURNAL.into(),
        subjects: vec![subject::JOURNAL_SUBJECT.into()],
        storage: StorageType::Memory,
        ..Config::default()
    };
    bus.jet().create_stream(config).await.expect("a stream");
}
