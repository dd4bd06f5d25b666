//! What may be asked of a case.

use super::{Case, Stage};
use crate::core::Core;
use crate::core::act::{Refusal, cut, refuse};
use crate::core::decide::Step;
use crate::fact::Cause;
use crate::incident::{self, Move};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "verb", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Act {
    /// 受理: it goes on to its category's platform at once.
    Accept {
        id: String,
        #[serde(default)]
        note: String,
    },
    /// 分派: to another platform than the category's, or again after a return.
    Assign {
        id: String,
        platform: String,
        /// Mandatory after the second return: the county desk's decision.
        #[serde(default)]
        reason: String,
    },
    /// 退回 by the platform in charge. `to`: whose it thinks the case is.
    Return {
        id: String,
        reason: String,
        #[serde(default)]
        to: String,
    },
    /// 处置: the platform has begun.
    Handle {
        id: String,
        #[serde(default)]
        note: String,
    },
    /// 反馈: the platform says what came of it.
    Feedback { id: String, result: String },
    /// 评价: ends the case.
    Evaluate {
        id: String,
        /// 1 to 5.
        score: u8,
        #[serde(default)]
        comment: String,
    },
    /// Ends it without an evaluation; before a feedback only with a result.
    Close {
        id: String,
        #[serde(default)]
        result: String,
    },
    /// 转为突发事件. `hazard`: left out, the category's.
    Promote {
        id: String,
        #[serde(default)]
        hazard: String,
        #[serde(default)]
        note: String,
    },
}

impl Core {
    pub(crate) fn act_grid(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        actor: &str,
        act: &Act,
    ) -> Result<String, Refusal> {
        let case = self.case(act.id())?;
        match act {
            Act::Accept { note, .. } => self.accept(step, cause, case, note),
            Act::Assign { platform, reason, .. } => self.assign(step, cause, case, platform, reason),
            Act::Return { reason, to, .. } => self.send_back(step, cause, case, reason, to),
            Act::Handle { note, .. } => self.handle(step, cause, case, note),
            Act::Feedback { result, .. } => self.feed_back(step, cause, case, result),
            Act::Evaluate { score, comment, .. } => self.evaluate(step, cause, case, *score, comment),
            Act::Close { result, .. } => self.close_case(step, cause, case, result),
            Act::Promote { hazard, note, .. } => self.promote(step, cause, actor, case, hazard, note),
        }
    }

    fn case(&self, id: &str) -> Result<Case, Refusal> {
        self.state.rooms.grid.get(id).cloned().ok_or_else(|| {
            let reason =
                format!("没有网格事件 {id},或已办结超过 72 小时 (no such case, or it was closed long ago)");
            ("grid.unknown".to_owned(), reason)
        })
    }

    fn evaluate(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        mut case: Case,
        score: u8,
        comment: &str,
    ) -> Result<String, Refusal> {
        if !(1..=5).contains(&score) {
            return refuse("grid.evaluate.score", "评分为 1 至 5 (the score is 1 to 5)");
        }
        let is_late = case.state == Stage::Closed && case.score.is_none();
        if case.state != Stage::FedBack && !is_late {
            return Err(case.refusal("evaluate", "评价", "须先反馈 (feed back first)"));
        }
        case.score = Some(score);
        case.comment = cut(comment);
        case.evaluated_at = Some(step.now);
        self.case_met(step, cause, &mut case, "evaluate");
        let note = format!("评价 {score} 分 {}", case.comment);
        self.set(step, cause, "evaluated", note.trim(), case.clone());
        if is_late {
            return Ok(case.id);
        }
        let result = case.result.clone();
        Ok(self.end_case(step, cause, case, &result))
    }

    fn close_case(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        mut case: Case,
        result: &str,
    ) -> Result<String, Refusal> {
        match case.state {
            Stage::Closed => return Err(case.refusal("close", "办结", "已经办结 (it is closed already)")),
            Stage::Promoted => {
                let hint = format!("随事件 {0} 结束 (incident {0} ends it)", case.incident);
                return Err(case.refusal("close", "办结", &hint));
            }
            Stage::FedBack => {}
            _ if result.trim().is_empty() => {
                return refuse(
                    "grid.close.no-result",
                    "尚未反馈,办结须填写结果 (nothing was fed back: closing needs a result)",
                );
            }
            _ => {}
        }
        if !result.trim().is_empty() {
            case.result = cut(result);
        }
        let result = case.result.clone();
        Ok(self.end_case(step, cause, case, &result))
    }

    /// Closed, with all its clocks.
    pub(super) fn end_case(&mut self, step: &mut Step, cause: &Cause, mut case: Case, note: &str) -> String {
        let waited = std::mem::take(&mut case.step);
        self.case_met(step, cause, &mut case, &waited);
        self.ruled(step, cause, &case);
        self.end_its_incident(step, cause, &case);
        case.state = Stage::Closed;
        case.ended_at = Some(step.now);
        self.await_step(&mut case, step.now);
        let id = case.id.clone();
        self.set(step, cause, "closed", note, case);
        id
    }

    /// What nobody but this report spoke of, and nobody took up, is over with it.
    fn end_its_incident(&mut self, step: &mut Step, cause: &Cause, case: &Case) {
        let open = |core: &Core| {
            let incident = core.state.incidents.get(&case.incident).cloned();
            incident.filter(|incident| incident.is_open() && core.speaks_alone(case, &incident.id))
        };
        let told = format!("网格事件 {} 办结:{}", case.id, case.result);
        for act in [Move::Confirm, Move::Close] {
            let Some(incident) = open(self) else { return };
            if act == Move::Confirm && incident.state != incident::Stage::Suspected {
                return;
            }
            // Legal, as just asked.
            let _ = self.advance(step, cause, incident, act, "综合信息指挥室", &told, |incident| {
                if act == Move::Close {
                    incident.result = cut(&told);
                }
            });
        }
    }
}

impl Case {
    /// `grid.<act>.from-<state>`
    pub(super) fn refusal(&self, act: &str, name: &str, hint: &str) -> Refusal {
        let reason = format!("「{}」的网格事件不能{name}:{hint}", self.state.name());
        (format!("grid.{act}.from-{}", self.state.as_str()), reason)
    }
}

impl Act {
    fn id(&self) -> &str {
        match self {
            Act::Accept { id, .. }
            | Act::Assign { id, .. }
            | Act::Return { id, .. }
            | Act::Handle { id, .. }
            | Act::Feedback { id, .. }
            | Act::Evaluate { id, .. }
            | Act::Close { id, .. }
            | Act::Promote { id, .. } => id,
        }
    }
}
