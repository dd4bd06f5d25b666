//! Smoke that lasts and smoke that does not.
//!
//! ```text
//! smoke ──▶ open ── sustain_s of it ──▶ fire ── its end ──▶ gone, recovery
//!             └── quiet_s without, or its end ──▶ pulse ── sustain_s after all, or its
//!                                                          end so long after ──▶ fire
//! ```
//!
//! Times are the detector's own where it says them, because a platform hands on in
//! bursts; the timer is the host's. A record that is told twice has the same time
//! and counts once; told again and again it is a clock that stands, and the host's
//! counts ([`span`]). Nothing here remembers how often a detector was wrong.

mod say;
mod span;

use crate::record::Record;
use crate::word::Word;
use span::{Run, Seen, Told};
use std::collections::BTreeMap;
use tocsin_sdk::{Outcome, Signal, Timestamp, city, memory, timers};

const KEY: &str = "runs";
/// Runs of one room: a platform that names its detectors in the record alone has
/// them in one. A whole estate on fire is less.
const KEPT: usize = 192;
/// Of the room's 64 KB; batteries need 10.
const BYTES: usize = 48 << 10;
/// So many runs fit whatever they hold of addresses.
const SMALL: usize = 64;
/// An end is that of a pulse that was told for so long: what comes later is of something
/// that nobody heard of.
const END_MS: i64 = 10 * 60_000;

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

    pub fn save(mut self) {
        if !self.loaded {
            return;
        }
        self.fit();
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

    /// A room that is too full refuses the record, and a fire with it: addresses go
    /// first, then what was told longest ago.
    fn fit(&mut self) {
        let is_over = |runs: &BTreeMap<String, Run>| {
            runs.len() > SMALL && serde_json::to_vec(runs).is_ok_and(|bytes| bytes.len() > BYTES)
        };
        if is_over(&self.runs) {
            self.runs.values_mut().for_each(Run::strip);
        }
        while is_over(&self.runs) && self.evict() {}
    }

    /// Forgets the pulse that was told longest ago, else the fire; never what is open.
    fn evict(&mut self) -> bool {
        let told = self.runs.iter().filter(|(_, run)| run.told != Told::Open);
        let oldest = told.min_by_key(|(_, run)| (run.told == Told::Fire, run.until));
        let Some(device) = oldest.map(|(device, _)| device.clone()) else { return false };
        self.runs.remove(&device).is_some()
    }

    /// What a record adds to its detector's run.
    pub fn take(&mut self, record: &Record, now: Timestamp) -> Vec<Signal> {
        if record.says(Word::Smoke) || record.says(Word::Fire) {
            self.smoke(record, now)
        } else if record.says_end() {
            self.clear(record, now).into_iter().collect()
        } else {
            Vec::new()
        }
    }

    fn smoke(&mut self, record: &Record, now: Timestamp) -> Vec<Signal> {
        let seen = Seen::of(record.observed, now);
        let (sustain, gap) = (sustain_ms(), gap_ms());
        let lasted = record.seconds.map_or(0, |seconds| (seconds.min(86_400.0) * 1_000.0) as i64);
        let is_sure = record.says(Word::Fire) || lasted >= sustain;
        if let Some(run) = self.all().get_mut(&record.device) {
            if run.knows(&seen) && !(is_sure && run.told != Told::Fire) {
                let lasted = run.again(now).filter(|lasted| *lasted >= sustain);
                return lasted.map(|lasted| say::kindled(record, run, &seen, lasted)).into_iter().collect();
            }
            // Told late, of a time before all that is known: an item of its own.
            if run.is_before(&seen, gap) && !is_sure {
                let lasted = run.take_late(&seen, gap);
                return match lasted >= sustain {
                    true => vec![say::kindled(record, run, &seen, lasted)],
                    false => vec![say::pulse(record)],
                };
            }
        }
        let is_new = !self.all().contains_key(&record.device);
        let is_full = is_new && self.runs.len() >= KEPT && !self.evict();
        let mut signals = Vec::new();
        let mut run = match self.runs.get(&record.device) {
            Some(run) if run.goes_on(&seen, gap) => run.clone(),
            Some(run) => {
                // Its timer is late.
                signals.extend((run.told == Told::Open).then(|| say::quiet(&record.device, run)));
                run.next(&seen)
            }
            None => Run::new(&seen),
        };
        let is_late = run.take(&seen);
        run.data = record.about(Signal::alarm("")).data;
        let lasted = match run.stood() {
            stood if stood >= sustain => lasted.max(stood),
            _ => lasted,
        };
        let is_fire = is_sure || lasted >= sustain || run.lasted().max(run.returned()) >= sustain || is_full;
        match (is_fire, run.told) {
            (true, _) | (_, Told::Fire) => {
                run.told = Told::Fire;
                signals.push(say::fire(record, &run, lasted));
            }
            // A late part of what was told: nothing more to wait for.
            (false, Told::Pulse) if is_late => signals.push(record.about(say::pulse_of(&run))),
            // Not over with the pulse that was told: another one may follow.
            (false, _) => run.told = Told::Open,
        }
        if !is_full {
            self.runs.insert(record.device.clone(), run);
        }
        signals
    }

    /// The detector says that it sees no smoke.
    fn clear(&mut self, record: &Record, now: Timestamp) -> Option<Signal> {
        // Most of these come from detectors that never saw any.
        if !self.loaded && memory::get(KEY).is_none() {
            return None;
        }
        let seen = Seen::of(record.observed, now);
        let run = self.all().get_mut(&record.device).filter(|run| !run.cleared && seen.at >= run.last)?;
        let lasted = run.lasted_until(&seen);
        let first = record.observed.map(|_| run.first);
        let signal = match run.told {
            // Told by its edges alone: it was smoke all the while.
            Told::Open if lasted >= sustain_ms() => Some(say::fire(record, run, lasted).observed(first)),
            Told::Open => Some(record.about(say::pulse_of(run)).observed(first)),
            // The same of what went quiet between. A heartbeat's word says nothing of it.
            Told::Pulse if record.says(Word::Clear) && (sustain_ms()..=END_MS).contains(&lasted) => {
                Some(say::fire(record, run, lasted).observed(run.first))
            }
            Told::Pulse => None,
            Told::Fire => Some(record.about(Signal::recovery("fire.smoke").title("烟雾消除"))),
        };
        run.clear();
        signal
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
        outcome = outcome.signal(say::quiet(&device, run));
    }
    runs.save();
    outcome
}

fn sustain_ms() -> i64 {
    city::whole("sustain_s", 30, 1..=600) * 1_000
}

fn quiet_ms() -> i64 {
    city::whole("quiet_s", 40, 1..=600) * 1_000
}

/// Smoke that comes again within so long belongs to the same run; what was told as a
/// pulse is over.
fn gap_ms() -> i64 {
    quiet_ms().min(span::NEAR_MS)
}
