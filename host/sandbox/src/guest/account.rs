//! What one call cost and said, for whoever writes the plugin.

use crate::call::Level;
use std::sync::{Arc, Mutex, PoisonError};

/// Of the last call, whatever came of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Account {
    /// Instructions of WebAssembly.
    pub instructions: u64,
    /// Linear memory that the instance has: it never shrinks, so its peak.
    pub memory_bytes: usize,
    /// What was logged, a panic's words included.
    pub logs: Vec<(Level, String)>,
}

/// Written by the innermost service, read from outside the stack. One thread
/// does both; the lock is there because a guest may move between threads.
#[derive(Clone, Debug, Default)]
pub(crate) struct Book(Arc<Mutex<Account>>);

impl Book {
    pub(crate) fn enter(&self, account: Account) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = account;
    }

    pub(crate) fn last(&self) -> Account {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
