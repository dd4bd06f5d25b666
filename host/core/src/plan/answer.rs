//! What people say to responses: accept or refuse what is proposed, start, raise,
//! lower or end by hand, each with a name and a reason.

use super::change::Wanted;
use super::world::within;
use super::{Area, Response};
use crate::city::plan::{Per, Plan, roman};
use crate::core::Core;
use crate::core::act::{Refusal, cut, refuse};
use crate::core::decide::Step;
use crate::fact::Cause;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "verb", rename_all = "kebab-case", deny_unknown_fields)]
pub enum ResponseAct {
    /// 启动: a plan by its id, at a level (4 Ⅳ to 1 Ⅰ).
    Start {
        plan: String,
        level: u8,
        /// The incident or region, for a plan that responds to each on its own.
        #[serde(default, rename = "for", alias = "incident", alias = "region")]
        scene: String,
        #[serde(default)]
        reason: String,
    },
    /// 批准启动 or 批准升级.
    Accept {
        id: String,
        #[serde(default)]
        reason: String,
    },
    /// 否决.
    Refuse { id: String, reason: String },
    /// 升级.
    Raise {
        id: String,
        level: u8,
        #[serde(default)]
        reason: String,
    },
    /// 降级.
    Lower { id: String, level: u8, reason: String },
    /// 终止.
    End { id: String, reason: String },
}

impl Core {
    pub(crate) fn act_response(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        actor: &str,
        act: &ResponseAct,
    ) -> Result<String, Refusal> {
        match act {
            ResponseAct::Start { plan, level, scene, reason } => {
                self.start_by_hand(step, cause, plan, *level, scene.trim(), &cut(reason))
            }
            ResponseAct::Accept { id, reason } => self.accept_proposal(step, cause, actor, id, &cut(reason)),
            ResponseAct::Refuse { id, reason } => self.refuse_proposal(step, cause, actor, id, &cut(reason)),
            ResponseAct::Raise { id, level, reason } => {
                let (response, plan) = self.active_response(id, "raise")?;
                if *level >= response.level {
                    let at = roman(response.level);
                    return refuse(
                        "response.raise.not-higher",
                        &format!("当前为{at}级,升级须更高 (it is at {at}; 1 is the highest)"),
                    );
                }
                self.move_by_hand(step, cause, &plan, response, *level, "raised", &cut(reason))
            }
            ResponseAct::Lower { id, level, reason } => {
                let (response, plan) = self.active_response(id, "lower")?;
                if *level <= response.level {
                    let at = roman(response.level);
                    return refuse(
                        "response.lower.not-lower",
                        &format!("当前为{at}级,降级须更低 (it is at {at}; 4 is the lowest)"),
                    );
                }
                if reason.trim().is_empty() {
                    return refuse("response.lower.no-reason", "降级须说明理由 (lowering needs a reason)");
                }
                self.move_by_hand(step, cause, &plan, response, *level, "lowered", &cut(reason))
            }
            ResponseAct::End { id, reason } => {
                let (mut response, plan) = self.active_response(id, "end")?;
                if reason.trim().is_empty() {
                    return refuse("response.end.no-reason", "终止响应须说明理由 (ending needs a reason)");
                }
                response.muted = plan.levels.iter().map(|level| level.level).collect();
                self.finish_response(step, cause, &plan, response, "ended", actor, &cut(reason));
                Ok(id.clone())
            }
        }
    }

    fn start_by_hand(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        plan: &str,
        level: u8,
        scene: &str,
        reason: &str,
    ) -> Result<String, Refusal> {
        let name = plan.split('@').next().unwrap_or(plan);
        let Some(version) = self.active_version(name) else {
            let known: Vec<String> =
                self.versions(name).map(|version| format!("{} {}", version.id, version.state)).collect();
            return match known.is_empty() {
                true => refuse("plan.unknown", &format!("没有预案 {name} (no such plan)")),
                false => refuse(
                    "response.start.not-active",
                    &format!("{name} 没有启用的版本:{k} (no active version: {k})", k = known.join(", ")),
                ),
            };
        };
        if plan.contains('@') && plan != version.id {
            return refuse(
                "response.start.not-active",
                &format!("启用的版本是 {v} (the active version is {v})", v = version.id),
            );
        }
        let scene = self.scene_by_hand(&version.text, scene)?;
        let rooms = &self.state.rooms;
        let mut open =
            rooms.responses.values().filter(|response| response.plan == name && response.is_open());
        if let Some(Response { id, state, .. }) = open.find(|response| response.scene == scene) {
            return refuse(
                "response.start.open",
                &format!(
                    "{name} 已有响应 {id}({state}),请升降级或批准 (response {id} of this plan is {state}; raise, lower or accept it)"
                ),
            );
        }
        let response = self.new_response(&version.text, &scene, step.now);
        self.move_by_hand(step, cause, &version.text, response, level, "started", reason)
    }

    /// The scene that a person means, where the plan has such.
    fn scene_by_hand(&self, plan: &Plan, scene: &str) -> Result<String, Refusal> {
        let key = plan.key();
        match plan.per() {
            _ if scene.is_empty() => Ok(String::new()),
            Per::Incident => Ok(self.open_incident("response.start", scene)?.id),
            Per::Region if within(&self.planner.holders, scene, &plan.region) => Ok(scene.to_owned()),
            Per::Region => refuse(
                "response.start.region-outside",
                &format!("{scene} 不在 {key} 的区域 {r} 内 (the plan is for {r})", r = plan.region),
            ),
            Per::Plan => refuse(
                "response.start.whole",
                &format!(
                    "{key} 只有一个整体响应,请勿写 for;要分事件或乡镇响应,请在新版本写 per = \"incident\" 或 \"region\" (this plan responds as a whole; leave out `for`)"
                ),
            ),
        }
    }

    #[expect(clippy::too_many_arguments, reason = "one move is all of these")]
    fn move_by_hand(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        plan: &Plan,
        mut response: Response,
        level: u8,
        change: &str,
        reason: &str,
    ) -> Result<String, Refusal> {
        self.has_level(plan, level)?;
        let id = response.id.clone();
        response.manual = Some(level);
        // What a person went below stays silent until its condition has ceased.
        let silent = plan.levels.iter().map(|own| own.level).filter(|own| *own < level);
        let muted = if change == "lowered" { silent.collect() } else { Vec::new() };
        let mut areas = response.areas.clone();
        areas.iter_mut().for_each(|area| area.level = level);
        if areas.is_empty() {
            areas = vec![Area { region: response.region.clone(), level }];
        }
        let wanted = Wanted { level: Some(level), areas, muted, ..Wanted::default() };
        self.put_level(step, cause, plan, response, level, change, wanted, reason);
        Ok(id)
    }

    fn accept_proposal(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        actor: &str,
        id: &str,
        reason: &str,
    ) -> Result<String, Refusal> {
        let (response, plan) = self.known_response(id)?;
        let Some(level) = response.proposed.filter(|_| response.is_open()) else {
            return nothing_proposed("accept", &response);
        };
        let change = if response.is_active() { "raised" } else { "started" };
        let mut areas = response.areas.clone();
        areas.iter_mut().for_each(|area| area.level = area.level.max(level));
        let wanted = Wanted { level: Some(level), areas, muted: response.muted.clone(), ..Wanted::default() };
        let reason = format!("{actor} 批准 {reason}");
        let mut response = response;
        response.proposed = None;
        if change == "started" {
            response.started_at = step.now;
        }
        self.put_level(step, cause, &plan, response, level, change, wanted, reason.trim());
        Ok(id.to_owned())
    }

    fn refuse_proposal(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        actor: &str,
        id: &str,
        reason: &str,
    ) -> Result<String, Refusal> {
        let (mut response, plan) = self.known_response(id)?;
        let Some(level) = response.proposed.filter(|_| response.is_open()) else {
            return nothing_proposed("refuse", &response);
        };
        if reason.trim().is_empty() {
            return refuse("response.refuse.no-reason", "否决须说明理由 (refusing needs a reason)");
        }
        response.muted = plan.levels.iter().map(|own| own.level).filter(|own| *own <= level).collect();
        if !response.is_active() {
            // Lower levels are the same matter.
            response.muted = plan.levels.iter().map(|own| own.level).collect();
            self.finish_response(step, cause, &plan, response, "refused", actor, reason);
            return Ok(id.to_owned());
        }
        self.settle_word(step, cause, &plan, &mut response);
        response.proposed = None;
        response.proposed_at = None;
        response.unanswered = false;
        response.by = actor.to_owned();
        response.reason = reason.to_owned();
        response.changed_at = step.now;
        let note = format!("否决升至{}级:{reason}", roman(level));
        self.set(step, cause, "refused", &note, response);
        Ok(id.to_owned())
    }

    fn has_level(&self, plan: &Plan, level: u8) -> Result<(), Refusal> {
        if plan.level(level).is_some() {
            return Ok(());
        }
        let known: Vec<String> = plan.levels.iter().map(|own| own.level.to_string()).collect();
        refuse(
            "response.level.unknown",
            &format!(
                "{p} 没有级别 {level},只有 {k} ({p} has no level {level}; it has {k})",
                p = plan.key(),
                k = known.join(", ")
            ),
        )
    }

    fn active_response(&self, id: &str, verb: &str) -> Result<(Response, Plan), Refusal> {
        let (response, plan) = self.known_response(id)?;
        match response.is_active() {
            true => Ok((response, plan)),
            false => {
                let state = &response.state;
                refuse(
                    &format!("response.{verb}.from-{state}"),
                    &format!("响应 {id} 当前为 {state} (the response is {state})"),
                )
            }
        }
    }

    fn known_response(&self, id: &str) -> Result<(Response, Plan), Refusal> {
        let rooms = &self.state.rooms;
        let found = rooms.responses.get(id).and_then(|response| {
            let version = rooms.plans.get(&response.key())?;
            Some((response.clone(), version.text.clone()))
        });
        found.ok_or_else(|| {
            let reason = format!(
                "没有响应 {id},或已结束超过 72 小时 (no such response, or it ended more than 72 hours ago)"
            );
            ("response.unknown".to_owned(), reason)
        })
    }
}

fn nothing_proposed(verb: &str, response: &Response) -> Result<String, Refusal> {
    let (id, state) = (&response.id, &response.state);
    refuse(
        &format!("response.{verb}.nothing-proposed"),
        &format!("响应 {id}({state})没有待批的建议 (nothing is proposed; the response is {state})"),
    )
}
