//! Text fields: GB 18030, padded with zeros or blanks, cut where the field ends.

use encoding_rs::GB18030;

/// Decodes a text field and appends it to `into`, without padding and control
/// characters. `false` where some of it was no GB 18030: what could not be read
/// shows as `\u{FFFD}`, and half a character at the very end is left out.
pub fn push_field(into: &mut String, field: &[u8]) -> bool {
    let end = field.iter().position(|byte| *byte == 0).unwrap_or(field.len());
    let field = field[..end].trim_ascii();
    push_common(into, field) || push_any(into, field)
}

/// The two-byte characters of GB 2312, each as two bytes of UTF-16; 0 where there
/// is none.
static GB2312: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/gb2312.bin"));

/// What a panel's text is made of: printable ASCII and GB 2312. `false`, and
/// nothing appended, where anything else is among it.
fn push_common(into: &mut String, field: &[u8]) -> bool {
    let (start, mut rest) = (into.len(), field);
    loop {
        let letter = match *rest {
            [] => return true,
            [letter @ 0x20..=0x7E, ref behind @ ..] => {
                rest = behind;
                char::from(letter)
            }
            [lead @ 0xA1..=0xF7, trail @ 0xA1..=0xFE, ref behind @ ..] => {
                rest = behind;
                let at = 2 * (usize::from(lead - 0xA1) * 94 + usize::from(trail - 0xA1));
                let code = u16::from_le_bytes([GB2312[at], GB2312[at + 1]]);
                // No surrogate is in the table; one would be read as none.
                char::from_u32(code.into()).unwrap_or('\0')
            }
            _ => '\0',
        };
        if letter == '\0' {
            into.truncate(start);
            return false;
        }
        into.push(letter);
    }
}

/// Everything that GB 18030 knows.
fn push_any(into: &mut String, field: &[u8]) -> bool {
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

    #[test]
    fn the_table_is_the_decoder() {
        let mut known = 0;
        for pair in 0..=u16::MAX {
            let field = [b'x', (pair >> 8) as u8, pair as u8];
            let (mut quick, mut all) = (String::from("-"), String::from("-"));
            if push_common(&mut quick, &field) {
                known += 1;
                assert!(push_any(&mut all, &field), "{field:02X?}");
                assert_eq!(quick, all, "{field:02X?}");
            } else {
                assert_eq!(quick, "-");
            }
        }
        // 95 by 95 pairs of ASCII, 7,445 characters of GB 2312 and what GB 18030
        // has added between them.
        assert!(known > 95 * 95 + 7_445, "{known}");
    }
}
