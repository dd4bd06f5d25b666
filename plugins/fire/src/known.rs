//! Which parts of a device are in alarm or out of order, so that their return to
//! normal is told as a recovery.
//!
//! The cost: a frame with states reads one value of the device's room, and
//! writes it back only when a part enters or leaves a lasting condition. A
//! repeated alarm and a normal report of a healthy part write nothing.

use tocsin_sdk::memory;

const KEY: &str = "abnormal";
/// A part (8 bytes) and its lasting bits (2).
const ENTRY: usize = 10;
/// Parts remembered of one device. Bounded because a device can name four
/// billion parts; a building with more than this out of order at once loses
/// recoveries of the oldest, never an alarm. 256 entries are 2,560 bytes, copied
/// in well under a microsecond.
const MOST: usize = 256;

/// A part as it is known here: type flag, system, component, on eight bytes.
pub type Part = [u8; 8];

/// What is known of one device.
#[derive(Debug)]
pub struct Known {
    entries: Vec<u8>,
    changed: bool,
}

impl Known {
    /// Of the device whose message is being decoded.
    pub fn load() -> Known {
        let mut entries = memory::get(KEY).unwrap_or_default();
        entries.truncate(entries.len() / ENTRY * ENTRY);
        Known { entries, changed: false }
    }

    /// Notes the lasting bits that a part has now, leaves those of `keep` as they
    /// are, and says which it had.
    pub fn replace(&mut self, part: Part, now: u16, keep: u16) -> u16 {
        let found = self.entries.chunks_exact(ENTRY).position(|entry| entry[..8] == part);
        let Some(at) = found.map(|index| index * ENTRY) else {
            if now != 0 {
                self.make_room();
                self.entries.extend_from_slice(&part);
                self.entries.extend_from_slice(&now.to_le_bytes());
                self.changed = true;
            }
            return 0;
        };
        let before = u16::from_le_bytes([self.entries[at + 8], self.entries[at + 9]]);
        let now = now | before & keep;
        if now == 0 {
            self.entries.drain(at..at + ENTRY);
        } else {
            self.entries[at + 8..at + ENTRY].copy_from_slice(&now.to_le_bytes());
        }
        self.changed |= before != now;
        before
    }

    /// Keeps what changed.
    pub fn save(self) {
        match (self.changed, self.entries.is_empty()) {
            (false, _) => {}
            (true, true) => memory::forget(KEY),
            (true, false) => memory::put(KEY, &self.entries),
        }
    }

    /// Forgets the oldest entry, one without a fire if there is one.
    fn make_room(&mut self) {
        if self.entries.len() < MOST * ENTRY {
            return;
        }
        let fire = |entry: &[u8]| u16::from(entry[8]) & crate::table::state::FIRE != 0;
        let at = self.entries.chunks_exact(ENTRY).position(|entry| !fire(entry)).unwrap_or(0) * ENTRY;
        self.entries.drain(at..at + ENTRY);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(n: u16) -> Part {
        let [low, high] = n.to_le_bytes();
        [2, 1, 1, 42, low, high, 0, 0]
    }

    #[test]
    fn remembers_until_over() {
        let _host = tocsin_sdk::mock::Host::fresh();
        let mut known = Known::load();
        assert_eq!(known.replace(part(1), 2, 0), 0);
        assert_eq!(known.replace(part(2), 4, 0), 0);
        known.save();
        let mut known = Known::load();
        assert_eq!(known.replace(part(1), 6, 0), 2);
        assert_eq!(known.replace(part(3), 0, 0), 0);
        known.save();
        let mut known = Known::load();
        assert_eq!((known.replace(part(1), 0, 0), known.replace(part(2), 0, 0)), (6, 4));
        known.save();
        assert_eq!(memory::get(KEY), None);
    }

    #[test]
    fn forgets_faults_before_fires() {
        let _host = tocsin_sdk::mock::Host::fresh();
        let mut known = Known::load();
        for n in 0..MOST as u16 {
            known.replace(part(n), if n < 10 { 2 } else { 8 }, 0);
        }
        known.replace(part(1_000), 2, 0);
        assert_eq!(known.entries.len(), MOST * ENTRY);
        assert_eq!(known.replace(part(10), 0, 0), 0, "the oldest fault went");
        assert_eq!(known.replace(part(0), 0, 0), 2, "the oldest fire stayed");
    }
}
