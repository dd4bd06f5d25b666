//! Open files: a connection is one, and a city has thousands of devices.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Enough for 60,000 connections beside the store's own files.
const WANTED: u64 = 65_536;

/// Raises the soft limit as far as the hard one allows. Less is no reason to
/// stop: listeners then hold fewer connections each.
pub fn raise_open_files() {
    let limit = getrlimit(Resource::Nofile);
    let most = limit.maximum.map_or(WANTED, |maximum| maximum.min(WANTED));
    if limit.current.is_some_and(|current| current < most) {
        let raised = Rlimit { current: Some(most), maximum: limit.maximum };
        if let Err(error) = setrlimit(Resource::Nofile, raised) {
            tracing::warn!(%error, wanted = most, "the limit of open files stays as it is");
        }
    }
}

/// What a host would have: after raising, and what it would like.
pub fn open_files() -> (u64, u64) {
    let most = getrlimit(Resource::Nofile).maximum.unwrap_or(u64::MAX);
    (most.min(WANTED), WANTED)
}
