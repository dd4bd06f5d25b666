//! UTF-8, or what office software writes instead: GB 18030.

use std::borrow::Cow;

/// The text, and whether it had to be read as GB 18030. `None`: it is neither.
pub fn text(bytes: &[u8]) -> Option<Cow<'_, str>> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Some(Cow::Borrowed(text));
    }
    let (text, damaged) = encoding_rs::GB18030.decode_without_bom_handling(bytes);
    (!damaged).then_some(text)
}

/// Whether bytes are UTF-8, as far as they go: a buffer may end inside a character.
pub fn is_utf8(bytes: &[u8]) -> bool {
    match std::str::from_utf8(bytes) {
        Ok(_) => true,
        Err(error) => error.error_len().is_none(),
    }
}
