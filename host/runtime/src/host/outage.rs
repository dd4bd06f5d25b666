//! A bus that is away, and one that is up and takes nothing.

use crate::bus::Bus;
use crate::server;
use std::time::{Duration, Instant};

/// A server that is being started again is waited for this long.
const BUS_WITHIN: Duration = Duration::from_secs(15);
const BUS_EVERY: Duration = Duration::from_millis(250);

/// How often it is looked whether the server is stuck, and how long one that is
/// being started again is waited for: its store is read back first.
const STUCK_EVERY: Duration = Duration::from_secs(1);
const AGAIN_WITHIN: Duration = Duration::from_secs(60);

/// Again while the bus is away, for some seconds: a server that ended is being started.
pub(super) async fn patiently<T, E: std::error::Error>(
    mut attempt: impl AsyncFnMut() -> Result<T, E>,
    is_away: fn(&E) -> bool,
) -> Result<T, E> {
    let started = Instant::now();
    loop {
        match attempt().await {
            Err(error) if is_away(&error) && started.elapsed() < BUS_WITHIN => {
                tracing::warn!(%error, "trying again");
                tokio::time::sleep(BUS_EVERY).await;
            }
            ended => return ended,
        }
    }
}

/// A server of ours that takes nothing though it is up is started again.
pub(super) async fn unstick(bus: &Bus, again: &server::Again) {
    loop {
        tokio::time::sleep(STUCK_EVERY).await;
        let stuck = bus.stuck();
        if stuck.is_empty() {
            continue;
        }
        let made_anew = bus.made_anew();
        if again.ask() {
            let _ = tokio::time::timeout(AGAIN_WITHIN, made_anew).await;
        } else {
            tracing::error!(
                ?stuck,
                "streams are stuck, and the volume has no room to start the server again"
            );
            tokio::time::sleep(AGAIN_WITHIN / 6).await;
        }
    }
}
