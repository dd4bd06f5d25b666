//! Frames out of a stream, whichever protocol its other end speaks.

use crate::pressure;
use crate::sl651::frame::{ASCII, BINARY};
use tocsin_sdk::framing::Marked;
use tocsin_sdk::{Piece, PieceKind};

/// The pieces of a stream. One connection speaks one protocol: that whose mark
/// comes first. A 33H report is a crossed threshold and goes red.
pub fn pieces(buffer: &[u8]) -> Vec<Piece> {
    match protocol(buffer) {
        Protocol::Binary => BINARY.pieces(buffer, |bytes| {
            let kind = if bytes[10] == 0x33 { PieceKind::Red } else { PieceKind::Routine };
            (kind, crate::bcd::digits(&bytes[3..8]).unwrap_or_default())
        }),
        Protocol::Ascii => ASCII.pieces(buffer, |bytes| {
            let kind = if &bytes[17..19] == b"33" { PieceKind::Red } else { PieceKind::Routine };
            (kind, String::from_utf8_lossy(&bytes[3..13]).into_owned())
        }),
        Protocol::Pressure => pressure::frame::STREAM.pieces(buffer, |bytes| {
            let kind = match pressure::frame::Frame::read(bytes) {
                Ok(frame) if frame.alarms_now() => PieceKind::Red,
                _ => PieceKind::Routine,
            };
            (kind, pressure::frame::device(bytes))
        }),
    }
}

enum Protocol {
    Binary,
    Ascii,
    Pressure,
}

fn protocol(buffer: &[u8]) -> Protocol {
    // Where a mark begins; at the buffer's end the front of one is one, or a
    // stream that comes byte by byte would begin with noise.
    let place = |marked: &Marked<'_>| {
        let begins = |at: &usize| {
            let bytes = &buffer[*at..];
            let known = bytes.len().min(marked.start.len());
            bytes[..known] == marked.start[..known]
        };
        (0..buffer.len()).find(begins).unwrap_or(usize::MAX)
    };
    let ascii = (0..buffer.len()).find(|at| {
        let bytes = &buffer[*at..buffer.len().min(at + 3)];
        bytes[0] == 0x01 && bytes[1..].iter().all(u8::is_ascii_hexdigit)
    });
    let (binary, pressure) = (place(&BINARY), place(&pressure::frame::STREAM));
    match ascii.unwrap_or(usize::MAX) {
        ascii if ascii < binary && ascii < pressure => Protocol::Ascii,
        _ if pressure < binary => Protocol::Pressure,
        _ => Protocol::Binary,
    }
}
