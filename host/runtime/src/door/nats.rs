//! NATS subjects `tocsin.in.<department>.<source>[.<device>]`. A request is
//! answered with the frame's id once the bytes are durable.
//!
//! A subscription does not wait for its reader: what is not fetched piles up in the
//! client, 65,536 messages of up to 8 MiB, and is then dropped without a word. So it is
//! fetched as it comes, and what waits for the log waits here, with a bound that is
//! counted in bytes; what goes beyond is refused and counted.

use super::{DoorKind, Mouth, OpenError};
use crate::bus::Bus;
use crate::intake::RefuseReason;
use crate::run::{FRAME_BYTES, Frame};
use async_nats::{Message, Subject};
use bytes::Bytes;
use futures_util::{FutureExt, StreamExt};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tocsin_core::frame::FrameId;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};
use tokio::time::Instant;

/// Bytes that wait for the log, what they take around them included: at the 10 MiB a
/// second of a slow disk, three seconds' worth.
const WAITING_BYTES: usize = 32 << 20;

/// What a message takes here beside its payload.
const AROUND: usize = 512;

/// Of what is refused in a storm one line says enough.
const TELL_EVERY: Duration = Duration::from_secs(1);

struct Waiting {
    frame: Frame,
    reply: Option<Subject>,
    /// Given back when the frame is handed to its lane, which has bounds of its own.
    _room: OwnedSemaphorePermit,
}

pub async fn run(bus: Bus, mouth: Mouth, listening: oneshot::Sender<Result<Option<SocketAddr>, OpenError>>) {
    let DoorKind::Nats { source } = &mouth.spec.kind else { return };
    let base = format!("tocsin.in.{}.{source}", mouth.spec.department);
    let subscribe = async {
        let bare = bus.client().subscribe(base.clone()).await?;
        let device = bus.client().subscribe(format!("{base}.*")).await?;
        Ok::<_, async_nats::SubscribeError>(futures_util::stream::select(bare, device))
    };
    let mut messages = match subscribe.await {
        Ok(messages) => messages,
        Err(error) => {
            let error = OpenError::Broker { door: mouth.spec.name.clone(), reason: error.to_string() };
            return drop(listening.send(Err(error)));
        }
    };
    let _ = listening.send(Ok(None));
    let (taken, waiting) = mpsc::channel(WAITING_BYTES / AROUND);
    let mut gate = Gate {
        base,
        bus: bus.clone(),
        mouth: mouth.clone(),
        room: Arc::new(Semaphore::new(WAITING_BYTES)),
        refused: 0,
        told: None,
    };
    tokio::task::spawn_local(hand_over(bus, mouth.clone(), waiting));
    let mut stop = mouth.stop.clone();
    loop {
        let message = tokio::select! {
            _ = stop.wait_for(|stop| *stop) => return,
            message = messages.next() => match message { Some(message) => message, None => return },
        };
        // It cannot be full: each that waits holds its room.
        if let Some(waiting) = gate.admit(message)
            && taken.try_send(waiting).is_err()
        {
            return;
        }
    }
}

/// Whom the door lets in; it never waits.
struct Gate {
    base: String,
    bus: Bus,
    mouth: Mouth,
    room: Arc<Semaphore>,
    /// Since the last line about it.
    refused: u64,
    told: Option<Instant>,
}

impl Gate {
    fn admit(&mut self, message: Message) -> Option<Waiting> {
        let Message { subject, reply, payload, .. } = message;
        let reply = reply.filter(|reply| Bus::may_answer(reply));
        if payload.len() > FRAME_BYTES {
            self.refuse(RefuseReason::TooLarge(payload.len()), reply);
            return None;
        }
        let size = AROUND + subject.len() + payload.len();
        let Ok(room) = self.room.clone().try_acquire_many_owned(size as u32) else {
            self.refuse(RefuseReason::Behind, reply);
            return None;
        };
        let device = subject.strip_prefix(&self.base).and_then(|rest| rest.strip_prefix('.')).unwrap_or("");
        let frame = Frame {
            received: crate::clock::now(),
            device: device.to_owned(),
            origin: subject.to_string(),
            // A slice would keep all that the client read with it.
            payload: Bytes::copy_from_slice(&payload),
            ..Frame::default()
        };
        Some(Waiting { frame, reply, _room: room })
    }

    fn refuse(&mut self, reason: RefuseReason, reply: Option<Subject>) {
        self.mouth.metrics.refused(&self.mouth.spec.department);
        self.refused += 1;
        if self.told.is_none_or(|told| told.elapsed() >= TELL_EVERY) {
            let (door, refused) = (&self.mouth.spec.name, std::mem::take(&mut self.refused));
            tracing::error!(door, %reason, refused, "messages refused");
            self.told = Some(Instant::now());
        }
        if let Some(reply) = reply {
            // Not waited for: who floods the door must not hold it. Nor is it put off
            // because this task has done much: what is not said now is never said.
            let _ = tokio::task::unconstrained(answer(&self.bus, reply, &Err(reason))).now_or_never();
        }
    }
}

async fn hand_over(bus: Bus, mouth: Mouth, mut waiting: mpsc::Receiver<Waiting>) {
    while let Some(Waiting { frame, reply, _room }) = waiting.recv().await {
        let receipt = mouth.default_lane().offer(frame).await;
        let Some(reply) = reply else { continue };
        let bus = bus.clone();
        tokio::task::spawn_local(async move {
            if let Ok(taken) = receipt.await {
                answer(&bus, reply, &taken).await;
            }
        });
    }
}

async fn answer(bus: &Bus, reply: Subject, taken: &Result<FrameId, RefuseReason>) {
    let answer = match taken {
        Ok(frame) => serde_json::json!({ "frame": frame }),
        Err(reason) => serde_json::json!({ "error": reason.to_string() }),
    };
    let _ = bus.client().publish(reply, answer.to_string().into()).await;
}
