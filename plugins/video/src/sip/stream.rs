//! SIP messages out of a stream or a datagram: where they end, who speaks, what is red.
//!
//! A message begins with a status line or one of the methods that there are, runs to
//! the end that its Content-Length names, and without one to the end of its XML. A
//! start line inside a message that is not whole begins another: the first one is cut
//! there and its decoder says so. Whatever no message holds (CRLF keep-alives,
//! garbage, headers without an end) is noise.
//!
//! Nothing is decided by bytes that happen to be there: each end follows from the
//! bytes before it, so that a message is the same in one read and in many.

use super::message::{self, Message, Start, XmlEnd};
use crate::table::{self, Sort};
use tocsin_sdk::Piece;

/// Twelve headers have 1 KiB; eight proxies and their routes 4.
const HEAD_BYTES_MAX: usize = 12 << 10;
/// With the headers less than the 64 KiB that the door keeps of a connection: what is
/// waited for beyond them it throws away. A datagram has no more.
const BODY_BYTES_MAX: usize = 48 << 10;
/// A start line is a method and one address.
const LINE_BYTES_MAX: usize = 1 << 10;

/// All that are registered. `EGISTER`, what is left of one whose first byte was given
/// up, is none.
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
/// A character that was counted as one has up to four bytes.
const MISCOUNT: usize = 4;

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
            Found::Nothing => at += 1,
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
    match begins(bytes) {
        Begin::Yes => {}
        Begin::Maybe => return Found::Open,
        Begin::No => return Found::Nothing,
    }
    if !plausible(bytes) {
        return Found::Nothing;
    }
    let head = &bytes[..bytes.len().min(HEAD_BYTES_MAX)];
    let body = message::split(head).map(|(_, body)| body);
    // Headers that another message interrupts have no end.
    if next_start(&head[..body.unwrap_or(head.len())], 1).is_some() {
        return Found::Nothing;
    }
    match body {
        Some(body) => extent(bytes, body),
        None if head.len() < HEAD_BYTES_MAX => Found::Open,
        None => Found::Nothing,
    }
}

/// How far a message with whole headers reaches.
fn extent(bytes: &[u8], body: usize) -> Found {
    let Some(message) = Message::read(&bytes[..body]) else { return Found::Nothing };
    let (said, most) = match message.content_length() {
        // The decoder says that it is too large; what follows is noise.
        Some(length) if length > BODY_BYTES_MAX => return Found::Message(body),
        Some(length) => (Some(length), (length * MISCOUNT).min(BODY_BYTES_MAX)),
        None if message.has_body() => (None, BODY_BYTES_MAX),
        None => return Found::Message(body),
    };
    let stated = body + said.unwrap_or(0);
    if let Some(start) = next_start(&bytes[..bytes.len().min(stated)], body) {
        return Found::Message(start);
    }
    let Some(inside) = bytes.get(body..stated) else { return Found::Open };
    // Characters and bytes differ only where a byte is not ASCII: any other body is as
    // long as it says, or one that is damaged would be waited for.
    let is_miscounted = !inside.is_ascii() && message::may_be_cut(inside);
    if said.is_some() && !is_miscounted {
        return whole(bytes, body, stated);
    }
    // It ends with its XML, if no other message comes before.
    let window = &bytes[..bytes.len().min(body + most)];
    let xml = message::xml_end(&window[body..]);
    let known = match xml {
        XmlEnd::At(end) => body + end,
        XmlEnd::None(at) => body + at,
        XmlEnd::Open => window.len(),
    };
    match (next_start(&window[..known], body), xml) {
        (Some(start), _) => Found::Message(said.map_or(start, |_| start.min(stated))),
        (None, XmlEnd::At(_)) => Found::Message(known),
        (None, XmlEnd::Open) if window.len() < body + most => Found::Open,
        (None, _) => whole(bytes, body, stated),
    }
}

/// A body of the length that was said; unless a start line begins in its last line:
/// then it was cut short, and what follows is worth waiting for that line's end. Half a
/// method counts where all of the body or the end of its XML is missing: a whole body
/// of XML ends with a bracket, and one of text may end with any letter.
fn whole(bytes: &[u8], body: usize, stated: usize) -> Found {
    let inside = &bytes[body..stated];
    let is_cut = message::may_be_cut(inside);
    let last = inside.iter().rposition(|byte| *byte == b'\n').map_or(body, |at| body + at + 1);
    for at in last.max(stated.saturating_sub(LINE_BYTES_MAX))..stated {
        if !is_cut && at > body && !matches!(begins(&bytes[at..stated]), Begin::Yes) {
            continue;
        }
        let rest = &bytes[at..];
        match begins(rest) {
            Begin::Yes if !plausible(rest) => {}
            Begin::Yes if line(rest).is_some() => return Found::Message(at),
            Begin::Yes | Begin::Maybe => return Found::Open,
            Begin::No => {}
        }
    }
    Found::Message(stated)
}

enum Begin {
    Yes,
    /// All that is there could become a beginning.
    Maybe,
    No,
}

fn begins(bytes: &[u8]) -> Begin {
    if !bytes.first().is_some_and(u8::is_ascii_uppercase) {
        return Begin::No;
    }
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
        Some(line) => is_start(line),
        None => bytes.len() < LINE_BYTES_MAX && is_text(bytes),
    }
}

/// Whether a line without its end is a start line. What is not waited for is none when
/// it has come all the same.
fn is_start(line: &[u8]) -> bool {
    is_text(line) && Start::read(line).is_some()
}

fn is_text(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| !byte.is_ascii_control() || *byte == b'\r')
}

/// The first line without its end, if it has one.
fn line(bytes: &[u8]) -> Option<&[u8]> {
    let end = bytes.iter().take(LINE_BYTES_MAX).position(|byte| *byte == b'\n')?;
    Some(bytes[..end].strip_suffix(b"\r").unwrap_or(&bytes[..end]))
}

/// The next place at or behind `from` where a whole start line stands.
fn next_start(bytes: &[u8], from: usize) -> Option<usize> {
    let is_start = |at: &usize| {
        let rest = &bytes[*at..];
        matches!(begins(rest), Begin::Yes) && line(rest).is_some_and(is_start)
    };
    (from..bytes.len()).find(is_start)
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
