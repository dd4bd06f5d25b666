//! What may be asked of accidents, and what their clocks do.

use crate::core::Core;
use crate::core::act::{Refusal, refuse};
use crate::core::decide::Step;
use crate::fact::Cause;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "verb", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Act {
    Close { id: String },
}

impl Core {
    pub(crate) fn act_accident(
        &mut self,
        _: &mut Step,
        _: &Cause,
        _: &str,
        act: &Act,
    ) -> Result<String, Refusal> {
        let Act::Close { id } = act;
        refuse("accident.unknown", &format!("没有事故 {id} (no such accident)"))
    }

    pub(crate) fn accident_due(&mut self, _: &mut Step, _: &str) {}
}
