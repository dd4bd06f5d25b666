//! Sends: what a plugin wants a device told, at least once, in order for each
//! device, byte for byte the same.
//!
//! ```text
//! SIGNALS ──▶ a way in the outlet ──▶ the door has written it ──▶ position in KV
//!                  └── none for 10 s ──▶ record in RAW, door `undelivered` ──▶ position
//! ```
//!
//! A send is known by the frame whose outcome holds it and its ordinal there.
//! The position may lag, so that a send goes out again after a crash; it never
//! runs ahead of a send that is neither written nor recorded. The record is an
//! input of the department's log like time and news: the feed covers it with the
//! verdict `undelivered`, the core reads it there (an order whose news the send was
//! goes up at once), and DEAD shows it to people.

use crate::bus::Bus;
use crate::bus::stores::SENDS;
use crate::bus::tail::Tail;
use crate::intake::{Intake, RefuseReason};
use crate::metrics::Metrics;
use crate::outlet::Outlet;
use crate::position::Repeat;
use crate::run::Frame;
use crate::signals::{Covered, End};
use crate::subject::{self, FeedName, Lane, UNDELIVERED_DOOR};
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;
use tocsin_core::outcome::{Send, hex};
use tocsin_core::time::Timestamp;
use tokio::sync::watch;
use tokio::time::Instant;

/// Header of a message of SIGNALS: how many sends to devices it holds.
pub const HEADER: &str = "Tocsin-Sends";

/// A send to a device that has no way now is tried this long, then told of.
const DELIVER_WITHIN: Duration = Duration::from_secs(10);
const TRY_EVERY: Duration = Duration::from_millis(250);

/// Sends waiting at once; the rest waits in SIGNALS. At 4 KiB a payload, 4 MiB.
const WAITING: usize = 1_024;

/// The position is written at most this often: it only shortens the way back.
const KEEP_EVERY: Duration = Duration::from_secs(1);

/// Messages without a send that the position may lag behind: headers alone are
/// read back, some hundred thousand a second.
const LAG: u64 = 10_000;

/// Bytes of a payload that the record shows; the whole stands in SIGNALS.
const SHOWN: usize = 16 << 10;

/// While the log is full or away the record waits.
const RECORD_EVERY: Duration = Duration::from_secs(1);

/// Payload of a frame of the `undelivered` door.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Undelivered {
    pub plugin: String,
    /// Frame and ordinal: `fire/1234/7/0`.
    pub id: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub channel: String,
    pub bytes: usize,
    #[serde(with = "hex")]
    pub payload: Vec<u8>,
    /// When the outcome that wants it was decided.
    pub at: Timestamp,
    /// The order by which the plugin was told to send it, if it was.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub order: String,
}

/// KV value of one feed: every send of SIGNALS up to here is settled.
#[derive(Serialize, Deserialize)]
struct Kept {
    signals: u64,
}

pub struct Sends {
    bus: Bus,
    name: FeedName,
    /// However little there is: retention waits for the position.
    repeat: Repeat,
    around: Arc<Around>,
}

/// What a delivery needs.
struct Around {
    department: String,
    outlet: Arc<Outlet>,
    metrics: Arc<Metrics>,
    raw: Intake,
}

struct Item {
    /// Of the message of SIGNALS.
    sequence: u64,
    plugin: String,
    id: String,
    order: String,
    at: Timestamp,
    until: Instant,
    send: Send,
}

/// What is taken from SIGNALS and not settled.
#[derive(Default)]
struct Pending {
    /// Behind the one under way, for each device: order is kept.
    behind: HashMap<String, VecDeque<Item>>,
    /// Sequence → sends of it that are not settled.
    open: BTreeMap<u64, usize>,
    count: usize,
}

impl Pending {
    /// Answers with the item where it may go at once.
    fn take(&mut self, item: Item) -> Option<Item> {
        *self.open.entry(item.sequence).or_default() += 1;
        self.count += 1;
        match self.behind.get_mut(&item.send.device) {
            Some(behind) => {
                behind.push_back(item);
                None
            }
            None => {
                self.behind.insert(item.send.device.clone(), VecDeque::new());
                Some(item)
            }
        }
    }

    /// Answers with the next to the same device.
    fn settle(&mut self, done: &Item) -> Option<Item> {
        self.count -= 1;
        if let Some(open) = self.open.get_mut(&done.sequence) {
            *open -= 1;
            if *open == 0 {
                self.open.remove(&done.sequence);
            }
        }
        let next = self.behind.get_mut(&done.send.device).and_then(VecDeque::pop_front);
        if next.is_none() {
            self.behind.remove(&done.send.device);
        }
        next
    }

    /// How far everything is settled, where the tail stands at `read`.
    fn position(&self, read: u64) -> u64 {
        self.open.keys().next().map_or(read, |first| first - 1)
    }
}

impl Sends {
    /// Starts the record's writer on the calling thread's runtime.
    pub fn new(
        bus: &Bus,
        name: FeedName,
        outlet: Arc<Outlet>,
        metrics: Arc<Metrics>,
        repeat: Repeat,
    ) -> Sends {
        let raw = Intake::open(bus, &name, Lane::Routine, UNDELIVERED_DOOR, &metrics);
        let around = Around { department: name.department.clone(), outlet, metrics, raw };
        Sends { bus: bus.clone(), name, repeat, around: Arc::new(around) }
    }

    pub async fn run(mut self, mut stop: watch::Receiver<bool>) {
        let mut kept = tokio::select! {
            _ = stop.wait_for(|stop| *stop) => return,
            position = position(&self.bus, &self.name) => position,
        };
        let mut tail = Tail::heads(&self.bus, subject::SIGNALS, &subject::signal(&self.name), kept);
        let mut pending = Pending::default();
        let mut under_way = FuturesUnordered::new();
        let mut keep = tokio::time::interval(KEEP_EVERY);
        keep.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let (mut settled, mut kept_at) = (false, Instant::now());
        loop {
            tokio::select! {
                _ = stop.wait_for(|stop| *stop) => break,
                Some(done) = under_way.next(), if !under_way.is_empty() => {
                    settled = true;
                    under_way.extend(pending.settle(&done).map(|next| deliver(self.around.clone(), next)));
                }
                stored = tail.next(), if pending.count < WAITING => {
                    if stored.headers.get(HEADER).is_some() {
                        for item in self.items(stored.sequence).await {
                            under_way.extend(pending.take(item).map(|item| deliver(self.around.clone(), item)));
                        }
                    }
                }
                _ = keep.tick() => {
                    let position = pending.position(tail.position());
                    let is_late = self.repeat.is_due(kept_at) && position > kept;
                    if (settled && position > kept) || position > kept + LAG || is_late {
                        kept = self.keep(position).await.unwrap_or(kept);
                        kept_at = Instant::now();
                        settled = position < tail.position();
                    }
                }
            }
        }
        let position = pending.position(tail.position());
        if position > kept {
            self.keep(position).await;
        }
    }

    /// The sends to devices of one message.
    async fn items(&self, sequence: u64) -> Vec<Item> {
        let Some(stored) = self.bus.message(subject::SIGNALS, sequence).await else { return Vec::new() };
        let Ok(covered) = Covered::read(&stored.payload) else {
            tracing::error!(feed = %self.name, sequence, "a message of SIGNALS cannot be read");
            return Vec::new();
        };
        let until = Instant::now() + DELIVER_WITHIN;
        let mut items = Vec::new();
        for taken in covered.frames {
            let frame = taken.frame(&covered.department);
            let End::Ok(outcome) = taken.end else { continue };
            for (ordinal, send) in outcome.sends.into_iter().enumerate() {
                if !send.device.is_empty() {
                    let (id, plugin) = (format!("{frame}/{ordinal}"), taken.plugin.clone());
                    let order = taken.order.clone();
                    items.push(Item { sequence, plugin, id, order, at: covered.at, until, send });
                }
            }
        }
        items
    }

    /// Answers with what stands now, or nothing: then the next attempt says more.
    async fn keep(&self, signals: u64) -> Option<u64> {
        let value = serde_json::to_vec(&Kept { signals }).expect("a position is plain data");
        let put = async {
            self.bus.table(SENDS).await?.put(self.name.to_string(), value.into()).await?;
            Ok::<_, async_nats::Error>(())
        };
        match put.await {
            Ok(()) => Some(signals),
            Err(error) => {
                tracing::debug!(feed = %self.name, %error, "position of sends not kept");
                None
            }
        }
    }
}

/// Up to which SIGNALS sequence the feed's sends are out. Waits for the bus where
/// it is away. Nothing kept: from the beginning.
pub async fn position(bus: &Bus, name: &FeedName) -> u64 {
    loop {
        let read = async { Ok::<_, async_nats::Error>(bus.table(SENDS).await?.get(name.to_string()).await?) };
        match read.await {
            Ok(Some(entry)) => match serde_json::from_slice::<Kept>(&entry) {
                Ok(kept) => return kept.signals,
                Err(error) => {
                    tracing::error!(feed = %name, %error, "the position of sends cannot be read");
                    return 0;
                }
            },
            Ok(None) => return 0,
            Err(error) => {
                tracing::debug!(feed = %name, %error, "reading the position of sends");
                tokio::time::sleep(TRY_EVERY).await;
            }
        }
    }
}

/// Until the door has written it, or it is recorded that none did.
async fn deliver(around: Arc<Around>, item: Item) -> Item {
    loop {
        if let Some(written) = around.outlet.send(&around.department, &item.send)
            && written.await.is_ok()
        {
            return item;
        }
        if Instant::now() >= item.until {
            break;
        }
        tokio::time::sleep(TRY_EVERY).await;
    }
    around.metrics.undelivered(&around.department);
    tracing::warn!(id = item.id, device = item.send.device, "send undelivered: no way to the device");
    record(&around, &item).await;
    item
}

async fn record(around: &Around, item: &Item) {
    let payload = &item.send.payload;
    let undelivered = Undelivered {
        plugin: item.plugin.clone(),
        id: item.id.clone(),
        channel: item.send.channel.clone(),
        bytes: payload.len(),
        payload: payload.get(..SHOWN).unwrap_or(payload).to_vec(),
        at: item.at,
        order: item.order.clone(),
    };
    let frame = Frame {
        received: crate::clock::now(),
        device: item.send.device.clone(),
        payload: serde_json::to_vec(&undelivered).expect("a record is plain data").into(),
        ..Frame::default()
    };
    loop {
        match around.raw.put(frame.clone()).await {
            Ok(_) => return,
            Err(reason @ (RefuseReason::TooLarge(_) | RefuseReason::Name(_))) => {
                tracing::error!(id = item.id, %reason, "undelivered send not recorded");
                return;
            }
            Err(reason) => {
                tracing::debug!(id = item.id, %reason, "recording an undelivered send");
                tokio::time::sleep(RECORD_EVERY).await;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(sequence: u64, device: &str) -> Item {
        let send = Send { device: device.into(), ..Send::default() };
        let (plugin, id) = ("fire".into(), format!("{sequence}-{device}"));
        Item { sequence, plugin, id, order: String::new(), at: Timestamp(0), until: Instant::now(), send }
    }

    #[test]
    fn order_is_kept_for_a_device_and_the_position_never_runs_ahead() {
        let mut pending = Pending::default();
        assert_eq!(pending.position(3), 3);
        let first = pending.take(item(4, "a")).expect("nothing is before it");
        assert!(pending.take(item(4, "a")).is_none());
        let other = pending.take(item(6, "b")).expect("another device");
        assert!(pending.take(item(9, "a")).is_none());
        assert_eq!((pending.position(12), pending.count), (3, 4));
        assert!(pending.settle(&other).is_none());
        assert_eq!(pending.position(12), 3);
        let second = pending.settle(&first).expect("the next to a");
        let third = pending.settle(&second).expect("the next to a");
        assert_eq!((third.sequence, pending.position(12)), (9, 8));
        assert!(pending.settle(&third).is_none());
        assert_eq!((pending.position(12), pending.count), (12, 0));
        assert!(pending.take(item(13, "a")).is_some(), "the way is free again");
    }
}
