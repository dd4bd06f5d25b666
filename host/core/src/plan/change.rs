//! What comes of a look at a plan: responses start, move and end, orders go out
//! and are taken back. Each change is one fact that says by which version, clause
//! and evidence.

use super::{Area, Ground, Opened, Response};
use crate::city::plan::{Level, Plan, Task, roman};
use crate::core::Core;
use crate::core::decide::Step;
use crate::duty::Gap;
use crate::fact::Cause;
use crate::order::Draft;
use crate::thing::Noun;
use crate::time::Timestamp;

/// What the conditions ask for.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Wanted {
    pub level: Option<u8>,
    /// The highest of it that needs no person's word.
    pub by_itself: Option<u8>,
    pub evidence: Vec<Ground>,
    pub areas: Vec<Area>,
    pub clearing: Vec<(u8, Timestamp)>,
    pub muted: Vec<u8>,
    pub parent: String,
}

const MINUTE_MS: i64 = 60_000;

impl Core {
    pub(super) fn follow_conditions(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        plan: &Plan,
        open: Option<Response>,
        wanted: Wanted,
    ) {
        match open {
            None => self.begin_response(step, cause, plan, wanted),
            Some(response) if response.is_active() => self.move_on(step, cause, plan, response, wanted),
            Some(response) => self.follow_proposal(step, cause, plan, response, wanted),
        }
    }

    fn begin_response(&mut self, step: &mut Step, cause: &Cause, plan: &Plan, wanted: Wanted) {
        let Some(level) = wanted.level else { return };
        let response = Response {
            id: self.number(Noun::Response, step.now),
            title: plan.title.clone(),
            plan: plan.id.clone(),
            version: plan.version,
            region: plan.region.clone(),
            department: plan.department.clone(),
            started_at: step.now,
            muted: wanted.muted.clone(),
            ..Response::default()
        };
        match wanted.by_itself {
            Some(at) => {
                let proposed = (at > level).then_some(level);
                self.put_level(step, cause, plan, response, at, "started", wanted, "");
                if let Some(proposed) = proposed {
                    self.propose_higher(step, cause, plan, proposed);
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
        let current = response.level;
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
                self.propose_higher(step, cause, plan, higher);
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
            self.propose_higher(step, cause, plan, higher);
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
        match (wanted.level, wanted.by_itself) {
            (None, _) => self.finish_response(step, cause, plan, response, "withdrawn", "", "条件解除"),
            (Some(level), Some(at)) => {
                response.started_at = step.now;
                self.put_level(step, cause, plan, response, at, "started", wanted, "");
                if at > level {
                    self.propose_higher(step, cause, plan, level);
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

    /// The first incident among the evidence; a child's is its parent's.
    fn incident_of(&self, response: &Response) -> String {
        let own =
            response.evidence.iter().find(|ground| ground.sort == "incident").map(|ground| ground.id.clone());
        let above = || self.state.rooms.responses.get(&response.parent).map(|parent| parent.incident.clone());
        own.or_else(above).unwrap_or_else(|| response.incident.clone())
    }

    fn propose_response(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        plan: &Plan,
        mut response: Response,
        level: u8,
        wanted: Wanted,
    ) {
        response.state = "proposed".into();
        response.level = level;
        response.proposed = Some(level);
        response.proposed_at = Some(step.now);
        response.unanswered = false;
        response.clause = plan.level(level).map(|own| own.clause.clone()).unwrap_or_default();
        response.evidence = wanted.evidence;
        response.areas = wanted.areas;
        response.muted = wanted.muted;
        response.incident = self.incident_of(&response);
        response.changed_at = step.now;
        response.next = soonest(&response, plan);
        self.ask_for_word(step, cause, plan, &mut response, level);
        let note = note(plan, &response, "");
        self.set(step, cause, "proposed", &note, response);
    }

    /// An active response would go higher, if a person says so.
    fn propose_higher(&mut self, step: &mut Step, cause: &Cause, plan: &Plan, level: u8) {
        let rooms = &self.state.rooms;
        let open = rooms.responses.values().find(|response| response.plan == plan.id && response.is_active());
        let Some(mut response) = open.cloned() else { return };
        response.proposed = Some(level);
        response.proposed_at = Some(step.now);
        response.unanswered = false;
        response.changed_at = step.now;
        response.next = soonest(&response, plan);
        self.ask_for_word(step, cause, plan, &mut response, level);
        let note = format!("建议升至{}级;{}", roman(level), note(plan, &response, ""));
        self.set(step, cause, "proposed", &note, response);
    }

    /// The order by which the plan's duty post hears of a proposal; unanswered,
    /// it goes up as any order does.
    fn ask_for_word(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        plan: &Plan,
        response: &mut Response,
        level: u8,
    ) {
        if plan.post.is_empty() {
            return;
        }
        let clause = plan.level(level).map(|own| own.clause.clone()).unwrap_or_default();
        let within = i64::from(plan.answer_min) * MINUTE_MS;
        let order = self.issue(
            step,
            cause,
            Draft {
                title: format!("研判:{}建议{}级响应", plan.title, roman(level)),
                text: format!("请批准或否决(tocsin response accept|refuse {})", response.id),
                post: plan.post.clone(),
                department: self.department_of(&plan.post, &plan.department),
                region: plan.region.clone(),
                incident: response.incident.clone(),
                response: response.id.clone(),
                clause: plan.cite(&clause),
                acknowledge_within: Some(within),
                by: plan.key(),
                ..Draft::default()
            },
        );
        response.orders.push(Opened { task: String::new(), level, order });
    }

    /// A proposal is answered or no longer stands: nobody need look at it.
    pub(super) fn settle_word(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        plan: &Plan,
        response: &mut Response,
    ) {
        let (asked, kept) =
            std::mem::take(&mut response.orders).into_iter().partition(|opened| opened.task.is_empty());
        response.orders = kept;
        let asked: Vec<Opened> = asked;
        for opened in asked {
            self.cancel_order(step, cause, &opened.order, &format!("建议已有结论({})", plan.key()));
        }
    }

    /// Nobody answered a proposal in time: it is marked, and stays.
    pub(super) fn proposal_due(&mut self, step: &mut Step, id: &str) {
        let Some(response) = self.state.rooms.responses.get(id) else { return };
        let Some(version) = self.state.rooms.plans.get(&response.key()) else { return };
        let Some(asked_at) = response.proposed_at.filter(|_| !response.unanswered) else { return };
        if asked_at.plus_millis(i64::from(version.text.answer_min) * MINUTE_MS) > step.now {
            return;
        }
        let mut response = response.clone();
        let minutes = version.text.answer_min;
        response.unanswered = true;
        response.changed_at = step.now;
        response.next = soonest(&response, &version.text);
        let note = format!("建议已 {minutes} 分钟无人答复 (no answer to the proposal)");
        self.set(step, &Cause::Clock, "unanswered", &note, response);
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
        let note = format!("{};{reason}", plan.cite(&response.clause));
        self.set(step, cause, state, &note, response);
    }

    /// Orders for the tasks of a level that have none yet.
    fn give_orders(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        plan: &Plan,
        response: &mut Response,
        level: u8,
    ) {
        for (own, task) in plan.tasks_at(level) {
            if response.orders.iter().any(|opened| opened.task == task.id) {
                continue;
            }
            let draft = self.task_draft(plan, response, own, task);
            let order = self.issue(step, cause, draft);
            response.orders.push(Opened { task: task.id.clone(), level: own.level, order });
        }
    }

    fn task_draft(&self, plan: &Plan, response: &Response, level: &Level, task: &Task) -> Draft {
        let within = |minutes: Option<u32>| minutes.map(|minutes| i64::from(minutes) * MINUTE_MS);
        let department = match task.department.as_str() {
            "" => self.department_of(&task.post, &plan.department),
            department => department.to_owned(),
        };
        Draft {
            title: task.title.clone(),
            text: task.text.clone(),
            department,
            post: task.post.clone(),
            region: plan.region.clone(),
            incident: response.incident.clone(),
            response: response.id.clone(),
            clause: plan.cite(if task.clause.is_empty() { &level.clause } else { &task.clause }),
            acknowledge_within: within(task.acknowledge_min),
            arrive_within: within(task.arrive_min),
            done_within: within(task.done_min),
            by: plan.key(),
            ..Draft::default()
        }
    }

    fn department_of(&self, post: &str, otherwise: &str) -> String {
        let own = self.state.rooms.watches.get(post).map(|watch| watch.department.clone());
        own.filter(|department| !department.is_empty()).unwrap_or_else(|| otherwise.to_owned())
    }

    /// Cancels the open orders of tasks that stand above `level`, and forgets
    /// them, so that they are given anew should the level come again.
    fn take_back(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        plan: &Plan,
        response: &mut Response,
        level: u8,
        reason: &str,
    ) {
        let (gone, kept) =
            std::mem::take(&mut response.orders).into_iter().partition(|opened| opened.level < level);
        response.orders = kept;
        let gone: Vec<Opened> = gone;
        let reason = format!("{reason}({})", plan.key());
        for opened in &gone {
            self.cancel_order(step, cause, &opened.order, &reason);
        }
        if level == u8::MAX {
            // What it did stays readable in the ended response.
            response.orders = gone;
        }
    }

    /// Something that nobody answers for, said once for each `matter` while it is open.
    pub(super) fn say_once(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        matter: &str,
        title: &str,
        region: &str,
        department: &str,
    ) {
        let is_known = |gap: &Gap| gap.matter == matter && gap.ended_at.is_none();
        if self.state.rooms.gaps.values().any(is_known) {
            return;
        }
        let gap = Gap {
            title: title.to_owned(),
            region: region.to_owned(),
            department: department.to_owned(),
            matter: matter.to_owned(),
            ..Gap::default()
        };
        self.open_gap(step, cause, gap);
    }
}

/// When the response next wants a look: a hold that runs out, a proposal that
/// nobody answers.
fn soonest(response: &Response, plan: &Plan) -> Option<Timestamp> {
    let hold = |level: u8| plan.level(level).map_or(0, |own| i64::from(own.hold_s) * 1_000);
    let holds = response.clearing.iter().map(|(level, at)| at.plus_millis(hold(*level)));
    let asked = response.proposed_at.filter(|_| response.proposed.is_some() && !response.unanswered);
    holds.chain(asked.map(|at| at.plus_millis(i64::from(plan.answer_min) * MINUTE_MS))).min()
}

/// `Ⅲ级 flood-city@2 §4.2.2;依据:...`
fn note(plan: &Plan, response: &Response, reason: &str) -> String {
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
