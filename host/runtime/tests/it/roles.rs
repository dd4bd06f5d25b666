//! All five roles in the whole chain: bytes, timers, news and advice of one
//! plugin meet in one log, and its state outlives the host.

use crate::fixture;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tocsin_core::city::{City, Department, Evidence, Hazard, Region};
use tocsin_core::signal::Severity;
use tocsin_runtime::bus::tail::Tail;
use tocsin_runtime::door::{DoorKind, DoorSpec, PluginSpec};
use tocsin_runtime::host::{Config, Host, Nats};
use tocsin_runtime::server::{self, Credentials, Layout};
use tocsin_runtime::signals::{Covered, End, Taken};
use tocsin_runtime::{subject, verify};
use tocsin_sandbox::Nowhere;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

pub fn city() -> City {
    let code = "330791000000".to_owned();
    City {
        code: code.clone(),
        name: "青山市".into(),
        digest: "test".into(),
        departments: vec![Department { id: "rogue".into(), name: "试验".into() }],
        regions: vec![Region { code, name: "青山市".into(), parent: String::new(), boundary: vec![] }],
        units: vec![],
        devices: vec![],
        hazards: vec![Hazard {
            id: "fire".into(),
            name: "火灾".into(),
            opens: vec![Evidence { code: "fire.*".into(), weight: 0.6, radius_m: None, window_s: None }],
            supports: vec![],
            radius_m: 100.0,
            window_s: 600,
            confirm_at: None,
            severity: Severity::Severe,
        }],
        ..City::default()
    }
}

pub fn lines() -> DoorSpec {
    door("lines", DoorKind::Tcp { bind: std::net::Ipv4Addr::LOCALHOST.into(), port: 0 })
}

pub fn door(name: &str, kind: DoorKind) -> DoorSpec {
    DoorSpec { name: name.into(), department: "rogue".into(), plugin: "roles".into(), lane: None, kind }
}

async fn start(data: &Path) -> Host {
    start_with(data, city(), vec![lines()]).await
}

pub async fn start_with(data: &Path, city: City, doors: Vec<DoorSpec>) -> Host {
    std::fs::create_dir_all(data).expect("a data folder");
    let named = std::env::var_os("TOCSIN_NATS_SERVER").map(PathBuf::from);
    let fetched = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/nats/nats-server");
    let free =
        || std::net::TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a port").port();
    let layout = Layout {
        dir: data.join("nats"),
        nats_port: free(),
        mqtt_port: free(),
        credentials: Credentials::load_or_make(&data.join("credentials.json")).expect("credentials"),
        departments: vec!["rogue".into()],
        store_bytes: 1 << 30,
    };
    Host::start(Config {
        data: data.to_owned(),
        city: Arc::new(city),
        registry: Arc::new(Nowhere),
        plugins: vec![PluginSpec {
            id: "roles".into(),
            department: "rogue".into(),
            package: fixture::folder().join("roles.wasm"),
            settings: BTreeMap::new(),
        }],
        doors,
        nats: Nats::Embedded {
            binary: server::find(named, fetched).await.expect("a nats-server"),
            layout: Box::new(layout),
        },
        broker: None,
    })
    .await
    .expect("the host starts")
}

async fn say(host: &Host, lines: &str) -> TcpStream {
    let mut stream = TcpStream::connect(host.listening["lines"]).await.expect("the door is open");
    stream.write_all(lines.as_bytes()).await.expect("the door reads");
    stream
}

/// Everything the feed has taken so far, in its order.
async fn taken(host: &Host) -> Vec<Taken> {
    let last = host.bus.last_sequence(subject::SIGNALS).await;
    let mut tail = Tail::new(&host.bus, subject::SIGNALS, "tocsin.live.signal.>", 0);
    let mut all = Vec::new();
    while tail.position() < last {
        let stored = tail.next().await;
        all.extend(serde_json::from_slice::<Covered>(&stored.payload).expect("a message").frames);
    }
    all
}

pub async fn wait_for(host: &Host, what: &str, found: impl Fn(&Taken) -> bool) -> Taken {
    let started = Instant::now();
    loop {
        if let Some(taken) = taken(host).await.into_iter().find(&found) {
            return taken;
        }
        assert!(started.elapsed() < Duration::from_secs(20), "{what} does not come");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

pub fn counted(taken: &Taken, wanted: f64) -> bool {
    matches!(&taken.end, End::Ok(outcome) if outcome.signals.iter().any(|s| s.code == "count" && s.value == Some(wanted)))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_role_works_in_the_chain_and_state_outlives_the_host() {
    let data = std::env::temp_dir().join(format!("tocsin-roles-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&data);
    let host = start(&data).await;

    let mut stream = say(&host, "count\ncount\narm 1\nfire ward 3\n").await;
    let mut reply = [0; 4];
    stream.read_exact(&mut reply).await.expect("an acknowledgement");
    assert_eq!(&reply, b"ack\n");
    wait_for(&host, "the second count", |taken| counted(taken, 2.0)).await;

    let woken = wait_for(&host, "the timer", |taken| taken.door == subject::CLOCK_DOOR).await;
    assert!(matches!(&woken.end, End::Ok(outcome) if !outcome.signals.is_empty()), "{woken:?}");

    // The incident comes back as news, once for each role that hears it.
    let advised = wait_for(&host, "advice", |taken| {
        taken.door == subject::EVENT_DOOR
            && matches!(&taken.end, End::Ok(outcome) if !outcome.advice.is_empty())
    })
    .await;
    assert!(advised.device.starts_with('I'), "the room of the incident: {advised:?}");
    wait_for(&host, "the connector's send", |taken| {
        taken.door == subject::EVENT_DOOR
            && matches!(&taken.end, End::Ok(outcome) if !outcome.sends.is_empty())
    })
    .await;
    drop(stream);
    host.drain().await;

    let host = start(&data).await;
    let _stream = say(&host, "count\n").await;
    wait_for(&host, "the third count, after a restart", |taken| counted(taken, 3.0)).await;
    let report = verify::verify(&host.bus, host.city()).await;
    assert!(report.ok, "{report:#?}");
    host.drain().await;
    let _ = std::fs::remove_dir_all(data);
}
