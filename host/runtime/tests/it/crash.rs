//! SIGKILL at any moment under load: what was acknowledged is there, and
//! nothing takes effect twice. The oracle works offline, over ids.

use crate::frames::{self, ACK};
use crate::process::Running;
use std::collections::{HashMap, HashSet};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tocsin_core::fact::Cause;
use tocsin_core::record::Record;
use tocsin_runtime::bus::Bus;
use tocsin_runtime::bus::tail::Tail;
use tocsin_runtime::{run, subject};

const KILLS: u32 = 50;
const DEVICES: u32 = 8;

/// A small generator of its own: the seed is printed, the run can be repeated.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }
}

/// Devices that send one alarm after the other and repeat what is not
/// acknowledged, as the standard wants.
pub struct Load {
    stop: Arc<AtomicBool>,
    acked: Arc<Mutex<HashSet<u32>>>,
    devices: Vec<std::thread::JoinHandle<()>>,
}

impl Load {
    /// A device that gets no answer at one door tries the next.
    pub fn start(doors: Vec<String>) -> Load {
        let (stop, acked) = (Arc::new(AtomicBool::new(false)), Arc::new(Mutex::new(HashSet::new())));
        let next = Arc::new(AtomicU32::new(1));
        let devices = (0..DEVICES)
            .map(|device| {
                let (doors, stop, acked, next) = (doors.clone(), stop.clone(), acked.clone(), next.clone());
                std::thread::spawn(move || {
                    while !stop.load(Ordering::Relaxed) {
                        let component = next.fetch_add(1, Ordering::Relaxed);
                        if insist(&doors, device, component, &stop) {
                            acked.lock().expect("no panic").insert(component);
                        }
                    }
                })
            })
            .collect();
        Load { stop, acked, devices }
    }

    pub fn acked(&self) -> usize {
        self.acked.lock().expect("no panic").len()
    }

    /// Liveness is demanded, not only safety: more than was under way comes through.
    pub fn goes_on(&self, within: Duration, what: &str) {
        let (before, since) = (self.acked(), Instant::now());
        while self.acked() <= before + DEVICES as usize {
            assert!(since.elapsed() < within, "no alarm comes through: {what}");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    pub fn stop(self) -> HashSet<u32> {
        self.stop.store(true, Ordering::Relaxed);
        for device in self.devices {
            device.join().expect("a device does not panic");
        }
        std::mem::take(&mut self.acked.lock().expect("no panic"))
    }
}

thread_local! {
    static LINE: std::cell::RefCell<Option<TcpStream>> = const { std::cell::RefCell::new(None) };
}

fn insist(doors: &[String], device: u32, component: u32, stop: &AtomicBool) -> bool {
    let serial = component as u16;
    let frame = frames::alarm(0x1000 + device, serial, component);
    let mut tries = 0;
    while !stop.load(Ordering::Relaxed) {
        let door = &doors[tries % doors.len()];
        let acked = LINE.with_borrow_mut(|line| exchange(line, door, &frame, serial));
        match acked {
            Ok(true) => return true,
            Ok(false) => {}
            Err(_) => {
                LINE.with_borrow_mut(|line| *line = None);
                tries += 1;
                std::thread::sleep(Duration::from_millis(20));
            }
        }
    }
    false
}

fn exchange(line: &mut Option<TcpStream>, door: &str, frame: &[u8], serial: u16) -> std::io::Result<bool> {
    let stream = match line {
        Some(stream) => stream,
        None => {
            let stream = TcpStream::connect(door)?;
            stream.set_nodelay(true)?;
            stream.set_read_timeout(Some(Duration::from_secs(3)))?;
            line.insert(stream)
        }
    };
    stream.write_all(frame)?;
    let mut reply = [0; ACK];
    stream.read_exact(&mut reply)?;
    Ok(frames::is_ack(&reply, serial))
}

#[derive(Clone, Copy)]
enum Victim {
    Host,
    Server,
}

#[test]
fn a_killed_host_loses_and_doubles_nothing() {
    crash(Victim::Host, 21_000);
}

#[test]
fn a_killed_server_loses_and_doubles_nothing() {
    crash(Victim::Server, 21_100);
}

fn crash(victim: Victim, port_base: u16) {
    let data = folder(match victim {
        Victim::Host => "host",
        Victim::Server => "server",
    });
    let seed =
        std::env::var("TOCSIN_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(0x70C5_1AA1_u64);
    let mut random = Random(seed);
    let mut host = Running::start(&data, port_base);
    let load = Load::start(vec![host.door("fire-tcp")]);
    let mut recovery = Vec::new();
    for _ in 0..KILLS {
        std::thread::sleep(Duration::from_millis(50 + random.below(700)));
        let killed = Instant::now();
        match victim {
            Victim::Host => {
                host.kill();
                host = Running::start(&data, port_base);
            }
            Victim::Server => Running::kill_server(&data),
        }
        load.goes_on(Duration::from_secs(60), &format!("seed {seed}"));
        recovery.push(killed.elapsed());
    }
    let acked = load.stop();
    let verdict = oracle(&host.bus_url(&data), &acked);
    recovery.sort();
    measured!(
        "{} killed {KILLS} times (seed {seed}): lost {}/{}, doubled {}/{}; {} frames in the log; kill to next alarms p50 {:?} max {:?}",
        match victim {
            Victim::Host => "host",
            Victim::Server => "nats-server",
        },
        verdict.lost.len(),
        acked.len(),
        verdict.doubled,
        verdict.effects,
        verdict.frames,
        recovery[recovery.len() / 2],
        recovery[recovery.len() - 1],
    );
    assert!(acked.len() > KILLS as usize, "there was load; seed {seed}");
    assert!(verdict.lost.is_empty(), "lost {:?}; seed {seed}", verdict.lost);
    assert_eq!(verdict.doubled, 0, "seed {seed}");
    let report = Running::command(&data, &["journal", "verify"]);
    assert_eq!(report["ok"], true, "{report:#}; seed {seed}");
    host.stop();
    let _ = std::fs::remove_dir_all(data);
}

pub fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("tocsin-crash-{name}-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("a temporary folder");
    folder
}

pub struct Verdict {
    pub lost: Vec<u32>,
    /// Frames that took effect twice, or effects without a frame.
    pub doubled: usize,
    pub effects: usize,
    pub frames: usize,
}

/// I1: acknowledged ∖ effective = ∅. I2: each frame takes effect at most once.
/// I4: each effect has a frame of the log.
#[tokio::main(flavor = "current_thread")]
pub async fn oracle(url: &str, acked: &HashSet<u32>) -> Verdict {
    let started = Instant::now();
    let bus = loop {
        // The last kill may have been a moment ago.
        match Bus::connect(url, "oracle").await {
            Ok(bus) => break bus,
            Err(error) => assert!(started.elapsed() < Duration::from_secs(10), "no bus: {error}"),
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    loop {
        let log = components_in_log(&bus).await;
        let (effects, twice) = effects(&bus).await;
        let waiting = log.keys().filter(|frame| !effects.contains_key(*frame)).count();
        if waiting > 0 && started.elapsed() < Duration::from_secs(30) {
            tokio::time::sleep(Duration::from_millis(200)).await;
            continue;
        }
        let effective: HashSet<u32> = effects.keys().filter_map(|frame| log.get(frame).copied()).collect();
        let fabricated = effects.keys().filter(|frame| !log.contains_key(*frame)).count();
        return Verdict {
            lost: acked.difference(&effective).copied().collect(),
            doubled: twice + fabricated,
            effects: effects.len(),
            frames: log.len(),
        };
    }
}

/// Frame id → the component that the frame's own bytes name.
async fn components_in_log(bus: &Bus) -> HashMap<String, u32> {
    let mut components = HashMap::new();
    for stored in all(bus, "RAW_fire", "tocsin.live.raw.fire.>").await {
        let frames = run::decode(&stored.payload).expect("no run is damaged");
        for (frame, index) in frames.iter().zip(0_u32..) {
            if frame.noise || frame.payload.len() < 40 {
                continue;
            }
            let at: [u8; 4] = frame.payload[32..36].try_into().expect("four bytes");
            components.insert(format!("fire/{}/{index}", stored.sequence), u32::from_le_bytes(at));
        }
    }
    components
}

/// Frame id → effects in the journal; and how many frames have more than one.
async fn effects(bus: &Bus) -> (HashMap<String, usize>, usize) {
    let mut effects: HashMap<String, usize> = HashMap::new();
    for stored in all(bus, subject::JOURNAL, subject::JOURNAL_SUBJECT).await {
        let record: Record = serde_json::from_slice(&stored.payload).expect("a record");
        for entry in &record.entries {
            if let (Cause::Signal { frame, .. }, Some(_)) = (&entry.cause, entry.fact.counted()) {
                *effects.entry(frame.to_string()).or_default() += 1;
            }
        }
    }
    let twice = effects.values().filter(|count| **count > 1).count();
    (effects, twice)
}

async fn all(bus: &Bus, stream: &str, filter: &str) -> Vec<tocsin_runtime::bus::stream::Stored> {
    let Some(last) = bus.last_of_subject(stream, filter).await else { return Vec::new() };
    let mut tail = Tail::new(bus, stream, filter, 0);
    let mut messages = Vec::new();
    while tail.position() < last.sequence {
        messages.push(tail.next().await);
    }
    messages
}

#[test]
fn the_oracle_reads_the_component_that_was_sent() {
    let frame = frames::alarm(7, 9, 0x0102_0304);
    assert_eq!(frame[32..36], 0x0102_0304_u32.to_le_bytes());
}
