//! Text of a guest, made safe for a terminal, a log line and a screen.

use std::fmt::Write as _;

/// Characters that move a cursor, end a line, or turn the reading direction and
/// so let a text show something else than it says.
fn is_unsafe(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Nothing to mend: the common case, decided without a copy.
pub(crate) fn is_clean(text: &str, most: usize) -> bool {
    if text.len() > most {
        return false;
    }
    if text.is_ascii() {
        return !text.bytes().any(|byte| byte.is_ascii_control());
    }
    !text.chars().any(is_unsafe)
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
    text.len() + text.bytes().filter(|byte| matches!(byte, b'"' | b'\\')).count()
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
}
