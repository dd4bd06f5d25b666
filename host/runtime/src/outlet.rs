//! The way out: from a committed outcome back to the connection, request or
//! device it concerns. Nothing here is durable: a reply goes out only while its
//! connection is open, and a send is repeated by who asked for it.

use bytes::Bytes;
use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use tocsin_core::frame::FrameId;
use tocsin_core::outcome::{Rejection, Send};
use tokio::sync::{mpsc, oneshot};

/// What became of a frame, as an HTTP door answers it.
#[derive(Clone, Debug)]
pub struct Settled {
    pub frame: FrameId,
    pub end: End,
}

#[derive(Clone, Debug)]
pub enum End {
    /// Decoded; the replies that go back the way it came.
    Decoded {
        replies: Vec<Bytes>,
        defects: Vec<String>,
    },
    Rejected(Rejection),
    /// The plugin failed on it twice.
    Failed {
        reason: String,
    },
}

pub struct Reply {
    pub channel: String,
    pub payload: Bytes,
    /// Told when the door has written it; a protocol's own reply asks nothing.
    pub written: Option<oneshot::Sender<()>>,
}

enum Way {
    Many(mpsc::Sender<Reply>),
    Once(oneshot::Sender<Settled>),
}

/// Replies waiting for one connection's writer: all that one message of SIGNALS
/// can hold for it (128 KiB, at least 140 bytes a frame), so that a device with
/// many frames under way gets every acknowledgement. One that does not read
/// them loses them, never the host's memory.
pub const REPLIES: usize = 1_024;

pub struct Outlet {
    next: AtomicU64,
    ways: Mutex<HashMap<u64, Way>>,
    heard: Mutex<HashMap<(String, String), u64>>,
}

impl Default for Outlet {
    fn default() -> Outlet {
        // Numbers of an earlier life of the host must not meet ways of this one.
        let start = u64::from_le_bytes(crate::trace::random()) >> 1;
        Outlet { next: AtomicU64::new(start.max(1)), ways: Mutex::default(), heard: Mutex::default() }
    }
}

impl Outlet {
    pub fn open(&self) -> (u64, mpsc::Receiver<Reply>) {
        let (sender, replies) = mpsc::channel(REPLIES);
        (self.insert(Way::Many(sender)), replies)
    }

    pub fn once(&self) -> (u64, oneshot::Receiver<Settled>) {
        let (sender, settled) = oneshot::channel();
        (self.insert(Way::Once(sender)), settled)
    }

    fn insert(&self, way: Way) -> u64 {
        let route = self.next.fetch_add(1, Ordering::Relaxed);
        self.lock(&self.ways).insert(route, way);
        route
    }

    pub fn close(&self, route: u64) {
        self.lock(&self.ways).remove(&route);
        self.lock(&self.heard).retain(|_, way| *way != route);
    }

    /// The door that last heard a device is the way to it.
    pub fn heard(&self, department: &str, device: &str, route: u64) {
        if !device.is_empty() {
            self.lock(&self.heard).insert((department.to_owned(), device.to_owned()), route);
        }
    }

    /// Hands a frame's end to whoever waits for it.
    pub fn settle(&self, route: u64, frame: &FrameId, end: impl FnOnce() -> End) {
        if route == 0 {
            return;
        }
        let mut ways = self.lock(&self.ways);
        match ways.get(&route) {
            None => {}
            Some(Way::Once(_)) => {
                if let Some(Way::Once(waiting)) = ways.remove(&route) {
                    let _ = waiting.send(Settled { frame: frame.clone(), end: end() });
                }
            }
            Some(Way::Many(replies)) => {
                let payloads = match end() {
                    End::Decoded { replies, .. } => replies,
                    End::Rejected(rejection) => vec![rejection.reply.into()],
                    End::Failed { .. } => vec![],
                };
                for payload in payloads.into_iter().filter(|payload| !payload.is_empty()) {
                    if replies.try_send(Reply { channel: String::new(), payload, written: None }).is_err() {
                        tracing::debug!(route, "reply dropped: the peer does not read");
                    }
                }
            }
        }
    }

    /// Sends to a device by name. `None`: there is no way to it now; else it
    /// answers when the door has written it, or is dropped.
    pub fn send(&self, department: &str, send: &Send) -> Option<oneshot::Receiver<()>> {
        let key = (department.to_owned(), send.device.clone());
        let route = self.lock(&self.heard).get(&key).copied()?;
        match self.lock(&self.ways).get(&route) {
            Some(Way::Many(replies)) => {
                let (written, answer) = oneshot::channel();
                let payload = Bytes::from(send.payload.clone());
                let reply = Reply { channel: send.channel.clone(), payload, written: Some(written) };
                replies.try_send(reply).ok().map(|()| answer)
            }
            _ => None,
        }
    }

    /// Nothing that holds these locks can panic half-way through a change.
    fn lock<'a, T>(&self, mutex: &'a Mutex<T>) -> std::sync::MutexGuard<'a, T> {
        mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}
