//! What may be asked of teams.

use crate::core::Core;
use crate::core::act::{Refusal, refuse};
use crate::core::decide::Step;
use crate::fact::Cause;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "verb", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Act {
    Release { id: String },
}

impl Core {
    pub(crate) fn enter_teams(&mut self, _: &mut Step, _: &Cause) {}

    pub(crate) fn act_team(
        &mut self,
        _: &mut Step,
        _: &Cause,
        _: &str,
        act: &Act,
    ) -> Result<String, Refusal> {
        let Act::Release { id } = act;
        refuse("team.unknown", &format!("没有队伍 {id} (no such team)"))
    }

    /// An order is over: a team that it moved is free again.
    pub(crate) fn order_ended(&mut self, _: &mut Step, _: &Cause, _: &crate::order::Order) {}
}
