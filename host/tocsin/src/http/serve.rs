//! A listener and its connections, with a bound on both their number and their idleness.

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tower::ServiceExt;

/// Open connections of one listener, where its share of open files is not less: a
/// camera platform and its gateways hold a few hundred. More wait in the kernel's backlog.
pub const CONNECTIONS: usize = 2_048;

/// A request's head must be whole within this, and an idle connection is closed.
const HEAD_WITHIN: Duration = Duration::from_secs(15);

/// Bytes of a request's head.
const HEAD_BYTES: usize = 32 << 10;

/// Out of file descriptors: connections end within this or the next attempt fails too.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Who speaks to a listener, and so what the end of what they say means.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Peers {
    /// They may close that half and still read the answer (`nc -N`).
    Senders,
    /// They are gone, and nobody goes on reading the log for them.
    Readers,
}

/// Until `stop` says how long requests under way still have.
pub async fn run(
    listener: TcpListener,
    places: usize,
    peers: Peers,
    router: Router,
    mut stop: watch::Receiver<Option<Duration>>,
) {
    let room = Arc::new(Semaphore::new(CONNECTIONS.min(places)));
    let mut connections = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            () = asked(&mut stop) => break,
            accepted = accept(&listener, &room) => accepted,
        };
        while connections.try_join_next().is_some() {}
        let (stream, peer, permit) = accepted;
        let (router, stop) = (router.clone(), stop.clone());
        connections.spawn(async move {
            connection(stream, peer, peers, router, stop).await;
            drop(permit);
        });
    }
    drop(listener);
    let within = stop.borrow().unwrap_or_default();
    let ended = async { while connections.join_next().await.is_some() {} };
    let _ = tokio::time::timeout(within, ended).await;
    // Handlers hold the host: whoever closes the surface may count on them being gone.
    connections.shutdown().await;
}

/// To stop. The borrow that `wait_for` answers with must not live across an await.
async fn asked(stop: &mut watch::Receiver<Option<Duration>>) {
    let _ = stop.wait_for(Option::is_some).await;
}

async fn accept(
    listener: &TcpListener,
    room: &Arc<Semaphore>,
) -> (TcpStream, SocketAddr, Option<tokio::sync::OwnedSemaphorePermit>) {
    // The semaphore is never closed.
    let permit = room.clone().acquire_owned().await.ok();
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => return (stream, peer, permit),
            Err(error) => {
                tracing::warn!(%error, "cannot accept a connection");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

async fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    peers: Peers,
    router: Router,
    mut stop: watch::Receiver<Option<Duration>>,
) {
    // Answers are small and waited for.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |mut request: hyper::Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        router.clone().oneshot(request.map(Body::new))
    });
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_WITHIN)
        .max_buf_size(HEAD_BYTES)
        .half_close(peers == Peers::Senders)
        .serve_connection(TokioIo::new(stream), service);
    tokio::pin!(served);
    let ended = tokio::select! {
        ended = served.as_mut() => ended,
        () = asked(&mut stop) => {
            served.as_mut().graceful_shutdown();
            served.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%peer, %error, "connection ended");
    }
}
