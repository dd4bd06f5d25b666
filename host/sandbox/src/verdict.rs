//! What the host says of a call that did not end as the contract wants it.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Why a call has no answer. Recorded with the frame, so that a replay says the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{kind}: {reason}")]
pub struct Verdict {
    pub kind: VerdictKind,
    /// One line for an operator, control characters escaped.
    pub reason: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VerdictKind {
    /// More frames a second than the manifest asked for, or no instance left in
    /// the pool; the guest did not run.
    Busy,
    /// The breaker is open; the guest did not run.
    Broken,
    /// The plugin does not export the role; the guest did not run.
    Role,
    /// A wasm trap without words.
    Trap,
    /// A trap after an error line in the log: the guest's own panic.
    Panic,
    /// More milliseconds than the manifest asked for.
    Deadline,
    /// More memory than the manifest asked for.
    Memory,
    /// Deeper than the wasm stack.
    Stack,
    /// Too much or impossible output.
    Output,
    /// More host calls than one input can need.
    HostCalls,
    /// More state or timers than the manifest asked for.
    Quota,
}

impl VerdictKind {
    /// Whether the guest ran at all. If not, the input is as it was: wait
    /// [`ready_in`](crate::Guest::ready_in) and call again.
    pub fn ran(self) -> bool {
        !matches!(self, VerdictKind::Busy | VerdictKind::Broken | VerdictKind::Role)
    }

    /// Whether the same call can be made later: the plugin rests, has used its rate up,
    /// or no instance is free.
    pub fn rests(self) -> bool {
        matches!(self, VerdictKind::Busy | VerdictKind::Broken)
    }

    pub fn as_str(self) -> &'static str {
        match self {
            VerdictKind::Busy => "busy",
            VerdictKind::Broken => "broken",
            VerdictKind::Role => "role",
            VerdictKind::Trap => "trap",
            VerdictKind::Panic => "panic",
            VerdictKind::Deadline => "deadline",
            VerdictKind::Memory => "memory",
            VerdictKind::Stack => "stack",
            VerdictKind::Output => "output",
            VerdictKind::HostCalls => "host_calls",
            VerdictKind::Quota => "quota",
        }
    }
}

impl fmt::Display for VerdictKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Verdict {
    pub(crate) fn new(kind: VerdictKind, reason: impl Into<String>) -> Verdict {
        Verdict { kind, reason: reason.into() }
    }
}
