//! Which parts of a device are in alarm or out of order, so that their return to
//! normal is told as a recovery.
//!
//! A fire goes red and overtakes what its device sent before. So each part keeps the
//! stamp of the frame that spoke of it last, and what is older ends nothing.
//!
//! The cost: a frame with states reads one value of the device's room, and
//! writes it back only when a part enters or leaves a lasting condition, or tells
//! its fire once more. A copy of an alarm, a repeated fault and a normal report of a
//! healthy part write nothing.

use crate::table::state::FIRE;
use tocsin_sdk::{Timestamp, memory};

const KEY: &str = "parts";
/// A part (8 bytes), its lasting bits (2) and a stamp (6).
const ENTRY: usize = 16;
/// Parts remembered of one device. Bounded because a device can name four
/// billion parts; a building with more than this out of order at once loses
/// recoveries of the oldest, never an alarm. 256 entries are 4,096 bytes, copied
/// in well under a microsecond.
const MOST: usize = 256;

/// A clock that is behind by more was not set yet: no frame waits so long.
const LATE_S: u32 = 86_400;

/// A part as it is known here: type flag, system, component, on eight bytes.
pub type Part = [u8; 8];

/// Which frame spoke: its serial number, and when. Serial numbers go round, and begin
/// again at 0 with their device, whose time goes on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stamp {
    serial: u16,
    second: u32,
}

/// What a frame says of a part.
#[derive(Clone, Copy, Debug)]
pub struct Said {
    /// The lasting bits that are set.
    pub now: u16,
    /// Bits that it leaves as they are.
    pub keep: u16,
    pub stamp: Stamp,
}

/// What came of it.
#[derive(Debug, Default, PartialEq)]
pub struct Turn {
    /// The lasting bits that are over.
    pub over: u16,
    /// A newer frame was here before: nothing is over.
    pub is_late: bool,
}

/// Behind the name of a part.
#[derive(PartialEq)]
struct Standing {
    bits: u16,
    stamp: Stamp,
}

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

    /// Notes what a frame says of a part, and answers what that ends.
    pub fn replace(&mut self, part: Part, said: Said) -> Turn {
        let found = self.entries.chunks_exact(ENTRY).position(|entry| entry[..8] == part);
        let Some(at) = found.map(|index| index * ENTRY) else {
            if said.now != 0 {
                self.make_room();
                self.entries.extend_from_slice(&part);
                self.entries.extend_from_slice(&Standing { bits: said.now, stamp: said.stamp }.write());
                self.changed = true;
            }
            return Turn::default();
        };
        let before = Standing::read(&self.entries[at..at + ENTRY]);
        let (after, is_late) = before.hear(said);
        match after.bits {
            0 => drop(self.entries.drain(at..at + ENTRY)),
            _ => self.entries[at + 8..at + ENTRY].copy_from_slice(&after.write()),
        }
        self.changed |= before != after;
        Turn { over: before.bits & !after.bits, is_late }
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
        let fire = |entry: &[u8]| Standing::read(entry).bits & FIRE != 0;
        let at = self.entries.chunks_exact(ENTRY).position(|entry| !fire(entry)).unwrap_or(0) * ENTRY;
        self.entries.drain(at..at + ENTRY);
    }
}

impl Stamp {
    /// A tag's year ends in 98, so that its seconds fit.
    pub fn new(serial: u16, at: Timestamp) -> Stamp {
        Stamp { serial, second: u32::try_from(at / 1_000).unwrap_or_default() }
    }

    fn is_before(self, other: Stamp) -> bool {
        let earlier = other.second.checked_sub(self.second);
        (self.serial.wrapping_sub(other.serial) as i16) < 0 && earlier.is_some_and(|by| by < LATE_S)
    }
}

impl Standing {
    fn read(entry: &[u8]) -> Standing {
        let half = |at: usize| u16::from_le_bytes([entry[at], entry[at + 1]]);
        let second = u32::from(half(12)) | u32::from(half(14)) << 16;
        Standing { bits: half(8), stamp: Stamp { serial: half(10), second } }
    }

    fn write(&self) -> [u8; ENTRY - 8] {
        let ([a, b], [c, d]) = (self.bits.to_le_bytes(), self.stamp.serial.to_le_bytes());
        let [e, f, g, h] = self.stamp.second.to_le_bytes();
        [a, b, c, d, e, f, g, h]
    }

    /// How it stands after a frame, and whether that was late.
    fn hear(&self, said: Said) -> (Standing, bool) {
        let is_late = said.stamp.is_before(self.stamp);
        let bits = said.now | self.bits & if is_late { u16::MAX } else { said.keep };
        // Nothing but a fire overtakes, so nothing else is dated anew each time.
        let is_news = bits != self.bits || said.now & FIRE != 0;
        let stamp = if is_news && !is_late { said.stamp } else { self.stamp };
        (Standing { bits, stamp }, is_late)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By the frame of this serial number, in one second with all others.
    fn said(serial: u16, now: u16) -> Said {
        Said { now, keep: 0, stamp: Stamp::new(serial, 1_783_837_820_000) }
    }

    fn part(n: u16) -> Part {
        let [low, high] = n.to_le_bytes();
        [2, 1, 1, 42, low, high, 0, 0]
    }

    #[test]
    fn remembers_until_over() {
        let _host = tocsin_sdk::mock::Host::fresh();
        let mut known = Known::load();
        assert_eq!(known.replace(part(1), said(1, 2)), Turn::default());
        assert_eq!(known.replace(part(2), said(1, 4)), Turn::default());
        known.save();
        let mut known = Known::load();
        assert_eq!(known.replace(part(1), said(2, 6)).over, 0);
        assert_eq!(known.replace(part(3), said(2, 0)).over, 0);
        known.save();
        let mut known = Known::load();
        let over = |known: &mut Known, n| known.replace(part(n), said(3, 0)).over;
        assert_eq!((over(&mut known, 1), over(&mut known, 2)), (6, 4));
        known.save();
        assert_eq!(memory::get(KEY), None);
    }

    #[test]
    fn writes_what_is_news() {
        let _host = tocsin_sdk::mock::Host::fresh();
        let mut known = Known::load();
        known.replace(part(1), said(7, 2));
        known.replace(part(2), said(7, 4));
        known.save();
        let check = |n: u16, serial: u16, now: u16, writes: bool| {
            let mut known = Known::load();
            known.replace(part(n), said(serial, now));
            assert_eq!(known.changed, writes, "part {n}, serial {serial}, bits {now}");
        };
        check(1, 7, 2, false);
        check(1, 8, 2, true);
        check(1, 6, 2, false);
        check(1, 6, 0, false);
        check(2, 8, 4, false);
        check(2, 6, 12, true);
        check(3, 8, 0, false);
    }

    #[test]
    fn forgets_faults_before_fires() {
        let _host = tocsin_sdk::mock::Host::fresh();
        let mut known = Known::load();
        for n in 0..MOST as u16 {
            known.replace(part(n), said(1, if n < 10 { 2 } else { 8 }));
        }
        known.replace(part(1_000), said(1, 2));
        assert_eq!(known.entries.len(), MOST * ENTRY);
        assert_eq!(known.replace(part(10), said(2, 0)).over, 0, "the oldest fault went");
        assert_eq!(known.replace(part(0), said(2, 0)).over, 2, "the oldest fire stayed");
    }
}
