//! What may be asked of duty posts.

use crate::core::Core;
use crate::core::act::{Refusal, cut, refuse};
use crate::core::decide::Step;
use crate::fact::Cause;
use serde::{Deserialize, Serialize};

/// Ids of warnings have up to 31 characters; a CAP identifier may be longer.
const MATTER_BYTES_MAX: usize = 256;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "verb", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Act {
    /// A called person confirms: `id` is the call's.
    Confirm {
        id: String,
        #[serde(default)]
        note: String,
    },
    /// A post changes hands before its roster says so: `id` is the post's, `to`
    /// a person's. The roster takes over again at its next time.
    Handover {
        id: String,
        to: String,
        #[serde(default)]
        note: String,
    },
    /// 叫应 by a person: the duty people of the regions are called for a matter (a
    /// warning's or an incident's id, or the person's own word for it).
    Call {
        matter: String,
        title: String,
        /// 12-digit codes; the city's own means the county desk.
        regions: Vec<String>,
    },
    /// The matter is over: who has not confirmed need not any more.
    CallOff { matter: String, reason: String },
    /// A gap is dealt with, or none: `id` is the gap's.
    Close { id: String, reason: String },
}

impl Core {
    pub(crate) fn act_duty(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        actor: &str,
        act: &Act,
    ) -> Result<String, Refusal> {
        match act {
            Act::Confirm { id, note } => self.confirm_call(step, cause, id, actor, note),
            Act::Handover { id, to, note } => self.act_handover(step, cause, id, to, note),
            Act::Call { matter, title, regions } => {
                self.call_by_hand(step, cause, matter.trim(), title.trim(), regions)
            }
            Act::CallOff { matter, reason } if reason.trim().is_empty() => refuse(
                "duty.call-off.no-reason",
                &format!("撤销对 {matter} 的叫应须说明原因 (calling off needs a reason)"),
            ),
            Act::CallOff { matter, reason } => match self.call_off(step, cause, matter, reason) {
                0 => refuse(
                    "duty.call-off.unknown",
                    &format!("{matter} 没有待确认的叫应 (no open call for it)"),
                ),
                _ => Ok(matter.clone()),
            },
            Act::Close { id, reason } => self.act_gap(step, cause, actor, id, reason),
        }
    }

    fn call_by_hand(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        matter: &str,
        title: &str,
        regions: &[String],
    ) -> Result<String, Refusal> {
        if matter.is_empty() || title.is_empty() || regions.is_empty() {
            return refuse(
                "duty.call.incomplete",
                "叫应须写明事由、内容和区域 (a call needs a matter, a title and regions)",
            );
        }
        if matter.len() > MATTER_BYTES_MAX {
            return refuse("duty.call.matter", "事由编号过长 (the matter's id is too long)");
        }
        if let Some(code) = regions.iter().find(|code| self.registry.regions().get(code).is_none()) {
            return refuse("duty.call.region-unknown", &format!("没有区划 {code} (no such region)"));
        }
        let incident = self.state.incidents.get(matter).filter(|incident| incident.is_open());
        let incident = incident.map(|incident| incident.id.clone()).unwrap_or_default();
        self.call_out(step, cause, matter, &incident, &cut(title), regions);
        Ok(matter.to_owned())
    }
}
