//! Why a host does not start, in the reader's language.

use crate::http::{not_pushed, sentence};
use crate::text;
use anyhow::anyhow;
use tocsin_runtime::bus::SERVER_FLOOR;
use tocsin_runtime::host::StartError;
use tocsin_runtime::server;

/// What is seldom is told in the reader's language as far as its first words.
pub fn told(error: &StartError) -> anyhow::Error {
    anyhow!(match error {
        StartError::Server(error) => no_server(error),
        StartError::Plugin { id, source } => {
            text!(start_plugin, id = id, reason = not_pushed(source).of(text::language()))
        }
        other => text!(start_failed, reason = sentence(other)),
    })
}

/// Why there is no nats-server to rest on.
pub fn no_server(error: &server::StartError) -> String {
    let (major, minor, patch) = SERVER_FLOOR;
    let floor = format!("{major}.{minor}.{patch}");
    match error {
        server::StartError::Missing { fetched } => {
            text!(server_missing, floor = floor, path = fetched.display())
        }
        server::StartError::TooOld { path, found } => {
            text!(server_old, path = path.display(), found = found, floor = floor)
        }
        server::StartError::Ended { log, tail } => text!(server_ended, log = log.display(), tail = tail),
        server::StartError::Late { log } => text!(server_late, log = log.display()),
        other => text!(start_failed, reason = sentence(other)),
    }
}
