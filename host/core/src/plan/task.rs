//! The orders of a level's tasks: given when it is reached, taken back when it is left.

use super::change::MINUTE_MS;
use super::{Opened, Response};
use crate::city::plan::{Level, Per, Plan, Task};
use crate::core::Core;
use crate::core::decide::Step;
use crate::fact::Cause;
use crate::order::Draft;

impl Core {
    /// Orders for the tasks of a level that have none yet.
    pub(super) fn give_orders(
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
        let post = self.post_of(plan, response, task);
        let department = match task.department.as_str() {
            "" => self.department_of(&post, &plan.department),
            department => department.to_owned(),
        };
        Draft {
            title: task.title.clone(),
            text: task.text.clone(),
            department,
            post,
            region: response.region.clone(),
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

    /// What names nobody in a plan for many townships is for the one at hand.
    fn post_of(&self, plan: &Plan, response: &Response, task: &Task) -> String {
        let is_open = task.post.is_empty() && task.department.is_empty() && plan.per() == Per::Region;
        let own = self.registry.duty().of_region(&response.region).first().filter(|_| is_open);
        own.unwrap_or(&task.post).clone()
    }

    pub(super) fn department_of(&self, post: &str, otherwise: &str) -> String {
        let own = self.state.rooms.watches.get(post).map(|watch| watch.department.clone());
        own.filter(|department| !department.is_empty()).unwrap_or_else(|| otherwise.to_owned())
    }

    /// Cancels the open orders of tasks that stand above `level`, and forgets
    /// them, so that they are given anew should the level come again.
    pub(super) fn take_back(
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
}
