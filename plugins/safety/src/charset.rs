//! UTF-8, or what office software writes instead: GB 18030.

use encoding_rs::{DecoderResult, GB18030};
use std::borrow::Cow;

/// The text, and whether it had to be read as GB 18030. `None`: it is neither.
pub fn text(bytes: &[u8]) -> Option<Cow<'_, str>> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Some(Cow::Borrowed(text));
    }
    let (text, damaged) = GB18030.decode_without_bom_handling(bytes);
    (!damaged).then_some(text)
}

/// Whether bytes are UTF-8, as far as they go: a buffer may end inside a character.
pub fn is_utf8(bytes: &[u8]) -> bool {
    match std::str::from_utf8(bytes) {
        Ok(_) => true,
        Err(error) => error.error_len().is_none(),
    }
}

/// Whether bytes are GB 18030, as far as they go.
pub fn is_gb18030(bytes: &[u8]) -> bool {
    let mut decoder = GB18030.new_decoder_without_bom_handling();
    let most = decoder.max_utf8_buffer_length_without_replacement(bytes.len());
    let mut text = String::with_capacity(most.unwrap_or_default());
    let (end, _) = decoder.decode_to_string_without_replacement(bytes, &mut text, false);
    end == DecoderResult::InputEmpty
}
