//! What waits for a person's word: a response, or a higher level of one.

use super::change::{MINUTE_MS, Wanted, note, soonest};
use super::{Opened, Response};
use crate::city::plan::{Plan, roman};
use crate::core::Core;
use crate::core::decide::Step;
use crate::fact::Cause;
use crate::order::Draft;

impl Core {
    pub(super) fn propose_response(
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
    pub(super) fn propose_higher(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        plan: &Plan,
        id: &str,
        level: u8,
    ) {
        let active = self.state.rooms.responses.get(id).filter(|response| response.is_active());
        let Some(mut response) = active.cloned() else { return };
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
}
