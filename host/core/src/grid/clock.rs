//! 超时: a step that is not done in time is visible, told and ordered.

use super::{Case, OVERTIME_KEPT, Stage};
use crate::core::Core;
use crate::core::decide::Step;
use crate::fact::Cause;
use crate::order::Draft;
use crate::time::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A superior who is told of overtime is given so long to say that it is seen.
const ACKNOWLEDGE_MS: i64 = 30 * 60_000;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Overtime {
    /// `accept`, `assign`, `handle`, `evaluate`.
    pub step: String,
    /// Who let it pass: a platform, or empty for the grid's own desk.
    pub platform: String,
    pub due_at: Timestamp,
    pub found_at: Timestamp,
    /// When the step was done after all.
    pub met_at: Option<Timestamp>,
    pub late_minutes: Option<i64>,
    /// Order that was given for it.
    pub order: String,
}

impl Case {
    /// The step is done: overtime that it ran into ends, and stays visible.
    fn met(&mut self, step: &str, now: Timestamp) {
        let open = |over: &&mut Overtime| over.step == step && over.met_at.is_none();
        for over in self.overtime.iter_mut().filter(open) {
            over.met_at = Some(now);
            over.late_minutes = Some((now.since(over.due_at).max(0) + 59_999) / 60_000);
        }
    }
}

impl Core {
    /// The step is done, and with it what was ordered because it was not.
    pub(super) fn case_met(&mut self, step: &mut Step, cause: &Cause, case: &mut Case, what: &str) {
        let open = case.overtime.iter().filter(|over| over.step == what && over.met_at.is_none());
        let orders: Vec<String> = open.map(|over| over.order.clone()).collect();
        case.met(what, step.now);
        let result = format!("网格事件 {} 已{}", case.id, step_name(what));
        orders.iter().for_each(|order| self.finish_order(step, cause, order, &result));
    }

    pub(crate) fn case_due(&mut self, step: &mut Step, id: &str) {
        let Some(mut case) = self.state.rooms.grid.get(id).cloned() else { return };
        case.next = None;
        let Some(due_at) = case.due_at.filter(|_| case.state != Stage::Closed) else {
            self.set(step, &Cause::Clock, "waited", "", case);
            return;
        };
        let city = self.city().clone();
        let grid = &city.grid;
        let platform = grid.platform(&case.platform).filter(|_| case.step == "handle");
        let superior = platform.map(|platform| platform.superior.as_str()).filter(|post| !post.is_empty());
        let what = step_name(&case.step);
        let who = platform.map_or("综合信息指挥室", |platform| platform.name.as_str());
        let draft = Draft {
            title: format!("网格事件{what}超时:{}", case.title),
            text: format!("{} 应于 {due_at} 前由{who}{what},至今未办,请督办。", case.id),
            department: platform.map_or(&grid.desk.department, |platform| &platform.department).clone(),
            post: superior.unwrap_or(&grid.desk.superior).to_owned(),
            region: case.region.clone(),
            position: case.position,
            incident: case.incident.clone(),
            matter: case.id.clone(),
            acknowledge_within: Some(ACKNOWLEDGE_MS),
            by: "网格事件时限".to_owned(),
            ..Draft::default()
        };
        let order = self.issue(step, &Cause::Clock, draft);
        case.overtime.push(Overtime {
            step: case.step.clone(),
            platform: platform.map(|platform| platform.id.clone()).unwrap_or_default(),
            due_at,
            found_at: step.now,
            order: order.clone(),
            ..Overtime::default()
        });
        let over = case.overtime.len().saturating_sub(OVERTIME_KEPT);
        case.overtime.drain(..over);
        let note = format!("{what}超时:应于 {due_at},督办指令 {order} (overtime)");
        self.set(step, &Cause::Clock, "overtime", &note, case);
    }
}

fn step_name(step: &str) -> &'static str {
    match step {
        "accept" => "受理",
        "assign" => "分派",
        "handle" => "处置",
        _ => "评价",
    }
}
