//! The way into RAW: one writer for each door and lane, group commit by
//! gathering what arrives while the last write is under way.

use crate::bus::stream::DUPLICATE_WINDOW;
use crate::bus::{Ack, Bus, Fence, WriteError};
use crate::metrics::Metrics;
use crate::run::{self, Frame, RUN_BYTES};
use crate::subject::{self, FeedName, Lane};
use async_nats::HeaderMap;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tocsin_core::frame::{FRAMES_PER_RUN, FrameId};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, mpsc, oneshot};

/// Frames waiting for a writer. Full: the door does not accept (it stops
/// reading, refuses, or does not acknowledge). Two runs of small frames.
const WAITING: usize = 2_048;

/// ... and their bytes, those of the run that is being written included: 32 runs.
/// Frames of the largest size would take 256 MiB a lane.
const WAITING_BYTES: usize = 32 * RUN_BYTES;

/// A routine lane may wait this long for company; red never does.
const ROUTINE_PATIENCE: Duration = Duration::from_millis(5);

/// A routine run that has this much is written at once.
const COMPANY: usize = 32;

/// A log that has just filled is waited for: retention looks every five seconds
/// and makes room. One that was full at the last run, too, refuses at once.
const ROOM_WITHIN: Duration = Duration::from_secs(12);

/// A device's name, as a plugin may say one. It stands in every signal and fact about
/// the device, so one without a bound would make messages that the bus never takes.
const DEVICE_BYTES: usize = 256;

/// Where a frame came from, for people: an address, a topic, a file.
const ORIGIN_BYTES: usize = 1_024;

/// Attempts stay well inside the window in which the bus knows the run's id;
/// then the door gives up, unacknowledged.
const GIVE_UP: Duration = Duration::from_secs(DUPLICATE_WINDOW.as_secs() / 2);

#[derive(Clone, Debug, thiserror::Error)]
pub enum RefuseReason {
    #[error("the department's log is full")]
    Full,
    #[error(
        "the device's name has {0} bytes or a control character; {limit} bytes are allowed",
        limit = DEVICE_BYTES
    )]
    Name(usize),
    #[error("the bus does not answer")]
    Away,
    #[error("the log does not keep up with what comes in")]
    Behind,
    #[error("the plugin that cuts these bytes rests after failures")]
    Resting,
    #[error("the frame has {0} bytes; {limit} is the limit", limit = run::FRAME_BYTES)]
    TooLarge(usize),
    #[error("the host is shutting down")]
    Closing,
}

/// Who hears whether a frame is durable.
enum Receipt {
    Each(oneshot::Sender<Result<FrameId, RefuseReason>>),
    /// A socket has many frames under way and one answer to a refusal: it closes.
    Refusal(Arc<Notify>),
}

impl Receipt {
    fn give(self, answer: Result<FrameId, RefuseReason>) {
        match self {
            Receipt::Each(sender) => drop(sender.send(answer)),
            Receipt::Refusal(refused) if answer.is_err() => refused.notify_one(),
            Receipt::Refusal(_) => {}
        }
    }
}

struct Offer {
    frame: Frame,
    receipt: Receipt,
    room: OwnedSemaphorePermit,
}

/// Cloneable handle on the writer of one door and lane.
#[derive(Clone)]
pub struct Intake {
    offers: mpsc::Sender<Offer>,
    room: Arc<Semaphore>,
}

impl Intake {
    pub fn open(bus: &Bus, name: &FeedName, lane: Lane, door: &str, metrics: &Arc<Metrics>) -> Intake {
        let (offers, waiting) = mpsc::channel(WAITING);
        let writer = Writer {
            bus: bus.clone(),
            name: name.clone(),
            stream: subject::raw_stream(&name.department),
            subject: subject::raw(name, lane, door),
            patience: (lane == Lane::Routine).then_some(ROUTINE_PATIENCE),
            metrics: metrics.clone(),
            was_full: false,
        };
        tokio::spawn(writer.work(waiting));
        Intake { offers, room: Arc::new(Semaphore::new(WAITING_BYTES)) }
    }

    /// Hands a frame over; waits while the writer has too much. The receipt
    /// answers when the frame is durable.
    pub async fn offer(&self, frame: Frame) -> oneshot::Receiver<Result<FrameId, RefuseReason>> {
        let (receipt, answer) = oneshot::channel();
        self.hand_over(frame, Receipt::Each(receipt)).await;
        answer
    }

    /// For sockets: nothing is heard unless the frame is refused.
    pub async fn stream(&self, frame: Frame, refused: &Arc<Notify>) {
        self.hand_over(frame, Receipt::Refusal(refused.clone())).await;
    }

    async fn hand_over(&self, mut frame: Frame, receipt: Receipt) {
        if frame.origin.len() > ORIGIN_BYTES {
            let end = (0..=ORIGIN_BYTES).rev().find(|end| frame.origin.is_char_boundary(*end));
            frame.origin.truncate(end.unwrap_or_default());
        }
        if frame.payload.len() > run::FRAME_BYTES {
            return receipt.give(Err(RefuseReason::TooLarge(frame.payload.len())));
        }
        if frame.device.len() > DEVICE_BYTES || frame.device.contains(char::is_control) {
            return receipt.give(Err(RefuseReason::Name(frame.device.len())));
        }
        // A frame is far below the bound, and the semaphore is never closed.
        let room = self.room.clone().acquire_many_owned(frame.size() as u32).await;
        let Ok(room) = room else { return receipt.give(Err(RefuseReason::Closing)) };
        let offer = Offer { frame, receipt, room };
        if let Err(mpsc::error::SendError(offer)) = self.offers.send(offer).await {
            offer.receipt.give(Err(RefuseReason::Closing));
        }
    }

    pub async fn put(&self, frame: Frame) -> Result<FrameId, RefuseReason> {
        self.offer(frame).await.await.unwrap_or(Err(RefuseReason::Closing))
    }
}

/// The frames of one run.
struct Gathered {
    frames: Vec<Frame>,
    receipts: Vec<Receipt>,
    room: OwnedSemaphorePermit,
    /// Begins the next run.
    next: Option<Offer>,
}

/// Under an id of its own.
fn named() -> HeaderMap {
    let trace = crate::trace::mint();
    let mut headers = HeaderMap::new();
    headers.insert("Nats-Msg-Id", trace.id());
    headers.insert("traceparent", trace.parent());
    headers
}

struct Writer {
    bus: Bus,
    name: FeedName,
    stream: String,
    subject: String,
    patience: Option<Duration>,
    metrics: Arc<Metrics>,
    /// The last run found no room.
    was_full: bool,
}

impl Writer {
    async fn work(mut self, mut waiting: mpsc::Receiver<Offer>) {
        let mut carried = None;
        while let Some(first) = match carried.take() {
            Some(offer) => Some(offer),
            None => waiting.recv().await,
        } {
            let Gathered { frames, receipts, room, next } = self.gather(first, &mut waiting).await;
            carried = next;
            let outcome = self.write(&frames).await;
            self.was_full = matches!(outcome, Err(RefuseReason::Full));
            if let Err(reason) = &outcome {
                tracing::error!(subject = self.subject, frames = frames.len(), %reason, "run refused");
            }
            drop((frames, room));
            for (index, receipt) in receipts.into_iter().enumerate() {
                receipt.give(outcome.clone().map(|at| run::frame_id(&self.name, at, index as u32)));
            }
        }
    }

    async fn gather(&self, first: Offer, waiting: &mut mpsc::Receiver<Offer>) -> Gathered {
        let mut size = first.frame.size();
        let mut frames = vec![first.frame];
        let mut receipts = vec![first.receipt];
        let mut room = first.room;
        let until = self.patience.map(|patience| tokio::time::Instant::now() + patience);
        loop {
            let next = match until {
                Some(until) if frames.len() < COMPANY => {
                    tokio::time::timeout_at(until, waiting.recv()).await.ok().flatten()
                }
                _ => waiting.try_recv().ok(),
            };
            let Some(offer) = next else { return Gathered { frames, receipts, room, next: None } };
            size += offer.frame.size();
            if size > RUN_BYTES || frames.len() as u64 + 1 >= FRAMES_PER_RUN {
                return Gathered { frames, receipts, room, next: Some(offer) };
            }
            frames.push(offer.frame);
            receipts.push(offer.receipt);
            room.merge(offer.room);
        }
    }

    async fn again(&self, sequence: u64) {
        tracing::error!(
            stream = self.stream,
            sequence,
            "the server gave a number out again; the run is written once more"
        );
        self.bus.doubt_numbers(&self.stream);
        self.bus.settle_numbers(&self.stream).await;
    }

    /// Verbatim under one id until it stands: RAW has many writers, so the
    /// bus's duplicate window is the fence here.
    async fn write(&self, frames: &[Frame]) -> Result<u64, RefuseReason> {
        let payload = run::encode(frames);
        let mut headers = named();
        let mut mark = self.bus.mark(&self.stream);
        let started = Instant::now();
        loop {
            match self.bus.write(&self.subject, headers.clone(), Fence::None, payload.clone()).await {
                // The server fell back while it was under way, and gave it a number that was
                // another's. The feed has been there already: once more, behind what was known.
                Ok(Ack { sequence, duplicate: true })
                    if !self.bus.is_behind(&self.stream, mark, sequence) =>
                {
                    self.again(sequence).await;
                    (headers, mark) = (named(), self.bus.mark(&self.stream));
                }
                Err(WriteError::Reused { sequence, .. }) => {
                    self.again(sequence).await;
                    (headers, mark) = (named(), self.bus.mark(&self.stream));
                }
                Ok(ack) => {
                    self.metrics.run_written(&self.name.department, frames.len(), payload.len(), started);
                    return Ok(ack.sequence);
                }
                Err(WriteError::Full { reason, .. }) if self.was_full || started.elapsed() > ROOM_WITHIN => {
                    tracing::error!(stream = self.stream, reason, "department's log full; the door refuses");
                    return Err(RefuseReason::Full);
                }
                Err(error) if started.elapsed() > GIVE_UP => {
                    tracing::error!(%error, "giving up a run");
                    return Err(RefuseReason::Away);
                }
                Err(error) => {
                    tracing::debug!(%error, "run not written; trying again under its id");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            }
        }
    }
}
