//! Smoke that lasts and smoke that does not.
//!
//! ```text
//! smoke ──▶ open ── sustain_s of it ──▶ fire ── its end ──▶ gone, recovery
//!             └── quiet_s without, or its end ──▶ pulse ── sustain_s after all ──▶ fire
//! ```
//!
//! Times are the detector's own where it says them, because a platform hands on in
//! bursts; the timer is the host's. A record that is told twice has the same time
//! and counts once. Nothing here remembers how often a detector was wrong.

use crate::record::Record;
use crate::setting;
use crate::word::Word;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::BTreeMap;
use tocsin_sdk::{Certainty, Outcome, Severity, Signal, Timestamp, Urgency, memory, timers};

const KEY: &str = "runs";
/// Smoke that comes again within so long belongs to the same run: detectors report
/// every few seconds, slow ones twice a minute.
const GAP_MS: i64 = 60_000;
/// A clock ahead of ours by more is wrong, and ours counts.
const AHEAD_MS: i64 = 5 * 60_000;
/// What was told is remembered so long for its end and for late copies.
const TOLD_MS: i64 = 24 * 3_600_000;
/// Runs of one room: a platform that names its detectors in the record alone has
/// them in one. A whole estate on fire is less.
const KEPT: usize = 256;
/// Times of one run by which a repeated record is known.
const TIMES_KEPT: usize = 8;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Told {
    #[default]
    Open,
    Pulse,
    Fire,
}

/// Smoke at one detector.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Run {
    told: Told,
    /// By the detector's clock, where it has one.
    first: Timestamp,
    last: Timestamp,
    /// By the host's.
    from: Timestamp,
    until: Timestamp,
    count: u32,
    /// The detector said that it was over: what comes then is another run.
    #[serde(default)]
    cleared: bool,
    /// The detector's own times, newest last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    times: Vec<Timestamp>,
    /// What to say of where it is, from its last record.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    data: String,
}

/// All of the room whose call this is.
#[derive(Default)]
pub struct Runs {
    runs: BTreeMap<String, Run>,
    loaded: bool,
}

impl Runs {
    /// Looks into the room only when a record is about smoke.
    pub fn load() -> Runs {
        Runs::default()
    }

    fn all(&mut self) -> &mut BTreeMap<String, Run> {
        if !self.loaded {
            self.loaded = true;
            self.runs = match memory::get(KEY) {
                None => BTreeMap::new(),
                Some(_) => memory::load(KEY).unwrap_or_default(),
            };
        }
        &mut self.runs
    }

    pub fn save(self) {
        if !self.loaded {
            return;
        }
        match self.runs.values().map(Run::due).min() {
            None => {
                memory::forget(KEY);
                timers::cancel(KEY);
            }
            Some(due) => {
                memory::save(KEY, &self.runs);
                timers::set(KEY, due);
            }
        }
    }

    /// What a record adds to its detector's run.
    pub fn take(&mut self, record: &Record, now: Timestamp) -> Vec<Signal> {
        if record.says(Word::Smoke) || record.says(Word::Fire) {
            self.smoke(record, now)
        } else if record.says(Word::Clear) {
            self.clear(record, now).into_iter().collect()
        } else {
            Vec::new()
        }
    }

    fn smoke(&mut self, record: &Record, now: Timestamp) -> Vec<Signal> {
        let at = record.observed.filter(|at| *at <= now + AHEAD_MS).unwrap_or(now);
        let sustain = sustain_ms();
        let lasted = record.seconds.map_or(0, |seconds| (seconds.min(86_400.0) * 1_000.0) as i64);
        let runs = self.all();
        let known = runs.get(&record.device);
        if let (Some(run), Some(observed)) = (known, record.observed)
            && run.times.contains(&observed)
            && !(record.says(Word::Fire) && run.told != Told::Fire)
        {
            return Vec::new();
        }
        // Told late, of a time before all that is known: an item of its own.
        if known.is_some_and(|run| at < run.first - GAP_MS) && lasted < sustain && !record.says(Word::Fire) {
            return vec![pulse(record, 1)];
        }
        let is_full = known.is_none() && runs.len() >= KEPT;
        let goes_on = |run: &&Run| !run.cleared && (at <= run.last + GAP_MS || now <= run.until + GAP_MS);
        let mut run = known.filter(goes_on).cloned().unwrap_or_else(|| {
            let times = known.map(|run| run.times.clone()).unwrap_or_default();
            Run { first: at, last: at, from: now, until: now, times, ..Run::default() }
        });
        run.take(at, now, record.observed);
        let is_fire = record.says(Word::Fire) || lasted >= sustain || run.lasted() >= sustain || is_full;
        run.data = record.about(Signal::alarm("")).data;
        let signals = match (is_fire, run.told) {
            (true, _) | (_, Told::Fire) => {
                run.told = Told::Fire;
                vec![fire(record, &run, lasted)]
            }
            // Not over with the pulse that was told: another one may follow.
            (false, _) => {
                run.told = Told::Open;
                Vec::new()
            }
        };
        if !is_full {
            runs.insert(record.device.clone(), run);
        }
        signals
    }

    /// The detector says that it sees no smoke.
    fn clear(&mut self, record: &Record, now: Timestamp) -> Option<Signal> {
        // Most of these come from detectors that never saw any.
        if !self.loaded && memory::get(KEY).is_none() {
            return None;
        }
        let mut run = self.all().get(&record.device).filter(|run| !run.cleared)?.clone();
        let at = record.observed.filter(|at| *at <= now + AHEAD_MS).unwrap_or(now);
        if at < run.last {
            return None;
        }
        let lasted = (at - run.first).max(now - run.from);
        let first = record.observed.map(|_| run.first);
        run.cleared = true;
        let signal = match run.told {
            // Told by its edges alone: it was smoke all the while.
            Told::Open if lasted >= sustain_ms() => Some(fire(record, &run, lasted).observed(first)),
            Told::Open => Some(pulse(record, run.count).observed(first)),
            Told::Pulse => None,
            Told::Fire => Some(record.about(Signal::recovery("fire.smoke").title("烟雾消除"))),
        };
        if run.told == Told::Open {
            run.told = Told::Pulse;
        }
        self.all().insert(record.device.clone(), run);
        signal
    }
}

impl Run {
    fn take(&mut self, at: Timestamp, now: Timestamp, observed: Option<Timestamp>) {
        self.first = self.first.min(at);
        self.last = self.last.max(at);
        self.until = self.until.max(now);
        self.count = self.count.saturating_add(1);
        self.times.extend(observed);
        let over = self.times.len().saturating_sub(TIMES_KEPT);
        self.times.drain(..over);
    }

    /// One record alone lasts no time, whatever the two clocks say of it.
    fn lasted(&self) -> i64 {
        if self.count < 2 { 0 } else { (self.last - self.first).max(self.until - self.from) }
    }

    /// When the host next looks: is it a pulse, is it forgotten.
    fn due(&self) -> Timestamp {
        match self.told {
            Told::Open => self.until + quiet_ms(),
            Told::Pulse | Told::Fire => self.until + TOLD_MS,
        }
    }
}

/// What has been quiet long enough is a pulse; what was told long ago is forgotten.
pub fn wake(now: Timestamp) -> Outcome {
    let mut runs = Runs::load();
    let mut outcome = Outcome::default();
    let due: Vec<String> =
        runs.all().iter().filter(|(_, run)| run.due() <= now).map(|(device, _)| device.clone()).collect();
    for device in due {
        let Some(run) = runs.all().get_mut(&device) else { continue };
        if run.told != Told::Open {
            runs.all().remove(&device);
            continue;
        }
        run.told = Told::Pulse;
        let at = run.times.first().map(|_| run.first);
        let signal = pulse_signal(run.count).device(device.as_str()).observed(at).data(run.data.clone());
        outcome = outcome.signal(signal);
    }
    runs.save();
    outcome
}

fn fire(record: &Record, run: &Run, lasted: i64) -> Signal {
    let seconds = run.lasted().max(lasted) / 1_000;
    let title = match seconds {
        0 => "烟雾火警".to_owned(),
        seconds => format!("烟雾火警,已持续 {seconds} 秒"),
    };
    let signal = Signal::alarm("fire.smoke").certainty(Certainty::Likely).title(title);
    record.about_with(signal, json!({"seconds": seconds, "reports": run.count, "density": record.density()}))
}

fn pulse(record: &Record, count: u32) -> Signal {
    record.about(pulse_signal(count))
}

/// An item for somebody to look at, not a fire.
fn pulse_signal(count: u32) -> Signal {
    Signal::alarm("smoke.pulse")
        .urgency(Urgency::Expected)
        .severity(Severity::Minor)
        .certainty(Certainty::Possible)
        .title(if count > 1 {
            format!("烟雾短时出现 {count} 次,待核实")
        } else {
            "烟雾短脉冲,待核实".to_owned()
        })
}

fn sustain_ms() -> i64 {
    setting::number("sustain_s", 30, 1, 600) * 1_000
}

fn quiet_ms() -> i64 {
    setting::number("quiet_s", 40, 1, 600) * 1_000
}
