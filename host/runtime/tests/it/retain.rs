//! Retention: what is worked off and old goes, the sum still adds up, devices'
//! state stays, and nothing is said twice, whenever the host is killed.

use crate::roles::{city, counted, folder, lines, say, start_keeping, wait_for};
use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tocsin_runtime::bus::Bus;
use tocsin_runtime::host::{Host, NoRaw};
use tocsin_runtime::position::{self, Place};
use tocsin_runtime::publish::Said;
use tocsin_runtime::retain::{Gone, Rules};
use tocsin_runtime::signals::End;
use tocsin_runtime::subject::{self, FeedName, Lane};
use tocsin_runtime::verify::{self, Report};
use tokio::io::AsyncWriteExt;

/// Old after a second, looked at ten times a second.
const SOON: Rules = Rules {
    raw: Duration::from_secs(1),
    signals: Duration::from_secs(1),
    look_every: Duration::from_millis(100),
};

const PATIENCE: Duration = Duration::from_secs(60);

fn name() -> FeedName {
    FeedName { department: "rogue".into(), feed: 0 }
}

async fn gone(bus: &Bus) -> Gone {
    Place::of::<Gone>(bus, &position::feed(&name())).await.1.unwrap_or_default()
}

async fn start(data: &Path, store_bytes: u64, rules: Rules) -> Host {
    start_keeping(data, city(), vec![lines()], vec![], store_bytes, rules).await
}

async fn until(what: &str, mut look: impl AsyncFnMut() -> bool) {
    let started = Instant::now();
    while !look().await {
        assert!(started.elapsed() < PATIENCE, "not within {} s: {what}", PATIENCE.as_secs());
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
}

async fn adds_up(host: &Host) -> Report {
    let report = verify::verify(&host.bus, host.city()).await;
    assert!(report.ok, "{report:#?}");
    report
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_old_goes_and_nothing_is_said_twice() {
    let data = folder("retain");
    let host = start(&data, 1 << 30, SOON).await;
    let mut stream = say(&host, "count\ncount\nfire ward 3\nnonsense\n\n").await;
    let fire = wait_for(&host, "the alarm", |taken| {
        matches!(&taken.end, End::Ok(outcome) if outcome.signals.iter().any(|s| s.code == "fire.smoke"))
    })
    .await;
    assert!(host.raw(&fire.frame("rogue")).await.is_ok());
    until("the letter", async || host.dead(10).await.rows.len() == 1).await;
    until("the runs of both lanes and the news go", async || {
        // A feed's last message stays for as long as it is the last.
        let _ = stream.write_all(b"count\n").await;
        let gone = gone(&host.bus).await;
        gone.signals > 0 && gone.raw > fire.run && gone.counts.dead == 1 && gone.counts.noise == 1
    })
    .await;
    assert_eq!(host.raw(&fire.frame("rogue")).await, Err(NoRaw::Purged));
    for lane in Lane::BOTH {
        let (_, said) = Place::of::<Said>(&host.bus, &position::news(&name(), lane)).await;
        assert!(said.is_some_and(|said| said.terms.is_some()), "news of {lane} remembers its place");
    }
    let report = adds_up(&host).await;
    let sum = &report.departments["rogue"];
    assert!(sum.purged > 0 && sum.dead >= 1, "{sum:?}");
    drop(stream);
    host.drain().await;

    // All that EVENTS and DEAD held expires while the host is away from it.
    let host = start(&data, 1 << 30, SOON).await;
    until("places of the publishers", async || {
        let events = Place::of::<Said>(&host.bus, position::EVENTS).await.1;
        let dead = Place::of::<Said>(&host.bus, position::DEAD).await.1;
        let core = host.metrics.core_at();
        events.is_some_and(|said| said.is_all()) && dead.is_some_and(|said| said.source >= core)
    })
    .await;
    for (stream, subjects) in
        [(subject::EVENTS, "tocsin.live.event.>"), (subject::DEAD, "tocsin.live.dead.>")]
    {
        let last = host.bus.last_sequence(stream).await;
        host.bus.purge(stream, subjects, last + 1).await.expect("purged");
    }
    host.drain().await;

    let host = start(&data, 1 << 30, SOON).await;
    let _stream = say(&host, "fire ward 4\nnonsense again\n").await;
    until("the new letter", async || !host.dead(10).await.rows.is_empty()).await;
    until("the new event", async || host.bus.last_of_stream(subject::EVENTS).await.is_some()).await;
    let letters = host.dead(10).await.rows;
    assert_eq!(
        letters.iter().map(|listed| listed.letter.reason.as_str()).collect::<Vec<_>>(),
        ["`nonsense again` is no command"]
    );
    let first = host.bus.at_or_after(subject::EVENTS, "tocsin.live.event.>", 1).await.expect("an event");
    assert!(!first.subject.ends_with("incident.opened"), "{}", first.subject);
    adds_up(&host).await;
    host.drain().await;
    let _ = std::fs::remove_dir_all(data);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_near_its_share_makes_room_before_its_time() {
    let data = folder("retain-share");
    let rules = Rules { look_every: Duration::from_millis(100), ..Rules::default() };
    // RAW has 40 % of this, 25 MiB.
    let host = start(&data, 64 << 20, rules).await;
    let line = format!("nonsense {}\n", "x".repeat(20_000));
    let mut stream = say(&host, "count\n").await;
    for _ in 0..30 {
        stream
            .write_all(line.repeat(100).as_bytes())
            .await
            .expect("the door reads on: its log does not fill up");
        until("room for more", async || host.bus.state(&subject::raw_stream("rogue")).await.bytes < 21 << 20)
            .await;
    }
    stream.write_all(b"count\n").await.expect("the door reads");
    wait_for(&host, "the second count", |taken| counted(taken, 2.0)).await;
    // What was on its way at the last look came in since.
    until("room once more", async || {
        let raw = host.bus.state(&subject::raw_stream("rogue")).await;
        gone(&host.bus).await.raw > 0 && raw.bytes < 21 << 20
    })
    .await;
    let report = adds_up(&host).await;
    let sum = &report.departments["rogue"];
    assert_eq!((sum.decoded, sum.waiting), (2, 0), "{sum:?}");
    // A log that fills faster than it is worked off makes the door wait, not refuse.
    assert!(sum.dead == 3_000 && sum.purged > 0, "{sum:?}");
    host.drain().await;
    let _ = std::fs::remove_dir_all(data);
}

/// What dies while the logs are read stands behind the place where they were read.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_host_at_work_adds_up() {
    let data = folder("retain-busy");
    let host = start(&data, 1 << 30, Rules::default()).await;
    let mut stream = say(&host, "count\n").await;
    let busy = tokio::spawn(async move {
        while stream.write_all(b"nonsense\nfire ward 3\n").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    });
    let mut letters = 0;
    while letters < 500 {
        letters = adds_up(&host).await.dead_letters;
    }
    busy.abort();
    host.drain().await;
    let _ = std::fs::remove_dir_all(data);
}

/// A feed that waits for room hears nobody who asks for the snapshot behind which room is
/// made, so it writes one itself; and all who read say where they stand when they are
/// asked, not two minutes later.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_feed_that_finds_no_room_goes_on_when_there_is_some() {
    let data = folder("retain-full");
    // SIGNALS has a quarter of this, which is full long before the second look.
    let rules = Rules { look_every: Duration::from_secs(10), ..Rules::default() };
    let host = start(&data, 64 << 20, rules).await;
    let mut stream = say(&host, "count\n").await;
    let counts = 100_000;
    let sent = tokio::spawn(async move {
        let some = "count\n".repeat(1_000);
        for _ in 0..counts / 1_000 {
            stream.write_all(some.as_bytes()).await.expect("the door reads on");
        }
        stream
    });
    let mut last = 0;
    until("SIGNALS is full", async || {
        tokio::time::sleep(Duration::from_millis(500)).await;
        let before = std::mem::replace(&mut last, host.bus.last_sequence(subject::SIGNALS).await);
        let bytes = host.bus.state(subject::SIGNALS).await.bytes;
        before == last && bytes > 14 << 20
    })
    .await;
    let _stream = sent.await.expect("all is sent");
    until("all is decoded", async || {
        tokio::time::sleep(Duration::from_secs(1)).await;
        let report = verify::verify(&host.bus, host.city()).await;
        report.departments["rogue"].decoded == counts + 1
    })
    .await;
    let report = adds_up(&host).await;
    let sum = &report.departments["rogue"];
    assert!(sum.purged > 0 && sum.waiting == 0 && sum.dead == 0, "{sum:?}");
    host.drain().await;
    let _ = std::fs::remove_dir_all(data);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_grows_old_while_a_snapshot_is_written_goes_too() {
    let data = folder("retain-slow");
    // Between any two looks more grows old, so that no snapshot stands for all of it.
    let rules = Rules {
        raw: Duration::from_millis(20),
        signals: Duration::from_millis(20),
        look_every: Duration::from_millis(300),
    };
    let host = start(&data, 1 << 30, rules).await;
    let mut stream = say(&host, "count\n").await;
    for round in 0..2 {
        let before = gone(&host.bus).await.signals;
        until(&format!("messages of SIGNALS go, round {round}"), async || {
            stream.write_all(b"count\n").await.expect("the door reads");
            gone(&host.bus).await.signals > before
        })
        .await;
    }
    adds_up(&host).await;
    host.drain().await;
    let _ = std::fs::remove_dir_all(data);
}

const CHILD: &str = "TOCSIN_IT_RETAIN";
const KILLS: usize = 10;

#[test]
fn a_host_killed_while_it_forgets_still_adds_up() {
    let data = folder("retain-kill");
    let mut counts = 0;
    for round in 0..KILLS {
        let mut child = child(&data);
        let door = address(&mut child);
        let mut stream = TcpStream::connect(door).expect("the door is open");
        let started = Instant::now();
        // Long enough for looks at all stages of the way, never the same.
        while started.elapsed() < Duration::from_millis(900 + 170 * round as u64) {
            if stream.write_all(b"count\n").is_err() {
                break;
            }
            counts += 1;
            std::thread::sleep(Duration::from_millis(3));
        }
        child.kill().expect("killed");
        child.wait().expect("its end");
    }
    let (report, state, gone) = look_again(&data);
    let sum = &report.departments["rogue"];
    measured!(
        "host killed {KILLS} times while it forgot: {counts} sent, {} decoded, {} of them purged, state {state}; RAW gone to {}, SIGNALS to {}",
        sum.decoded,
        sum.purged,
        gone.raw,
        gone.signals
    );
    assert!(gone.signals > 0 && gone.counts.decoded > 0, "{gone:?}");
    assert!(sum.decoded <= counts + 1, "{sum:?}");
    // Every count that stands in the log counted once in the device's room.
    assert_eq!(state, sum.decoded, "{sum:?}");
    let _ = std::fs::remove_dir_all(data);
}

#[tokio::main(flavor = "current_thread")]
async fn look_again(data: &Path) -> (Report, u64, Gone) {
    let host = start(data, 1 << 30, Rules::default()).await;
    let _stream = say(&host, "count\n").await;
    let started = Instant::now();
    let state = loop {
        let last = host.bus.last_of_subject(subject::SIGNALS, &subject::signal(&name())).await;
        let value = last.and_then(|last| {
            let covered: tocsin_runtime::signals::Covered = serde_json::from_slice(&last.payload).ok()?;
            let End::Ok(outcome) = &covered.frames.last()?.end else { return None };
            outcome.signals.first()?.value
        });
        let report = verify::verify(&host.bus, host.city()).await;
        if report.departments["rogue"].waiting == 0
            && let Some(value) = value
            && value as u64 == report.departments["rogue"].decoded
        {
            break value as u64;
        }
        assert!(started.elapsed() < PATIENCE, "{value:?} {report:#?}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    };
    let (report, gone) = (adds_up(&host).await, gone(&host.bus).await);
    host.drain().await;
    (report, state, gone)
}

/// This program again, as a host that can be killed.
fn child(data: &Path) -> Child {
    Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", "retain::serves_until_it_is_killed", "--nocapture"])
        .env(CHILD, data)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("started")
}

fn address(child: &mut Child) -> String {
    let lines = BufReader::new(child.stdout.take().expect("piped")).lines();
    lines
        .map_while(Result::ok)
        .find_map(|line| line.rsplit_once("door ").map(|(_, address)| address.to_owned()))
        .expect("the host says where its door is")
}

/// Nothing by itself; the host of the test above.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn serves_until_it_is_killed() {
    let Some(data) = std::env::var_os(CHILD) else { return };
    let host = start(Path::new(&data), 1 << 30, SOON).await;
    println!("door {}", host.listening["lines"]);
    std::future::pending::<()>().await;
}
