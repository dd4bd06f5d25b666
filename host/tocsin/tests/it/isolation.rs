//! One plugin misbehaves, or is taken away, while all others work: what follows from
//! their inputs stays the same. What it costs a fire's acknowledgement is printed.

use crate::fixture;
use crate::frames::{ACK, Line, alarm, bytes, command};
use crate::running::{Folder, Running, root};
use crate::wait::wait_for;
use crate::web::{post, try_post};
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::Write;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};

const ALARMS: u16 = 400;
const DETECTORS: u16 = 20;

/// A bound against hanging, not a measure: the machine may be busy with other tests.
const AT_MOST: Duration = Duration::from_secs(15);

#[derive(Clone, Copy, Debug, PartialEq)]
enum Abuse {
    Nothing,
    /// Its plugin is asked all the time for what the word says.
    Asked(&'static str),
    /// Its door is given frames as fast as it takes them.
    Flood,
    /// It is not in the city at all.
    Removed(&'static str),
}

/// What came of the other departments' inputs: hazard → (incidents, alarms).
type Results = BTreeMap<String, (u64, u64)>;

struct Run {
    results: Results,
    waits: Vec<Duration>,
    abused: u32,
}

#[test]
fn one_plugin_s_misbehaviour_changes_nothing_for_the_others() {
    let quiet = run(Abuse::Nothing, None);
    assert!(quiet.results.len() >= 4 && quiet.results["fire"].1 >= u64::from(ALARMS), "{:?}", quiet.results);
    tell("nothing", &quiet, &quiet);
    for word in ["spin", "trap", "leak", "signals 100000"] {
        let beside = run(Abuse::Asked(word), Some(&quiet.results));
        assert!(beside.abused > 0, "{word}: nobody asked");
        tell(word, &beside, &quiet);
    }
    let beside = run(Abuse::Flood, Some(&quiet.results));
    tell("flood", &beside, &quiet);
    let without = run(Abuse::Removed("tourism"), None);
    let mut expect = quiet.results.clone();
    // Whatever only it could say.
    expect.retain(|hazard, _| without.results.contains_key(hazard));
    assert_eq!(without.results, expect);
    assert!(without.results.len() + 1 >= quiet.results.len(), "{:?}", without.results);
    tell("removed", &without, &quiet);
}

/// Five inputs in a row that fail, and it rests, longer each time: 13 failed calls
/// are behind it when it rests for longer than a host takes to end.
#[test]
fn a_host_ends_while_a_plugin_rests_and_keeps_what_it_was_given() {
    const INPUTS: u64 = 10;
    let folder = Folder::new();
    with_rogue(&folder, Abuse::Nothing);
    let host = Running::on(&folder);
    let mut line = TcpStream::connect(host.door("rogue-tcp")).expect("the door");
    line.write_all("trap \n".repeat(INPUTS as usize).as_bytes()).expect("sent");
    for traps in [11, 13] {
        wait_for("a rest", || {
            let plugins = host.json(&["plugin", "list"]);
            let rogue = plugins.iter().find(|plugin| plugin["name"] == "rogue").expect("the plugin");
            (rogue["traps"].as_u64() >= Some(traps) && rogue["state"] == "resting").then_some(())
        });
    }
    assert_eq!(host.terminate().code(), Some(0));

    let host = Running::on(&folder);
    wait_for("the rest as dead letters", || {
        let sum = host.json(&["journal", "verify"]).remove(0);
        assert_eq!(sum["ok"], true, "{sum}");
        (sum["departments"]["rogue"]["dead"] == INPUTS).then_some(())
    });
}

fn tell(name: &str, run: &Run, quiet: &Run) {
    let of = |run: &Run, share: usize| run.waits[(run.waits.len() - 1) * share / 100].as_secs_f64() * 1e3;
    measured!(
        "{name:<15} fire ack p50 {:>6.1} ms (x{:.2}), p99 {:>6.1} ms (x{:.2}); {} inputs of the bad plugin",
        of(run, 50),
        of(run, 50) / of(quiet, 50),
        of(run, 99),
        of(run, 99) / of(quiet, 99),
        run.abused,
    );
    assert!(run.waits.last().is_some_and(|last| *last < AT_MOST), "{name}: {:?}", run.waits.last());
}

fn run(abuse: Abuse, expect: Option<&Results>) -> Run {
    let folder = Folder::new();
    with_rogue(&folder, abuse);
    let host = Running::on(&folder);
    let (stop, abused) = (AtomicBool::new(false), AtomicU32::new(0));
    let mut waits = std::thread::scope(|scope| {
        scope.spawn(|| misbehave(&host, abuse, &stop, &abused));
        let waits = work(&host);
        stop.store(true, Ordering::Relaxed);
        waits
    });
    waits.sort();
    let results = match expect {
        None => settled(&host),
        Some(expect) => {
            let mut last = Results::new();
            wait_for("the same results", || {
                last = results(&host);
                (last == *expect).then_some(())
            });
            last
        }
    };
    Run { results, waits, abused: abused.load(Ordering::Relaxed) }
}

/// The example city with a department whose plugin does what it is asked.
fn with_rogue(folder: &Folder, abuse: Abuse) {
    let main = folder.city().join("city.toml");
    let text = std::fs::read_to_string(&main).expect("city.toml");
    let mut tables: Vec<&str> = text.split("\n[[").collect();
    if let Abuse::Removed(plugin) = abuse {
        let (id, door) = (format!("id = \"{plugin}\"\ndepartment"), format!("plugin = \"{plugin}\""));
        tables.retain(|table| !table.contains(&id) && !table.contains(&door));
    }
    let rogue = fixture::folder().join("rogue.wasm");
    let more = format!(
        "\n\n[[department]]\nid = \"rogue\"\nname = \"测试\"\n\n\
         [[plugin]]\nid = \"rogue\"\ndepartment = \"rogue\"\npackage = \"{}\"\n\n\
         [[door]]\nname = \"rogue-http\"\ndepartment = \"rogue\"\nplugin = \"rogue\"\nkind = \"http\"\nsource = \"word\"\nlane = \"routine\"\n\n\
         [[door]]\nname = \"rogue-tcp\"\ndepartment = \"rogue\"\nplugin = \"rogue\"\nkind = \"tcp\"\nbind = \"127.0.0.1\"\nport = 0\n",
        rogue.display()
    );
    std::fs::write(&main, tables.join("\n[[") + &more).expect("written");
}

fn misbehave(host: &Running, abuse: Abuse, stop: &AtomicBool, abused: &AtomicU32) {
    let url = format!("{}/in/rogue/word", host.door("http"));
    match abuse {
        Abuse::Nothing | Abuse::Removed(_) => {}
        Abuse::Asked(word) => {
            while !stop.load(Ordering::Relaxed) {
                // A breaker may let it wait: its log keeps what it was asked.
                let _ = try_post(&url, &[], word.as_bytes());
                abused.fetch_add(1, Ordering::Relaxed);
            }
        }
        Abuse::Flood => {
            let mut line = TcpStream::connect(host.door("rogue-tcp")).expect("the door");
            line.set_write_timeout(Some(Duration::from_millis(200))).expect("a timeout");
            let lines = "empty \n".repeat(100);
            while !stop.load(Ordering::Relaxed) {
                if line.write_all(lines.as_bytes()).is_ok() {
                    abused.fetch_add(100, Ordering::Relaxed);
                }
            }
        }
    }
}

/// Fires from two controllers, and what every other plugin has as an example of its
/// input. Answers with how long each fire's acknowledgement took.
fn work(host: &Running) -> Vec<Duration> {
    let mut lines = [Line::to(host.door("fire-tcp")), Line::to(host.door("fire-tcp"))];
    let mut others = examples(host).into_iter();
    let mut waits = Vec::new();
    for serial in 0..ALARMS {
        let line = &mut lines[usize::from(serial % 2)];
        let frame = alarm(serial, 0x79, serial % DETECTORS, "烟感");
        let started = Instant::now();
        assert_eq!(command(&line.say(&frame)), (ACK, serial));
        waits.push(started.elapsed());
        std::thread::sleep(Duration::from_millis(5));
        if serial % 10 == 0
            && let Some((to, body)) = others.next()
        {
            to.send(&body);
        }
    }
    waits
}

enum Door {
    Http(String),
    Tcp(String),
}

impl Door {
    fn send(&self, body: &[u8]) {
        match self {
            Door::Http(url) => {
                let reply = post(url, &[], body);
                assert!(
                    reply.status < 300,
                    "{url}: {} {}",
                    reply.status,
                    String::from_utf8_lossy(&reply.body)
                );
            }
            Door::Tcp(address) => {
                let mut line = TcpStream::connect(address).expect("the door");
                line.write_all(body).expect("sent");
                // Until the host has it: it closes when we do.
                line.shutdown(std::net::Shutdown::Write).expect("shut down");
                let _ = std::io::copy(&mut line, &mut std::io::sink());
            }
        }
    }
}

/// `plugins/<name>/bench/<source>.<kind>`, where the city has such a door.
fn examples(host: &Running) -> Vec<(Door, Vec<u8>)> {
    let mut found = Vec::new();
    let mut folders = children(&root().join("plugins"));
    folders.retain(|folder| !folder.ends_with("fire"));
    for file in folders.iter().flat_map(|folder| children(&folder.join("bench"))) {
        let source = file.file_stem().expect("a name").to_string_lossy();
        let department = file.iter().rev().nth(2).expect("a plugin").to_string_lossy();
        let body = std::fs::read(&file).expect("a file");
        let url = format!("{}/in/{department}/{source}", host.door("http"));
        let address = host.ready["doors"][&*source].as_str();
        match address {
            Some(address)
                if !address.contains("://") && file.extension().is_some_and(|kind| kind == "hex") =>
            {
                found.push((Door::Tcp(address.to_owned()), bytes(&String::from_utf8_lossy(&body))));
            }
            // Nothing is decoded of nothing; 404: no such door.
            _ if post(&url, &[], b"").status == 404 => {}
            _ => found.push((Door::Http(url), body)),
        }
    }
    assert!(found.len() >= 4, "the plugins have examples");
    found
}

fn children(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    paths
}

fn results(host: &Running) -> Results {
    let mut results = Results::new();
    for incident in host.incidents() {
        let of = results.entry(incident["hazard"].as_str().expect("a hazard").to_owned()).or_default();
        of.0 += 1;
        of.1 += incident["count"].as_u64().expect("a count");
    }
    let rogue = |incident: &Value| incident["sources"].to_string().contains("rogue");
    assert!(!host.incidents().iter().any(rogue), "the bad plugin said something");
    results
}

/// When nothing more comes of what was sent.
fn settled(host: &Running) -> Results {
    let mut last = results(host);
    wait_for("quiet", || {
        std::thread::sleep(Duration::from_secs(1));
        let next = results(host);
        let is_quiet = next == last && next.get("fire").is_some_and(|fire| fire.1 >= u64::from(ALARMS));
        last = next;
        is_quiet.then_some(())
    });
    let sum = host.json(&["journal", "verify"]).remove(0);
    assert_eq!(sum["ok"], true, "{sum}");
    last
}
