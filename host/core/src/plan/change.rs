//! What comes of a look at a plan: responses start, move and end. Each change is
//! one fact that says by which version, clause and evidence.

use super::{Area, Ground, Response};
use crate::city::plan::Plan;
use crate::core::Core;
use crate::core::decide::Step;
use crate::fact::Cause;
use crate::plan::Clearing;
use crate::time::Timestamp;

/// What the conditions ask for.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Wanted {
    pub level: Option<u8>,
    /// The highest of it that needs no person's word.
    pub by_itself: Option<u8>,
    pub evidence: Vec<Ground>,
    pub areas: Vec<Area>,
    pub clearing: Vec<Clearing>,
    pub muted: Vec<u8>,
    pub parent: String,
}

pub(super) const MINUTE_MS: i64 = 60_000;

impl Core {
    pub(super) fn follow_conditions(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        plan: &Plan,
        scene: &str,
        open: Option<Response>,
        wanted: Wanted,
    ) {
        match open {
            None => self.begin_response(step, cause, plan, scene, wanted),
            Some(response) if response.is_active() => self.move_on(step, cause, plan, response, wanted),
            Some(response) => self.follow_proposal(step, cause, plan, response, wanted),
        }
    }

    fn begin_response(&mut self, step: &mut Step, cause: &Cause, plan: &Plan, scene: &str, wanted: Wanted) {
        let Some(level) = wanted.level else { return };
        let mut response = self.new_response(plan, scene, step.now);
        response.muted.clone_from(&wanted.muted);
        let id = response.id.clone();
        match wanted.by_itself {
            Some(at) => {
                let proposed = (at > level).then_some(level);
                self.put_level(step, cause, plan, response, at, "started", wanted, "");
                if let Some(proposed) = proposed {
                    self.propose_higher(step, cause, plan, &id, proposed);
                }
            }
            None => self.propose_response(step, cause, plan, response, level, wanted),
        }
    }

    fn move_on(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        plan: &Plan,
        mut response: Response,
        wanted: Wanted,
    ) {
        let (current, id) = (response.level, response.id.clone());
        let Some(level) = wanted.level else {
            response.muted = wanted.muted;
            return self.finish_response(step, cause, plan, response, "ended", "", "条件解除");
        };
        let raised = wanted.by_itself.filter(|at| *at < current);
        if level > current {
            response.proposed = None;
            return self.put_level(step, cause, plan, response, level, "lowered", wanted, "");
        }
        let proposed = (level < raised.unwrap_or(current)).then_some(level);
        if let Some(at) = raised {
            let higher = proposed.filter(|level| response.proposed != Some(*level));
            self.put_level(step, cause, plan, response, at, "raised", wanted, "");
            if let Some(higher) = higher {
                self.propose_higher(step, cause, plan, &id, higher);
            }
            return;
        }
        let is_new = proposed.is_some() && response.proposed != proposed;
        let known = |ground: &Ground| response.evidence.iter().any(|known| known.id == ground.id);
        let more = wanted.evidence.iter().any(|ground| !known(ground));
        let moved = !wanted.areas.is_empty() && wanted.areas != response.areas;
        let waits = wanted.clearing != response.clearing;
        let spoken = wanted.muted != response.muted || (proposed.is_none() && response.proposed.is_some());
        if more || moved || waits || spoken {
            let change = if more || moved { "extended" } else { "clearing" };
            if more || moved {
                response.evidence = wanted.evidence;
                response.areas = wanted.areas;
            }
            if proposed.is_none() {
                self.settle_word(step, cause, plan, &mut response);
                response.proposed = None;
                response.proposed_at = None;
            }
            response.clearing = wanted.clearing;
            response.muted = wanted.muted;
            response.changed_at = step.now;
            response.next = soonest(&response, plan);
            let note = note(plan, &response, "");
            self.set(step, cause, change, &note, response);
        }
        if let Some(higher) = proposed.filter(|_| is_new) {
            self.propose_higher(step, cause, plan, &id, higher);
        }
    }

    fn follow_proposal(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        plan: &Plan,
        mut response: Response,
        wanted: Wanted,
    ) {
        let id = response.id.clone();
        match (wanted.level, wanted.by_itself) {
            (None, _) => self.finish_response(step, cause, plan, response, "withdrawn", "", "条件解除"),
            (Some(level), Some(at)) => {
                response.started_at = step.now;
                self.put_level(step, cause, plan, response, at, "started", wanted, "");
                if at > level {
                    self.propose_higher(step, cause, plan, &id, level);
                }
            }
            (Some(level), None) if level != response.level => {
                self.propose_response(step, cause, plan, response, level, wanted);
            }
            (Some(_), None) => {}
        }
    }

    /// Puts a response on a level and gives the orders that are new there.
    #[expect(clippy::too_many_arguments, reason = "one change of level is all of these")]
    pub(super) fn put_level(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        plan: &Plan,
        mut response: Response,
        level: u8,
        change: &str,
        wanted: Wanted,
        reason: &str,
    ) {
        let own = plan.level(level).cloned().unwrap_or_default();
        response.state = "active".into();
        response.level = level;
        response.highest = match response.highest {
            0 => level,
            highest => highest.min(level),
        };
        if response.proposed.is_some_and(|proposed| proposed >= level) {
            response.proposed = None;
        }
        if response.proposed.is_none() {
            self.settle_word(step, cause, plan, &mut response);
            response.proposed_at = None;
            response.unanswered = false;
        }
        response.clause.clone_from(&own.clause);
        if !wanted.evidence.is_empty() {
            response.evidence = wanted.evidence;
        }
        if !wanted.areas.is_empty() {
            response.areas = wanted.areas;
        }
        if !wanted.parent.is_empty() {
            response.parent = wanted.parent;
        }
        response.clearing = wanted.clearing;
        response.muted = wanted.muted;
        response.by = match cause {
            Cause::Command { actor, .. } => actor.clone(),
            _ => String::new(),
        };
        response.reason = reason.to_owned();
        response.incident = self.incident_of(&response);
        response.changed_at = step.now;
        response.next = soonest(&response, plan);
        self.take_back(step, cause, plan, &mut response, level, "响应级别已降低");
        self.give_orders(step, cause, plan, &mut response, level);
        let note = note(plan, &response, reason);
        self.set(step, cause, change, &note, response);
    }

    /// That of its scene, else the first among the evidence; a child's is its parent's.
    pub(super) fn incident_of(&self, response: &Response) -> String {
        let scene = self.living(&response.scene).map(|incident| incident.id.clone());
        let own =
            response.evidence.iter().find(|ground| ground.sort == "incident").map(|ground| ground.id.clone());
        let above = || self.state.rooms.responses.get(&response.parent).map(|parent| parent.incident.clone());
        scene.or(own).or_else(above).unwrap_or_else(|| response.incident.clone())
    }

    /// Ends an open response, whatever it was, and takes its open orders back.
    #[expect(clippy::too_many_arguments, reason = "one end is all of these")]
    pub(super) fn finish_response(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        plan: &Plan,
        mut response: Response,
        state: &str,
        by: &str,
        reason: &str,
    ) {
        response.state = state.to_owned();
        response.by = by.to_owned();
        response.reason = reason.to_owned();
        response.proposed = None;
        response.clearing.clear();
        response.next = None;
        response.changed_at = step.now;
        response.ended_at = Some(step.now);
        self.take_back(step, cause, plan, &mut response, u8::MAX, "响应已终止");
        for muster in &response.musters {
            self.disband(step, cause, plan, muster, 0, "响应已终止");
        }
        self.let_go(step, cause, plan, &response.id, "响应已终止");
        let note = format!("{};{reason}", plan.cite(&response.clause));
        self.set(step, cause, state, &note, response);
    }
}

/// When the response next wants a look: a hold that runs out, a proposal that
/// nobody answers.
pub(super) fn soonest(response: &Response, plan: &Plan) -> Option<Timestamp> {
    let hold = |level: u8| plan.level(level).map_or(0, |own| i64::from(own.hold_s) * 1_000);
    let holds = response.clearing.iter().map(|clearing| clearing.since.plus_millis(hold(clearing.level)));
    let asked = response.proposed_at.filter(|_| response.proposed.is_some() && !response.unanswered);
    holds.chain(asked.map(|at| at.plus_millis(i64::from(plan.answer_min) * MINUTE_MS))).min()
}

/// `Ⅲ级 flood-city@2 §4.2.2;依据:...`
pub(super) fn note(plan: &Plan, response: &Response, reason: &str) -> String {
    let mut note = format!("{} {}", response.rank(), plan.cite(&response.clause));
    if !reason.is_empty() {
        note.push_str(&format!(";{reason}"));
    }
    let told: Vec<&str> = response.evidence.iter().take(3).map(|ground| ground.text.as_str()).collect();
    if !told.is_empty() {
        note.push_str(&format!(";依据:{}", told.join(";")));
    }
    match response.evidence.len().saturating_sub(3) {
        0 => note,
        more => format!("{note} 等 {} 项", more + 3),
    }
}
