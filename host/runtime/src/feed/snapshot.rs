//! A feed's state in the bus's object store: it only shortens the way back,
//! and any host that takes the feed over can read it.

use super::rooms::{Entry, Rooms};
use crate::bus::Bus;
use crate::bus::stores::SNAPSHOTS;
use crate::bus::tail::Tail;
use crate::position::{self, Place};
use crate::retain::Gone;
use crate::signals::Covered;
use crate::subject::{self, FeedName};
use serde::{Deserialize, Serialize};
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::io::AsyncReadExt;
use tokio::sync::Notify;

/// A feed's snapshots between the feed, which writes them, and retention, which
/// forgets only what one of them stands for.
#[derive(Default)]
pub struct Written {
    asked: Notify,
    newest: AtomicU64,
}

impl Written {
    pub fn ask(&self) {
        self.asked.notify_one();
    }

    pub async fn asked(&self) {
        self.asked.notified().await;
    }

    /// Sequence of SIGNALS behind which the newest one of this host stands.
    pub fn newest(&self) -> u64 {
        self.newest.load(Ordering::Relaxed)
    }
}

#[derive(Serialize, Deserialize)]
struct Snapshot {
    format: u32,
    /// Sequence of SIGNALS that the state stands behind.
    sequence: u64,
    rooms: Vec<Entry>,
}

/// State behind SIGNALS sequence `until`: snapshot, then the tail. What stands
/// before the tail may be purged, and then the snapshot is all that is left of it.
pub async fn load(bus: &Bus, name: &FeedName, until: u64) -> Rooms {
    let (_, gone) = Place::of::<Gone>(bus, &position::feed(name)).await;
    let gone = gone.unwrap_or_default();
    let fits = |snapshot: &Snapshot| (gone.signals..=until).contains(&snapshot.sequence);
    let mut snapshot = read(bus, &name.to_string()).await.ok().filter(fits);
    if snapshot.is_none() && gone.snapshot > 0 {
        snapshot = read(bus, &stand_in(name, gone.snapshot)).await.ok().filter(fits);
    }
    if snapshot.is_none() && gone.signals > 0 {
        tracing::error!(feed = %name, gone = gone.signals, "no snapshot stands for what is purged; devices' state begins anew");
    }
    let (mut from, mut rooms) = match snapshot {
        Some(snapshot) => (snapshot.sequence, Rooms::from_entries(snapshot.rooms)),
        None => (gone.signals, Rooms::default()),
    };
    let mut tail = Tail::new(bus, subject::SIGNALS, &subject::signal(name), from);
    while from < until {
        let stored = tail.next().await;
        from = stored.sequence;
        match Covered::read(&stored.payload) {
            Ok(covered) => replay(&mut rooms, &covered),
            Err(error) => {
                tracing::error!(feed = %name, sequence = from, %error, "a message of SIGNALS cannot be read");
            }
        }
    }
    tracing::debug!(feed = %name, rooms = rooms.len(), sequence = until, "state read back");
    rooms
}

fn replay(rooms: &mut Rooms, covered: &Covered) {
    for taken in covered.frames.iter().filter(|taken| !taken.changes.is_empty()) {
        rooms.apply(&taken.plugin, &taken.device, &taken.changes);
    }
}

async fn read(bus: &Bus, object: &str) -> Result<Snapshot, async_nats::Error> {
    let text = read_text(bus, object).await?;
    let snapshot: Snapshot = serde_json::from_slice(&text)?;
    if snapshot.format == 1 { Ok(snapshot) } else { Err("of another format".into()) }
}

/// Reading checks the digest that was kept when it was written.
async fn read_text(bus: &Bus, object: &str) -> Result<Vec<u8>, async_nats::Error> {
    let mut object = bus.objects(SNAPSHOTS).await?.get(object).await?;
    let mut text = Vec::new();
    object.read_to_end(&mut text).await?;
    Ok(text)
}

/// The name under which a snapshot stands for what is purged: nobody overwrites it.
fn stand_in(name: &FeedName, sequence: u64) -> String {
    format!("{name}.{sequence}")
}

/// Puts the newest snapshot aside, and reads it back. `None`: it does not reach
/// as far as SIGNALS sequence `until`.
pub async fn put_aside(bus: &Bus, name: &FeedName, until: u64) -> Result<Option<u64>, async_nats::Error> {
    let Ok(snapshot) = read(bus, &name.to_string()).await else { return Ok(None) };
    if snapshot.sequence < until {
        return Ok(None);
    }
    let text = serde_json::to_vec(&snapshot)?;
    let object = stand_in(name, snapshot.sequence);
    write(bus, &object, &text).await?;
    match read_text(bus, &object).await? == text {
        true => Ok(Some(snapshot.sequence)),
        false => Err("it reads back otherwise than it was written".into()),
    }
}

/// One that was put aside and is needed no more.
pub async fn forget(bus: &Bus, name: &FeedName, sequence: u64) {
    let deleted = async {
        bus.objects(SNAPSHOTS).await?.delete(stand_in(name, sequence)).await?;
        Ok::<_, async_nats::Error>(())
    };
    if let Err(error) = deleted.await {
        tracing::debug!(feed = %name, sequence, %error, "an old snapshot stays");
    }
}

/// A snapshot that cannot be written costs time at the next start, no data.
pub async fn save(bus: &Bus, name: &FeedName, sequence: u64, rooms: &Rooms, written: &Written) {
    let snapshot = Snapshot { format: 1, sequence, rooms: rooms.entries() };
    let text = serde_json::to_vec(&snapshot).expect("a snapshot is plain data");
    match write(bus, &name.to_string(), &text).await {
        Ok(()) => written.newest.store(sequence, Ordering::Relaxed),
        Err(error) => tracing::warn!(feed = %name, %error, "snapshot not written"),
    }
}

async fn write(bus: &Bus, object: &str, text: &[u8]) -> Result<(), async_nats::Error> {
    bus.objects(SNAPSHOTS).await?.put(object, &mut &*text).await?;
    Ok(())
}
