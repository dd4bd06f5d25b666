//! Frames out of a stream: between two marks `7E`, which occur nowhere else.
//!
//! A frame that checks out is a piece with its terminal. Two frames may share one mark:
//! the first takes it, so that also without one a frame begins wherever a terminal's
//! header may stand, and as many bytes as it promises are waited for. What lies between
//! two marks and looks like somebody's header is a routine piece, so that its decoder
//! answers; the mark behind it is left for what follows. So a frame whose own end mark
//! never came ends where the next begins. All else is noise.

use crate::terminal::frame::{ESCAPE, Frame, MARK, is_decimal};
use crate::terminal::is_urgent;
use tocsin_sdk::{Piece, PieceKind};

/// A header of 21, a body of 1,023 and a checksum, every byte escaped.
const LONGEST: usize = 2 * (21 + 1_023 + 1);
/// What is shorter has no header.
const SHORTEST: usize = 13;
/// Of a header, up to the end of the longer telephone.
const FRONT: usize = 15;

enum Found {
    Frame(PieceKind, String),
    Damaged,
    /// More bytes will tell.
    Open,
}

pub fn pieces(buffer: &[u8]) -> Vec<Piece> {
    let mut pieces = Vec::with_capacity(1);
    // What lies between the two is noise.
    let (mut done, mut at) = (0, 0);
    while let Some(first) = buffer.get(at) {
        let from = at + usize::from(*first == MARK);
        let length = buffer[from..].iter().position(|byte| *byte == MARK);
        let (end, is_closed) = (length.map_or(buffer.len(), |length| from + length), length.is_some());
        let inside = &buffer[from..end];
        let marked = if from > at { behind_mark(inside, is_closed) } else { None };
        let found = match marked {
            Some(found) => Some((at, found)),
            None => behind_frame(inside, is_closed).map(|(skipped, found)| (from + skipped, found)),
        };
        let Some((start, found)) = found else {
            at = end;
            continue;
        };
        noise(&mut pieces, start - done);
        (done, at) = (start, start);
        let (kind, device, behind) = match found {
            Found::Frame(kind, device) => (kind, device, end + 1),
            Found::Damaged => (PieceKind::Routine, String::new(), end),
            Found::Open => break,
        };
        pieces.push(Piece { kind, length: size(behind - start), device });
        (done, at) = (behind, behind);
    }
    noise(&mut pieces, at - done);
    pieces
}

/// What stands between a mark and the next, or the end of what is there.
fn behind_mark(inside: &[u8], is_closed: bool) -> Option<Found> {
    match inside.len() {
        length if length > LONGEST => None,
        _ if !is_closed => Some(Found::Open),
        length => whole(inside).or_else(|| (length >= SHORTEST).then_some(Found::Damaged)),
    }
}

/// The first place where a frame begins without a mark of its own. Each is judged by
/// the bytes from there on: those before may have gone in an earlier read.
fn behind_frame(inside: &[u8], is_closed: bool) -> Option<(usize, Found)> {
    let mut plain = inside.iter().filter(|byte| **byte != ESCAPE).count();
    for (at, byte) in inside.iter().enumerate() {
        if let Some(promised) = promised(&inside[at..]) {
            // Each byte may be escaped, and what is not an escape does not count.
            if !is_closed && plain <= promised && inside.len() - at <= 2 * promised {
                return Some((at, Found::Open));
            }
            if is_closed
                && plain == promised
                && let Some(found) = whole(&inside[at..])
            {
                return Some((at, found));
            }
        }
        plain -= usize::from(*byte != ESCAPE);
    }
    None
}

fn whole(inside: &[u8]) -> Option<Found> {
    let frame = Frame::read(inside).ok()?;
    let kind = if is_urgent(&frame) { PieceKind::Red } else { PieceKind::Routine };
    Some(Found::Frame(kind, frame.terminal()))
}

/// How many bytes without escapes a frame has that begins like this; as long as that is
/// not known, the most. None: this is no terminal's header, which has a message of 0001H
/// to 1FFFH, no reserved bit and a telephone of decimal digits. A line end is none
/// either: it may stand behind the last frame, and the key of 0A00 is nowhere needed.
fn promised(bytes: &[u8]) -> Option<usize> {
    // What is not there yet is what would do.
    let (mut front, mut known, mut rest) = ([0; FRONT], 0, bytes.iter());
    while known < FRONT
        && let Some(byte) = rest.next()
    {
        front[known] = match (*byte, if *byte == ESCAPE { rest.next() } else { None }) {
            (ESCAPE, Some(1)) => ESCAPE,
            (ESCAPE, Some(2)) => MARK,
            (ESCAPE, Some(_)) => return None,
            (ESCAPE, None) => break,
            (byte, _) => byte,
        };
        known += 1;
    }
    let properties = u16::from_be_bytes([front[2], front[3]]);
    let (phone, header) = if properties & 1 << 14 == 0 { (4..10, 12) } else { (5..15, 17) };
    let is_header = front[0] < 0x20
        && !matches!(front[0], b'\r' | b'\n')
        && (known < 2 || front[..2] != [0, 0])
        && properties & 1 << 15 == 0
        && is_decimal(&front[phone]);
    let packet = if properties & 1 << 13 == 0 { 0 } else { 4 };
    let length = if known < 4 { LONGEST } else { header + packet + usize::from(properties & 0x3FF) + 1 };
    is_header.then_some(length)
}

fn noise(pieces: &mut Vec<Piece>, bytes: usize) {
    if bytes > 0 {
        pieces.push(Piece::noise(size(bytes)));
    }
}

/// A buffer is at most some MiB: the host's limits see to it.
fn size(bytes: usize) -> u32 {
    u32::try_from(bytes).unwrap_or(u32::MAX)
}
