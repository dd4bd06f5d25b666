//! Cuts a file of many reports into one piece a report.
//!
//! One object a line, an array of them or objects one after the other: a piece
//! runs from `{` to the `}` that closes it, what lies between (blanks, commas,
//! the array's brackets) is noise. Anything else up to the end of its line is a
//! piece too, so that the decoder refuses it by name; a line that has not ended
//! waits, or what is refused would depend on how much of it has come. A line end
//! inside a string is no JSON: there a broken report ends, and the next line is read
//! afresh.

use crate::category;
use serde::Deserialize;
use tocsin_sdk::Piece;

/// What waits for its end has 64 KiB in a door that cuts: a report with room for what
/// stands before it.
pub const OBJECT_BYTES_MAX: usize = 60 * 1024;
/// A report that does not end is cut one byte above that, so that the decoder refuses
/// the cut piece by its size.
pub const CUT_AT: usize = OBJECT_BYTES_MAX + 1;

/// What decides whether a report overtakes. A second look at the same bytes is
/// cheap beside a grid worker's pace.
#[derive(Deserialize)]
struct Glance {
    #[serde(alias = "type", alias = "eventType", alias = "类别", alias = "事件类别", alias = "事件类型")]
    category: String,
}

pub fn pieces(buffer: &[u8]) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut at = 0;
    while at < buffer.len() {
        let rest = &buffer[at..];
        let (length, piece) = match rest[0] {
            b'{' => match object(rest) {
                Some(length) => (length, piece(&rest[..length])),
                None => break,
            },
            byte if is_between(byte) => {
                let length = rest.iter().take_while(|byte| is_between(**byte)).count();
                (length, Piece::noise(size(length)))
            }
            _ => match line(rest) {
                Some(length) => (length, Piece::routine(size(length), "")),
                None => break,
            },
        };
        pieces.push(piece);
        at += length;
    }
    pieces
}

fn piece(object: &[u8]) -> Piece {
    let category =
        serde_json::from_slice(object).ok().and_then(|glance: Glance| category::find(&glance.category));
    match category {
        Some(category) if category.red => Piece::red(size(object.len()), ""),
        _ => Piece::routine(size(object.len()), ""),
    }
}

/// Length of the object at the front, or of what is left of a broken one.
fn object(bytes: &[u8]) -> Option<usize> {
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    for (index, byte) in bytes.iter().enumerate().take(CUT_AT) {
        match byte {
            // Behind a backslash too: there a report may have been cut.
            b'\n' if in_string => return Some(index),
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'{' if !in_string => depth += 1,
            b'}' if !in_string => {
                depth -= 1;
                if depth == 0 {
                    return Some(index + 1);
                }
            }
            _ => {}
        }
    }
    (bytes.len() >= CUT_AT).then_some(CUT_AT)
}

fn is_between(byte: u8) -> bool {
    byte.is_ascii_whitespace() || matches!(byte, b',' | b'[' | b']')
}

/// Up to the line's end, or to an object that begins before.
fn line(bytes: &[u8]) -> Option<usize> {
    let end = bytes.iter().take(CUT_AT).position(|byte| matches!(byte, b'\n' | b'{'));
    end.or_else(|| (bytes.len() >= CUT_AT).then_some(CUT_AT))
}

fn size(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
