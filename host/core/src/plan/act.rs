//! What may be asked of plans and responses, and what they hear.

use crate::core::Core;
use crate::core::act::{Refusal, refuse};
use crate::core::decide::Step;
use crate::fact::Cause;
use crate::input::Observed;
use crate::registry::Speaker;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "verb", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Act {
    /// `id` is a version's: `flood-city@2`.
    Approve { id: String },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "verb", rename_all = "kebab-case", deny_unknown_fields)]
pub enum ResponseAct {
    End { id: String, reason: String },
}

impl Core {
    pub(crate) fn enter_plans(&mut self, _: &mut Step, _: &Cause) {}

    pub(crate) fn act_plan(
        &mut self,
        _: &mut Step,
        _: &Cause,
        _: &str,
        act: &Act,
    ) -> Result<String, Refusal> {
        let Act::Approve { id } = act;
        refuse("plan.unknown", &format!("没有预案版本 {id} (no such version of a plan)"))
    }

    pub(crate) fn act_response(
        &mut self,
        _: &mut Step,
        _: &Cause,
        _: &str,
        act: &ResponseAct,
    ) -> Result<String, Refusal> {
        let ResponseAct::End { id, .. } = act;
        refuse("response.unknown", &format!("没有响应 {id} (no such response)"))
    }

    pub(crate) fn hear_reading(&mut self, _: &mut Step, _: &Cause, _: &Observed, _: &Speaker) {}

    /// Looks at all active plans' conditions over the state as it now is.
    pub(crate) fn evaluate_plans(&mut self, _: &mut Step) {}

    pub(crate) fn response_due(&mut self, _: &mut Step, _: &str) {}
}
