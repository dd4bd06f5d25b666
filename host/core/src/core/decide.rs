//! From inputs to facts.

use super::Core;
use super::apply::ADVICE;
use crate::fact::{Cause, Entry, Fact};
use crate::fold::Item;
use crate::frame::FrameId;
use crate::hole::Found;
use crate::incident::index::Probe;
use crate::incident::{Incident, Note, Stage, summary};
use crate::input::{Advised, Heard, Input, OWN_DOORS, Observed};
use crate::moment::{self, Moment};
use crate::registry::root;
use crate::signal::Kind;
use crate::state::{ENDED_KEPT, ENDED_KEPT_MS};
use crate::time::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// Incidents that leave memory in one step: bounds the record's size; the rest
/// follows in the next, which is due at once.
const RETIRED_A_STEP: usize = 1_000;

/// What a step has decided so far. All of it is applied already, but for the
/// summaries, which are drawn once at the end.
pub(crate) struct Step {
    pub now: Timestamp,
    pub entries: Vec<Entry>,
    touched: BTreeSet<Item>,
    dirty: BTreeMap<String, Dirty>,
}

struct Dirty {
    /// Its last entry: the one that will carry the summary.
    last: usize,
    /// More than counts and times changed.
    reshaped: bool,
}

impl Core {
    /// Decides over inputs and applies what was decided. Signals and advice are
    /// put in canonical order first; commands follow in the order given.
    pub fn step(&mut self, now: Timestamp, inputs: &[Input]) -> Vec<Entry> {
        let mut step = Step { now, entries: Vec::new(), touched: BTreeSet::new(), dirty: BTreeMap::new() };
        let mut signals: Vec<(Timestamp, &Observed)> = Vec::new();
        let mut heard: Vec<&Heard> = Vec::new();
        let mut advice: Vec<&Advised> = Vec::new();
        let mut holes: Vec<&Found> = Vec::new();
        for input in inputs {
            match input {
                Input::Heard(frame) => heard.push(frame),
                Input::Signal(observed) => signals.push((self.moment(observed).at, observed)),
                Input::Advice(advised) => advice.push(advised),
                Input::Hole(found) => holes.push(found),
                Input::Command(_) => {}
            }
        }
        signals.sort_by(|a, b| signal_order(a).cmp(&signal_order(b)));
        advice.sort_by_key(|advised| (&advised.frame, advised.ordinal));
        heard.sort_by_key(|heard| (heard.received, &heard.frame));
        self.enter_city(&mut step);
        for heard in heard {
            self.decide_heard(&mut step, heard);
        }
        holes.sort();
        for found in holes {
            self.decide_hole(&mut step, found);
        }
        for (_, observed) in signals {
            self.decide_signal(&mut step, observed);
        }
        for advised in advice {
            self.decide_advice(&mut step, advised);
        }
        for input in inputs {
            if let Input::Command(command) = input {
                self.decide_command(&mut step, command);
            }
        }
        self.decide_clock(&mut step);
        let changed = self.finish(&mut step);
        self.react(&mut step, &changed);
        self.strike(&mut step);
        // Clocks end warnings too.
        self.evaluate_plans(&mut step);
        self.muster(&mut step);
        // Rooms may have opened or changed incidents: their summaries follow.
        self.finish(&mut step);
        self.fold_in(step.touched);
        step.entries
    }

    /// When a signal happened, by what is known of its source's clock.
    pub(crate) fn moment(&self, observed: &Observed) -> Moment {
        let clocks = self.state.clocks.get(&observed.frame.department);
        let known = clocks.and_then(|clocks| clocks.get(root(&observed.signal.device))).copied();
        let of = match observed.signal.kind {
            Kind::Reading => moment::of_reading,
            Kind::Report if !observed.signal.reference.is_empty() => moment::of_record,
            _ => moment::of,
        };
        of(observed.signal.observed, observed.received, known)
    }

    pub(crate) fn emit(&mut self, step: &mut Step, cause: &Cause, fact: Fact) -> Option<Probe> {
        let entry = Entry { cause: cause.clone(), fact };
        let grown = self.apply_one(&entry, step.now, &mut step.touched);
        if let Some(id) = entry.fact.incident_id() {
            let reshaped =
                !matches!(entry.fact, Fact::IncidentRepeated { .. } | Fact::IncidentChanged { .. });
            step.mark(id, reshaped);
        }
        step.entries.push(entry);
        grown
    }

    fn decide_signal(&mut self, step: &mut Step, observed: &Observed) {
        if self.had_effect(&observed.frame, observed.replay_of.as_ref(), observed.ordinal) {
            return;
        }
        let cause = Cause::Signal {
            frame: observed.frame.clone(),
            ordinal: observed.ordinal,
            department: observed.frame.department.clone(),
            plugin: observed.plugin.clone(),
            replay_of: observed.replay_of.clone(),
        };
        let speaker = self.registry.speaker(&observed.frame.department, &observed.signal);
        // A timer speaks for the plugin, not for the device.
        let is_sent = observed.replay_of.is_none() && !OWN_DOORS.contains(&observed.door.as_str());
        if is_sent {
            self.notice(step, &cause, observed, &speaker);
        }
        match observed.signal.kind {
            Kind::Alarm | Kind::Other(_) => self.decide_alarm(step, &cause, observed, speaker),
            Kind::Report => {
                let heard = speaker.clone();
                self.decide_alarm(step, &cause, observed, speaker);
                self.hear(step, &cause, observed, &heard);
            }
            Kind::Recovery => {
                self.decide_recovery(step, &cause, observed, &speaker);
                self.hear(step, &cause, observed, &speaker);
            }
            Kind::Warning | Kind::Reading | Kind::Progress | Kind::Fault | Kind::Status | Kind::Device => {
                self.hear(step, &cause, observed, &speaker);
            }
        }
    }

    pub(super) fn had_effect(&self, frame: &FrameId, replay_of: Option<&FrameId>, ordinal: u32) -> bool {
        let first = replay_of.unwrap_or(frame);
        self.state
            .effects
            .get(&first.department)
            .is_some_and(|effects| effects.contains(&(first.run, first.index, ordinal)))
    }

    pub(super) fn advised_before(&self, advised: &Advised) -> bool {
        self.had_effect(&advised.frame, advised.replay_of.as_ref(), advised.ordinal | ADVICE)
    }

    fn decide_clock(&mut self, step: &mut Step) {
        let over = self.ended.len().saturating_sub(ENDED_KEPT);
        let due = |(place, (at, _)): &(usize, &(Timestamp, String))| {
            *place < over || at.plus_millis(ENDED_KEPT_MS) <= step.now
        };
        // What this step spoke of stays until its summary is drawn.
        let idle = |id: &&String| !step.dirty.contains_key(*id);
        let ended = self.ended.iter().enumerate().take_while(due).map(|(_, (_, id))| id);
        let ids: Vec<String> = ended.filter(idle).take(RETIRED_A_STEP).cloned().collect();
        if !ids.is_empty() {
            self.emit(step, &Cause::Clock, Fact::IncidentsRetired { ids });
        }
    }

    /// Draws the summary of each incident that the step touched into the last
    /// entry about it, and confirms those that now convince.
    fn finish(&mut self, step: &mut Step) -> Vec<(String, Cause)> {
        let mut changed = Vec::new();
        let mut dirty: Vec<(String, Dirty)> = std::mem::take(&mut step.dirty).into_iter().collect();
        dirty.sort_by_key(|(_, dirty)| dirty.last);
        for (id, dirty) in dirty {
            let Some(mut incident) = self.state.incidents.get(&id).cloned() else {
                continue;
            };
            if incident.state == Stage::Merged {
                continue;
            }
            if dirty.reshaped {
                self.summarise(&mut incident);
            }
            incident.changed_at = step.now;
            let confirms = dirty.reshaped && incident.state == Stage::Suspected && self.confirms(&incident);
            let mut last = dirty.last;
            if confirms {
                incident.state = Stage::Confirmed;
                let text = format!("自动确认：可信度 {:.2}，独立来源相互印证", incident.confidence);
                incident.note(Note { at: step.now, by: String::new(), act: "confirm".into(), text });
                last = step.entries.len();
                let cause = step.entries[dirty.last].cause.clone();
                let fact = Fact::IncidentChanged {
                    id: id.clone(),
                    from: Stage::Suspected,
                    to: Stage::Confirmed,
                    incident: None,
                };
                step.entries.push(Entry { cause, fact });
            }
            if let Some(slot) = step.entries[last].fact.incident_slot() {
                *slot = Some(Box::new(incident.clone()));
            }
            changed.push((id, step.entries[last].cause.clone()));
            self.put(incident, &mut step.touched);
        }
        changed
    }

    /// Applies what the step's summary will say, so that what follows in the
    /// step sees it.
    pub(super) fn put_in_step(&mut self, step: &mut Step, incident: Incident) {
        self.put(incident, &mut step.touched);
    }

    pub(crate) fn summarise(&self, incident: &mut Incident) {
        if let Some(rows) = self.state.evidence.get(&incident.id) {
            summary::of(incident, rows, &self.rules, &self.registry);
        }
    }

    fn confirms(&self, incident: &Incident) -> bool {
        self.state
            .evidence
            .get(&incident.id)
            .is_some_and(|rows| summary::confirms(incident, rows, &self.rules))
    }
}

impl Step {
    pub fn mark(&mut self, id: &str, reshaped: bool) {
        let last = self.entries.len();
        match self.dirty.get_mut(id) {
            Some(dirty) => *dirty = Dirty { last, reshaped: dirty.reshaped || reshaped },
            None => _ = self.dirty.insert(id.to_owned(), Dirty { last, reshaped }),
        }
    }

    /// What the step says of `id` changes more than counts and times.
    pub fn reshape(&mut self, id: &str) {
        let last = self.entries.len();
        self.dirty.entry(id.to_owned()).or_insert(Dirty { last, reshaped: true }).reshaped = true;
    }
}

fn signal_order<'a>((at, observed): &(Timestamp, &'a Observed)) -> impl Ord + use<'a> {
    let signal = &observed.signal;
    (
        *at,
        observed.frame.department.as_str(),
        signal.device.as_str(),
        signal.code.as_str(),
        &observed.frame,
        observed.ordinal,
    )
}
