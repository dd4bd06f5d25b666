//! Frames out of a stream, whichever protocol its other end speaks.

use crate::pressure;
use crate::sl651::frame::{ASCII, BINARY, station};
use tocsin_sdk::framing::{Marked, any_of};
use tocsin_sdk::{Piece, PieceKind};

/// Their marks begin with three different bytes, so that one place is of one protocol.
const PROTOCOLS: [Marked<'_>; 3] = [BINARY, ASCII, pressure::frame::STREAM];

/// The pieces of a stream. A 33H report is a crossed threshold and goes red.
pub fn pieces(buffer: &[u8]) -> Vec<Piece> {
    any_of(&PROTOCOLS, buffer, |protocol, bytes| match protocol {
        0 => (red(bytes[10] == 0x33), crate::bcd::name(&bytes[3..8])),
        1 => (red(&bytes[17..19] == b"33"), station(&bytes[3..13])),
        _ => {
            let alarms = pressure::frame::Frame::read(bytes).is_ok_and(|frame| frame.alarms_now());
            (red(alarms), pressure::frame::device(bytes))
        }
    })
}

fn red(is_red: bool) -> PieceKind {
    if is_red { PieceKind::Red } else { PieceKind::Routine }
}
