//! What may be asked of duty posts, and what their clocks do.

use crate::core::Core;
use crate::core::act::{Refusal, refuse};
use crate::core::decide::Step;
use crate::fact::Cause;
use crate::order::Asked;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "verb", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Act {
    /// A called person confirms: `id` is the call's.
    Confirm {
        id: String,
        #[serde(default)]
        note: String,
    },
}

impl Core {
    pub(crate) fn enter_duty(&mut self, _: &mut Step, _: &Cause) {}

    pub(crate) fn act_duty(
        &mut self,
        _: &mut Step,
        _: &Cause,
        _: &str,
        act: &Act,
    ) -> Result<String, Refusal> {
        let Act::Confirm { id, .. } = act;
        refuse("duty.unknown", &format!("没有叫应 {id} (no such call)"))
    }

    pub(crate) fn watch_due(&mut self, _: &mut Step, _: &str) {}

    pub(crate) fn call_due(&mut self, _: &mut Step, _: &str) {}

    /// Whom to ask at a post, in order: who is on duty, then the deputy's holder,
    /// then the superior's.
    #[expect(dead_code, reason = "the rooms that ask are being built")]
    pub(crate) fn chain(&self, _post: &str) -> Vec<Asked> {
        Vec::new()
    }

    /// Calls the duty people of the given regions for a matter (a warning, an
    /// incident): one call a post; who does not confirm is called again and then
    /// escalated.
    pub(crate) fn call_out(
        &mut self,
        _: &mut Step,
        _: &Cause,
        _matter: &str,
        _incident: &str,
        _title: &str,
        _regions: &[String],
    ) {
    }
}
