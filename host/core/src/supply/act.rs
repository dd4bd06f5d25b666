//! What may be asked of stores, and what their clocks do.

use crate::core::Core;
use crate::core::act::{Refusal, refuse};
use crate::core::decide::Step;
use crate::fact::Cause;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "verb", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Act {
    /// `id` is the transfer's.
    Dispatch { id: String },
}

impl Core {
    pub(crate) fn enter_supplies(&mut self, _: &mut Step, _: &Cause) {}

    pub(crate) fn act_supply(
        &mut self,
        _: &mut Step,
        _: &Cause,
        _: &str,
        act: &Act,
    ) -> Result<String, Refusal> {
        let Act::Dispatch { id } = act;
        refuse("supply.unknown", &format!("没有调拨 {id} (no such transfer)"))
    }

    pub(crate) fn lot_due(&mut self, _: &mut Step, _: &str) {}

    pub(crate) fn transfer_due(&mut self, _: &mut Step, _: &str) {}
}
