//! Redoing the sum: every frame of the log is decoded, dead or noise, exactly
//! once; every step follows the one before; every dead frame has its letter; every
//! alarm that the core took is in an incident, once.

use crate::bus::Bus;
use crate::bus::stream::Stored;
use crate::bus::tail::Tail;
use crate::position::{self, Place};
use crate::publish::dead::DeadLetter;
use crate::retain::{Counts, Gone};
use crate::run;
use crate::signals::{Covered, End, Position};
use crate::subject::{self, FeedName, Lane};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use tocsin_core::Json;
use tocsin_core::city::City;
use tocsin_core::core::Core;
use tocsin_core::fact::Cause;
use tocsin_core::frame::FrameId;
use tocsin_core::outcome::hex;
use tocsin_core::record::Record;
use tocsin_core::signal::Kind;

/// Faults that are named; the count goes on.
const NAMED: usize = 50;

#[derive(Clone, Debug, Default, Serialize)]
pub struct Report {
    pub ok: bool,
    pub departments: BTreeMap<String, Sum>,
    pub steps: u64,
    pub facts: u64,
    /// Signals that took effect, and how many did so more than once.
    pub effects: u64,
    pub doubled: u64,
    /// Alarms that the core has taken from SIGNALS and of which no incident knows.
    pub lost: u64,
    pub dead_letters: u64,
    pub events: u64,
    /// `Core::hash` of the state that the journal gives.
    pub core: String,
    pub faults: Vec<String>,
    pub fault_count: u64,
}

#[derive(Clone, Debug, Default, Serialize)]
pub struct Sum {
    pub runs: u64,
    pub frames: u64,
    pub decoded: u64,
    pub dead: u64,
    pub noise: u64,
    /// In the log, not yet taken by the feed.
    pub waiting: u64,
    /// Runs that cannot be read, and runs that are not there.
    pub damaged: u64,
    /// Frames of older runs that retention has purged, by what was counted then.
    pub purged: u64,
}

impl Report {
    fn fault(&mut self, text: String) {
        self.fault_count += 1;
        if self.faults.len() < NAMED {
            self.faults.push(text);
        }
    }

    fn take(&mut self, faults: Report) {
        let unnamed = faults.fault_count - faults.faults.len() as u64;
        faults.faults.into_iter().for_each(|text| self.fault(text));
        self.fault_count += unnamed;
    }
}

#[inline(never)]
pub fn verify<'a>(bus: &'a Bus, city: &'a std::sync::Arc<City>) -> BoxFuture<'a, Report> {
    report(bus, city).boxed()
}

async fn report(bus: &Bus, city: &std::sync::Arc<City>) -> Report {
    let mut report = Report::default();
    let mut dead = Dead::default();
    let mut alarms = Vec::new();
    // Ordering: before SIGNALS, which may tell of deaths behind the place where it is read.
    let told = bus.last_sequence(subject::DEAD).await;
    for department in &city.departments {
        let sum = department_sum(bus, &department.id, &mut dead, &mut alarms, &mut report).await;
        report.departments.insert(department.id.clone(), sum);
    }
    letters(bus, &dead, told, &mut report).await;
    journal(bus, city, &alarms, &mut report).await;
    events(bus, &mut report).await;
    report.ok = report.fault_count == 0;
    report
}

/// What SIGNALS says of each run, tile by tile.
#[derive(Default)]
struct Tiles {
    covered: HashMap<u64, u32>,
    of: HashMap<u64, u32>,
    position: Position,
}

/// A signal that sounds an alarm.
struct Alarm {
    /// Of its message in SIGNALS.
    sequence: u64,
    /// Whose bytes it is of: of a replay, those that came first.
    frame: FrameId,
    ordinal: u32,
    code: String,
}

/// What one department gives; drawn up anew where retention moves meanwhile.
#[derive(Default)]
struct Draft {
    sum: Sum,
    dead: HashSet<String>,
    alarms: Vec<Alarm>,
    faults: Report,
    /// Runs up to here are purged.
    gone: u64,
}

async fn department_sum(
    bus: &Bus,
    department: &str,
    dead: &mut Dead,
    alarms: &mut Vec<Alarm>,
    report: &mut Report,
) -> Sum {
    let name = FeedName { department: department.to_owned(), feed: 0 };
    let stage = position::feed(&name);
    let gone = async || Place::of::<Gone>(bus, &stage).await.1.unwrap_or_default();
    let mut before = gone().await;
    loop {
        let mut draft = Draft::default();
        let tiles = signals_sum(bus, &name, &before, &mut draft).await;
        let runs = raw_sum(bus, &name, &tiles, &mut draft).await;
        let after = gone().await;
        if after.signals != before.signals {
            before = after;
            continue;
        }
        draft.gone = after.raw;
        account(&name, &tiles, &runs, &mut draft);
        dead.frames.extend(draft.dead);
        alarms.extend(draft.alarms);
        dead.gone.insert(department.to_owned(), draft.gone);
        report.take(draft.faults);
        return draft.sum;
    }
}

async fn signals_sum(bus: &Bus, name: &FeedName, gone: &Gone, draft: &mut Draft) -> Tiles {
    let Counts { decoded, dead, noise, damaged, .. } = gone.counts;
    let frames = gone.counts.frames();
    draft.sum = Sum { frames, decoded, dead, noise, damaged, purged: frames, ..Sum::default() };
    let mut tiles = Tiles { position: gone.position, ..Tiles::default() };
    // Ordering: SIGNALS before RAW, so that what comes in meanwhile is waiting, not missing.
    let mut reading = Reading::behind(bus, subject::SIGNALS, &subject::signal(name), gone.signals).await;
    while let Some(stored) = reading.next().await {
        let Ok(covered) = Covered::read(&stored.payload) else {
            draft.faults.fault(format!("SIGNALS {}: cannot be read", stored.sequence));
            continue;
        };
        cover(&covered, &mut tiles, &mut draft.sum, &mut draft.faults, stored.sequence);
        for taken in &covered.frames {
            match &taken.end {
                End::Ok(outcome) => {
                    draft.sum.decoded += 1;
                    let sounds = outcome.signals.iter().zip(0_u32..);
                    let sounds = sounds.filter(|(signal, _)| signal.kind == Kind::Alarm);
                    draft.alarms.extend(sounds.map(|(signal, ordinal)| Alarm {
                        sequence: stored.sequence,
                        frame: taken.first.clone().unwrap_or_else(|| taken.frame(&name.department)),
                        ordinal,
                        code: signal.code.clone(),
                    }));
                }
                End::Rejected(_) | End::Failed { .. } => {
                    draft.sum.dead += 1;
                    draft.dead.insert(taken.frame(&name.department).to_string());
                }
            }
        }
    }
    tiles
}

/// The runs that stand in the log.
async fn raw_sum(bus: &Bus, name: &FeedName, tiles: &Tiles, draft: &mut Draft) -> BTreeSet<u64> {
    let department = &name.department;
    let stream = subject::raw_stream(department);
    let mut seen = BTreeSet::new();
    let mut reading = Reading::of(bus, &stream, &format!("tocsin.live.raw.{department}.>")).await;
    let sum = &mut draft.sum;
    while let Some(stored) = reading.next().await {
        sum.runs += 1;
        seen.insert(stored.sequence);
        let count = match run::decode(&stored.payload) {
            Ok(frames) => frames.len() as u32,
            Err(error) => {
                sum.damaged += 1;
                draft.faults.fault(format!("{stream} {}: {error}", stored.sequence));
                continue;
            }
        };
        sum.frames += u64::from(count);
        let lane = subject::parse_raw(&stored.subject).map_or(Lane::Routine, |(lane, _)| lane);
        let covered = tiles.covered.get(&stored.sequence).copied().unwrap_or(0);
        let at = tiles.position.lane(lane);
        if stored.sequence <= at.run && covered != count {
            draft
                .faults
                .fault(format!("{stream} {}: {covered} of {count} frames are covered", stored.sequence));
        }
        sum.waiting += u64::from(count.saturating_sub(covered));
    }
    seen
}

/// Runs that do not stand in the log are purged, or missing; then the sum.
fn account(name: &FeedName, tiles: &Tiles, seen: &BTreeSet<u64>, draft: &mut Draft) {
    let Draft { sum, faults, gone, .. } = draft;
    let stream = subject::raw_stream(&name.department);
    for (run, of) in &tiles.of {
        if !seen.contains(run) {
            sum.frames += u64::from(*of);
            sum.purged += if *run <= *gone { u64::from(*of) } else { 0 };
        }
    }
    let mut next = *gone + 1;
    for run in seen {
        if *run > next {
            sum.damaged += run - next;
            faults.fault(format!("{stream} {next} to {}: missing, and not purged", run - 1));
        }
        next = next.max(run + 1);
    }
    if let Some(run) = tiles.of.keys().find(|run| **run >= next) {
        faults.fault(format!("{stream} {run}: covered, and the log ends at {}", next - 1));
    }
    if sum.frames != sum.decoded + sum.dead + sum.noise + sum.waiting {
        faults.fault(format!(
            "{}: {} frames in, {} decoded + {} dead + {} noise + {} waiting",
            name.department, sum.frames, sum.decoded, sum.dead, sum.noise, sum.waiting
        ));
    }
}

fn cover(covered: &Covered, tiles: &mut Tiles, sum: &mut Sum, report: &mut Report, sequence: u64) {
    for span in &covered.spans {
        let before = tiles.covered.entry(span.run).or_default();
        if span.from != *before {
            report.fault(format!(
                "SIGNALS {sequence}: run {} goes on at frame {} after {} were covered",
                span.run, span.from, before
            ));
        }
        *before = span.from + span.count;
        tiles.of.insert(span.run, span.of);
        sum.noise += u64::from(span.noise);
        tiles.position.cover(span);
    }
    if tiles.position != covered.position {
        report.fault(format!("SIGNALS {sequence}: its position does not follow from what it covers"));
    }
}

/// Frames that died, and up to where each department's deaths are purged.
#[derive(Default)]
struct Dead {
    frames: HashSet<String>,
    gone: HashMap<String, u64>,
}

impl Dead {
    fn explains(&self, frame: &FrameId) -> bool {
        let is_gone = self.gone.get(&frame.department).is_some_and(|gone| frame.run <= *gone);
        is_gone || self.frames.contains(&frame.to_string())
    }
}

/// Those up to `last` were written when all their deaths stood in what was read.
async fn letters(bus: &Bus, dead: &Dead, last: u64, report: &mut Report) {
    let mut told = HashSet::new();
    let mut reading = Reading::of(bus, subject::DEAD, "tocsin.live.dead.>").await;
    while let Some(stored) = reading.next().await {
        let Ok(letter) = serde_json::from_slice::<DeadLetter>(&stored.payload) else {
            report.fault(format!("DEAD {}: cannot be read", stored.sequence));
            continue;
        };
        report.dead_letters += 1;
        let frame = letter.frame;
        // Old letters expire and the newest may still be on their way; only a letter
        // without a death is a fault at once.
        if stored.sequence <= last && !dead.explains(&frame) {
            report.fault(format!("DEAD: {frame} has a letter and did not die"));
        }
        if !told.insert(frame.to_string()) {
            report.fault(format!("DEAD {}: {frame} has two letters", stored.sequence));
        }
    }
}

async fn journal(bus: &Bus, city: &std::sync::Arc<City>, alarms: &[Alarm], report: &mut Report) {
    let mut core = Core::new(city.clone());
    let (mut prev, mut signals) = (String::new(), 0);
    let (mut effects, mut known) = (HashSet::new(), HashSet::new());
    let mut reading = Reading::of(bus, subject::JOURNAL, subject::JOURNAL_SUBJECT).await;
    while let Some(stored) = reading.next().await {
        let Ok(record) = Record::read(&stored.payload) else {
            report.fault(format!("JOURNAL {}: cannot be read", stored.sequence));
            continue;
        };
        if record.prev != prev {
            report.fault(format!("JOURNAL {}: does not follow from the step before", stored.sequence));
        }
        prev = hex::encode(&Sha256::digest(&stored.payload));
        if record.signals < signals {
            report.fault(format!("JOURNAL {}: its position runs backwards", stored.sequence));
        }
        signals = record.signals;
        report.steps += 1;
        report.facts += record.entries.len() as u64;
        for entry in &record.entries {
            // One signal may give several facts; it counts once. A replay of a dead
            // letter counts for the frame it repeats.
            let Cause::Signal { frame, ordinal, replay_of, .. } = &entry.cause else { continue };
            let first = replay_of.as_ref().unwrap_or(frame);
            if entry.fact.incident_id().is_some() {
                known.insert((first.clone(), *ordinal));
            }
            if entry.fact.counted().is_some() {
                report.effects += 1;
                if !effects.insert((first.clone(), *ordinal)) {
                    report.doubled += 1;
                    report
                        .fault(format!("JOURNAL {}: {first}#{ordinal} takes effect again", stored.sequence));
                }
            }
        }
        core.apply(&record.entries, record.now);
    }
    report.core = core.hash();
    let lost = alarms.iter().filter(|alarm| {
        let is_known = known.contains(&(alarm.frame.clone(), alarm.ordinal));
        alarm.sequence <= signals && !is_known && core.opens(&alarm.code)
    });
    for alarm in lost {
        report.lost += 1;
        report.fault(format!("{}#{}: an alarm of which no incident knows", alarm.frame, alarm.ordinal));
    }
}

async fn events(bus: &Bus, report: &mut Report) {
    let mut ids = HashSet::new();
    let mut reading = Reading::of(bus, subject::EVENTS, "tocsin.live.event.>").await;
    while let Some(stored) = reading.next().await {
        report.events += 1;
        let id = stored.headers.get("ce-id").map(ToString::to_string).unwrap_or_default();
        if !ids.insert(id.clone()) {
            report.fault(format!("EVENTS {}: the id {id} stands twice", stored.sequence));
        }
    }
}

/// The messages of a filter up to the newest of now, one after the other.
pub(crate) struct Reading {
    tail: Tail,
    last: u64,
}

impl Reading {
    pub(crate) async fn of(bus: &Bus, stream: &str, filter: &str) -> Reading {
        Reading::behind(bus, stream, filter, 0).await
    }

    /// Only what stands behind a position.
    pub(crate) async fn behind(bus: &Bus, stream: &str, filter: &str, after: u64) -> Reading {
        let last = bus.last_of_subject(stream, filter).await.map_or(0, |last| last.sequence);
        Reading { tail: Tail::new(bus, stream, filter, after), last }
    }

    pub(crate) async fn next(&mut self) -> Option<Stored> {
        if self.tail.position() < self.last { Some(self.tail.next().await) } else { None }
    }
}
