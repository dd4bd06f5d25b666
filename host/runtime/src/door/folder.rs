//! A watched folder: each file that has come to rest is one frame, or what
//! the framer cuts it into, and is moved to `taken/` once it is durable.

use super::framing::{Cut, Framing};
use super::{DoorKind, Mouth, OpenError};
use crate::intake::RefuseReason;
use crate::run::{FRAME_BYTES, Frame};
use crate::subject::Lane;
use bytes::Bytes;
use std::collections::{HashMap, HashSet};
use std::ffi::OsStr;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};
use tokio::sync::oneshot;

const LOOK_EVERY: Duration = Duration::from_millis(500);

/// A file that was written to less than this ago may not be whole. Writers
/// that rename into place (a name with a leading dot before) need not wait.
const REST: Duration = Duration::from_secs(1);

/// Largest file; a bulk file is cut by the framer.
const FILE_BYTES: u64 = 64 << 20;

/// Longest name of a file, of every file system in use.
const NAME_BYTES: usize = 255;

pub async fn run(
    mouth: Mouth,
    framing: Framing,
    listening: oneshot::Sender<Result<Option<SocketAddr>, OpenError>>,
) {
    // The host has joined it to its data folder.
    let DoorKind::Folder { path } = mouth.spec.kind.clone() else { return };
    let made = Fate::BOTH.iter().try_for_each(|fate| std::fs::create_dir_all(path.join(fate.folder())));
    if let Err(source) = made {
        let error = OpenError::Folder { door: mouth.spec.name.clone(), path, source };
        return drop(listening.send(Err(error)));
    }
    let _ = listening.send(Ok(None));
    let mut memory = Memory::default();
    let mut stop = mouth.stop.clone();
    loop {
        for (file, stamp) in memory.at_rest(&path, SystemTime::now(), Instant::now()) {
            if *stop.borrow() {
                return;
            }
            let fate = match memory.fate(&file, stamp) {
                Some(fate) => fate,
                None => match take(&mouth, &framing, &file).await {
                    Ok(fate) => fate,
                    Err(error) => {
                        tracing::warn!(door = mouth.spec.name, file = %file.display(), %error, "file left for the next look");
                        continue;
                    }
                },
            };
            // Ordering: moved only when durable; a crash in between takes the file again.
            match put_away(&path, &file, fate) {
                Ok(()) => memory.forget(&file),
                Err(error) if memory.keep(&file, stamp, fate) => {
                    let into = fate.folder();
                    tracing::error!(door = mouth.spec.name, file = %file.display(), into, %error, "the file cannot be moved; it is not taken again, and the move is tried on");
                }
                Err(_) => {}
            }
        }
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => return,
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
    }
}

/// When a file was changed and how long it is: what a look tells one state of it from
/// another by.
type Stamp = (SystemTime, u64);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Taken,
    Refused,
}

impl Fate {
    const BOTH: [Fate; 2] = [Fate::Taken, Fate::Refused];

    /// Where files of this fate are moved.
    fn folder(self) -> &'static str {
        match self {
            Fate::Taken => "taken",
            Fate::Refused => "refused",
        }
    }
}

/// What one look remembers of those before. It holds no more than the folder does.
#[derive(Default)]
struct Memory {
    /// Files whose clock says nothing, and since when they are as they are.
    still: HashMap<PathBuf, (Stamp, Instant)>,
    /// Files that have met their fate and could not be moved: once is enough.
    stuck: HashMap<PathBuf, (Stamp, Fate)>,
}

impl Memory {
    /// Oldest first: what was dropped first is taken first.
    fn at_rest(&mut self, folder: &Path, now: SystemTime, look: Instant) -> Vec<(PathBuf, Stamp)> {
        let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
        let mut files: Vec<(Stamp, PathBuf)> = entries
            .flatten()
            .filter(|entry| !entry.file_name().to_string_lossy().starts_with('.'))
            .filter_map(|entry| {
                let meta = std::fs::symlink_metadata(entry.path()).ok()?;
                meta.is_file().then_some(())?;
                Some(((meta.modified().ok()?, meta.len()), entry.path()))
            })
            .collect();
        files.sort();
        let here: HashSet<&PathBuf> = files.iter().map(|(_, path)| path).collect();
        self.stuck.retain(|path, _| here.contains(path));
        let mut still = HashMap::new();
        files.retain(|(stamp, path)| match now.duration_since(stamp.0) {
            Ok(age) => age >= REST,
            // Its clock is ahead of ours, by years maybe: it rests when nothing changes.
            Err(_) => {
                let before = self.still.get(path).filter(|(then, _)| then == stamp);
                let since = before.map_or(look, |(_, since)| *since);
                still.insert(path.clone(), (*stamp, since));
                look.duration_since(since) >= REST
            }
        });
        self.still = still;
        files.into_iter().map(|(stamp, path)| (path, stamp)).collect()
    }

    /// What became of it, where it is as it was then.
    fn fate(&self, file: &Path, stamp: Stamp) -> Option<Fate> {
        self.stuck.get(file).filter(|(then, _)| *then == stamp).map(|(_, fate)| *fate)
    }

    fn forget(&mut self, file: &Path) {
        self.stuck.remove(file);
    }

    /// True: this is news.
    fn keep(&mut self, file: &Path, stamp: Stamp, fate: Fate) -> bool {
        self.stuck.insert(file.to_owned(), (stamp, fate)) != Some((stamp, fate))
    }
}

/// Answers when all of it is durable, or nothing will be of it.
async fn take(mouth: &Mouth, framing: &Framing, file: &Path) -> std::io::Result<Fate> {
    let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let size = tokio::fs::metadata(file).await?.len();
    if size > FILE_BYTES || (framing.is_none() && size > FRAME_BYTES as u64) {
        let limit = if framing.is_none() { FRAME_BYTES as u64 } else { FILE_BYTES };
        tracing::error!(door = mouth.spec.name, name, size, limit, "file too large; moved to refused/");
        mouth.metrics.refused(&mouth.spec.department);
        return Ok(Fate::Refused);
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
    Ok(Fate::Taken)
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

/// Somebody may have cleared the folder away, with those that it is moved to.
fn put_away(folder: &Path, file: &Path, fate: Fate) -> std::io::Result<()> {
    let into = folder.join(fate.folder());
    std::fs::create_dir_all(&into)?;
    std::fs::rename(file, free_name(&into, file.file_name().unwrap_or_default()))
}

/// The same name may come again on another day.
fn free_name(folder: &Path, name: &OsStr) -> PathBuf {
    let plain = folder.join(name);
    if plain.symlink_metadata().is_err() {
        return plain;
    }
    let mut named = format!("{}-{}", crate::clock::now().0, name.to_string_lossy());
    let end = (0..=NAME_BYTES.min(named.len())).rev().find(|end| named.is_char_boundary(*end));
    named.truncate(end.unwrap_or_default());
    folder.join(named)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Inbox(PathBuf);

    impl Inbox {
        fn new(name: &str) -> Inbox {
            let path = std::env::temp_dir().join(format!("tocsin-inbox-{name}-{}", std::process::id()));
            let _ = std::fs::remove_dir_all(&path);
            std::fs::create_dir_all(&path).expect("a folder");
            Inbox(path)
        }

        fn file(&self, name: &str, text: &str, modified: SystemTime) -> PathBuf {
            let path = self.0.join(name);
            std::fs::write(&path, text).expect("written");
            let file = std::fs::File::options().append(true).open(&path).expect("the file");
            file.set_modified(modified).expect("its time");
            path
        }
    }

    impl Drop for Inbox {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn a_file_from_the_future_is_taken_when_nothing_changes() {
        let inbox = Inbox::new("future");
        let (now, start) = (SystemTime::now(), Instant::now());
        let ahead = now + Duration::from_secs(86_400 * 365);
        inbox.file("new", "x", now);
        inbox.file("old", "x", now - 2 * REST);
        inbox.file("future", "x", ahead);
        let mut memory = Memory::default();
        let mut look = |after: Duration| -> Vec<String> {
            let files = memory.at_rest(&inbox.0, now, start + after);
            files.iter().filter_map(|(path, _)| path.file_name()?.to_str().map(str::to_owned)).collect()
        };
        assert_eq!(look(Duration::ZERO), ["old"]);
        assert_eq!(look(REST / 2), ["old"]);
        // Still written to.
        inbox.file("future", "xy", ahead);
        assert_eq!(look(REST), ["old"]);
        assert_eq!(look(2 * REST), ["old", "future"]);
    }

    #[test]
    fn what_cannot_be_moved_is_taken_once() {
        let inbox = Inbox::new("stuck");
        let (now, start) = (SystemTime::now(), Instant::now());
        let path = inbox.file("report", "x", now - 2 * REST);
        let mut memory = Memory::default();
        let (_, stamp) = memory.at_rest(&inbox.0, now, start).remove(0);
        assert_eq!(memory.fate(&path, stamp), None);
        // A file stands where the folder was.
        std::fs::write(inbox.0.join("taken"), "").expect("written");
        assert!(put_away(&inbox.0, &path, Fate::Taken).is_err());
        assert!(memory.keep(&path, stamp, Fate::Taken) && !memory.keep(&path, stamp, Fate::Taken));
        assert_eq!(memory.fate(&path, stamp), Some(Fate::Taken));
        // Another file of that name.
        inbox.file("report", "xy", now - 2 * REST);
        let files = memory.at_rest(&inbox.0, now, start);
        let (_, other) = files.iter().find(|(file, _)| *file == path).expect("the file");
        assert_eq!(memory.fate(&path, *other), None);
        std::fs::remove_file(&path).expect("removed");
        memory.at_rest(&inbox.0, now, start);
        assert!(memory.stuck.is_empty());
    }

    #[test]
    fn files_are_put_away_whatever_their_names_are() {
        let inbox = Inbox::new("names");
        let long = "卷".repeat(NAME_BYTES / 3);
        for _ in 0..2 {
            // The folder is made again, and the second finds its name taken.
            let path = inbox.file(&long, "x", SystemTime::now());
            put_away(&inbox.0, &path, Fate::Taken).expect("moved");
        }
        assert_eq!(std::fs::read_dir(inbox.0.join("taken")).expect("a folder").count(), 2);
    }
}
