//! What is remembered of a terminal: under keys of its own where the room is its, else
//! in little room beside the others of one topic.

use super::history::Told;
use tocsin_sdk::{Timestamp, memory};

/// Room key of the alarm bits of the newest frame.
const BITS: &str = "bits";
/// Times of the newest samples told.
const TOLD: &str = "told";
/// How many frames in a row were older than the newest.
const LATE: &str = "late";
/// A clock that was set back is believed after so many.
const LATE_MAX: u8 = 20;
/// Names of those that share the room.
const INDEX: &str = "terminals";
/// Of the room's 64 KiB a long report takes 53,500 bytes, what tells its copies 320 and a
/// terminal of its own 8,300. One of these takes 205, with its name in the index: they fit
/// beside all.
const TERMINALS_MAX: usize = 16;

pub struct Terminal<'a> {
    name: &'a str,
    keeping: Keeping,
    /// Time and alarm bits of the newest frame.
    pub newest: Option<(Timestamp, u8)>,
    pub told: Told,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Keeping {
    /// The room is this terminal's.
    Own,
    Shared,
    /// There is no place left.
    Nothing,
}

impl<'a> Terminal<'a> {
    pub fn of(name: &'a str, room: &str) -> Terminal<'a> {
        if name == room {
            let told = Told::of_times(&memory::get(TOLD).unwrap_or_default());
            return Terminal { name, keeping: Keeping::Own, newest: memory::load(BITS), told };
        }
        let stored = memory::get(&key(name));
        let keeping = if stored.is_some() || has_place(name) { Keeping::Shared } else { Keeping::Nothing };
        let stored = stored.unwrap_or_default();
        let (newest, told) = read(&stored).unwrap_or_default();
        Terminal { name, keeping, newest, told }
    }

    /// Whether a frame says how it stands now: the newest does, and each one of a clock
    /// that was set back for good.
    pub fn is_current(&self, is_newest: bool) -> bool {
        if self.keeping != Keeping::Own {
            return is_newest;
        }
        let late: Option<u8> = memory::load(LATE);
        let more = late.unwrap_or_default().saturating_add(1);
        let is_current = is_newest || more > LATE_MAX;
        match (is_current, late) {
            (true, Some(_)) => memory::forget(LATE),
            (true, None) => {}
            (false, _) => memory::save(LATE, &more),
        }
        is_current
    }

    /// What the city misses of it.
    pub fn fault(&self) -> Option<String> {
        (self.keeping == Keeping::Nothing).then(|| {
            let name = self.name;
            format!(
                "一个来源超过 {TERMINALS_MAX} 台压力终端, {name} 的重发与报警解除不能识别; 请在主题中写明终端 (name the terminal in the topic)"
            )
        })
    }

    /// Times after `limit` are those of a wrong clock.
    pub fn save(self, limit: Timestamp) {
        match self.keeping {
            Keeping::Nothing => {}
            Keeping::Own => {
                memory::put(TOLD, &self.told.into_times(limit));
                if let Some(newest) = self.newest {
                    memory::save(BITS, &newest);
                }
            }
            Keeping::Shared => {
                let (at, bits) = self.newest.unwrap_or_default();
                let head = at.to_le_bytes().into_iter().chain([bits]);
                let bytes: Vec<u8> = head.chain(self.told.into_runs(limit)).collect();
                memory::put(&key(self.name), &bytes);
            }
        }
    }
}

/// Time, bits, runs.
fn read(stored: &[u8]) -> Option<(Option<(Timestamp, u8)>, Told)> {
    let (at, rest) = stored.split_first_chunk()?;
    let (bits, runs) = rest.split_first()?;
    Some((Some((Timestamp::from_le_bytes(*at), *bits)), Told::of_runs(runs)))
}

fn key(name: &str) -> String {
    format!("terminal/{name}")
}

/// Whether there is place for one more in this room; it is taken then.
fn has_place(name: &str) -> bool {
    let mut index: Vec<String> = memory::load(INDEX).unwrap_or_default();
    if index.len() >= TERMINALS_MAX {
        return false;
    }
    index.push(name.to_owned());
    memory::save(INDEX, &index);
    true
}
