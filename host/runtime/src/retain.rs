//! Retention: what a feed's log and its subject in SIGNALS may forget, by age and
//! when a stream comes near its share, oldest first.
//!
//! ```text
//! RAW      goes behind the feed's position, what DEAD has told of, and the last
//!          word of news that POSITION repeats
//! SIGNALS  goes behind RAW, a snapshot of the feed that was read back, and the
//!          positions of core, DEAD and sends; the feed's last message stays
//! JOURNAL  stays
//! ```
//!
//! Ordering: what goes is counted in POSITION first and purged then, so that the
//! sum adds up whenever the host dies. Every condition, once true, stays true: a
//! host that was taken over meanwhile can only purge what might be purged anyway.

mod gone;
mod reach;

pub use gone::{Counts, Gone};

use crate::bus::Bus;
use crate::bus::stream::PurgeError;
use crate::bus::tail::Tail;
use crate::feed::snapshot::{self, Written};
use crate::position::{self, Place};
use crate::signals::Covered;
use crate::subject::{self, FeedName};
use reach::Reach;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tocsin_core::time::Timestamp;
use tokio::sync::watch;

/// From this share of a stream on the oldest goes before its time, until DOWN_TO.
const NEAR_PERCENT: u64 = 80;
const DOWN_TO_PERCENT: u64 = 70;

/// Messages of SIGNALS counted in one go: at 256 KiB some seconds of reading.
const PIECE: u64 = 2_000;

/// What is left to do after a look is not put off for long: a feed may wait for room.
const SOON: Duration = Duration::from_millis(500);

/// All who read say where they stand within this, as a rule.
const SAID_WITHIN: Duration = Duration::from_millis(200);

/// What is kept is looked through this many times an age: days of months.
const LOOKS_AN_AGE: u32 = 30;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    pub raw: Duration,
    /// SIGNALS goes behind RAW, so that less than `raw` is the same as `raw`.
    pub signals: Duration,
    /// How often the streams' fill is looked at. A storm of 6 MB/s takes this
    /// long for 30 MB, which the fifth of a share that stays free must hold.
    pub look_every: Duration,
}

pub const KEPT_DAYS: u32 = 30;
const DAY: Duration = Duration::from_secs(86_400);

impl Rules {
    pub fn days(raw: u32, signals: u32) -> Rules {
        Rules { raw: DAY * raw, signals: DAY * signals, look_every: Duration::from_secs(5) }
    }

    /// Stages repeat their positions as often as someone could need them.
    pub fn repeat_every(&self) -> Duration {
        self.look_every * 12
    }
}

impl Default for Rules {
    fn default() -> Rules {
        Rules::days(KEPT_DAYS, KEPT_DAYS)
    }
}

/// A stream's fill, as last seen.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Fill {
    pub stream: String,
    pub bytes: u64,
    /// None: without a limit.
    pub share: Option<u64>,
    pub messages: u64,
    /// When its oldest message was written.
    pub since: Option<Timestamp>,
}

impl Fill {
    pub fn percent(&self) -> u64 {
        self.share.map_or(0, |share| self.bytes.saturating_mul(100) / share.max(1))
    }

    /// Messages that must go for the stream to be well below its share.
    fn surplus(&self) -> u64 {
        let Some(share) = self.share.filter(|_| self.percent() >= NEAR_PERCENT) else { return 0 };
        let bytes = self.bytes - self.bytes.min(share / 100 * DOWN_TO_PERCENT);
        // A share may be counted in few large messages.
        (self.messages as u128 * u128::from(bytes)).div_ceil(u128::from(self.bytes.max(1))) as u64
    }
}

/// What others see of retention.
#[derive(Clone, Default)]
pub struct Store(Arc<Mutex<BTreeMap<String, Fill>>>);

impl Store {
    pub fn fills(&self) -> Vec<Fill> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }

    fn note(&self, fill: Fill) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(fill.stream.clone(), fill);
    }
}

/// A feed as retention knows it.
pub struct Kept {
    pub name: FeedName,
    pub snapshots: Arc<Written>,
}

pub struct Retention {
    pub bus: Bus,
    pub rules: Rules,
    pub store: Store,
    pub feeds: Vec<Kept>,
    /// Asks all who read for their positions.
    pub ask: watch::Sender<u64>,
}

impl Retention {
    pub async fn run(self, mut stop: watch::Receiver<bool>) {
        let mut look = tokio::time::interval(self.rules.look_every);
        look.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        // The first look comes at once: after a long time off there is much to do.
        let mut aged = vec![tokio::time::Instant::now(); self.feeds.len()];
        loop {
            tokio::select! {
                _ = stop.wait_for(|stop| *stop) => return,
                _ = look.tick() => {}
            }
            tokio::select! {
                _ = stop.wait_for(|stop| *stop) => return,
                more = self.look(&mut aged) => if more {
                    look.reset_after(SOON.min(self.rules.look_every));
                }
            }
        }
    }

    /// Answers whether another look would find more.
    async fn look(&self, aged: &mut [tokio::time::Instant]) -> bool {
        for stream in [subject::JOURNAL, subject::EVENTS, subject::DEAD] {
            self.fill(stream).await;
        }
        let signals = self.fill(subject::SIGNALS).await;
        // What is newest lies close together; what lies before it may have gaps.
        if self.is_pressed(&signals).await {
            self.ask.send_modify(|asked| *asked += 1);
            tokio::time::sleep(SAID_WITHIN).await;
        }
        let surplus = signals.messages.min(signals.surplus());
        let pressed = match surplus {
            0 => 0,
            _ => self.bus.last_sequence(subject::SIGNALS).await + surplus - signals.messages,
        };
        let every = self.rules.raw.min(self.rules.signals) / LOOKS_AN_AGE;
        let mut more = false;
        for (kept, next) in self.feeds.iter().zip(aged) {
            let is_due = next.elapsed() > Duration::ZERO;
            match self.tidy(kept, pressed, is_due).await {
                Ok(true) => more = true,
                Ok(false) if is_due => *next = tokio::time::Instant::now() + every,
                Ok(false) => {}
                Err(error) => tracing::warn!(feed = %kept.name, %error, "retention"),
            }
        }
        more
    }

    /// Whether a stream comes near its share.
    async fn is_pressed(&self, signals: &Fill) -> bool {
        if signals.surplus() > 0 {
            return true;
        }
        for kept in &self.feeds {
            if self.fill(&subject::raw_stream(&kept.name.department)).await.surplus() > 0 {
                return true;
            }
        }
        false
    }

    async fn fill(&self, stream: &str) -> Fill {
        let (config, state) = self.bus.info(stream).await;
        let fill = Fill {
            stream: stream.to_owned(),
            bytes: state.bytes,
            share: u64::try_from(config.max_bytes).ok().filter(|share| *share > 0),
            messages: state.messages,
            since: (state.messages > 0)
                .then(|| Timestamp((state.first_timestamp.unix_timestamp_nanos() / 1_000_000) as i64)),
        };
        self.store.note(fill.clone());
        fill
    }

    /// One round for one feed; answers whether another would find more.
    async fn tidy(&self, kept: &Kept, pressed: u64, is_due: bool) -> Result<bool, Error> {
        let stream = subject::raw_stream(&kept.name.department);
        let raw = self.fill(&stream).await;
        let surplus = raw.surplus();
        if surplus == 0 && pressed == 0 && !is_due {
            return Ok(false);
        }
        let (mut place, gone) = Place::of::<Gone>(&self.bus, &position::feed(&kept.name)).await;
        let mut gone = gone.unwrap_or_default();
        let reach = Reach::of(&self.bus, &kept.name).await;
        let more = self.forget_raw(kept, &mut place, &mut gone, &reach, surplus, pressed).await?;
        Ok(self.forget_signals(kept, &mut place, &mut gone, &reach, pressed).await? || more)
    }

    async fn forget_raw(
        &self,
        kept: &Kept,
        place: &mut Place,
        gone: &mut Gone,
        reach: &Reach,
        surplus: u64,
        pressed: u64,
    ) -> Result<bool, Error> {
        let name = &kept.name;
        let stream = subject::raw_stream(&name.department);
        let free = reach.raw(&self.bus, name).await;
        let first = gone.raw + 1;
        let every = format!("tocsin.live.raw.{}.>", name.department);
        let old = crate::clock::now().plus_millis(-(self.rules.raw.as_millis() as i64));
        let mut until = match free >= first {
            true => self.bus.last_before(&stream, &every, (first, free), old).await,
            false => gone.raw,
        };
        if surplus > 0 {
            until = until.max(gone.raw + surplus);
        }
        if pressed > 0 {
            let covered = reach::behind(&self.bus, name, pressed).await;
            until = until.max(reach::whole(&self.bus, name, &covered, free).await);
        }
        if free < until {
            tracing::warn!(feed = %name, free, until, "the log is near its share and not yet worked off");
        }
        let until = until.min(free);
        if until > gone.raw {
            gone.raw = until;
            place.say(&self.bus, gone).await?;
            tracing::info!(%stream, until, "runs forgotten");
        } else if until == 0 {
            return Ok(false);
        }
        // Also where a crash came between counting and purging.
        self.bus.purge(&stream, &every, until + 1).await?;
        Ok(false)
    }

    async fn forget_signals(
        &self,
        kept: &Kept,
        place: &mut Place,
        gone: &mut Gone,
        reach: &Reach,
        pressed: u64,
    ) -> Result<bool, Error> {
        let subject = subject::signal(&kept.name);
        let old = crate::clock::now().plus_millis(-(self.rules.signals.as_millis() as i64));
        let mut tail = Tail::new(&self.bus, subject::SIGNALS, &subject, gone.signals);
        let mut next = gone.clone();
        let mut sum = gone.clone();
        let (mut read, mut last) = (0, 0);
        // Ordering: what grows old while a snapshot is written waits for the next
        // one. Else a slow bus would have retention run behind its own snapshots.
        let stood_for = gone.snapshot.max(kept.snapshots.newest());
        let mut more = false;
        // The feed's last message is its position and stays.
        while read < PIECE && tail.position() < reach.last.saturating_sub(1).min(reach.signals) {
            let stored = tail.next().await;
            let is_over = stored.at >= old && stored.sequence > pressed;
            if stored.sequence > reach.signals || stored.sequence >= reach.last || is_over {
                break;
            }
            let Ok(covered) = Covered::read(&stored.payload) else {
                tracing::error!(feed = %kept.name, sequence = stored.sequence, "a message of SIGNALS cannot be read");
                break;
            };
            if covered.spans.iter().any(|span| span.run > gone.raw) {
                break;
            }
            if stored.sequence > stood_for {
                kept.snapshots.ask();
                more = true;
                break;
            }
            sum.count(stored.sequence, &covered);
            last = stored.sequence;
            // Between two messages of which one covers half a run is no place to begin.
            if sum.position.is_whole() {
                next = sum.clone();
            }
            read += 1;
        }
        if next.signals > gone.signals {
            if !self.stand_in(kept, &mut next).await? {
                kept.snapshots.ask();
                return Ok(true);
            }
            let before = std::mem::replace(gone, next).snapshot;
            place.say(&self.bus, gone).await?;
            tracing::info!(feed = %kept.name, until = gone.signals, "messages of SIGNALS forgotten");
            if before != 0 && before != gone.snapshot {
                snapshot::forget(&self.bus, &kept.name, before).await;
            }
        }
        if gone.signals > 0 {
            self.bus.purge(subject::SIGNALS, &subject, gone.signals + 1).await?;
        }
        Ok(more || read == PIECE && last > 0)
    }

    /// A snapshot that stands for what goes: written under a name of its own,
    /// which no other host writes, and read back.
    async fn stand_in(&self, kept: &Kept, next: &mut Gone) -> Result<bool, Error> {
        if next.snapshot >= next.signals {
            return Ok(true);
        }
        let copied =
            snapshot::put_aside(&self.bus, &kept.name, next.signals).await.map_err(Error::Snapshot)?;
        let Some(sequence) = copied else { return Ok(false) };
        next.snapshot = sequence;
        Ok(true)
    }
}

#[derive(Debug, thiserror::Error)]
enum Error {
    #[error(transparent)]
    Purge(#[from] PurgeError),
    #[error("what goes cannot be counted first: {0}")]
    Count(#[from] crate::bus::WriteError),
    #[error("no snapshot stands for what would go: {0}")]
    Snapshot(async_nats::Error),
}
