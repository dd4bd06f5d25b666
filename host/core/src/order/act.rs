//! What may be asked of orders.

use super::progress::Said;
use super::{Draft, Move};
use crate::core::Core;
use crate::core::act::{Refusal, cut, refuse};
use crate::core::decide::Step;
use crate::fact::Cause;
use serde::{Deserialize, Serialize};

/// A week: what takes longer is a plan, not an order.
const MINUTES_MAX: u32 = 7 * 24 * 60;
/// Orders in memory from which on no more are taken by hand: ten times a night of
/// 10,000 open ones. What plans order is not refused.
const ORDERS_MAX: usize = 100_000;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "verb", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Act {
    /// 下达, by a person. Deadlines in minutes.
    Issue(Box<New>),
    /// 送达: the department's system has it.
    Deliver {
        id: String,
        #[serde(default)]
        note: String,
    },
    /// 接令.
    Ack {
        id: String,
        #[serde(default)]
        note: String,
    },
    /// 出动.
    Depart {
        id: String,
        #[serde(default)]
        note: String,
    },
    /// 到场.
    Arrive {
        id: String,
        #[serde(default)]
        note: String,
    },
    /// 完成; only with a result.
    Done { id: String, result: String },
    /// 拒绝; only with a reason.
    Decline { id: String, reason: String },
    /// 撤销; only with a reason.
    Cancel { id: String, reason: String },
}

/// An id or a word such as `fire.roll-call`.
const MATTER_CHARS: usize = 64;

/// An order as a person gives it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct New {
    pub title: String,
    pub text: String,
    pub department: String,
    pub post: String,
    /// A team that is assigned already.
    pub team: String,
    pub region: String,
    pub incident: String,
    /// What a department's connector does by it, such as `fire.roll-call`; or empty.
    pub matter: String,
    /// The registered device that it is done on, or empty.
    pub device: String,
    /// Minutes until it is to be acknowledged.
    pub acknowledge: Option<u32>,
    pub arrive: Option<u32>,
    pub done: Option<u32>,
}

impl Core {
    pub(crate) fn act_order(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        actor: &str,
        act: &Act,
    ) -> Result<String, Refusal> {
        let (id, act, text) = match act {
            Act::Issue(new) => return self.issue_by_hand(step, cause, actor, new),
            Act::Deliver { id, note } => (id, Move::Deliver, note),
            Act::Ack { id, note } => (id, Move::Ack, note),
            Act::Depart { id, note } => (id, Move::Depart, note),
            Act::Arrive { id, note } => (id, Move::Arrive, note),
            Act::Done { id, result } => (id, Move::Done, result),
            Act::Decline { id, reason } => (id, Move::Decline, reason),
            Act::Cancel { id, reason } => (id, Move::Cancel, reason),
        };
        let Some(order) = self.state.rooms.orders.get(id).cloned() else {
            return refuse(
                "order.unknown",
                &format!(
                    "没有指令 {id}，或已结束超过 72 小时 (no such order, or it ended more than 72 hours ago)"
                ),
            );
        };
        let needs_words = matches!(act, Move::Done | Move::Decline | Move::Cancel);
        if needs_words && order.state.after(act).is_ok() && text.trim().is_empty() {
            let rule =
                format!("order.{}.no-{}", act.as_str(), if act == Move::Done { "result" } else { "reason" });
            return refuse(&rule, "须说明结果或原因 (say the result or the reason)");
        }
        let told = order.told();
        let said = Said { act, at: step.now, by: actor, text };
        self.advance_order(step, cause, order, said)
            .map_err(|(rule, reason)| (rule, format!("{reason};{told}")))
    }

    pub(crate) fn issue_by_hand(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        actor: &str,
        new: &New,
    ) -> Result<String, Refusal> {
        self.check_issue(new)?;
        let within = |minutes: Option<u32>| minutes.map(|minutes| i64::from(minutes) * 60_000);
        let incident = self.living(&new.incident);
        let draft = Draft {
            title: cut(new.title.trim()),
            text: cut(&new.text),
            department: new.department.clone(),
            post: new.post.clone(),
            team: new.team.clone(),
            region: new.region.clone(),
            position: incident.and_then(|incident| incident.position),
            incident: incident.map(|incident| incident.id.clone()).unwrap_or_default(),
            matter: new.matter.clone(),
            device: new.device.clone(),
            acknowledge_within: within(new.acknowledge),
            arrive_within: within(new.arrive),
            done_within: within(new.done),
            by: actor.to_owned(),
            ..Draft::default()
        };
        Ok(self.issue(step, cause, draft))
    }

    fn check_issue(&self, new: &New) -> Result<(), Refusal> {
        let fail = |what: &str, reason: String| Err((format!("order.issue.{what}"), reason));
        let city = self.city();
        if new.title.trim().is_empty() {
            return fail("no-title", "指令须有标题 (an order needs a title)".into());
        }
        if new.department.is_empty() && new.post.is_empty() {
            return fail("nobody", "指令须写明部门或岗位 (an order names a department or a post)".into());
        }
        if !new.department.is_empty() && !city.departments.iter().any(|known| known.id == new.department) {
            return fail("department-unknown", format!("没有部门 {} (no such department)", new.department));
        }
        if !new.post.is_empty() && self.registry.duty().post(&new.post).is_none() {
            return fail("post-unknown", format!("没有岗位 {} (no such post)", new.post));
        }
        if !new.region.is_empty() && self.registry.regions().get(&new.region).is_none() {
            return fail("region-unknown", format!("没有区划 {} (no such region)", new.region));
        }
        let incident = self.living(&new.incident).filter(|incident| incident.is_open());
        if !new.incident.is_empty() && incident.is_none() {
            let reason = format!("没有进行中的事件 {} (no such open incident)", new.incident);
            return fail("incident-unknown", reason);
        }
        let is_known = self.registry.device(&new.department, &new.device).is_some()
            || self.unit_of(&new.department, &new.device).is_some();
        if !new.device.is_empty() && !is_known {
            let (device, department) = (&new.device, &new.department);
            let reason = format!(
                "部门“{department}”没有登记设备 {device}；请写明部门和设备 (the department has no such device; name both)"
            );
            return fail("device-unknown", reason);
        }
        if new.matter.chars().count() > MATTER_CHARS {
            return fail("matter", format!("事项超过 {MATTER_CHARS} 字 (the matter is too long)"));
        }
        if let Some(team) = Some(&new.team).filter(|team| !team.is_empty()) {
            let standing = self.state.rooms.teams.get(team);
            let Some(standing) = standing else {
                return fail("team-unknown", format!("没有队伍 {team} (no such team)"));
            };
            if incident.is_none_or(|incident| standing.incident != incident.id) {
                let holder = if standing.incident.is_empty() { "—" } else { &standing.incident };
                let reason = format!(
                    "队伍 {team} 未派给该事件，现属 {holder}；请先调派 (assign the team first; it serves {holder})"
                );
                return fail("team-elsewhere", reason);
            }
        }
        for minutes in [new.acknowledge, new.arrive, new.done].into_iter().flatten() {
            if !(1..=MINUTES_MAX).contains(&minutes) {
                let reason = format!(
                    "时限 {minutes} 分钟超出 1 至 {MINUTES_MAX} (a deadline is 1 to {MINUTES_MAX} minutes)"
                );
                return fail("deadline", reason);
            }
        }
        if self.state.rooms.orders.len() >= ORDERS_MAX {
            let reason = format!("指令已达 {ORDERS_MAX} 条 (there are {ORDERS_MAX} orders already)");
            return fail("too-many", reason);
        }
        Ok(())
    }
}
