//! An error of wasmtime, as a verdict in an operator's words.

use super::request::{Bounded, Layered, at_once};
use super::run::Failure;
use crate::border::text::line;
use crate::verdict::{Verdict, VerdictKind};
use std::future::ready;
use tower::Service;
use wasmtime::Trap;

/// Bytes of a reason; a panic's text with its place fits.
const REASON_BYTES: usize = 1_024;

pub(crate) struct Classify<S> {
    inner: S,
}

impl<S> Classify<S> {
    pub(crate) fn new(inner: S) -> Classify<S> {
        Classify { inner }
    }
}

impl<'a, S: Layered<Bounded<'a>, Failure>> Service<Bounded<'a>> for Classify<S> {
    at_once!(Verdict);

    fn call(&mut self, request: Bounded<'a>) -> Self::Future {
        ready(self.inner.now(request).map_err(classify))
    }
}

fn classify(failure: Failure) -> Verdict {
    let Failure { error, memory, last_words } = failure;
    // Said by the host itself: an import, the deadline, the border.
    if let Some(verdict) = error.downcast_ref::<Verdict>() {
        return verdict.clone();
    }
    if error.downcast_ref::<wasmtime::PoolConcurrencyLimitError>().is_some() {
        return Verdict::new(VerdictKind::Busy, "every instance of the sandbox is in use; raise `instances`");
    }
    let text = || line(&format!("{:#}", error.root_cause()), REASON_BYTES);
    let panics = last_words.is_some();
    // What the guest said before is the reason that its author looks for.
    let trapped = |how: &str| match &last_words {
        Some(words) => Verdict::new(VerdictKind::Trap, line(&format!("{words} ({how})"), REASON_BYTES)),
        None => Verdict::new(VerdictKind::Trap, how),
    };
    match error.downcast_ref::<Trap>() {
        Some(Trap::StackOverflow) => {
            Verdict::new(VerdictKind::Stack, "deeper than the stack of 512 KiB: endless recursion?")
        }
        // Before the panic: a guest that gets no memory panics about it.
        _ if memory.is_some() => memory.unwrap_or_else(|| Verdict::new(VerdictKind::Memory, "")),
        Some(Trap::Interrupt) => Verdict::new(VerdictKind::Deadline, "interrupted"),
        Some(Trap::UnreachableCodeReached) if panics => {
            Verdict::new(VerdictKind::Panic, last_words.unwrap_or_default())
        }
        // A panic says why; what an interpreter's stubs refuse ends like this, without a word.
        Some(Trap::UnreachableCodeReached) => trapped(
            "ended at `unreachable` without a word: code that wants a clock, a sleep, randomness, a file or the network ends so",
        ),
        // A guest keeps large locals on a stack of its own at the bottom of its memory.
        Some(Trap::MemoryOutOfBounds) => {
            trapped("reached outside of its memory: a wrong pointer, or its own stack overflowed")
        }
        Some(trap) => trapped(&trap.to_string()),
        // wasmtime keeps the type of this error to itself.
        None if text().contains("fuel allocated for hostcalls") => Verdict::new(
            VerdictKind::Output,
            format!("more than {} bytes across the border at once", super::run::HOSTCALL_BYTES),
        ),
        None => trapped(&text()),
    }
}
