//! Cuts what comes in into one piece a record.
//!
//! JSON: a piece runs from `{` to the `}` that closes it; blanks, commas and the
//! array's brackets between are noise. Tables: a piece is a line; the header is
//! noise and names the columns of the rows below ([`crate::table`]). A line that
//! does not end yet waits for its end.

use crate::charset;
use crate::table::Columns;
use tocsin_sdk::Piece;

/// What waits for its end has 64 KiB in a door that cuts: a record with room for what
/// stands before it.
pub const RECORD_BYTES_MAX: usize = 60 * 1024;
/// A record that does not end is cut one byte above that, so that the decoder refuses
/// the cut piece by its size.
pub const CUT_AT: usize = RECORD_BYTES_MAX + 1;

pub fn pieces(buffer: &[u8]) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut at = 0;
    while at < buffer.len() {
        let rest = &buffer[at..];
        let Some((length, piece)) = next(rest) else { break };
        pieces.push(piece);
        at += length;
    }
    pieces
}

fn next(rest: &[u8]) -> Option<(usize, Piece)> {
    if rest.starts_with(b"\xef\xbb\xbf") && matches!(rest.get(3), Some(b'{' | b'[')) {
        return Some((3, Piece::noise(3)));
    }
    let between = between(rest)?;
    if between > 0 {
        return Some((between, Piece::noise(size(between))));
    }
    if rest[0] == b'{' {
        let length = object(rest)?;
        return Some((length, Piece::routine(size(length), "")));
    }
    let length = line(rest)?;
    // Wherever it stands: above it may be a title or another table, and how many lines
    // came before a read is not known.
    Some(match header(&rest[..length]) {
        // What it says is the name of all that follows.
        Some(columns) => (length, Piece { device: columns.device(), ..Piece::noise(size(length)) }),
        None => (length, Piece::routine(size(length), "")),
    })
}

fn header(line: &[u8]) -> Option<Columns> {
    Columns::of_header(&charset::text(line)?)
}

/// Length of what lies between records at the front. A comma is judged alone, not with
/// the blanks before it: those may have gone in an earlier read. None: it may be a row's.
fn between(bytes: &[u8]) -> Option<usize> {
    let blanks = bytes.iter().take_while(|byte| **byte != b',' && is_between(**byte)).count();
    if blanks > 0 || bytes[0] != b',' {
        return Some(blanks);
    }
    // Before anything on its line but an object it is an empty first cell.
    match bytes.iter().take(CUT_AT).position(|byte| *byte == b'\n' || !is_between(*byte)) {
        Some(end) if matches!(bytes[end], b'\n' | b'{') => Some(end),
        None if bytes.len() < CUT_AT => None,
        _ => Some(0),
    }
}

/// Length of the object at the front, or of what is left of a broken one. Each is
/// read in its own encoding, so that a damaged byte costs its own record alone. GB
/// 18030 is believed until a byte contradicts it, even where the other reading has its
/// end already: which one counts must not depend on how much has come.
fn object(bytes: &[u8]) -> Option<usize> {
    let plain = closed(bytes, false);
    if charset::is_utf8(&bytes[..plain.unwrap_or(bytes.len())]) {
        return plain;
    }
    let wide = closed(bytes, true);
    if charset::is_gb18030(&bytes[..wide.unwrap_or(bytes.len())]) { wide } else { plain }
}

/// Up to the brace that closes the one at the front. `wide`: the second byte of a
/// character of GB 18030 may look like a backslash.
fn closed(bytes: &[u8], wide: bool) -> Option<usize> {
    let (mut depth, mut in_string, mut at) = (0_usize, false, 0);
    while at < bytes.len().min(CUT_AT) {
        match bytes[at] {
            // Outside of strings such a byte is damage, and hides no brace.
            0x81.. if wide && in_string => at += 1,
            // A line end is not escaped: what was cut behind a backslash ends there too.
            b'\\' if in_string && bytes.get(at + 1) != Some(&b'\n') => at += 1,
            b'"' => in_string = !in_string,
            // No JSON: there a broken record ends, and the next line is read afresh.
            b'\n' if in_string => return Some(at),
            b'{' if !in_string => depth += 1,
            b'}' if !in_string => {
                depth -= 1;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
        at += 1;
    }
    (bytes.len() >= CUT_AT).then_some(CUT_AT)
}

/// Length of the line at the front with its end; a quoted cell may hold line ends.
/// None: it has not ended.
fn line(bytes: &[u8]) -> Option<usize> {
    let (mut quoted, mut before) = (false, b',');
    for (index, byte) in bytes.iter().enumerate().take(CUT_AT) {
        match byte {
            b'"' if quoted || matches!(before, b',' | b';' | b'\t' | b'"') => quoted = !quoted,
            b'\n' if !quoted => return Some(index + 1),
            _ => {}
        }
        before = *byte;
    }
    // A quote that never closes costs its own line, not the rest of the file.
    let plain = bytes.iter().take(CUT_AT).position(|byte| *byte == b'\n');
    match bytes.len() >= CUT_AT {
        true => Some(plain.map_or(CUT_AT, |index| index + 1)),
        false => None,
    }
}

fn is_between(byte: u8) -> bool {
    byte.is_ascii_whitespace() || matches!(byte, b',' | b'[' | b']')
}

fn size(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
