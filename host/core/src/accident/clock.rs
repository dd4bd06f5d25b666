//! 报告时限: which reports are due until when, and which came late or not at all.

use super::{Accident, CLOCKS_KEPT, MISSED_KEPT, keep};
use crate::city::accident::{Accidents, Clock, ClockKind, Means, Start};
use crate::core::Core;
use crate::core::decide::Step;
use crate::fact::Cause;
use crate::order::Draft;
use crate::time::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

const MINUTE_MS: i64 = 60_000;

/// A desk that let a clock run out is given so long to say that it has seen the order.
const ACKNOWLEDGE_MS: i64 = 10 * MINUTE_MS;

/// A clock of one accident.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Running {
    /// Its id in the city's file.
    pub clock: String,
    pub name: String,
    pub kind: ClockKind,
    pub means: Means,
    /// Who is to be told.
    pub level: String,
    pub level_name: String,
    pub since_at: Timestamp,
    pub due_at: Timestamp,
    /// Stopped by a report, in time or late.
    pub met_at: Option<Timestamp>,
    /// It was found to have run out.
    pub is_missed: bool,
}

/// A clock that ran out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Missed {
    pub clock: String,
    pub name: String,
    pub level: String,
    pub level_name: String,
    pub due_at: Timestamp,
    pub found_at: Timestamp,
    /// When the report came after all; none: it has not.
    pub met_at: Option<Timestamp>,
    /// How late it came.
    pub late_minutes: Option<i64>,
    /// Order that was given for it, or empty.
    pub order: String,
}

impl Running {
    fn runs(&self) -> bool {
        self.met_at.is_none() && !self.is_missed
    }

    /// Whether a report of these means to this height stops it.
    fn stopped_by(&self, means: Means, height: usize, rules: &Accidents) -> bool {
        let told = rules.height(&self.level).is_none_or(|level| level <= height);
        let fits = match self.means {
            // Who writes has told.
            Means::Any | Means::Phone => true,
            Means::Written => means != Means::Phone,
        };
        fits && (told || self.kind != ClockKind::Upward)
    }
}

impl Accident {
    /// Clocks that run from the first report on.
    pub(super) fn begin(&mut self, rules: &Accidents) {
        let (known, happened) = (self.known_at, self.happened_at);
        for clock in &rules.clocks {
            if !clock.applies(&self.grade) {
                continue;
            }
            match clock.kind {
                ClockKind::First => {
                    let since = if clock.from == Start::Known { known } else { happened };
                    self.start(rules, clock, "", since, clock.millis());
                }
                ClockKind::Final => self.start(rules, clock, "", happened, clock.millis()),
                ClockKind::Upward | ClockKind::FollowUp => {}
            }
        }
    }

    /// The grade is new: every level up to its target is told of it. What already
    /// runs for a level goes on, its time came first.
    pub(super) fn report_upward(&mut self, rules: &Accidents, now: Timestamp) {
        let target = rules.height(&self.target).unwrap_or(0);
        // A lower grade ends what is no longer asked for.
        self.clocks.retain(|running| {
            running.kind != ClockKind::Upward
                || !running.runs()
                || rules.height(&running.level).is_some_and(|level| level <= target)
        });
        for clock in rules.clocks.iter().filter(|clock| clock.kind == ClockKind::Upward) {
            if !clock.applies(&self.grade) {
                continue;
            }
            for (height, level) in rules.levels.iter().enumerate().take(target + 1).skip(1) {
                let runs = self
                    .clocks
                    .iter()
                    .any(|running| running.clock == clock.id && running.level == level.id && running.runs());
                if !runs {
                    // Each level has its own time to pass it on.
                    let within = clock.millis().saturating_mul(height as i64);
                    self.start(rules, clock, &level.id, now, within);
                }
            }
        }
    }

    fn start(&mut self, rules: &Accidents, clock: &Clock, level: &str, since: Timestamp, within: i64) {
        let level = rules.level(level).or(rules.levels.first());
        self.clocks.push(Running {
            clock: clock.id.clone(),
            name: clock.name.clone(),
            kind: clock.kind,
            means: clock.means,
            level: level.map(|level| level.id.clone()).unwrap_or_default(),
            level_name: level.map(|level| level.name.clone()).unwrap_or_default(),
            since_at: since,
            due_at: since.plus_millis(within),
            met_at: None,
            is_missed: false,
        });
    }

    /// A report of `means` to `level` has been filed: what it stops, stops. Call
    /// [`Accident::run_out`] first, so that what came late is known to be late.
    pub(super) fn stop_clocks(
        &mut self,
        rules: &Accidents,
        means: Means,
        level: &str,
        is_final: bool,
        now: Timestamp,
    ) {
        let height = rules.height(level).unwrap_or(0);
        for running in self.clocks.iter_mut().filter(|running| running.met_at.is_none()) {
            let stops = match running.kind {
                ClockKind::Final => is_final,
                _ => running.stopped_by(means, height, rules),
            };
            if !stops {
                continue;
            }
            running.met_at = Some(now);
            let same = |missed: &&mut Missed| {
                missed.clock == running.clock && missed.level == running.level && missed.met_at.is_none()
            };
            for missed in self.missed.iter_mut().filter(same) {
                missed.met_at = Some(now);
                missed.late_minutes = Some(late(missed.due_at, now));
            }
        }
    }

    /// Orders to report of which every missed clock has been met since.
    pub(super) fn answered(&self) -> BTreeSet<String> {
        let of = |met: bool| {
            let missed = self.missed.iter().filter(move |missed| missed.met_at.is_some() == met);
            missed.map(|missed| missed.order.clone()).filter(|order| !order.is_empty())
        };
        let open: BTreeSet<String> = of(false).collect();
        of(true).filter(|order| !open.contains(order)).collect()
    }

    /// After each report the next follow-up is due; after the final one none is.
    pub(super) fn await_follow_up(&mut self, rules: &Accidents, since: Timestamp, is_final: bool) {
        self.clocks.retain(|running| running.kind != ClockKind::FollowUp);
        if is_final {
            return;
        }
        for clock in rules.clocks.iter().filter(|clock| clock.kind == ClockKind::FollowUp) {
            if clock.applies(&self.grade) {
                self.start(rules, clock, "", since, clock.millis());
            }
        }
    }

    /// Marks what has run out by `now`, and answers how many entries of `missed` are new.
    pub(super) fn run_out(&mut self, rules: &Accidents, now: Timestamp) -> usize {
        let mut found = Vec::new();
        for running in self.clocks.iter_mut().filter(|running| running.runs() && running.due_at < now) {
            found.push(Missed {
                clock: running.clock.clone(),
                name: running.name.clone(),
                level: running.level.clone(),
                level_name: running.level_name.clone(),
                due_at: running.due_at,
                found_at: now,
                met_at: None,
                late_minutes: None,
                order: String::new(),
            });
            let interval = rules.clocks.iter().find(|clock| clock.id == running.clock).map(Clock::millis);
            match interval.filter(|interval| running.kind == ClockKind::FollowUp && *interval > 0) {
                // The next one falls due all the same.
                Some(interval) => {
                    let passed = now.since(running.due_at) / interval + 1;
                    running.since_at = running.due_at;
                    running.due_at = running.due_at.plus_millis(passed.saturating_mul(interval));
                }
                None => running.is_missed = true,
            }
        }
        self.missed_count = self.missed_count.saturating_add(found.len() as u32);
        let new = found.len().min(MISSED_KEPT);
        self.missed.extend(found);
        keep(&mut self.missed, MISSED_KEPT);
        new
    }

    /// Closed: nothing is due any more.
    pub(super) fn stop_all(&mut self) {
        self.clocks.retain(|running| !running.runs());
        self.wind();
    }

    /// Draws up when the row next wants a step.
    pub(super) fn wind(&mut self) {
        let over = self.clocks.len().saturating_sub(CLOCKS_KEPT);
        let mut spare = over;
        self.clocks.retain(|running| {
            let goes = spare > 0 && !running.runs();
            spare -= usize::from(goes);
            !goes
        });
        // A clock has run out when its last millisecond is over.
        self.next = self
            .clocks
            .iter()
            .filter(|running| running.runs())
            .map(|running| running.due_at.plus_millis(1))
            .min();
    }

    /// `逐级上报(省)、首报`, of the newest entries of `missed`.
    pub(super) fn named(&self, new: usize) -> String {
        let newest = self.missed.iter().rev().take(new).rev();
        let names: Vec<String> = newest
            .map(|missed| format!("{}({},应于 {})", missed.name, missed.level_name, missed.due_at))
            .collect();
        names.join("、")
    }
}

impl Clock {
    fn applies(&self, grade: &str) -> bool {
        self.grades.is_empty() || self.grades.iter().any(|known| known == grade)
    }

    fn millis(&self) -> i64 {
        i64::from(self.minutes) * MINUTE_MS
    }
}

/// Minutes begun.
pub(super) fn late(due: Timestamp, at: Timestamp) -> i64 {
    at.since(due).max(0).saturating_add(MINUTE_MS - 1) / MINUTE_MS
}

impl Core {
    /// Clocks have run out and nobody has reported: visible, told, and ordered.
    pub(crate) fn accident_due(&mut self, step: &mut Step, id: &str) {
        let Some(mut accident) = self.state.rooms.accidents.get(id).cloned() else { return };
        let city = self.city().clone();
        let new = accident.run_out(&city.accidents, step.now);
        accident.wind();
        let named = accident.named(new);
        let order = match new {
            0 => String::new(),
            _ => self.order_report(step, &accident, &named),
        };
        let newest = accident.missed.len() - new;
        accident.missed[newest..].iter_mut().for_each(|missed| missed.order = order.clone());
        match new {
            // A clock of older rules: nothing is due by today's.
            0 => self.set(step, &Cause::Clock, "waited", "", accident),
            _ => {
                let note = format!("超时未报:{named} (not reported in time)");
                self.set(step, &Cause::Clock, "overdue", &note, accident);
            }
        }
    }

    pub(super) fn order_report(&mut self, step: &mut Step, accident: &Accident, named: &str) -> String {
        let desk = self.city().accidents.desk.clone();
        let draft = Draft {
            title: format!("立即补报:{}", accident.title),
            text: format!("{} 的报告已超时:{named}。请立即上报并说明原因。", accident.id),
            department: desk.department,
            post: desk.post,
            region: accident.region.clone(),
            position: accident.position,
            incident: accident.incident.clone(),
            matter: accident.id.clone(),
            acknowledge_within: Some(ACKNOWLEDGE_MS),
            by: "事故报告时限".to_owned(),
            ..Draft::default()
        };
        self.issue(step, &Cause::Clock, draft)
    }
}
