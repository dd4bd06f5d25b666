//! What `/metrics` and the status page count. One registry a host.

use crate::signals::{Covered, End};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::{Duration, Instant};
use tocsin_core::fact::Entry;
use tocsin_core::time::Timestamp;

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Of {
    department: String,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct OfEnd {
    department: String,
    end: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct OfDoor {
    door: String,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct OfPlugin {
    plugin: String,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct OfVerdict {
    plugin: String,
    verdict: String,
}

/// Counts of one department since the host started.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Tally {
    pub frames: u64,
    pub bytes: u64,
    pub decoded: u64,
    pub dead: u64,
    pub noise: u64,
    pub signals: u64,
    pub refused: u64,
    pub holes: u64,
    /// Sends that found no way to their device within ten seconds.
    pub undelivered: u64,
}

/// Calls of one plugin since the host started.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Calls {
    pub calls: u64,
    pub rejected: u64,
    pub traps: BTreeMap<String, u64>,
    pub signals: u64,
    /// Upper bounds in µs that half and 99 of 100 calls stayed below.
    pub p50_us: u64,
    pub p99_us: u64,
    #[serde(skip)]
    times: Times,
    #[serde(skip)]
    rests_until: Option<Instant>,
}

impl Calls {
    /// The breaker is open: the feed waits, and its log keeps what comes in.
    pub fn is_resting(&self) -> bool {
        self.rests_until.is_some_and(|until| until > Instant::now())
    }
}

/// Call times by powers of two of a microsecond.
#[derive(Clone, Debug, Default)]
struct Times([u64; 32]);

impl Times {
    fn add(&mut self, took: Duration) {
        let micros = took.as_micros().max(1) as u64;
        self.0[(63 - micros.leading_zeros()).min(31) as usize] += 1;
    }

    fn quantile(&self, share: f64) -> u64 {
        let all: u64 = self.0.iter().sum();
        let wanted = (all as f64 * share).ceil() as u64;
        let mut seen = 0;
        for (power, count) in self.0.iter().enumerate() {
            seen += count;
            if seen >= wanted && seen > 0 {
                return 2 << power;
            }
        }
        0
    }
}

pub struct Metrics {
    registry: Registry,
    runs: Family<Of, Counter>,
    run_frames: Family<Of, Counter>,
    run_bytes: Family<Of, Counter>,
    run_seconds: Histogram,
    ends: Family<OfEnd, Counter>,
    connections: Family<OfDoor, Gauge>,
    call_seconds: Family<OfPlugin, Histogram>,
    verdicts: Family<OfVerdict, Counter>,
    steps: Counter,
    facts: Counter,
    events: Counter,
    event_lag: Histogram,
    core_at: Gauge,
    tallies: Mutex<BTreeMap<String, Tally>>,
    plugins: Mutex<BTreeMap<String, Calls>>,
}

fn seconds() -> Histogram {
    Histogram::new(exponential_buckets(0.000_1, 2.0, 16))
}

fn microseconds() -> Histogram {
    Histogram::new(exponential_buckets(0.000_001, 4.0, 10))
}

impl Default for Metrics {
    fn default() -> Metrics {
        let mut metrics = Metrics {
            registry: Registry::with_prefix("tocsin"),
            runs: Family::default(),
            run_frames: Family::default(),
            run_bytes: Family::default(),
            run_seconds: seconds(),
            ends: Family::default(),
            connections: Family::default(),
            call_seconds: Family::new_with_constructor(microseconds),
            verdicts: Family::default(),
            steps: Counter::default(),
            facts: Counter::default(),
            events: Counter::default(),
            event_lag: seconds(),
            core_at: Gauge::default(),
            tallies: Mutex::default(),
            plugins: Mutex::default(),
        };
        metrics.register();
        metrics
    }
}

impl Metrics {
    fn register(&mut self) {
        let registry = &mut self.registry;
        registry.register("raw_runs", "Runs written to RAW", self.runs.clone());
        registry.register("raw_frames", "Frames written to RAW", self.run_frames.clone());
        registry.register("raw_bytes", "Bytes written to RAW", self.run_bytes.clone());
        registry.register(
            "raw_write_seconds",
            "From the first frame of a run to its receipt",
            self.run_seconds.clone(),
        );
        registry.register("frames", "Frames covered by feeds, by how they ended", self.ends.clone());
        registry.register("connections", "Open connections", self.connections.clone());
        registry.register("call_seconds", "Plugin calls", self.call_seconds.clone());
        registry.register("verdicts", "Calls that the host ended, by verdict", self.verdicts.clone());
        registry.register("journal_steps", "Steps written to JOURNAL", self.steps.clone());
        registry.register("journal_facts", "Facts written to JOURNAL", self.facts.clone());
        registry.register("events", "Events published", self.events.clone());
        registry.register(
            "core_signals",
            "Sequence of SIGNALS that the core has decided over",
            self.core_at.clone(),
        );
        registry.register("event_lag_seconds", "From a step to its events", self.event_lag.clone());
    }

    /// The text format that Prometheus reads.
    pub fn text(&self) -> String {
        let mut text = String::new();
        // Writing into a string cannot fail.
        let _ = prometheus_client::encoding::text::encode(&mut text, &self.registry);
        text
    }

    pub fn tallies(&self) -> BTreeMap<String, Tally> {
        lock(&self.tallies).clone()
    }

    pub fn plugins(&self) -> BTreeMap<String, Calls> {
        let mut plugins = lock(&self.plugins).clone();
        for calls in plugins.values_mut() {
            (calls.p50_us, calls.p99_us) = (calls.times.quantile(0.5), calls.times.quantile(0.99));
        }
        plugins
    }

    fn tally(&self, department: &str, change: impl FnOnce(&mut Tally)) {
        change(lock(&self.tallies).entry(department.to_owned()).or_default());
    }

    fn plugin(&self, plugin: &str, change: impl FnOnce(&mut Calls)) {
        let mut plugins = lock(&self.plugins);
        match plugins.get_mut(plugin) {
            Some(calls) => change(calls),
            None => change(plugins.entry(plugin.to_owned()).or_default()),
        }
    }

    pub fn run_written(&self, department: &str, frames: usize, bytes: usize, started: Instant) {
        let of = Of { department: department.to_owned() };
        self.runs.get_or_create(&of).inc();
        self.run_frames.get_or_create(&of).inc_by(frames as u64);
        self.run_bytes.get_or_create(&of).inc_by(bytes as u64);
        self.run_seconds.observe(started.elapsed().as_secs_f64());
        self.tally(department, |tally| tally.bytes += bytes as u64);
    }

    pub fn covered(&self, covered: &Covered) {
        let noise: u64 = covered.spans.iter().map(|span| u64::from(span.noise)).sum();
        let dead = covered.frames.iter().filter(|taken| !matches!(taken.end, End::Ok(_))).count() as u64;
        let decoded = covered.frames.len() as u64 - dead;
        let mut signals = 0;
        for taken in &covered.frames {
            match &taken.end {
                End::Ok(outcome) if !outcome.signals.is_empty() => {
                    signals += outcome.signals.len() as u64;
                    self.plugin(&taken.plugin, |calls| calls.signals += outcome.signals.len() as u64);
                }
                End::Rejected(_) => self.plugin(&taken.plugin, |calls| calls.rejected += 1),
                _ => {}
            }
        }
        for (end, count) in [("decoded", decoded), ("dead", dead), ("noise", noise)] {
            let of = OfEnd { department: covered.department.clone(), end };
            self.ends.get_or_create(&of).inc_by(count);
        }
        self.tally(&covered.department, |tally| {
            tally.frames += decoded + dead + noise;
            tally.decoded += decoded;
            tally.dead += dead;
            tally.noise += noise;
            tally.signals += signals;
        });
    }

    pub fn call(&self, plugin: &str, took: Duration) {
        self.call_seconds.get_or_create(&OfPlugin { plugin: plugin.to_owned() }).observe(took.as_secs_f64());
        self.plugin(plugin, |calls| {
            calls.calls += 1;
            calls.times.add(took);
        });
    }

    pub fn trap(&self, plugin: &str, verdict: &str) {
        let of = OfVerdict { plugin: plugin.to_owned(), verdict: verdict.to_owned() };
        self.verdicts.get_or_create(&of).inc();
        self.plugin(plugin, |calls| *calls.traps.entry(verdict.to_owned()).or_default() += 1);
    }

    pub fn rests(&self, plugin: &str, rest: Duration) {
        self.plugin(plugin, |calls| calls.rests_until = Some(Instant::now() + rest));
    }

    pub fn connection(&self, door: &str, change: i64) {
        self.connections.get_or_create(&OfDoor { door: door.to_owned() }).inc_by(change);
    }

    /// Bytes refused at a door after they had come in whole.
    pub fn refused(&self, department: &str) {
        self.tally(department, |tally| tally.refused += 1);
    }

    pub fn undelivered(&self, department: &str) {
        self.tally(department, |tally| tally.undelivered += 1);
    }

    /// A run of the log that cannot be read.
    pub fn hole(&self, department: &str) {
        self.tally(department, |tally| tally.holes += 1);
    }

    /// A feed that stands is listed, though nothing has come in.
    pub fn feed_recovered(&self, department: &str) {
        self.tally(department, |_| {});
    }

    pub fn stepped(&self, entries: &[Entry]) {
        self.steps.inc();
        self.facts.inc_by(entries.len() as u64);
    }

    /// The core has decided over SIGNALS up to here (and writes it within a second).
    pub fn core_read(&self, sequence: u64) {
        self.core_at.set(sequence as i64);
    }

    pub fn core_at(&self) -> u64 {
        self.core_at.get() as u64
    }

    pub fn events(&self, count: usize, decided: Timestamp) {
        self.events.inc_by(count as u64);
        let lag = crate::clock::now().since(decided).max(0);
        self.event_lag.observe(lag as f64 / 1_000.0);
    }
}

/// Counting never panics half-way, so a poisoned lock still counts right.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
