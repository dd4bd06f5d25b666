//! Frames that begin with a mark and say their length, out of a stream that may
//! hold anything.
//!
//! What it promises, whatever the chunks the stream arrives in:
//! - The pieces are those that reading byte by byte gives. Each place is judged by
//!   the bytes up to where its own frame would end, or up to the first whole frame
//!   inside it that it gives way to, never by what comes behind.
//! - At each place a frame that checks out is taken, else the next *byte* is tried,
//!   never the place behind the mark. Garbage that ends in the first half of a
//!   mark costs nothing.
//! - A false length swallows nothing: bytes are given up only as far as it is
//!   known that no frame begins in them.
//! - A damaged frame, one whose header is believable but whose check fails, whose
//!   length is forbidden or which another interrupts, is a routine piece without a
//!   device, so that the decoder can answer it. All else is noise.
//!
//! Only a frame that is not complete yet is waited for, and even then not past a
//! whole frame behind it where [`Marked::yields`] says so.

use super::reader::Reader;
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
///     front: |_| true,
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
    /// Whether a header that the end of what is there cuts off, behind the mark or
    /// later, can still become one. `|_| true` where the mark is rare in garbage.
    pub front: fn(&[u8]) -> bool,
    /// Reads the length. Given exactly `header` bytes.
    pub extent: fn(&[u8]) -> Extent,
    /// Checksum and end mark. Given the whole frame. Cheap tests first: garbage
    /// can make every byte a candidate.
    pub check: fn(&[u8]) -> bool,
    /// Whether a header whose frame fails its check still looks like somebody's,
    /// so that the decoder should see it. Given exactly `header` bytes.
    pub believable: fn(&[u8]) -> bool,
    /// Whether a candidate gives way to a whole frame that begins inside it: its
    /// sender was interrupted, or its length is false. Given the candidate's header
    /// and the whole frame. `true` is right unless frames carry frames inside. It is
    /// asked before the candidate is complete and after, or what becomes of it would
    /// depend on how much has come.
    pub yields: fn(&[u8], &[u8]) -> bool,
}

/// What stands at one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// A frame of that length that checks out.
    Whole(usize),
    /// A header whose frame, of that length, fails its check.
    Failed(usize),
    /// A header with a forbidden length.
    Forbidden,
    /// A frame may begin here; so many bytes will tell.
    Open(usize),
    /// No frame begins here.
    Nothing,
}

impl Marked<'_> {
    /// The pieces at the front of `buffer`. `speaker` looks at a whole frame and
    /// says whether it is red and which device speaks.
    pub fn pieces(&self, buffer: &[u8], speaker: impl Fn(&[u8]) -> (PieceKind, String)) -> Vec<Piece> {
        any_of(std::slice::from_ref(self), buffer, |_, frame| speaker(frame))
    }

    /// What `bytes` begin with.
    pub(super) fn look(&self, bytes: &[u8]) -> Found {
        if bytes.len() < self.start.len() {
            return if self.start.starts_with(bytes) { Found::Open(self.header) } else { Found::Nothing };
        }
        if !bytes.starts_with(self.start) {
            return Found::Nothing;
        }
        let Some(header) = bytes.get(..self.header) else {
            return if (self.front)(bytes) { Found::Open(self.header) } else { Found::Nothing };
        };
        match (self.extent)(header) {
            Extent::Wrong => Found::Nothing,
            Extent::Forbidden => Found::Forbidden,
            Extent::Frame(length) => match bytes.get(..length.max(self.header)) {
                None => Found::Open(length),
                Some(frame) if (self.check)(frame) => Found::Whole(frame.len()),
                Some(frame) => Found::Failed(frame.len()),
            },
        }
    }
}

/// The pieces at the front of `buffer` where the other end may speak any of several
/// protocols. Their marks must differ: none is the beginning of another. `speaker`
/// is told which protocol a whole frame is of.
pub fn any_of(
    protocols: &[Marked<'_>],
    buffer: &[u8],
    speaker: impl Fn(usize, &[u8]) -> (PieceKind, String),
) -> Vec<Piece> {
    Reader::new(protocols, buffer).pieces(speaker)
}

#[cfg(test)]
mod tests;
