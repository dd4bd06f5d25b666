//! From warning signals to chains.

use crate::core::Core;
use crate::core::decide::Step;
use crate::fact::Cause;
use crate::input::Observed;

impl Core {
    pub(crate) fn hear_warning(&mut self, _: &mut Step, _: &Cause, _: &Observed) {}

    pub(crate) fn warning_due(&mut self, _: &mut Step, _: &str) {}
}
