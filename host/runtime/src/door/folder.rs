//! A watched folder: each file that has come to rest is one frame, or what
//! the framer cuts it into, and is moved to `taken/` once it is durable.

use super::framing::{Cut, Framing};
use super::{DoorKind, Mouth, OpenError};
use crate::intake::RefuseReason;
use crate::run::{FRAME_BYTES, Frame};
use crate::subject::Lane;
use bytes::Bytes;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};
use tokio::sync::oneshot;

const LOOK_EVERY: Duration = Duration::from_millis(500);

/// A file that was written to less than this ago may not be whole. Writers
/// that rename into place (a name with a leading dot before) need not wait.
const REST: Duration = Duration::from_secs(1);

/// Largest file; a bulk file is cut by the framer.
const FILE_BYTES: u64 = 64 << 20;

pub async fn run(
    mouth: Mouth,
    framing: Framing,
    listening: oneshot::Sender<Result<Option<SocketAddr>, OpenError>>,
) {
    // The host has joined it to its data folder.
    let DoorKind::Folder { path } = mouth.spec.kind.clone() else { return };
    let made = ["taken", "refused"].iter().try_for_each(|sub| std::fs::create_dir_all(path.join(sub)));
    if let Err(source) = made {
        let error = OpenError::Folder { door: mouth.spec.name.clone(), path, source };
        return drop(listening.send(Err(error)));
    }
    let _ = listening.send(Ok(None));
    let mut stop = mouth.stop.clone();
    loop {
        for file in at_rest(&path) {
            if *stop.borrow() {
                return;
            }
            if let Err(error) = take(&mouth, &framing, &path, &file).await {
                tracing::warn!(door = mouth.spec.name, file = %file.display(), %error, "file left for the next look");
            }
        }
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => return,
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
    }
}

/// Oldest first: what was dropped first is taken first.
fn at_rest(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let now = SystemTime::now();
    let mut files: Vec<(SystemTime, PathBuf)> = entries
        .flatten()
        .filter(|entry| !entry.file_name().to_string_lossy().starts_with('.'))
        .filter_map(|entry| {
            let meta = std::fs::symlink_metadata(entry.path()).ok()?;
            let modified = meta.modified().ok()?;
            let rests = now.duration_since(modified).is_ok_and(|age| age >= REST);
            (meta.is_file() && rests).then(|| (modified, entry.path()))
        })
        .collect();
    files.sort();
    files.into_iter().map(|(_, path)| path).collect()
}

async fn take(mouth: &Mouth, framing: &Framing, folder: &Path, file: &Path) -> std::io::Result<()> {
    let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let size = tokio::fs::metadata(file).await?.len();
    if size > FILE_BYTES || (framing.is_none() && size > FRAME_BYTES as u64) {
        let limit = if framing.is_none() { FRAME_BYTES as u64 } else { FILE_BYTES };
        tracing::error!(door = mouth.spec.name, name, size, limit, "file too large; moved to refused/");
        mouth.metrics.refused(&mouth.spec.department);
        tokio::fs::rename(file, free_name(&folder.join("refused"), &name)).await?;
        return Ok(());
    }
    let bytes = Bytes::from(tokio::fs::read(file).await?);
    let cuts = match framing.is_none() {
        true => vec![Cut { lane: Lane::Routine, noise: false, device: String::new(), payload: bytes }],
        // The file stays where it is, and is looked at again.
        false => framing.whole(bytes).map_err(|_| std::io::Error::other(RefuseReason::Resting))?,
    };
    let mut receipts = Vec::with_capacity(cuts.len());
    for cut in cuts {
        let lane = if framing.is_none() { mouth.default_lane() } else { mouth.lane(cut.lane) };
        receipts.push(lane.offer(frame(&name, cut.device, cut.noise, cut.payload)).await);
    }
    for receipt in receipts {
        receipt.await.unwrap_or(Err(RefuseReason::Closing)).map_err(std::io::Error::other)?;
    }
    // Ordering: moved only when durable; a crash in between takes the file again.
    tokio::fs::rename(file, free_name(&folder.join("taken"), &name)).await
}

fn frame(name: &str, device: String, noise: bool, payload: Bytes) -> Frame {
    Frame {
        noise,
        received: crate::clock::now(),
        device,
        origin: name.to_owned(),
        payload,
        ..Frame::default()
    }
}

/// The same name may come again on another day.
fn free_name(folder: &Path, name: &str) -> PathBuf {
    let plain = folder.join(name);
    if !plain.exists() {
        return plain;
    }
    folder.join(format!("{}-{name}", crate::clock::now().0))
}
