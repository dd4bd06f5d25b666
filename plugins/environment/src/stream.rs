//! Frames out of a stream. The line end behind a frame is none of it: not every
//! logger sends one, so that a frame that waited for it would wait in vain, and one
//! that took it where it has come already would depend on how the stream is cut.

use crate::crc;
use tocsin_sdk::framing::{Extent, Marked};
use tocsin_sdk::{Piece, PieceKind};

/// `##`, four digits.
pub const HEAD: usize = 6;
/// Behind the data segment.
pub const SUM: usize = 4;

pub const FRAMES: Marked<'_> = Marked {
    start: b"##",
    header: HEAD,
    front: |_| true,
    extent: |header| match length(header) {
        Some(length) => Extent::Frame(HEAD + length + SUM),
        // A head, and what is wrong with it is for the decoder to say.
        None if header[2..].iter().all(u8::is_ascii_alphanumeric) => Extent::Forbidden,
        None => Extent::Wrong,
    },
    check: |frame| {
        let (data, sum) = frame[HEAD..].split_at(frame.len() - HEAD - SUM);
        stated(sum) == Some(crc::of(data))
    },
    believable: |_| true,
    yields: |_, _| true,
};

/// What the four digits say.
pub fn length(header: &[u8]) -> Option<usize> {
    let digits = header.get(2..HEAD)?;
    let is_number = digits.iter().all(u8::is_ascii_digit);
    is_number.then(|| digits.iter().fold(0, |length, digit| length * 10 + usize::from(digit - b'0')))
}

/// Four hex digits of either case.
pub fn stated(sum: &[u8]) -> Option<u16> {
    let text = std::str::from_utf8(sum).ok()?;
    let is_hex = text.len() == SUM && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hex.then(|| u16::from_str_radix(text, 16).ok()).flatten()
}

/// An alarm goes red; `MN` names who speaks.
pub fn pieces(buffer: &[u8]) -> Vec<Piece> {
    FRAMES.pieces(buffer, |frame| {
        let has = |text: &[u8]| frame.windows(text.len()).any(|bytes| bytes == text);
        let is_alarm = has(b";CN=2071;") || has(b";CN=2072;");
        (if is_alarm { PieceKind::Red } else { PieceKind::Routine }, device(frame))
    })
}

fn device(frame: &[u8]) -> String {
    let text = String::from_utf8_lossy(frame);
    let named = text.split(['#', ';', '&']).find_map(|part| part.strip_prefix("MN="));
    named.map(tocsin_sdk::field::path_step).unwrap_or_default()
}
