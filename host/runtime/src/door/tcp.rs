//! A TCP server: a stream of bytes cut by the plugin's framer.

use super::framing::{BUFFER, Cut, Framing, Stuck};
use super::{DoorKind, Mouth, OpenError};
use crate::outlet::{Owed, Reply};
use crate::run::Frame;
use bytes::{Bytes, BytesMut};
use socket2::{SockRef, TcpKeepalive};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, Semaphore, mpsc, oneshot};
use tokio::time::Instant;

/// Open connections of one door, where its share of open files is not less: each costs
/// some KiB.
const CONNECTIONS: usize = 8_192;

/// A peer whose power failed says nothing more, and nothing is ever sent to it: asked
/// after a minute, it is given up 30 s later and its place is free again.
const ALIVE: TcpKeepalive = TcpKeepalive::new()
    .with_time(Duration::from_secs(60))
    .with_interval(Duration::from_secs(10))
    .with_retries(3);

/// What a framer leaves for this long loses its first byte (contract, `framer`).
const QUIET: Duration = Duration::from_secs(5);

/// ... and what has been its first byte for this long, while others' bytes came behind
/// it: a frame of 7 KiB at the 9,600 bit/s of the slowest modem is in by then.
const STALLED: Duration = Duration::from_secs(8);

/// Nobody needs longer to take an acknowledgement of 30 bytes.
const WRITE_WITHIN: Duration = Duration::from_secs(5);

/// A peer that has said all is answered for this long: as long as an HTTP sender waits.
const LAST_REPLIES: Duration = Duration::from_secs(5);

/// Replies of one write: acknowledgements of 30 bytes fill about a segment.
const TOGETHER: usize = 64;

pub async fn run(
    mouth: Mouth,
    framing: Framing,
    listening: oneshot::Sender<Result<Option<SocketAddr>, OpenError>>,
) {
    let DoorKind::Tcp { bind, port } = mouth.spec.kind else { return };
    let (listener, address) = match listen(&mouth, bind, port).await {
        Ok(open) => open,
        Err(error) => return drop(listening.send(Err(error))),
    };
    let _ = listening.send(Ok(Some(address)));
    let places = Arc::new(Semaphore::new(CONNECTIONS.min(mouth.places)));
    let mut stop = mouth.stop.clone();
    loop {
        let place = places.clone().acquire_owned().await;
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => return,
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => {
                    let (mouth, framing) = (mouth.clone(), framing.clone());
                    tokio::task::spawn_local(async move {
                        serve(mouth, framing, stream, peer.to_string(), &[], None).await;
                        drop(place);
                    });
                }
                Err(error) => {
                    // Out of descriptors, mostly: wait for one to come back.
                    tracing::warn!(door = mouth.spec.name, %error, "accepting");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            },
        }
    }
}

async fn listen(mouth: &Mouth, bind: IpAddr, port: u16) -> Result<(TcpListener, SocketAddr), OpenError> {
    let failed = |source| OpenError::Listen {
        door: mouth.spec.name.clone(),
        address: format!("{bind}:{port}"),
        source,
    };
    let listener = TcpListener::bind((bind, port)).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    Ok((listener, address))
}

/// One connection until it ends. `devices`: who is known to be at the other end
/// before they have said a word; `connected` hears when there is a way to them.
pub(super) async fn serve(
    mouth: Mouth,
    framing: Framing,
    stream: TcpStream,
    peer: String,
    devices: &[String],
    connected: Option<&Notify>,
) {
    let _ = stream.set_nodelay(true);
    if let Err(error) = SockRef::from(&stream).set_tcp_keepalive(&ALIVE) {
        tracing::debug!(door = mouth.spec.name, %error, "a peer that is gone will not be noticed");
    }
    let (read, write) = stream.into_split();
    let (route, replies, owed) = mouth.outlet.open_owing();
    for device in devices {
        mouth.outlet.heard(&mouth.spec.department, device, route);
    }
    if let Some(connected) = connected {
        connected.notify_one();
    }
    mouth.metrics.connection(&mouth.spec.name, 1);
    let connection = Connection {
        mouth: mouth.clone(),
        framing,
        route,
        origin: peer,
        device: if let [only] = devices { only.clone() } else { String::new() },
        refused: Arc::new(Notify::new()),
        owed: owed.clone(),
    };
    let refused = connection.refused.clone();
    let mut writer = tokio::task::spawn_local(write_replies(write, replies));
    // Who closed half of it (`nc -N`) still reads. A connection of our own is made anew.
    if connection.read(read).await == Ended::Heard && connected.is_none() {
        mouth.outlet.part(route);
        let mut stop = mouth.stop.clone();
        tokio::select! {
            () = owed.none() => {}
            // The peer has closed the other half, too, or does not read.
            _ = &mut writer => {}
            () = refused.notified() => {}
            _ = stop.wait_for(|stop| *stop) => {}
            () = tokio::time::sleep(LAST_REPLIES) => {}
        }
    }
    mouth.outlet.close(route);
    // The channel is closed now: what is queued still goes out.
    if !writer.is_finished() {
        let _ = tokio::time::timeout(WRITE_WITHIN, writer).await;
    }
    mouth.metrics.connection(&mouth.spec.name, -1);
}

async fn write_replies(mut write: OwnedWriteHalf, mut replies: mpsc::Receiver<Reply>) {
    let mut batch = Vec::with_capacity(TOGETHER);
    // What one commit settles goes out in one piece: a system call costs more than a copy.
    while replies.recv_many(&mut batch, TOGETHER).await > 0 {
        let bytes: Vec<u8> = batch.iter().flat_map(|reply| reply.payload.iter().copied()).collect();
        match tokio::time::timeout(WRITE_WITHIN, write.write_all(&bytes)).await {
            Ok(Ok(())) => batch.drain(..).filter_map(|reply| reply.written).for_each(|written| {
                let _ = written.send(());
            }),
            _ => return,
        }
    }
}

/// Why nothing more is read.
#[derive(PartialEq, Eq)]
enum Ended {
    /// The peer has said all it had to say.
    Heard,
    Cut,
}

struct Connection {
    mouth: Mouth,
    framing: Framing,
    route: u64,
    origin: String,
    /// Named by the framer on this connection, for pieces that name none.
    device: String,
    refused: Arc<Notify>,
    owed: Arc<Owed>,
}

impl Connection {
    async fn read(mut self, mut read: OwnedReadHalf) -> Ended {
        let mut buffer = BytesMut::with_capacity(8 << 10);
        let mut stop = self.mouth.stop.clone();
        let refused = self.refused.clone();
        // Since when the first byte has been the first, and when the last one came.
        let (mut front, mut heard) = (Instant::now(), Instant::now());
        let mut rests_until: Option<Instant> = None;
        let ended = loop {
            buffer.reserve(4 << 10);
            let was_empty = buffer.is_empty();
            let rests = rests_until.is_some();
            let (cuts, stuck) = tokio::select! {
                // What follows a refused frame is not read: its sender says it again.
                biased;
                _ = stop.wait_for(|stop| *stop) => break Ended::Cut,
                () = refused.notified() => break Ended::Cut,
                () = tokio::time::sleep_until(rests_until.unwrap_or(heard)), if rests => {
                    (front, heard) = (Instant::now(), Instant::now());
                    self.framing.cut(&mut buffer)
                }
                () = tokio::time::sleep_until((heard + QUIET).min(front + STALLED)), if !was_empty && !rests => {
                    heard = Instant::now();
                    self.framing.give_up_first(&mut buffer)
                }
                got = read.read_buf(&mut buffer), if !rests => match got {
                    Ok(0) => break Ended::Heard,
                    Err(_) => break Ended::Cut,
                    Ok(_) => {
                        heard = Instant::now();
                        self.framing.cut(&mut buffer)
                    }
                },
            };
            if was_empty || !cuts.is_empty() {
                front = Instant::now();
            }
            for cut in cuts {
                self.offer(cut).await;
            }
            rests_until = None;
            match stuck {
                Ok(()) => {}
                // Nothing more is read, so the peer waits as well.
                Err(Stuck::Resting(wait)) => rests_until = Some(Instant::now() + wait),
                Err(Stuck::Failed) => {
                    tracing::warn!(
                        door = self.mouth.spec.name,
                        origin = self.origin,
                        "framer failed; closing the connection"
                    );
                    break Ended::Cut;
                }
            }
        };
        debug_assert!(buffer.len() <= 2 * BUFFER);
        let rest = self.framing.finish(&mut buffer);
        // What never became a frame is kept and counted all the same.
        let is_none = rest.len() == 1;
        for cut in rest {
            self.offer(Cut { noise: cut.noise || is_none, ..cut }).await;
        }
        ended
    }

    async fn offer(&mut self, cut: Cut) {
        if !cut.device.is_empty() && cut.device != self.device {
            self.mouth.outlet.heard(&self.mouth.spec.department, &cut.device, self.route);
            self.device = cut.device;
        }
        self.put(cut.payload, cut.noise, cut.lane).await;
    }

    async fn put(&mut self, payload: Bytes, noise: bool, lane: super::Lane) {
        let frame = Frame {
            noise,
            received: crate::clock::now(),
            route: self.route,
            device: self.device.clone(),
            origin: self.origin.clone(),
            first: None,
            payload,
        };
        if !noise {
            // Ordering: counted before it is in the log, or a fast feed would settle it first.
            self.owed.add();
        }
        self.mouth.lane(lane).stream(frame, &self.refused).await;
    }
}
