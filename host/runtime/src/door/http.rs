//! The way in for the HTTP front (which knows routes and status codes; this
//! knows the log): a body is a frame, and its end can be waited for.

use super::Mouth;
use crate::intake::RefuseReason;
use crate::outlet::Settled;
use crate::run::Frame;
use bytes::Bytes;
use std::time::Duration;
use tocsin_core::frame::FrameId;

/// A reply that is not there after this is not waited for.
pub const REPLY_WITHIN: Duration = Duration::from_secs(5);

pub enum Posted {
    Settled(Box<Settled>),
    /// Durable, not decided yet.
    Taken(FrameId),
}

impl Mouth {
    /// Ordering: the way back is open before the frame is in the log, or a fast
    /// feed would answer nobody.
    pub async fn post(&self, device: String, origin: String, payload: Bytes) -> Result<Posted, RefuseReason> {
        let (route, settled) = self.outlet.once();
        let frame =
            Frame { received: crate::clock::now(), route, device, origin, payload, ..Frame::default() };
        let taken = self.default_lane().put(frame).await;
        let posted = match taken {
            Err(reason) => Err(reason),
            Ok(id) => match tokio::time::timeout(REPLY_WITHIN, settled).await {
                Ok(Ok(settled)) => Ok(Posted::Settled(Box::new(settled))),
                _ => Ok(Posted::Taken(id)),
            },
        };
        self.outlet.close(route);
        posted
    }
}
