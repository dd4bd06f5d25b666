//! SIP messages out of a stream or a datagram: where they end, who speaks, what is red.
//!
//! A message runs to the end that its Content-Length names; without one to the next
//! start line or the end of what is there. A start line inside a message that is not
//! whole begins another: the first one is cut there and its decoder says so. Whatever
//! no message holds (CRLF keep-alives, garbage, headers without an end) is noise.

use super::message::{self, Message, Start};
use crate::table::{self, Sort};
use tocsin_sdk::Piece;

/// Twelve headers have 1 KiB; eight proxies and their routes 4.
const HEAD_BYTES_MAX: usize = 32 << 10;
/// What the door keeps of a connection is 64 KiB, and a datagram has no more.
const BODY_BYTES_MAX: usize = 48 << 10;
/// A start line is a method and one address.
const LINE_BYTES_MAX: usize = 1 << 10;

/// Where a message may begin in the midst of a stream. `EGISTER`, what is left of one
/// whose first byte was given up, is none.
const METHODS: [&[u8]; 14] = [
    b"REGISTER ",
    b"MESSAGE ",
    b"NOTIFY ",
    b"SUBSCRIBE ",
    b"INVITE ",
    b"ACK ",
    b"BYE ",
    b"CANCEL ",
    b"OPTIONS ",
    b"INFO ",
    b"UPDATE ",
    b"PRACK ",
    b"REFER ",
    b"PUBLISH ",
];
const STATUS: &[u8] = b"SIP/2.0 ";

pub fn pieces(buffer: &[u8]) -> Vec<Piece> {
    let mut pieces = Vec::with_capacity(2);
    let (mut done, mut at) = (0, 0);
    while at < buffer.len() {
        match look(&buffer[at..]) {
            Found::Message(length) => {
                noise(&mut pieces, at - done);
                let bytes = &buffer[at..at + length];
                pieces.push(piece(bytes));
                at += length;
                done = at;
            }
            Found::Open => break,
            Found::Nothing => at = next_start(buffer, at + 1),
        }
    }
    noise(&mut pieces, at.min(buffer.len()) - done);
    pieces
}

enum Found {
    Message(usize),
    /// More bytes will tell.
    Open,
    Nothing,
}

fn look(bytes: &[u8]) -> Found {
    let known = match begins(bytes) {
        Begin::Yes => true,
        Begin::Maybe => return Found::Open,
        // Any other method, if it is all there: its decoder answers.
        Begin::No => false,
    };
    // Headers that another message interrupts have no end.
    let next = next_line(bytes, 1);
    let Some((_, body)) = message::split(&bytes[..next.min(HEAD_BYTES_MAX)]) else {
        let is_open = known && bytes.len() < HEAD_BYTES_MAX && next == bytes.len();
        return if is_open && plausible(bytes) { Found::Open } else { Found::Nothing };
    };
    if line(bytes).and_then(Start::read).is_none() {
        return Found::Nothing;
    }
    let length = Message::read(&bytes[..body]).and_then(|message| message.content_length());
    let behind = &bytes[body..];
    match length {
        None => Found::Message(next_start(bytes, body)),
        // The decoder says that it is too large; what follows is noise.
        Some(length) if length > BODY_BYTES_MAX => Found::Message(body),
        Some(length) => match behind.get(..length) {
            Some(inside) => match next_line(bytes, body) {
                end if end < body + length => Found::Message(end),
                end => {
                    let more = message::cuts(inside, &bytes[body + length..end]);
                    Found::Message(if more { end } else { body + length })
                }
            },
            None => match next_line(bytes, body) {
                end if end < bytes.len() => Found::Message(end),
                _ if known => Found::Open,
                _ => Found::Nothing,
            },
        },
    }
}

enum Begin {
    Yes,
    /// All that is there could become a beginning.
    Maybe,
    No,
}

fn begins(bytes: &[u8]) -> Begin {
    let words = || METHODS.iter().copied().chain([STATUS]);
    if words().any(|word| bytes.starts_with(word)) {
        Begin::Yes
    } else if words().any(|word| word.starts_with(bytes)) {
        Begin::Maybe
    } else {
        Begin::No
    }
}

/// Whether what is there of the first line can become a start line.
fn plausible(bytes: &[u8]) -> bool {
    match line(bytes) {
        Some(line) => Start::read(line).is_some(),
        None => {
            bytes.len() < LINE_BYTES_MAX
                && bytes.iter().all(|byte| !byte.is_ascii_control() || *byte == b'\r')
        }
    }
}

/// The first line without its end, if it has one.
fn line(bytes: &[u8]) -> Option<&[u8]> {
    let end = bytes.iter().take(LINE_BYTES_MAX).position(|byte| *byte == b'\n')?;
    Some(bytes[..end].strip_suffix(b"\r").unwrap_or(&bytes[..end]))
}

/// The next place at or behind `from` where a start line stands.
fn next_line(bytes: &[u8], from: usize) -> usize {
    let is_start = |at: &usize| {
        let rest = &bytes[*at..];
        rest[0].is_ascii_uppercase()
            && matches!(begins(rest), Begin::Yes)
            && line(rest).and_then(Start::read).is_some()
    };
    (from..bytes.len()).find(is_start).unwrap_or(bytes.len())
}

/// The same, or where one may stand once more bytes have come.
fn next_start(bytes: &[u8], from: usize) -> usize {
    let may_start = |at: &usize| {
        let rest = &bytes[*at..];
        let begins_line = *at == 0 || bytes[*at - 1] == b'\n';
        rest[0].is_ascii_uppercase()
            && match (begins(rest), line(rest)) {
                (Begin::No, _) => false,
                (Begin::Yes, Some(line)) => Start::read(line).is_some(),
                (Begin::Yes | Begin::Maybe, _) => begins_line,
            }
    };
    (from..bytes.len()).find(may_start).unwrap_or(bytes.len())
}

fn piece(bytes: &[u8]) -> Piece {
    let length = size(bytes.len());
    let Some(message) = Message::read(bytes) else { return Piece::routine(length, "") };
    let device = match message.fault() {
        None => message.speaker().unwrap_or_default(),
        Some(_) => "",
    };
    match is_red(&message) {
        true => Piece::red(length, device),
        false => Piece::routine(length, device),
    }
}

/// An alarm of a kind that is a danger, not a movement or a fault. Its text is ASCII
/// in every encoding that it may come in.
fn is_red(message: &Message<'_>) -> bool {
    if !matches!(message.start, Start::Request { method: "MESSAGE" | "NOTIFY", .. }) {
        return false;
    }
    let (body, _) = message.body();
    let element = |name: &[u8]| {
        let at = body.windows(name.len()).position(|window| window.eq_ignore_ascii_case(name))? + name.len();
        let text = body.get(at..)?.split(|byte| *byte == b'<').next()?;
        std::str::from_utf8(text).ok().map(str::trim)
    };
    if element(b"<CmdType>").is_none_or(|command| !command.eq_ignore_ascii_case("Alarm")) {
        return false;
    }
    let methods: Vec<u8> = element(b"<AlarmMethod>")
        .map(|text| text.bytes().filter(u8::is_ascii_digit).map(|digit| digit - b'0').take(7).collect())
        .unwrap_or_default();
    let kind = element(b"<AlarmType>").and_then(|text| text.parse().ok()).unwrap_or(0);
    table::choose(&methods, kind).is_none_or(|row| row.sort == Sort::Alarm)
}

fn noise(pieces: &mut Vec<Piece>, bytes: usize) {
    if bytes > 0 {
        pieces.push(Piece::noise(size(bytes)));
    }
}

/// A door's buffer has 64 KiB.
fn size(bytes: usize) -> u32 {
    u32::try_from(bytes).unwrap_or(u32::MAX)
}
