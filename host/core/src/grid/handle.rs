//! 受理, 分派, 退回, 处置, 反馈: a case's way through the platforms.

use super::{Case, Return, Stage};
use crate::core::Core;
use crate::core::act::{Refusal, cut, refuse};
use crate::core::decide::Step;
use crate::fact::Cause;
use crate::order::Draft;

/// A platform may say once that a case is not its own; the second time the county
/// desk decides, and that stands.
const RETURNS: usize = 2;

/// The desk that is asked to decide says within this that it has seen it.
const ACKNOWLEDGE_MS: i64 = 30 * 60_000;

impl Core {
    pub(super) fn accept(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        mut case: Case,
        note: &str,
    ) -> Result<String, Refusal> {
        if case.state != Stage::Reported {
            return Err(case.refusal("accept", "受理", "已经受理过 (it was accepted already)"));
        }
        let id = case.id.clone();
        self.take_in(step, cause, &mut case);
        self.set(step, cause, "accepted", &cut(note), case.clone());
        let platform = self.city().grid.category(&case.category).map(|category| category.platform.clone());
        if let Some(platform) = platform.filter(|platform| !platform.is_empty()) {
            self.give(step, cause, case, &platform, "按类别自动分派")?;
        }
        Ok(id)
    }

    fn take_in(&mut self, step: &mut Step, cause: &Cause, case: &mut Case) {
        case.state = Stage::Accepted;
        case.accepted_at = Some(step.now);
        self.case_met(step, cause, case, "accept");
        self.await_step(case, step.now);
    }

    /// By hand. What was only reported is accepted with it.
    pub(super) fn assign(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        mut case: Case,
        platform: &str,
        reason: &str,
    ) -> Result<String, Refusal> {
        match case.state {
            Stage::Reported => {
                self.known_platform(platform)?;
                self.take_in(step, cause, &mut case);
                self.set(step, cause, "accepted", "", case.clone());
            }
            Stage::Accepted => {}
            Stage::Returned if case.returns.len() >= RETURNS && reason.trim().is_empty() => {
                let desk = self.city().grid.desk.superior.clone();
                return refuse(
                    "grid.assign.undecided",
                    &format!(
                        "已两次退回,由 {desk} 裁定,须写明 reason (returned twice: {desk} decides, with a reason)"
                    ),
                );
            }
            Stage::Returned => {}
            Stage::Promoted => {
                let hint = format!("已转为事件 {0} (it is incident {0})", case.incident);
                return Err(case.refusal("assign", "分派", &hint));
            }
            _ => {
                let hint = format!("由{0}承办,可由其退回 ({0} has it and may return it)", case.platform_name);
                return Err(case.refusal("assign", "分派", &hint));
            }
        }
        self.give(step, cause, case, platform, reason)
    }

    fn give(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        mut case: Case,
        platform: &str,
        note: &str,
    ) -> Result<String, Refusal> {
        case.platform_name = self.known_platform(platform)?;
        case.platform = platform.to_owned();
        case.state = Stage::Assigned;
        case.assigned_at = Some(step.now);
        case.handled_at = None;
        self.case_met(step, cause, &mut case, "assign");
        self.ruled(step, cause, &case);
        self.await_step(&mut case, step.now);
        let id = case.id.clone();
        let note = format!("{} {}", case.platform_name, cut(note));
        self.set(step, cause, "assigned", note.trim(), case);
        Ok(id)
    }

    /// Its name.
    fn known_platform(&self, platform: &str) -> Result<String, Refusal> {
        let grid = &self.city().grid;
        match grid.platform(platform) {
            Some(platform) => Ok(platform.name.clone()),
            None => {
                let known: Vec<&str> = grid.platforms.iter().map(|platform| platform.id.as_str()).collect();
                let reason = format!("没有平台 {platform};已有:{} (no such platform)", known.join(", "));
                refuse("grid.assign.platform", &reason)
            }
        }
    }

    pub(super) fn send_back(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        mut case: Case,
        reason: &str,
        to: &str,
    ) -> Result<String, Refusal> {
        if !matches!(case.state, Stage::Assigned | Stage::Handling) {
            return Err(case.refusal("return", "退回", "不在任何平台办理 (no platform has it)"));
        }
        if reason.trim().is_empty() {
            return refuse("grid.return.no-reason", "退回须说明理由 (a return needs a reason)");
        }
        if case.returns.len() >= RETURNS {
            let desk = self.city().grid.desk.superior.clone();
            return refuse(
                "grid.return.decided",
                &format!(
                    "已由 {desk} 裁定由{0}承办,不能再退回 ({desk} has decided that {0} handles it)",
                    case.platform_name
                ),
            );
        }
        if !to.is_empty() {
            self.known_platform(to)?;
            if to == case.platform {
                return refuse("grid.return.itself", "不能退回给自己 (it cannot be returned to itself)");
            }
        }
        let platform = case.platform.clone();
        case.returns.push(Return { at: step.now, platform, reason: cut(reason), ..Return::default() });
        case.state = Stage::Returned;
        let from = std::mem::take(&mut case.platform_name);
        case.platform.clear();
        self.await_step(&mut case, step.now);
        let id = case.id.clone();
        let is_last = case.returns.len() >= RETURNS;
        let mut note = format!("{from}:{}", cut(reason));
        if is_last {
            let order = self.ask_to_decide(step, cause, &case);
            note.push_str(&format!(";请值班室裁定,指令 {order} (second return: the county desk decides)"));
            if let Some(back) = case.returns.last_mut() {
                back.order = order;
            }
        }
        self.set(step, cause, "returned", &note, case.clone());
        if !to.is_empty() && !is_last {
            self.give(step, cause, case, to, "按退回意见改派")?;
        }
        Ok(id)
    }

    /// Nothing is left to decide.
    pub(super) fn ruled(&mut self, step: &mut Step, cause: &Cause, case: &Case) {
        let result = match case.platform_name.as_str() {
            "" => format!("网格事件 {} 已办结", case.id),
            platform => format!("网格事件 {} 由{platform}承办", case.id),
        };
        for back in &case.returns {
            self.finish_order(step, cause, &back.order, &result);
        }
    }

    fn ask_to_decide(&mut self, step: &mut Step, cause: &Cause, case: &Case) -> String {
        let desk = self.city().grid.desk.clone();
        let said: Vec<String> =
            case.returns.iter().map(|back| format!("{}:{}", back.platform, back.reason)).collect();
        let draft = Draft {
            title: format!("裁定网格事件归属:{}", case.title),
            text: format!("{} 已两次退回({}),请裁定承办平台。", case.id, said.join(";")),
            department: desk.department,
            post: desk.superior,
            region: case.region.clone(),
            position: case.position,
            incident: case.incident.clone(),
            matter: case.id.clone(),
            acknowledge_within: Some(ACKNOWLEDGE_MS),
            by: "综合信息指挥室".to_owned(),
            ..Draft::default()
        };
        self.issue(step, cause, draft)
    }

    pub(super) fn handle(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        mut case: Case,
        note: &str,
    ) -> Result<String, Refusal> {
        if case.state != Stage::Assigned {
            return Err(case.refusal(
                "handle",
                "处置",
                "须先分派给平台 (a platform must have been assigned)",
            ));
        }
        case.state = Stage::Handling;
        case.handled_at = Some(step.now);
        let id = case.id.clone();
        self.set(step, cause, "handling", &cut(note), case);
        Ok(id)
    }

    pub(super) fn feed_back(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        mut case: Case,
        result: &str,
    ) -> Result<String, Refusal> {
        if !matches!(case.state, Stage::Assigned | Stage::Handling) {
            return Err(case.refusal("feedback", "反馈", "不在任何平台办理 (no platform has it)"));
        }
        if result.trim().is_empty() {
            return refuse("grid.feedback.no-result", "反馈须填写结果 (a feedback needs a result)");
        }
        case.state = Stage::FedBack;
        case.handled_at = case.handled_at.or(Some(step.now));
        case.fed_back_at = Some(step.now);
        case.result = cut(result);
        self.case_met(step, cause, &mut case, "handle");
        self.await_step(&mut case, step.now);
        let (id, note) = (case.id.clone(), case.result.clone());
        self.set(step, cause, "fed-back", &note, case);
        Ok(id)
    }
}
