//! Frames out of a TCP stream: who speaks, and what must not wait.

use crate::adu::Objects;
use crate::frame::{self, HEADER, MOST_DATA, SHORTEST, command};
use crate::moment;
use tocsin_sdk::framing::{Extent, Marked};
use tocsin_sdk::{Piece, PieceKind};

const STREAM: Marked<'_> = Marked {
    start: frame::START,
    header: HEADER,
    front: |_| true,
    extent: |header| match frame::data_length(header) {
        length if length > MOST_DATA => Extent::Forbidden,
        length => Extent::Frame(SHORTEST + length),
    },
    check: |bytes| bytes.ends_with(frame::END) && bytes[bytes.len() - 3] == frame::checksum(bytes),
    believable,
    // A private frame may carry a frame of a device behind it. Only one of the
    // same source means that the sender began again, unless what it began is no
    // header at all.
    yields: |header, behind| !believable(header) || header[12..18] == behind[12..18],
};

/// The pieces of a stream. A frame that holds a fire is red.
pub fn pieces(buffer: &[u8]) -> Vec<Piece> {
    STREAM.pieces(buffer, |bytes| {
        let kind = if holds_fire(bytes) { PieceKind::Red } else { PieceKind::Routine };
        (kind, frame::device(&bytes[12..18]))
    })
}

/// The command tells a header from padding, the time tag from text and noise.
fn believable(header: &[u8]) -> bool {
    header[26] != 0 && moment::plausible(&header[6..12])
}

/// Given a frame that checks out.
fn holds_fire(bytes: &[u8]) -> bool {
    matches!(bytes[26], command::SEND | command::ANSWER | command::ACK | command::NAK)
        && Objects::read(&bytes[HEADER..bytes.len() - 3]).is_ok_and(|objects| objects.hold_fire())
}
