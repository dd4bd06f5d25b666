//! Frames out of a stream: between two marks `7E`, which occur nowhere else.
//!
//! A frame that checks out is a piece with its terminal; two frames may share one
//! mark. What lies between two marks and looks like somebody's header is a routine
//! piece, so that its decoder answers; the mark behind it is left for what follows.
//! All else is noise.

use crate::terminal::frame::{Frame, MARK};
use crate::terminal::is_urgent;
use tocsin_sdk::{Piece, PieceKind};

/// A header of 21, a body of 1,023 and a checksum, every byte escaped.
const LONGEST: usize = 2 * (21 + 1_023 + 1);
/// What is shorter has no header.
const SHORTEST: usize = 13;

pub fn pieces(buffer: &[u8]) -> Vec<Piece> {
    let mut pieces = Vec::with_capacity(1);
    let mut at = 0;
    while at < buffer.len() {
        let marks = buffer[at..].iter().take_while(|byte| **byte == MARK).count();
        let from = at + marks;
        let Some(length) = buffer[from..].iter().position(|byte| *byte == MARK) else {
            // No end yet: only what begins with a mark is waited for.
            let waits = marks > 0 && buffer.len() - from <= LONGEST;
            noise(&mut pieces, if waits { marks - 1 } else { buffer.len() - at });
            break;
        };
        let (inside, end) = (&buffer[from..from + length], from + length);
        // Marks before the last are ends without a beginning.
        let spare = marks.saturating_sub(1);
        match Frame::read(inside) {
            Ok(frame) => {
                noise(&mut pieces, spare);
                let kind = if is_urgent(&frame) { PieceKind::Red } else { PieceKind::Routine };
                pieces.push(Piece { kind, length: size(end + 1 - at - spare), device: frame.terminal() });
                at = end + 1;
            }
            Err(_) if marks > 0 && (SHORTEST..=LONGEST).contains(&length) => {
                noise(&mut pieces, spare);
                pieces.push(Piece::routine(size(end - at - spare), ""));
                at = end;
            }
            Err(_) => {
                noise(&mut pieces, end - at);
                at = end;
            }
        }
    }
    pieces
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
