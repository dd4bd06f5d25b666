//! A feed's state in the bus's object store: it only shortens the way back,
//! and any host that takes the feed over can read it.

use super::rooms::{Entry, Rooms};
use crate::bus::Bus;
use crate::bus::stores::SNAPSHOTS;
use crate::bus::tail::Tail;
use crate::signals::Covered;
use crate::subject::{self, FeedName};
use serde::{Deserialize, Serialize};
use tokio::io::AsyncReadExt;

#[derive(Serialize, Deserialize)]
struct Snapshot {
    format: u32,
    /// Sequence of SIGNALS that the state stands behind.
    sequence: u64,
    rooms: Vec<Entry>,
}

/// State behind SIGNALS sequence `until`: snapshot, then the tail.
pub async fn load(bus: &Bus, name: &FeedName, until: u64) -> Rooms {
    let (mut from, mut rooms) = match read(bus, name).await {
        Some(snapshot) if snapshot.sequence <= until => {
            (snapshot.sequence, Rooms::from_entries(snapshot.rooms))
        }
        _ => (0, Rooms::default()),
    };
    let mut tail = Tail::new(bus, subject::SIGNALS, &subject::signal(name), from);
    while from < until {
        let stored = tail.next().await;
        from = stored.sequence;
        match serde_json::from_slice::<Covered>(&stored.payload) {
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

async fn read(bus: &Bus, name: &FeedName) -> Option<Snapshot> {
    let store = bus.objects(SNAPSHOTS).await.ok()?;
    let mut object = store.get(name.to_string()).await.ok()?;
    let mut text = Vec::new();
    object.read_to_end(&mut text).await.ok()?;
    serde_json::from_slice(&text).ok().filter(|snapshot: &Snapshot| snapshot.format == 1)
}

/// A snapshot that cannot be written costs time at the next start, no data.
pub async fn save(bus: &Bus, name: &FeedName, sequence: u64, rooms: &Rooms) {
    let snapshot = Snapshot { format: 1, sequence, rooms: rooms.entries() };
    let text = serde_json::to_vec(&snapshot).expect("a snapshot is plain data");
    if let Err(error) = write(bus, name, text).await {
        tracing::warn!(feed = %name, %error, "snapshot not written");
    }
}

async fn write(bus: &Bus, name: &FeedName, text: Vec<u8>) -> Result<(), async_nats::Error> {
    let store = bus.objects(SNAPSHOTS).await?;
    store.put(name.to_string().as_str(), &mut text.as_slice()).await?;
    Ok(())
}
