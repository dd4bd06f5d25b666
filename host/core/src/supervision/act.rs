//! What may be asked of the supervision list.

use crate::core::Core;
use crate::core::act::{Refusal, refuse};
use crate::core::decide::Step;
use crate::fact::Cause;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "verb", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Act {
    /// 销号; only with a result.
    Close { id: String, result: String },
}

impl Core {
    pub(crate) fn act_supervision(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        actor: &str,
        act: &Act,
    ) -> Result<String, Refusal> {
        let Act::Close { id, result } = act;
        let Some(finding) = self.state.rooms.supervisions.get(id) else {
            let reason = format!(
                "没有监督事项 {id},或已销号超过 72 小时 (no such finding, or it was closed more than 72 hours ago)"
            );
            return refuse("supervision.unknown", &reason);
        };
        if finding.ended_at.is_some() {
            let who = &finding.closed_by;
            let reason = format!("{id} 已由 {who} 销号 (closed already by {who})");
            return refuse("supervision.close.from-closed", &reason);
        }
        if result.trim().is_empty() {
            return refuse("supervision.close.no-result", "销号须填写检查结果 (closing needs a result)");
        }
        self.close_finding(step, cause, id, actor, result, None);
        Ok(id.clone())
    }
}
