//! Files that are derived, damaged while the host is away: it starts, and they come back.

use crate::roles::{city, folder, lines, say, start_with};
use std::path::Path;
use std::time::{Duration, Instant};
use tocsin_core::time::Timestamp;
use tocsin_runtime::host::Host;
use tocsin_runtime::view::Filter;

const PATIENCE: Duration = Duration::from_secs(30);

async fn start(data: &Path) -> Host {
    start_with(data, city(), vec![lines()], vec![]).await
}

/// One incident and what its frames counted; a read may fail that meets damage first.
async fn stand(host: &Host, frames: u64) {
    let started = Instant::now();
    loop {
        let incidents = host.views.incidents(&Filter::default()).map_or(0, |rows| rows.len());
        let cards = host.scores.cards(Timestamp(0), Timestamp(i64::MAX)).unwrap_or_default();
        let counted: u64 = cards.iter().map(|card| card.tally.frames).sum();
        if (incidents, counted) == (1, frames) {
            return;
        }
        assert!(started.elapsed() < PATIENCE, "{incidents} incidents, {counted} frames");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Both files with all that stands in the log beside them, changed by `damage`.
fn damage(data: &Path, damage: fn(&mut [u8])) {
    for name in ["views.db", "quality.db"] {
        let path = data.join(name);
        // The last to close puts the log into the file.
        let last = rusqlite::Connection::open(&path).expect("the file");
        last.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).expect("a checkpoint");
        drop(last);
        let mut bytes = std::fs::read(&path).expect("the file");
        damage(&mut bytes);
        std::fs::write(&path, bytes).expect("written");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn damaged_views_and_scores_are_built_anew() {
    let data = folder("derived");
    let host = start(&data).await;
    let stream = say(&host, "fire ward 3\ncount\n").await;
    stand(&host, 2).await;
    drop(stream);
    host.drain().await;

    damage(&data, |bytes| bytes[..64].fill(0xFF));
    let host = start(&data).await;
    stand(&host, 2).await;
    host.drain().await;

    // Behind the schema and the position: the host starts, and meets it later.
    damage(&data, |bytes| bytes[2 * 4_096..].fill(0xFF));
    let host = start(&data).await;
    stand(&host, 2).await;
    // What is said then is written, too.
    let _stream = say(&host, "count\n").await;
    stand(&host, 3).await;
    host.drain().await;
    let _ = std::fs::remove_dir_all(data);
}
