//! The way out: from a committed outcome back to the connection, request or
//! device it concerns. Nothing here is durable: a reply goes out only while its
//! connection is open, and a send is repeated by who asked for it.

use bytes::Bytes;
use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use tocsin_core::frame::FrameId;
use tocsin_core::outcome::{Rejection, Send};
use tokio::sync::{Notify, mpsc, oneshot};

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
        /// What it speaks of, where it only says how far that has come.
        about: Vec<String>,
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

/// Frames of one way whose end is not known yet.
#[derive(Default)]
pub struct Owed {
    frames: AtomicU64,
    none: Notify,
}

impl Owed {
    pub fn add(&self) {
        self.frames.fetch_add(1, Ordering::AcqRel);
    }

    fn settle(&self) {
        // Ways that nobody waits for are not counted up.
        let less = |frames: u64| frames.checked_sub(1);
        if self.frames.fetch_update(Ordering::AcqRel, Ordering::Acquire, less) == Ok(1) {
            self.none.notify_one();
        }
    }

    /// Answers when the end of each is known, and its replies wait for the writer.
    pub async fn none(&self) {
        while self.frames.load(Ordering::Acquire) > 0 {
            self.none.notified().await;
        }
    }
}

enum Way {
    Many(mpsc::Sender<Reply>, Arc<Owed>),
    Once(oneshot::Sender<Settled>),
}

/// Replies waiting for one connection's writer: all that one message of SIGNALS
/// can hold for it (128 KiB, at least 140 bytes a frame), so that a device with
/// many frames under way gets every acknowledgement. One that does not read
/// them loses them, never the host's memory.
pub const REPLIES: usize = 1_024;

/// Devices that one connection can speak for, as a gateway does; who names more loses
/// the way to the first of them, never the host's memory.
const NAMES: usize = 4_096;

pub struct Outlet {
    next: AtomicU64,
    ways: Mutex<HashMap<u64, Open>>,
    /// Department and device → the way that last heard it.
    heard: Mutex<HashMap<Name, u64>>,
}

type Name = (String, String);

struct Open {
    way: Way,
    /// Whom it heard first, the oldest first.
    names: VecDeque<Name>,
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
        let (route, replies, _) = self.open_owing();
        (route, replies)
    }

    /// The same, for who waits for the last reply.
    pub fn open_owing(&self) -> (u64, mpsc::Receiver<Reply>, Arc<Owed>) {
        let (sender, replies) = mpsc::channel(REPLIES);
        let owed = Arc::new(Owed::default());
        (self.insert(Way::Many(sender, owed.clone())), replies, owed)
    }

    pub fn once(&self) -> (u64, oneshot::Receiver<Settled>) {
        let (sender, settled) = oneshot::channel();
        (self.insert(Way::Once(sender)), settled)
    }

    fn insert(&self, way: Way) -> u64 {
        let route = self.next.fetch_add(1, Ordering::Relaxed);
        self.lock(&self.ways).insert(route, Open { way, names: VecDeque::new() });
        route
    }

    pub fn close(&self, route: u64) {
        let Some(open) = self.lock(&self.ways).remove(&route) else { return };
        let mut heard = self.lock(&self.heard);
        open.names.iter().for_each(|name| forget(&mut heard, name, route));
    }

    /// Nobody is sent to on it any more; replies to what was said still go out.
    pub fn part(&self, route: u64) {
        // Ordering: ways before heard, as in `heard`.
        let mut ways = self.lock(&self.ways);
        let Some(open) = ways.get_mut(&route) else { return };
        let mut heard = self.lock(&self.heard);
        open.names.drain(..).for_each(|name| forget(&mut heard, &name, route));
    }

    /// The door that last heard a device is the way to it.
    pub fn heard(&self, department: &str, device: &str, route: u64) {
        if device.is_empty() {
            return;
        }
        let name = (department.to_owned(), device.to_owned());
        // Ordering: ways before heard, here and in `close`.
        let mut ways = self.lock(&self.ways);
        let Some(open) = ways.get_mut(&route) else { return };
        let mut heard = self.lock(&self.heard);
        if heard.insert(name.clone(), route) != Some(route) {
            // It may have been its before another way took it over.
            open.names.retain(|own| *own != name);
            open.names.push_back(name);
            if open.names.len() > NAMES
                && let Some(oldest) = open.names.pop_front()
            {
                forget(&mut heard, &oldest, route);
            }
        }
    }

    /// Hands a frame's end to whoever waits for it.
    pub fn settle(&self, route: u64, frame: &FrameId, end: impl FnOnce() -> End) {
        if route == 0 {
            return;
        }
        let mut ways = self.lock(&self.ways);
        match ways.get(&route).map(|open| &open.way) {
            None => {}
            Some(Way::Once(_)) => {
                if let Some(Open { way: Way::Once(waiting), .. }) = ways.remove(&route) {
                    let _ = waiting.send(Settled { frame: frame.clone(), end: end() });
                }
            }
            Some(Way::Many(replies, owed)) => {
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
                // Ordering: its replies wait for the writer before who waits for them goes on.
                owed.settle();
            }
        }
    }

    /// Sends to a device by name. `None`: there is no way to it now; else it
    /// answers when the door has written it, or is dropped.
    pub fn send(&self, department: &str, send: &Send) -> Option<oneshot::Receiver<()>> {
        let key = (department.to_owned(), send.device.clone());
        let route = self.lock(&self.heard).get(&key).copied()?;
        match self.lock(&self.ways).get(&route).map(|open| &open.way) {
            Some(Way::Many(replies, _)) => {
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

/// A device that another way has heard since is that one's.
fn forget(heard: &mut HashMap<Name, u64>, name: &Name, route: u64) {
    if heard.get(name) == Some(&route) {
        heard.remove(name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt;

    fn sent(outlet: &Outlet, device: &str) -> bool {
        let send = Send { device: device.to_owned(), ..Send::default() };
        outlet.send("fire", &send).is_some()
    }

    #[test]
    fn the_last_way_that_heard_a_device_is_the_way_to_it() {
        let outlet = Outlet::default();
        let (first, _first) = outlet.open();
        let (second, _second) = outlet.open();
        outlet.heard("fire", "a", first);
        outlet.heard("fire", "b", first);
        outlet.heard("fire", "a", second);
        outlet.close(first);
        assert_eq!((sent(&outlet, "a"), sent(&outlet, "b")), (true, false));
        outlet.close(second);
        assert!(!sent(&outlet, "a"));
        // Two that take it from each other, as redundant gateways do.
        let ways = [outlet.open(), outlet.open()];
        for turn in 0..2 * NAMES + 3 {
            outlet.heard("fire", "c", ways[turn % 2].0);
        }
        assert!(sent(&outlet, "c"));
        ways.iter().for_each(|(route, _)| outlet.close(*route));
        // Closed: it hears nobody any more.
        outlet.heard("fire", "a", first);
        assert!(!sent(&outlet, "a") && outlet.lock(&outlet.heard).is_empty());
    }

    #[test]
    fn who_has_said_all_is_answered_and_sent_nothing() {
        let outlet = Outlet::default();
        let (route, mut replies, owed) = outlet.open_owing();
        outlet.heard("fire", "a", route);
        owed.add();
        owed.add();
        outlet.part(route);
        assert!(!sent(&outlet, "a"));
        let frame: FrameId = "fire/1/0".parse().expect("a frame's id");
        let decoded =
            || End::Decoded { replies: vec![Bytes::from_static(b"ack")], defects: vec![], about: vec![] };
        outlet.settle(route, &frame, decoded);
        assert!(owed.none().now_or_never().is_none());
        outlet.settle(route, &frame, decoded);
        assert!(owed.none().now_or_never().is_some());
        assert!(replies.try_recv().is_ok() && replies.try_recv().is_ok());
        // An end more than was counted, as on ways that nobody waits for.
        outlet.settle(route, &frame, decoded);
        assert!(owed.none().now_or_never().is_some());
    }

    #[test]
    fn one_connection_cannot_fill_the_memory_with_names() {
        let outlet = Outlet::default();
        let (route, _replies) = outlet.open();
        for number in 0..2 * NAMES {
            outlet.heard("fire", &format!("d{number}"), route);
        }
        assert_eq!(outlet.lock(&outlet.heard).len(), NAMES);
        assert!(sent(&outlet, &format!("d{}", 2 * NAMES - 1)) && !sent(&outlet, "d0"));
        outlet.close(route);
        assert!(outlet.lock(&outlet.heard).is_empty());
    }
}
