//! Deadlines: who does not answer is reminded of by escalation.

use crate::core::Core;
use crate::core::decide::Step;

impl Core {
    pub(crate) fn order_due(&mut self, _: &mut Step, _: &str) {}
}
