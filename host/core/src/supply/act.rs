//! What may be asked of stores.

use super::{Load, Reserve};
use crate::core::Core;
use crate::core::act::Refusal;
use crate::core::decide::Step;
use crate::fact::Cause;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "verb", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Act {
    /// 入库: stores, minimums and lots, all or nothing.
    Load(Box<Load>),
    /// 预留: all or nothing.
    Reserve(Reserve),
    /// 出库; here and below `id` is the transfer's.
    Dispatch {
        id: String,
        #[serde(default)]
        note: String,
    },
    /// 签收. Less than what was dispatched: the difference is lost.
    Receive {
        id: String,
        #[serde(default)]
        quantity: Option<u64>,
        #[serde(default)]
        note: String,
    },
    /// 归还. Less than what was received: the difference is consumed.
    Return {
        id: String,
        #[serde(default)]
        quantity: Option<u64>,
        #[serde(default)]
        note: String,
    },
    /// 取消; only while nothing has left the store.
    Cancel {
        id: String,
        #[serde(default)]
        note: String,
    },
}

impl Core {
    pub(crate) fn act_supply(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        actor: &str,
        act: &Act,
    ) -> Result<String, Refusal> {
        match act {
            Act::Load(load) => self.load(step, cause, load),
            Act::Reserve(ask) => self.reserve(step, cause, actor, ask),
            Act::Dispatch { id, note } => self.dispatch(step, cause, id, note),
            Act::Receive { id, quantity, note } => self.receive(step, cause, id, *quantity, note),
            Act::Return { id, quantity, note } => self.give_back(step, cause, id, *quantity, note),
            Act::Cancel { id, note } => self.cancel_transfer(step, cause, id, note),
        }
    }
}
