//! What may be asked of orders.

use crate::core::Core;
use crate::core::act::{Refusal, refuse};
use crate::core::decide::Step;
use crate::fact::Cause;
use crate::input::Observed;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "verb", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Act {
    /// 接令.
    Ack {
        id: String,
        #[serde(default)]
        note: String,
    },
}

impl Core {
    pub(crate) fn act_order(
        &mut self,
        _: &mut Step,
        _: &Cause,
        _: &str,
        act: &Act,
    ) -> Result<String, Refusal> {
        let Act::Ack { id, .. } = act;
        refuse("order.unknown", &format!("没有指令 {id} (no such order)"))
    }

    /// A department's plugin tells how far an order has come.
    pub(crate) fn hear_progress(&mut self, _: &mut Step, _: &Cause, _: &Observed) {}

    /// An incident changed: orders that serve it may end with it.
    pub(crate) fn orders_follow(&mut self, _: &mut Step, _: &Cause, _: &str) {}
}
