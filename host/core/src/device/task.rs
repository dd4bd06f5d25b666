//! 维护任务: a condition that somebody has to mend is one order, once, until it is
//! mended.

use super::{Condition, Point};
use crate::core::Core;
use crate::core::decide::Step;
use crate::fact::Cause;
use crate::order::{Draft, Order, Stage};
use crate::time::Timestamp;

/// What orders of maintenance are about.
pub const MATTER: &str = "maintenance";

impl Core {
    /// Gives the order that a new point asks for, and answers its id.
    pub(super) fn maintain(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        row: &Condition,
        point: &Point,
    ) -> String {
        let city = self.city().clone();
        let Some(rule) = city.upkeep.task(&point.code) else { return String::new() };
        let place = [&row.unit_name, &row.title].map(String::as_str).join(" ");
        let said = if point.title.is_empty() { &point.code } else { &point.title };
        let draft = Draft {
            title: format!("{}:{}", rule.title, place.trim()),
            text: format!("{said}({})", row.device),
            // A device of no department's registration belongs to who spoke.
            department: row.department.clone(),
            post: rule.post.clone(),
            region: row.region.clone(),
            position: row.position,
            matter: MATTER.to_owned(),
            device: row.device.clone(),
            done_within: Some(i64::from(rule.hours) * 3_600_000),
            by: "装置维护规则".to_owned(),
            ..Draft::default()
        };
        self.issue(step, cause, draft)
    }

    /// It was reported done, and the device says the same again after that.
    pub(super) fn task_was_in_vain(&self, point: &Point, at: Timestamp) -> bool {
        let order = self.state.rooms.orders.get(&point.order);
        order
            .is_some_and(|order| order.state == Stage::Done && order.ended_at.is_some_and(|ended| ended < at))
    }

    /// A task ended: what only people can see to be mended is so now. A device that
    /// reports its own trouble says itself when it is over.
    pub(crate) fn maintenance_ended(&mut self, step: &mut Step, cause: &Cause, order: &Order) {
        if order.matter != MATTER || order.state != Stage::Done {
            return;
        }
        let Some(row) = self.state.rooms.devices.get(&format!("{}/{}", order.department, order.device))
        else {
            return;
        };
        let by_people = |point: &&Point| point.order == order.id && point.about == "maintenance";
        let Some(about) = row.standing().find(by_people).map(|point| point.about.clone()) else { return };
        let mut row = row.clone();
        row.end(&about, step.now);
        self.condition_became(step, cause, "mended", &order.result.clone(), row);
    }
}
