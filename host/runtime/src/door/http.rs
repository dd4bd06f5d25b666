//! The way in for the HTTP front (which knows routes and status codes; this
//! knows the log): a body is a frame, or what the framer cuts it into where the
//! city file says `lane = "framer"`, and the end of each can be waited for.

use super::framing::{Cut, Framing};
use super::{DoorSpec, LaneRule, Mouth};
use crate::intake::RefuseReason;
use crate::metrics::Metrics;
use crate::outlet::{Outlet, Settled};
use crate::plugin::Shelf;
use crate::run::{FRAME_BYTES, Frame};
use bytes::Bytes;
use std::sync::Arc;
use std::time::Duration;
use tocsin_core::frame::FrameId;
use tocsin_core::time::Timestamp;
use tokio::sync::oneshot;
use tokio::time::{Instant, timeout_at};

/// A reply that is not there after this is not waited for.
pub const REPLY_WITHIN: Duration = Duration::from_secs(5);

/// A body that is cut into records: an import of some ten thousand of them.
pub const BULK_BYTES: usize = 8 << 20;

pub enum Posted {
    Settled(Box<Settled>),
    /// Durable, not decided yet.
    Taken(FrameId),
}

/// A body's records, each on its own.
pub struct Records {
    pub posted: Vec<Result<Posted, RefuseReason>>,
    /// Bytes between them: kept and counted, never decoded.
    pub noise: usize,
}

/// One `POST` address.
pub struct Source {
    pub mouth: Mouth,
    framing: Option<Framing>,
}

struct Waiting {
    way: Way,
    durable: oneshot::Receiver<Result<FrameId, RefuseReason>>,
    settled: oneshot::Receiver<Settled>,
}

/// The way back of one frame; given back also where nobody waits any more.
struct Way {
    outlet: Arc<Outlet>,
    /// 0: settled, so given back already.
    route: u64,
}

impl Drop for Way {
    fn drop(&mut self) {
        if self.route != 0 {
            self.outlet.close(self.route);
        }
    }
}

impl Source {
    pub fn open(spec: &Arc<DoorSpec>, mouth: Mouth, shelf: &Shelf, metrics: &Arc<Metrics>) -> Source {
        let framing = (spec.lane == Some(LaneRule::Framer)).then(|| Framing::of(spec, shelf, metrics));
        Source { mouth, framing: framing.filter(|framing| !framing.is_none()) }
    }

    /// Whether a body is cut into records.
    pub fn is_bulk(&self) -> bool {
        self.framing.is_some()
    }

    /// The largest body that is taken.
    pub fn limit(&self) -> usize {
        if self.is_bulk() { BULK_BYTES } else { FRAME_BYTES }
    }

    pub async fn post(&self, device: String, origin: String, payload: Bytes) -> Result<Posted, RefuseReason> {
        let cut = Cut { lane: self.mouth.default_name(), noise: false, device, payload };
        let waiting = self.offer(crate::clock::now(), cut, &origin).await;
        self.end(waiting, None).await
    }

    /// Cuts the body and puts in every piece. Records go in and are decided
    /// together; their answers come in the body's order.
    pub async fn post_all(
        &self,
        device: &str,
        origin: &str,
        payload: Bytes,
    ) -> Result<Records, RefuseReason> {
        let (now, mut noise, mut waiting) = (crate::clock::now(), 0, Vec::new());
        for mut cut in self.cut(payload).await? {
            if cut.device.is_empty() {
                device.clone_into(&mut cut.device);
            }
            if cut.noise {
                noise += cut.payload.len();
                drop(self.mouth.lane(cut.lane).offer(frame(now, 0, cut, origin)).await);
            } else {
                waiting.push(self.offer(now, cut, origin).await);
            }
        }
        let mut posted = Vec::with_capacity(waiting.len());
        let mut until = None;
        for waiting in waiting {
            posted.push(self.end(waiting, Some(&mut until)).await);
        }
        Ok(Records { posted, noise })
    }

    /// A guest at work holds its thread, so it is one that may be held.
    async fn cut(&self, payload: Bytes) -> Result<Vec<Cut>, RefuseReason> {
        let Some(framing) = self.framing.clone() else { return Ok(Vec::new()) };
        let cut = tokio::task::spawn_blocking(move || framing.whole(payload)).await;
        cut.unwrap_or_else(|_| Ok(Vec::new())).map_err(|_| RefuseReason::Resting)
    }

    /// Ordering: the way back is open before the frame is in the log, or a fast
    /// feed would answer nobody.
    async fn offer(&self, now: Timestamp, cut: Cut, origin: &str) -> Waiting {
        let (route, settled) = self.mouth.outlet.once();
        let way = Way { outlet: self.mouth.outlet.clone(), route };
        let durable = self.mouth.lane(cut.lane).offer(frame(now, route, cut, origin)).await;
        Waiting { way, durable, settled }
    }

    /// `until`: when the last of several is no longer waited for, counted from the
    /// first that is durable.
    async fn end(
        &self,
        waiting: Waiting,
        until: Option<&mut Option<Instant>>,
    ) -> Result<Posted, RefuseReason> {
        let Waiting { mut way, durable, settled } = waiting;
        let id = durable.await.unwrap_or(Err(RefuseReason::Closing))?;
        let own = Instant::now() + REPLY_WITHIN;
        let until = until.map_or(own, |until| *until.get_or_insert(own));
        match timeout_at(until, settled).await {
            Ok(Ok(settled)) => {
                way.route = 0;
                Ok(Posted::Settled(Box::new(settled)))
            }
            _ => Ok(Posted::Taken(id)),
        }
    }
}

fn frame(received: Timestamp, route: u64, cut: Cut, origin: &str) -> Frame {
    let Cut { noise, device, payload, .. } = cut;
    Frame { noise, received, route, device, origin: origin.to_owned(), payload, ..Frame::default() }
}
