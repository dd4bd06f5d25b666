//! What the console answers before the host works: while it starts, and for as long
//! as it stands by for another one.

use super::serve::{self, Peers};
use super::{Surface, refusal::Refusal, status};
use crate::said;
use axum::Router;
use axum::routing::get;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;

/// Alive, and not ready: whoever watches hosts sees that this one waits.
pub fn open(console: TcpListener, places: usize) -> Surface {
    let (stop, stopped) = watch::channel(None);
    let router = Router::new().route("/healthz", get(status::alive)).fallback(not_yet);
    Surface { stop, tasks: vec![tokio::spawn(serve::run(console, places, Peers::Readers, router, stopped))] }
}

/// Answers are a line; nothing is under way for longer.
pub const CLOSE_WITHIN: Duration = Duration::from_millis(200);

async fn not_yet() -> Refusal {
    Refusal::away("host.waiting", said!(waiting))
}
