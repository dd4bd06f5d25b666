//! Text fields: GB 18030, padded with zeros or blanks, cut where the field ends.

use encoding_rs::GB18030;

/// Decodes a text field and appends it to `into`, without padding and control
/// characters. `false` where some of it was no GB 18030: what could not be read
/// shows as `\u{FFFD}`, and half a character at the very end is left out.
pub fn push_field(into: &mut String, field: &[u8]) -> bool {
    let end = field.iter().position(|byte| *byte == 0).unwrap_or(field.len());
    let field = field[..end].trim_ascii();
    if field.is_ascii() {
        into.extend(field.iter().map(|byte| char::from(*byte)).filter(|byte| !byte.is_control()));
        return true;
    }
    let (start, mut decoder) = (into.len(), GB18030.new_decoder_without_bom_handling());
    // A byte makes at most one replacement character of three; fields are short.
    into.reserve(field.len() * 3 + 16);
    let (_, _, errors) = decoder.decode_to_string(field, into, true);
    if errors {
        into.truncate(start + into[start..].trim_end_matches('\u{FFFD}').len());
    }
    if into[start..].contains(char::is_control) {
        let decoded = into.split_off(start);
        into.extend(decoded.chars().filter(|letter| !letter.is_control()));
    }
    !errors
}

/// Appends a byte as two lower-case hex digits, as the city file writes device ids.
pub fn push_hex(into: &mut String, byte: u8) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    into.push(char::from(DIGITS[usize::from(byte >> 4)]));
    into.push(char::from(DIGITS[usize::from(byte & 15)]));
}

/// Bytes as lower-case hex digits.
pub fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    bytes.iter().for_each(|byte| push_hex(&mut text, *byte));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(field: &[u8], expect: &str, clean: bool) {
        let mut text = String::new();
        assert_eq!((push_field(&mut text, field), text.as_str()), (clean, expect), "{field:02X?}");
    }

    #[test]
    fn fields() {
        check(b"", "", true);
        check(&[0; 31], "", true);
        check(b"   A-101 \0\0\0", "A-101", true);
        check(b"3\xBA\xC5\xC2\xA5\0\0", "3号楼", true);
        check(b"3\xBA\xC5\xC2\xA5   ", "3号楼", true);
        // Cut in mid-character: the half is left out.
        check(b"3\xBA\xC5\xC2", "3号", false);
        // Four-byte characters, and one of them cut after three.
        check(b"\x95\x32\x82\x36", "\u{20000}", true);
        check(b"A\x95\x32\x82", "A", false);
        // Nonsense in the middle stays visible.
        check(b"\xBA\xC5\xFF\xBA\xC5", "号\u{FFFD}号", false);
        // What stood in the buffer before the text.
        check(b"A\0\xBA\xC5rest", "A", true);
        check(b"A\r\nB", "AB", true);
    }
}
