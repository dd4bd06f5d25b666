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
use tocsin_runtime::retain::Rules;
use tocsin_runtime::server::{self, Credentials, Layout};
use tocsin_runtime::signals::{Covered, End, Taken};
use tocsin_runtime::{subject, verify};
use tocsin_sandbox::{Manifest, Nowhere, package};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

pub fn city() -> City {
    let code = "330791000000".to_owned();
    City {
        code: code.clone(),
        name: "青山市".into(),
        digest: "test".into(),
        departments: vec![Department { id: "rogue".into(), name: "试验".into(), heartbeat: None }],
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
            alone: false,
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
    start_with(data, city(), vec![lines()], vec![]).await
}

/// `more`: plugins beside `roles`.
pub async fn start_with(data: &Path, city: City, doors: Vec<DoorSpec>, more: Vec<PluginSpec>) -> Host {
    start_keeping(data, city, doors, more, 1 << 30, Rules::default()).await
}

pub async fn start_keeping(
    data: &Path,
    city: City,
    doors: Vec<DoorSpec>,
    more: Vec<PluginSpec>,
    store_bytes: u64,
    retention: Rules,
) -> Host {
    std::fs::create_dir_all(data).expect("a data folder");
    let named = std::env::var_os("TOCSIN_NATS_SERVER").map(PathBuf::from);
    let fetched = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/nats/nats-server");
    let free =
        || std::net::TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a port").port();
    let layout = Layout {
        dir: data.join("nats"),
        nats_port: free(),
        mqtt_port: free(),
        credentials: Credentials::load_or_make(&data.join("credentials.json"), &[]).expect("credentials"),
        departments: vec!["rogue".into()],
        store_bytes,
    };
    let binary = server::find(named, fetched).await.expect("a nats-server");
    let nats = Nats::Embedded { binary, layout: Box::new(layout) };
    Host::start(config(data, city, doors, more, nats, retention)).await.expect("the host starts")
}

/// On a server of its own, which outlives the host.
pub async fn start_on(data: &Path, city: City, doors: Vec<DoorSpec>, url: &str) -> Host {
    let nats = Nats::External { url: url.to_owned(), replicas: 1, store_bytes: 1 << 30 };
    let config = config(data, city, doors, vec![], nats, Rules::default());
    Host::start(config).await.expect("the host starts")
}

pub fn config(
    data: &Path,
    city: City,
    doors: Vec<DoorSpec>,
    more: Vec<PluginSpec>,
    nats: Nats,
    retention: Rules,
) -> Config {
    Config {
        data: data.to_owned(),
        city: Arc::new(city),
        registries: Arc::new(|_| Arc::new(Nowhere)),
        plugins: [vec![spec("roles", fixture::folder().join("roles.wasm"))], more].concat(),
        doors,
        nats,
        broker: None,
        retention,
    }
}

fn spec(id: &str, package: PathBuf) -> PluginSpec {
    PluginSpec { id: id.into(), department: "rogue".into(), package, settings: BTreeMap::new() }
}

pub fn folder(name: &str) -> PathBuf {
    let data = std::env::temp_dir().join(format!("tocsin-{name}-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&data);
    std::fs::create_dir_all(&data).expect("a data folder");
    data
}

pub async fn say(host: &Host, lines: &str) -> TcpStream {
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
        all.extend(Covered::read(&stored.payload).expect("a message").frames);
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
    let data = folder("roles");
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

/// As `printf … | nc -N` does, and whoever else closes what it has nothing more to say on.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_has_said_all_still_hears_the_answer() {
    let data = folder("half");
    let host = start(&data).await;
    let mut stream = say(&host, "fire ward 3\nfire ward 4\n").await;
    stream.shutdown().await.expect("half of it closed");
    let mut replies = String::new();
    let read = tokio::time::timeout(Duration::from_secs(20), stream.read_to_string(&mut replies));
    read.await.expect("the door closes the other half").expect("what it says");
    assert_eq!(replies, "ack\nack\n");
    host.drain().await;
    let _ = std::fs::remove_dir_all(data);
}

/// Ticks until the kernel asks the peer of the door's end of this connection, while
/// nothing else is timed there (`/proc/net/tcp`, timer 2).
#[cfg(target_os = "linux")]
fn asks_in(stream: &TcpStream) -> Option<u64> {
    let hex = |address: std::net::SocketAddr| format!(":{:04X}", address.port());
    let door = hex(stream.peer_addr().expect("the door's address"));
    let ours = hex(stream.local_addr().expect("an address"));
    let table = std::fs::read_to_string("/proc/net/tcp").expect("the kernel's table");
    let columns = table.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    let mut of_door = columns.filter(|line| line[1].ends_with(&door) && line[2].ends_with(&ours));
    let timer = of_door.next()?.get(5)?.strip_prefix("02:")?;
    u64::from_str_radix(timer, 16).ok()
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_peer_that_says_nothing_is_asked_within_a_minute() {
    let data = folder("alive");
    let host = start(&data).await;
    let stream = say(&host, "").await;
    let started = Instant::now();
    let ticks = loop {
        if let Some(ticks) = asks_in(&stream) {
            break ticks;
        }
        assert!(started.elapsed() < Duration::from_secs(20), "nobody asks");
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    // A hundred a second; two hours without a word from us.
    assert!(ticks <= 60 * 100, "{ticks}");
    host.drain().await;
    let _ = std::fs::remove_dir_all(data);
}

fn sends(taken: &Taken) -> bool {
    matches!(&taken.end, End::Ok(outcome) if outcome.sends.iter().any(|send| !send.device.is_empty()))
}

fn advises(taken: &Taken) -> bool {
    matches!(&taken.end, End::Ok(outcome) if !outcome.advice.is_empty())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_send_outlives_the_host_and_one_without_a_way_is_told_of() {
    let data = folder("sends");
    let host = start(&data).await;
    let stream = say(&host, "fire ward 3\n").await;
    // The connector's sends are to a device of the incident's name: nobody, so far.
    let sent = wait_for(&host, "the connector's send", sends).await;
    drop(stream);
    host.drain().await;

    let host = start(&data).await;
    let stream = say(&host, &format!("@{}\n", sent.device)).await;
    let mut lines = BufReader::new(stream).lines();
    let opened = async {
        loop {
            let line = lines.next_line().await.expect("a line").expect("the door stays open");
            if line.starts_with("incident.opened") {
                return line;
            }
        }
    };
    let opened = tokio::time::timeout(Duration::from_secs(15), opened).await.expect("the send comes");
    assert!(opened.contains(&sent.device), "{opened}");
    drop(lines);

    let _stream = say(&host, "fire ward 4\n").await;
    let told = wait_for(&host, "the record", |taken| taken.door == subject::UNDELIVERED_DOOR).await;
    assert!(matches!(&told.end, End::Failed { verdict, .. } if verdict == "undelivered"), "{told:?}");
    let started = Instant::now();
    let letter = loop {
        let letters = host.dead(1_000).await.rows;
        if let Some(found) = letters.into_iter().find(|listed| listed.letter.kind == "undelivered") {
            break found.letter;
        }
        assert!(started.elapsed() < Duration::from_secs(10), "no dead letter");
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    assert_eq!((letter.plugin.as_str(), letter.device.as_str()), ("roles", sent.device.as_str()));
    assert!(host.replay(&letter.id).await.is_err(), "a send is no input");
    let report = verify::verify(&host.bus, host.city()).await;
    assert!(report.ok, "{report:#?}");
    host.drain().await;
    let _ = std::fs::remove_dir_all(data);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn advice_on_advice_stops_at_depth_three() {
    let data = folder("depth");
    // Two that note whatever the other says would talk for ever.
    let echo = Manifest { id: "echo".into(), ..fixture::roles() };
    let file = data.join("echo.wasm");
    std::fs::write(&file, package::embed(&fixture::bare("roles"), &echo)).expect("written");
    let host = start_with(&data, city(), vec![lines()], vec![spec("echo", file)]).await;
    let _stream = say(&host, "fire ward 3\n").await;
    wait_for(&host, "news of the third advice", |taken| taken.depth == 3).await;

    // Quiet: several times as long as one round takes.
    tokio::time::sleep(Duration::from_secs(2)).await;
    let all = taken(&host).await;
    let deepest = all.iter().filter(|taken| advises(taken)).map(|taken| taken.depth).max();
    assert_eq!(deepest, Some(2), "the third advice is on news of the second");
    assert!(all.iter().all(|taken| taken.depth <= 3));
    assert!(all.iter().any(|taken| taken.depth == 3 && sends(taken)), "connectors hear of it still");
    host.drain().await;
    let _ = std::fs::remove_dir_all(data);
}
