//! Frames that begin with a mark and say their length, out of a stream that may
//! hold anything.
//!
//! What it promises, whatever the chunks the stream arrives in:
//! - The whole frames it finds are those that reading from the left finds: at
//!   each place a frame that checks out is taken, else the next *byte* is tried,
//!   never the place behind the mark. Garbage that ends in the first half of a
//!   mark costs nothing.
//! - A false length swallows nothing: bytes are given up only as far as it is
//!   known that no frame begins in them.
//! - A damaged frame, one whose header is believable but whose check fails or
//!   whose length is forbidden, is a routine piece without a device, so that
//!   the decoder can answer it. All else is noise.
//!
//! Only a frame that is not complete yet is waited for, and even then not past a
//! whole frame behind it where [`Marked::yields`] says so.

use crate::{Piece, PieceKind};

/// How far the header at a start mark reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// The whole frame, from the first byte of the mark to behind its end.
    Frame(usize),
    /// It says a length that the protocol forbids; what follows is not waited for.
    Forbidden,
    /// No header at all.
    Wrong,
}

/// A protocol of frames with a start mark and a length.
///
/// ```
/// use tocsin_sdk::framing::{Extent, Marked};
/// use tocsin_sdk::{Piece, PieceKind};
///
/// // `7E 7E`, one byte of length, that many bytes, their sum.
/// const FRAMES: Marked = Marked {
///     start: &[0x7E, 0x7E],
///     header: 3,
///     extent: |header| Extent::Frame(4 + usize::from(header[2])),
///     check: |frame| {
///         let (sum, body) = frame[3..].split_last().unwrap();
///         *sum == body.iter().fold(0u8, |sum, byte| sum.wrapping_add(*byte))
///     },
///     believable: |_| true,
///     yields: |_, _| true,
/// };
///
/// let stream = [0x7E, 0x7E, 0x7E, 2, 5, 6, 11, 0x7E];
/// let pieces = FRAMES.pieces(&stream, |_| (PieceKind::Routine, "station-7".to_owned()));
/// assert_eq!(pieces, [Piece::noise(1), Piece::routine(6, "station-7")]);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Marked<'a> {
    /// What every frame begins with; not empty.
    pub start: &'a [u8],
    /// Bytes from the first of the mark until the length is known; at least the mark.
    pub header: usize,
    /// Reads the length. Given exactly `header` bytes.
    pub extent: fn(&[u8]) -> Extent,
    /// Checksum and end mark. Given the whole frame. Cheap tests first: garbage
    /// can make every byte a candidate.
    pub check: fn(&[u8]) -> bool,
    /// Whether a header whose frame fails its check still looks like somebody's,
    /// so that the decoder should see it. Given exactly `header` bytes.
    pub believable: fn(&[u8]) -> bool,
    /// Whether a candidate that is not complete yet gives way to a whole frame
    /// behind it. Given the candidate's header and the whole frame. `true` is
    /// right unless frames carry frames inside.
    pub yields: fn(&[u8], &[u8]) -> bool,
}

/// What stands at one place of the buffer.
enum Found {
    /// A frame that checks out.
    Whole(usize),
    /// A header whose frame, of that length, fails its check.
    Failed(usize),
    /// A header with a forbidden length.
    Forbidden,
    /// A frame may begin here; more bytes will tell.
    Open,
    /// No frame begins here.
    Nothing,
}

impl Marked<'_> {
    /// The pieces at the front of `buffer`. `speaker` looks at a whole frame and
    /// says whether it is red and which device speaks.
    pub fn pieces(&self, buffer: &[u8], speaker: impl Fn(&[u8]) -> (PieceKind, String)) -> Vec<Piece> {
        let mut pieces = Vec::with_capacity(1);
        let (mut done, mut at) = (0, 0);
        while at < buffer.len() {
            let (whole, end) = match self.look(buffer, at) {
                Found::Whole(length) => (true, at + length),
                Found::Failed(length) => (false, self.damaged(buffer, at, length)),
                Found::Forbidden => (false, self.damaged(buffer, at, self.header)),
                Found::Nothing => (false, at),
                Found::Open => match self.overtaker(buffer, at) {
                    Some(next) => {
                        at = next;
                        continue;
                    }
                    None => break,
                },
            };
            if end == at {
                at = self.next_mark(buffer, at + 1);
                continue;
            }
            push_noise(&mut pieces, at - done);
            let (kind, device) = match whole {
                true => speaker(&buffer[at..end]),
                false => (PieceKind::Routine, String::new()),
            };
            pieces.push(Piece { kind, length: length(end - at), device });
            (done, at) = (end, end);
        }
        push_noise(&mut pieces, at.min(buffer.len()) - done);
        pieces
    }

    fn look(&self, buffer: &[u8], at: usize) -> Found {
        let rest = &buffer[at..];
        if rest.len() < self.start.len() {
            return if self.start.starts_with(rest) { Found::Open } else { Found::Nothing };
        }
        if !rest.starts_with(self.start) {
            return Found::Nothing;
        }
        let Some(header) = rest.get(..self.header) else {
            return Found::Open;
        };
        match (self.extent)(header) {
            Extent::Wrong => Found::Nothing,
            Extent::Forbidden => Found::Forbidden,
            Extent::Frame(length) => match rest.get(..length.max(self.header)) {
                None => Found::Open,
                Some(frame) if (self.check)(frame) => Found::Whole(frame.len()),
                Some(frame) => Found::Failed(frame.len()),
            },
        }
    }

    /// Where the damaged frame of `length` at `at` ends: before the first place
    /// inside it where another frame begins or may begin. `at` itself where what
    /// is left is no damaged frame but garbage.
    fn damaged(&self, buffer: &[u8], at: usize, length: usize) -> usize {
        if !(self.believable)(&buffer[at..at + self.header]) {
            return at;
        }
        let mut next = self.next_mark(buffer, at + 1);
        while next < at + length && !matches!(self.look(buffer, next), Found::Whole(_) | Found::Open) {
            next = self.next_mark(buffer, next + 1);
        }
        match next.min(at + length) {
            end if end - at < self.header => at,
            end => end,
        }
    }

    /// The first whole frame behind the open candidate at `at` that it gives way to.
    fn overtaker(&self, buffer: &[u8], at: usize) -> Option<usize> {
        let header = buffer.get(at..at + self.header)?;
        let mut next = self.next_mark(buffer, at + 1);
        while next < buffer.len() {
            if let Found::Whole(length) = self.look(buffer, next)
                // Marks that overlap are one mark and a stray byte before it.
                && (next < at + self.start.len() || (self.yields)(header, &buffer[next..next + length]))
            {
                return Some(next);
            }
            next = self.next_mark(buffer, next + 1);
        }
        None
    }

    /// The next place at or behind `from` where a mark, or the beginning of one
    /// that the buffer cuts off, stands; the end of the buffer where there is none.
    fn next_mark(&self, buffer: &[u8], from: usize) -> usize {
        let first = self.start[0];
        let mut at = from;
        while let Some(offset) = buffer.get(at..).and_then(|rest| rest.iter().position(|byte| *byte == first))
        {
            at += offset;
            let seen = (buffer.len() - at).min(self.start.len());
            if buffer[at..at + seen] == self.start[..seen] {
                return at;
            }
            at += 1;
        }
        buffer.len()
    }
}

fn push_noise(pieces: &mut Vec<Piece>, bytes: usize) {
    if bytes > 0 {
        pieces.push(Piece::noise(length(bytes)));
    }
}

/// A buffer is at most some MiB: the host's limits see to it.
fn length(bytes: usize) -> u32 {
    u32::try_from(bytes).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
