//! Text of a guest, made safe for a terminal, a log line and a screen.

use super::block::{self, BLOCK};
use std::fmt::Write as _;

/// Characters that move a cursor, end a line, or turn the reading direction and
/// so let a text show something else than it says.
fn is_unsafe(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Nothing to mend: the common case, decided without a copy.
pub(crate) fn is_clean(text: &str, most: usize) -> bool {
    text.len() <= most && (!is_suspect(text.as_bytes()) || !text.chars().any(is_unsafe))
}

/// Whether one of these bytes can belong to an unsafe character. Chinese text and
/// its own punctuation begin with others.
fn is_suspect(bytes: &[u8]) -> bool {
    let (blocks, rest) = bytes.as_chunks::<BLOCK>();
    if blocks.iter().any(block::is_suspect) {
        return true;
    }
    // Where bytes stand does not matter, nor that some are looked at twice.
    match (bytes.last_chunk::<BLOCK>(), rest.first_chunk::<8>(), rest.last_chunk::<8>()) {
        (Some(last), ..) => block::is_suspect(last),
        (None, Some(first), Some(last)) => {
            let mut both = [b' '; BLOCK];
            both[..8].copy_from_slice(first);
            both[8..].copy_from_slice(last);
            block::is_suspect(&both)
        }
        _ => rest.iter().any(|byte| matches!(byte, ..0x20 | 0x7F | 0xC2 | 0xE2)),
    }
}

/// The same string if it is clean, else escaped and cut.
pub(crate) fn keep(text: String, most: usize) -> String {
    if is_clean(&text, most) { text } else { line(&text, most) }
}

/// At most `most` bytes on one line: unsafe characters as `\u{1b}`, an ellipsis
/// where something was cut.
pub(crate) fn line(text: &str, most: usize) -> String {
    let mut safe = String::with_capacity(text.len().min(most));
    for c in text.chars() {
        let before = safe.len();
        match c {
            '\n' => safe.push_str("\\n"),
            '\r' => safe.push_str("\\r"),
            '\t' => safe.push_str("\\t"),
            c if is_unsafe(c) => {
                let _ = write!(safe, "\\u{{{:x}}}", u32::from(c));
            }
            c => safe.push(c),
        }
        if safe.len() > most {
            safe.truncate(before);
            let room = most.saturating_sub('…'.len_utf8());
            let mut end = room.min(safe.len());
            while !safe.is_char_boundary(end) {
                end -= 1;
            }
            safe.truncate(end);
            safe.push('…');
            break;
        }
    }
    safe
}

/// A name in an error sentence.
pub(crate) fn escaped(text: &str) -> String {
    line(text, 80)
}

/// Bytes as a JSON string: quotes and backslashes count twice.
pub(crate) fn weight(text: &str) -> usize {
    let (blocks, rest) = text.as_bytes().as_chunks::<BLOCK>();
    let rest = rest.iter().filter(|byte| matches!(byte, b'"' | b'\\')).count();
    text.len() + rest + blocks.iter().map(block::escaped).sum::<usize>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_safe_and_short() {
        let check = |text: &str, most: usize, expect: &str| {
            assert_eq!(line(text, most), expect, "{text:?}");
        };
        check("青山市 1 号楼", 64, "青山市 1 号楼");
        check("a\nb\r\t", 64, "a\\nb\\r\\t");
        check("\x1b[31mred", 64, "\\u{1b}[31mred");
        check("gpj.\u{202e}exe", 64, "gpj.\\u{202e}exe");
        check("abcdefgh", 8, "abcdefgh");
        check("abcdefghi", 8, "abcde…");
        check("青山市青山市", 10, "青山…");
        check("", 8, "");
    }

    #[test]
    fn clean_is_what_has_nothing_unsafe() {
        let long = "青山市消防救援大队";
        for character in ('\0'..='\u{2FFF}').chain(['\u{FFFD}', '\u{20000}']) {
            for text in [
                format!("{character}"),
                format!("ward 3{character}"),
                format!("{long}{character}{long}"),
                format!("{long}{long}{character}"),
            ] {
                assert_eq!(is_clean(&text, 256), !is_unsafe(character), "{text:?}");
            }
        }
        assert!(is_clean("", 0) && is_clean("abc", 3) && !is_clean("abcd", 3));
    }

    #[test]
    fn weights_are_of_json() {
        for text in ["", "x", "\"\\", &"ab\"".repeat(300), &"\\".repeat(1_000), "青山\"市\""] {
            let json = serde_json::to_string(text).expect("a string");
            assert_eq!(weight(text) + 2, json.len(), "{text:.20}");
        }
    }
}
