//! What may be asked of a case, what opens one, and what its clock does.

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
    Accept { id: String },
}

impl Core {
    pub(crate) fn hear_report(&mut self, _: &mut Step, _: &Cause, _: &Observed, _: &Speaker) {}

    pub(crate) fn act_grid(
        &mut self,
        _: &mut Step,
        _: &Cause,
        _: &str,
        act: &Act,
    ) -> Result<String, Refusal> {
        let Act::Accept { id } = act;
        refuse("grid.unknown", &format!("没有网格事件 {id} (no such case)"))
    }

    /// The incident that a case was promoted to has changed.
    pub(crate) fn grid_follows(&mut self, _: &mut Step, _: &Cause, _: &str) {}

    pub(crate) fn case_due(&mut self, _: &mut Step, _: &str) {}
}
