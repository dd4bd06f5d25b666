//! One look over a buffer for the frames of [`Marked`] protocols.

use super::marked::{Found, Marked};
use crate::{Piece, PieceKind};
use std::collections::VecDeque;

#[derive(Debug)]
pub(super) struct Reader<'a> {
    protocols: &'a [Marked<'a>],
    buffer: &'a [u8],
    /// Start and end of whole frames that begin before `scouted`, in that order:
    /// candidates overlap, and garbage that is all marks must not be read again for
    /// each.
    wholes: VecDeque<(usize, usize)>,
    scouted: usize,
}

/// What becomes of one place.
enum Judged {
    /// A frame of a protocol, up to there.
    Frame(usize, usize),
    /// A damaged one, up to there.
    Damaged(usize),
    /// More bytes will tell.
    Open,
    Nothing,
}

impl<'a> Reader<'a> {
    pub fn new(protocols: &'a [Marked<'a>], buffer: &'a [u8]) -> Reader<'a> {
        Reader { protocols, buffer, wholes: VecDeque::new(), scouted: 0 }
    }

    pub fn pieces(mut self, speaker: impl Fn(usize, &[u8]) -> (PieceKind, String)) -> Vec<Piece> {
        let mut pieces = Vec::with_capacity(1);
        let (mut done, mut at) = (0, 0);
        while at < self.buffer.len() {
            let (piece, end) = match self.judge(at) {
                Judged::Open => break,
                Judged::Nothing => {
                    at = self.next_mark(self.buffer, at + 1);
                    continue;
                }
                Judged::Frame(protocol, end) => {
                    let (kind, device) = speaker(protocol, &self.buffer[at..end]);
                    (Piece { kind, length: length(end - at), device }, end)
                }
                Judged::Damaged(end) => (Piece::routine(length(end - at), ""), end),
            };
            noise(&mut pieces, at - done);
            pieces.push(piece);
            (done, at) = (end, end);
        }
        noise(&mut pieces, at.min(self.buffer.len()) - done);
        pieces
    }

    fn judge(&mut self, at: usize) -> Judged {
        let (protocol, found) = self.look(self.buffer, at);
        let extent = match found {
            Found::Nothing => return Judged::Nothing,
            Found::Forbidden => {
                let header = self.protocols[protocol].header;
                return self.damaged(protocol, at, at + header);
            }
            Found::Whole(length) | Found::Failed(length) | Found::Open(length) => length,
        };
        if let Some(end) = self.interruption(protocol, at, at + extent) {
            return self.damaged(protocol, at, end);
        }
        match found {
            Found::Whole(length) => Judged::Frame(protocol, at + length),
            Found::Failed(length) => self.damaged(protocol, at, at + length),
            _ => Judged::Open,
        }
    }

    /// What stands at a place, and by which protocol.
    fn look(&self, bytes: &[u8], at: usize) -> (usize, Found) {
        let looks = self.protocols.iter().map(|protocol| protocol.look(&bytes[at..]));
        let mut found = looks.enumerate().filter(|(_, found)| *found != Found::Nothing);
        found.next().unwrap_or((0, Found::Nothing))
    }

    /// A candidate at `at` that turned out to be none once the bytes up to `known`
    /// were there. A damaged frame ends before the first place inside where, by
    /// those bytes, another begins or may begin.
    fn damaged(&self, protocol: usize, at: usize, known: usize) -> Judged {
        let Marked { header, believable, .. } = self.protocols[protocol];
        let bytes = &self.buffer[..known];
        if !bytes.get(at..at + header).is_some_and(believable) {
            return Judged::Nothing;
        }
        let mut end = self.next_mark(bytes, at + 1);
        while end < known && !matches!(self.look(bytes, end).1, Found::Whole(_) | Found::Open(_)) {
            end = self.next_mark(bytes, end + 1);
        }
        if end - at < header { Judged::Nothing } else { Judged::Damaged(end) }
    }

    /// The end of the whole frame that is the first to be complete inside the
    /// candidate from `at` to `end`, of those that it gives way to.
    fn interruption(&mut self, protocol: usize, at: usize, end: usize) -> Option<usize> {
        let end = end.min(self.buffer.len());
        while self.wholes.front().is_some_and(|(start, _)| *start <= at) {
            self.wholes.pop_front();
        }
        let mut next = self.next_mark(self.buffer, self.scouted.max(at + 1));
        while next < end {
            if let (_, Found::Whole(length)) = self.look(self.buffer, next) {
                self.wholes.push_back((next, next + length));
            }
            next = self.next_mark(self.buffer, next + 1);
        }
        self.scouted = next;
        let Marked { start: mark, header, yields, .. } = self.protocols[protocol];
        let gives_way = |(start, behind): &(usize, usize)| {
            let begins = self.buffer[..*behind].get(at..at + header);
            // Marks that overlap are one mark and a stray byte before it; what has no
            // header by then is no frame that could carry another.
            *start < at + mark.len()
                || begins.is_none_or(|header| yields(header, &self.buffer[*start..*behind]))
        };
        let inside = self.wholes.iter().filter(|(start, behind)| *start < end && *behind <= end);
        inside.filter(|whole| gives_way(whole)).map(|(_, behind)| *behind).min()
    }

    /// The next place at or behind `from` where a mark, or the beginning of one
    /// that `bytes` cut off, stands; their end where there is none.
    fn next_mark(&self, bytes: &[u8], from: usize) -> usize {
        let mut at = from;
        while let Some(place) = self.next_first(bytes, at) {
            let behind = &bytes[place..];
            let begins = |start: &[u8]| start.iter().zip(behind).all(|(mark, byte)| mark == byte);
            if self.protocols.iter().any(|protocol| begins(protocol.start)) {
                return place;
            }
            at = place + 1;
        }
        bytes.len()
    }

    /// The next place at or behind `from` of a byte that a mark may begin with, none left
    /// out. Every byte of every frame is looked at here, so many at once.
    fn next_first(&self, bytes: &[u8], from: usize) -> Option<usize> {
        let mut at = from;
        while let Some(block) = bytes.get(at..)?.first_chunk()
            && !self.protocols.iter().any(|protocol| holds(block, protocol.start[0]))
        {
            at += BLOCK;
        }
        while at < bytes.len() {
            // Of less than a word the last one, without the bytes before.
            let (base, word) = match (bytes[at..].first_chunk(), bytes.last_chunk()) {
                (Some(word), _) => (at, word),
                (None, Some(word)) => (bytes.len() - WORD, word),
                (None, None) => return self.first_of_few(bytes, at),
            };
            let firsts = self.protocols.iter().map(|protocol| places(word, protocol.start[0]));
            let found = firsts.fold(0, |all, places| all | places) & u64::MAX << (8 * (at - base));
            if found != 0 {
                return Some(base + found.trailing_zeros() as usize / 8);
            }
            at = base + WORD;
        }
        None
    }

    #[cold]
    fn first_of_few(&self, bytes: &[u8], from: usize) -> Option<usize> {
        (from..bytes.len()).find(|at| self.protocols.iter().any(|protocol| bytes[*at] == protocol.start[0]))
    }
}

const WORD: usize = size_of::<u64>();
const BLOCK: usize = 4 * WORD;

/// Whether one of the bytes is this one.
fn holds(block: &[u8; BLOCK], byte: u8) -> bool {
    block.as_chunks().0.iter().fold(0, |any, word| any | places(word, byte)) != 0
}

/// Where the byte stands first in the word: the lowest bit that is set is that byte's
/// highest. Those above it say nothing.
fn places(word: &[u8; WORD], byte: u8) -> u64 {
    const ONES: u64 = u64::MAX / 0xFF;
    let differences = u64::from_le_bytes(*word) ^ (ONES * u64::from(byte));
    // A byte without a difference borrows from the one above.
    differences.wrapping_sub(ONES) & !differences & (ONES << 7)
}

fn noise(pieces: &mut Vec<Piece>, bytes: usize) {
    if bytes > 0 {
        pieces.push(Piece::noise(length(bytes)));
    }
}

/// A buffer is at most some MiB: the host's limits see to it.
fn length(bytes: usize) -> u32 {
    u32::try_from(bytes).unwrap_or(u32::MAX)
}
