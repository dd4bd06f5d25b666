//! Looking at all plans over the city as it is: a function of the state and the
//! time, whatever the order in which the state came about.

use super::change::Wanted;
use super::condition::Condition;
use super::judge::{self, Truth, Verdict};
use super::planner::Compiled;
use super::world::{Table, World, touches};
use super::{AREAS_SHOWN, Area, GROUNDS_SHOWN, Ground, Latest, Response, ground};
use crate::city::plan::{Level, Per, Plan, StartMode, roman};
use crate::core::Core;
use crate::core::decide::Step;
use crate::fact::{Cause, Fact};
use crate::thing::Thing;
use cel::Context;
use std::collections::{BTreeMap, BTreeSet};

/// One version over the world.
struct Weighed {
    truths: BTreeMap<u8, Truth>,
    /// Level → what makes it start.
    grounds: BTreeMap<u8, Vec<Ground>>,
    /// Level, `start` or `end`, and why it has no answer.
    failed: Vec<(u8, &'static str, String)>,
    /// The parent's response, where it is why.
    parent: String,
}

impl Core {
    /// Looks at all active plans' conditions over the state as it now is.
    pub(crate) fn evaluate_plans(&mut self, step: &mut Step) {
        self.plan_ahead();
        let due: Vec<String> =
            self.planner.open.values().filter(|id| self.has_struck(step, id)).cloned().collect();
        if !self.planner.look(step.now, !due.is_empty()) {
            return;
        }
        let cause = cause(step);
        due.iter().for_each(|id| self.proposal_due(step, id));
        let base = self.world(step, None);
        for plan in self.planner.order.clone() {
            for scene in self.scenes_of(&base, &plan) {
                self.look_at_plan(step, &cause, &base, &plan, &scene);
                // A parent's response is what its children look at.
                self.plan_ahead();
            }
        }
        due.iter().for_each(|id| self.response_due(step, id));
        self.planner.looked();
    }

    /// The look at the plans has come before; whatever came of it, the clock
    /// must not strike again at once.
    pub(crate) fn response_due(&mut self, step: &mut Step, id: &str) {
        if self.has_struck(step, id)
            && let Some(mut response) = self.state.rooms.responses.get(id).cloned()
        {
            response.next = None;
            self.set(step, &Cause::Clock, "checked", "", response);
        }
    }

    fn has_struck(&self, step: &Step, id: &str) -> bool {
        let response = self.state.rooms.responses.get(id).filter(|response| response.is_open());
        response.and_then(|response| response.next).is_some_and(|next| next <= step.now)
    }

    /// The tables but for incidents, with one reading put in as if it were known.
    pub(super) fn world(&self, step: &Step, told: Option<&Latest>) -> World {
        let rooms = &self.state.rooms;
        let mut world = World { holders: self.planner.holders.clone(), ..World::default() };
        for table in &self.planner.tables {
            match table {
                Table::Warnings => {
                    let active = rooms.warnings.values().filter(|warning| warning.status == "active");
                    world.set(step.now, active);
                }
                Table::Readings => {
                    let known =
                        rooms.readings.values().filter(|known| told.is_none_or(|told| told.id != known.id));
                    world.set(step.now, known.chain(told));
                }
                // Each plan hears of its own hazards.
                Table::Incidents => {}
                Table::Accidents => {
                    world.set(step.now, rooms.accidents.values().filter(|accident| accident.state == "open"));
                }
            }
        }
        world
    }

    fn look_at_plan(&mut self, step: &mut Step, cause: &Cause, base: &World, plan: &str, scene: &str) {
        let rooms = &self.state.rooms;
        let at = (plan.to_owned(), scene.to_owned());
        let open = self.planner.open.get(&at).and_then(|id| rooms.responses.get(id)).cloned();
        let key = match &open {
            Some(response) => Some(response.key()),
            None => self.planner.active.get(plan).cloned(),
        };
        let Some(text) = key.and_then(|key| rooms.plans.get(&key)).map(|version| version.text.clone()) else {
            return;
        };
        let compiled = self.planner.compiled(&text.key());
        let mut weighed = self.weigh(step, base, &text, &compiled, scene);
        self.note_failures(step, cause, &text, &weighed.failed);
        let silent = self.planner.muted.get(&at).and_then(|id| self.state.rooms.responses.get(id)).cloned();
        let muted =
            open.as_ref().or(silent.as_ref()).map(|response| response.muted.clone()).unwrap_or_default();
        let still = weighed.still(&muted);
        let silent_still = silent.as_ref().map(|silent| weighed.still(&silent.muted)).unwrap_or_default();
        for level in &still {
            weighed.truths.insert(*level, Truth { starts: false, over: true, hold_ms: 0 });
        }
        if let Some(mut silent) = silent.filter(|silent| silent.muted != silent_still) {
            silent.muted = silent_still;
            silent.changed_at = step.now;
            self.set(step, cause, "unmuted", "条件曾解除,此后可再次自动启动", silent);
        }
        let current = open.as_ref().filter(|response| response.is_active()).map(|response| response.level);
        let clearing = open.as_ref().map_or(&[][..], |response| &response.clearing);
        let verdict = judge::of(&weighed.truths, current, clearing, step.now);
        let wanted = self.want(&text, scene, &weighed, verdict, open.as_ref(), still);
        self.follow_conditions(step, cause, &text, scene, open, wanted);
    }

    fn weigh(&self, step: &Step, base: &World, plan: &Plan, compiled: &Compiled, scene: &str) -> Weighed {
        let world = self.view(step, base, plan, compiled, scene);
        let context = world.context();
        let mut weighed = Weighed {
            truths: BTreeMap::new(),
            grounds: BTreeMap::new(),
            failed: Vec::new(),
            parent: String::new(),
        };
        let above = self.parents_of(plan, scene);
        // A scene's response is for what happens there, not for the weather.
        let is_about = |grounds: &[Ground]| {
            plan.per() != Per::Incident
                || scene.is_empty()
                || grounds.iter().any(|ground| matches!(ground.sort.as_str(), "incident" | "accident"))
        };
        for level in &plan.levels {
            let (start, end) = match compiled.levels.get(&level.level) {
                Some((start, end)) => (start.as_ref(), end.as_ref()),
                None => (None, None),
            };
            let mut grounds = Vec::new();
            let own = weighed.ask(level, "start", start, &context);
            if let (Some(true), Some(start)) = (own, start) {
                grounds = ground::of(start.expression(), &world, &context);
            }
            let own_start = own == Some(true) && is_about(&grounds);
            let led: Vec<Ground> =
                above.iter().filter_map(|parent| self.led(&world.region, level, parent)).collect();
            if let Some(parent) = led.first() {
                weighed.parent.clone_from(&parent.id);
            }
            let starts = own_start || !led.is_empty();
            grounds.extend(led);
            let over = match end {
                Some(_) => weighed.ask(level, "end", end, &context) == Some(true),
                None => own.is_some() || start.is_none(),
            };
            let hold_ms = i64::from(level.hold_s) * 1_000;
            weighed.truths.insert(level.level, Truth { starts, over: over && !starts, hold_ms });
            if starts {
                weighed.grounds.insert(level.level, grounds);
            }
        }
        weighed
    }

    /// The parent's response as the reason for a child's level: where it touches
    /// the child's region at that level or a higher one.
    fn led(&self, region: &str, level: &Level, parent: &Response) -> Option<Ground> {
        let touched: Vec<String> = parent
            .areas
            .iter()
            .filter(|area| area.level <= level.level && touches(&self.planner.holders, &area.region, region))
            .map(|area| area.region.clone())
            .collect();
        let text = format!("{} {}响应 {}", parent.title, parent.rank(), parent.key());
        (!touched.is_empty()).then(|| Ground {
            sort: "response".into(),
            id: parent.id.clone(),
            text,
            areas: touched,
        })
    }

    fn want(
        &self,
        plan: &Plan,
        scene: &str,
        weighed: &Weighed,
        verdict: Verdict,
        open: Option<&Response>,
        muted: Vec<u8>,
    ) -> Wanted {
        let manual = open.filter(|response| response.is_active()).and_then(|response| response.manual);
        let level = [verdict.level, manual].into_iter().flatten().min();
        let region = self.scene_region(plan, scene);
        let grounds = weighed.grounds_from(level);
        // Held although it no longer starts: what it was raised for still counts.
        let is_held = level.is_some_and(|level| !weighed.starts(level));
        let before = open.filter(|response| is_held && response.is_active());
        let mut areas: BTreeMap<String, u8> = BTreeMap::new();
        let mut cover = |region: &str, at: u8| {
            let lowest = areas.entry(region.to_owned()).or_insert(at);
            *lowest = (*lowest).min(at);
        };
        let asks = |at: u8| level.map_or(at, |level| at.max(level));
        for (at, grounds) in &grounds {
            let named: BTreeSet<&String> = grounds.iter().flat_map(|ground| &ground.areas).collect();
            match named.is_empty() {
                true => cover(&region, asks(*at)),
                false => named.into_iter().for_each(|region| cover(region, asks(*at))),
            }
        }
        for area in before.into_iter().flat_map(|before| &before.areas) {
            cover(&area.region, asks(area.level));
        }
        if let Some(level) = level.filter(|level| manual == Some(*level) || areas.is_empty()) {
            match areas.is_empty() {
                true => _ = areas.insert(region.clone(), level),
                false => areas.values_mut().for_each(|own| *own = level),
            }
        }
        if plan.per() == Per::Region && !scene.is_empty() {
            // The rest of what a warning names is the other scenes'.
            areas = level.map(|level| (region, level)).into_iter().collect();
        }
        let automatic = |level: u8| {
            plan.level(level).is_some_and(|own| own.start_mode == StartMode::Automatic)
                || manual == Some(level)
        };
        let by_itself = level.and_then(|level| {
            let all = weighed.truths.keys().copied().filter(|at| *at >= level);
            all.filter(|at| automatic(*at) && (weighed.starts(*at) || manual == Some(*at))).min()
        });
        let mut evidence: Vec<Ground> = Vec::new();
        let raised_for = before.into_iter().flat_map(|before| before.evidence.iter().cloned());
        for ground in raised_for.chain(grounds.into_values().flatten()) {
            if evidence.len() < GROUNDS_SHOWN && evidence.iter().all(|known| known.id != ground.id) {
                evidence.push(ground);
            }
        }
        Wanted {
            level,
            by_itself,
            evidence,
            areas: areas
                .into_iter()
                .take(AREAS_SHOWN)
                .map(|(region, level)| Area { region, level })
                .collect(),
            clearing: verdict.clearing,
            muted,
            parent: weighed.parent.clone(),
        }
    }

    /// Says once, as something that nobody answers for, that a condition has no answer.
    fn note_failures(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        plan: &Plan,
        failed: &[(u8, &'static str, String)],
    ) {
        for (level, which, error) in failed {
            let matter = format!("plan {} {level} {which}", plan.key());
            let title = format!(
                "预案 {} {}级 {which} 条件无法求值:{error} (condition fails)",
                plan.key(),
                roman(*level)
            );
            self.say_once(step, cause, &matter, &title, &plan.region, &plan.department);
        }
    }
}

impl Weighed {
    fn starts(&self, level: u8) -> bool {
        self.truths.get(&level).is_some_and(|truth| truth.starts)
    }

    /// Of these levels, those whose conditions have not ceased.
    fn still(&self, levels: &[u8]) -> Vec<u8> {
        levels.iter().copied().filter(|level| self.starts(*level)).collect()
    }

    /// None: no condition, or no answer.
    fn ask(
        &mut self,
        level: &Level,
        which: &'static str,
        condition: Option<&Condition>,
        context: &Context<'_, '_>,
    ) -> Option<bool> {
        match condition?.holds(context) {
            Ok(truth) => Some(truth),
            Err(error) => {
                self.failed.push((level.level, which, error));
                None
            }
        }
    }

    /// What makes this level and those below it start, the level's own first.
    fn grounds_from(&self, level: Option<u8>) -> BTreeMap<u8, Vec<Ground>> {
        let Some(level) = level else { return BTreeMap::new() };
        self.grounds
            .range(level..)
            .filter(|(at, _)| self.starts(**at))
            .map(|(at, own)| (*at, own.clone()))
            .collect()
    }
}

/// The input of the step behind what conditions look at; else the clock.
fn cause(step: &Step) -> Cause {
    let bears = |fact: &Fact| match fact {
        Fact::Became { thing, .. } => matches!(
            thing,
            Thing::Warning(_) | Thing::Reading(_) | Thing::Accident(_) | Thing::Plan(_) | Thing::Response(_)
        ),
        fact => fact.incident_id().is_some(),
    };
    step.entries
        .iter()
        .rev()
        .find(|entry| bears(&entry.fact))
        .map_or(Cause::Clock, |entry| entry.cause.clone())
}
