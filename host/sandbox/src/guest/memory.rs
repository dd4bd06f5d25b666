//! An instance has so much linear memory, and asking for more names it.

use super::request::{Bounded, Layered, Timed, at_once};
use crate::verdict::{Verdict, VerdictKind};
use std::future::ready;
use tower::Service;
use wasmtime::ResourceLimiter;

/// Entries of a table: a Rust guest has some hundred functions by pointer, the
/// Python one 12,000.
pub(crate) const TABLE_ELEMENTS: usize = 20_000;

pub(crate) struct Memory<S> {
    inner: S,
    bytes: usize,
}

impl<S> Memory<S> {
    pub(crate) fn new(inner: S, mib: u32) -> Memory<S> {
        Memory { inner, bytes: (mib as usize) << 20 }
    }
}

impl<'a, S: Layered<Bounded<'a>>> Service<Timed<'a>> for Memory<S> {
    at_once!(Verdict);

    fn call(&mut self, timed: Timed<'a>) -> Self::Future {
        ready(self.inner.now(Bounded { timed, memory_bytes: self.bytes }))
    }
}

/// The cap itself, in the store's data.
#[derive(Debug, Default)]
pub(crate) struct Ceiling {
    most: usize,
    used: usize,
    denied: Option<usize>,
}

impl Ceiling {
    pub(crate) fn set(&mut self, most: usize) {
        self.most = most;
        self.denied = None;
    }

    /// What the instance has.
    pub(crate) fn used(&self) -> usize {
        self.used
    }

    /// The verdict, if the guest was refused memory during the call.
    pub(crate) fn verdict(&self) -> Option<Verdict> {
        let asked = self.denied?;
        let reason = format!("asked for {asked} bytes of memory; {} are allowed", self.most);
        Some(Verdict::new(VerdictKind::Memory, reason))
    }
}

impl ResourceLimiter for Ceiling {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let total = self.used.saturating_sub(current).saturating_add(desired);
        if total > self.most {
            self.denied = Some(total);
            return Ok(false);
        }
        self.used = total;
        Ok(true)
    }

    fn table_growing(
        &mut self,
        _current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        Ok(desired <= TABLE_ELEMENTS)
    }
}
