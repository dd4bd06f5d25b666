//! What a framer made of a buffer.

use super::{DEVICE_BYTES, text};
use crate::bindings::tocsin::plugin::types;
use crate::call::{Piece, PieceKind};
use crate::verdict::{Verdict, VerdictKind};

/// Pieces cover the front of the buffer without gap, so every one has a length
/// and together they are no longer than it. Anything else is a broken framer,
/// and its bytes must not be cut by it.
pub(crate) fn pieces(given: Vec<types::Piece>, buffer: usize) -> Result<Vec<Piece>, Verdict> {
    let lie = |index: usize, what: String| {
        Err(Verdict::new(VerdictKind::Output, format!("piece {index} of the framer {what}")))
    };
    let mut left = buffer;
    let mut pieces = Vec::with_capacity(given.len());
    for (index, piece) in given.into_iter().enumerate() {
        let length = piece.length as usize;
        if length == 0 {
            return lie(index, "has no bytes".into());
        }
        if length > left {
            return lie(index, format!("has {length} bytes where {left} are left of {buffer}"));
        }
        if !text::is_clean(&piece.device, DEVICE_BYTES) {
            return lie(index, format!("names the device `{}`", text::escaped(&piece.device)));
        }
        left -= length;
        let kind = match piece.kind {
            types::PieceKind::Noise => PieceKind::Noise,
            types::PieceKind::Routine => PieceKind::Routine,
            types::PieceKind::Red => PieceKind::Red,
        };
        pieces.push(Piece { kind, length: piece.length, device: piece.device });
    }
    Ok(pieces)
}
