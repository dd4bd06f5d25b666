//! Small JSON objects written straight to text, for `data`.
//!
//! A `serde_json::Value` costs an allocation a field; a signal's data is
//! written once and never read here, so it is text from the start.

pub use crate::text::push_integer;

use crate::text::{push, push_hex, push_quoted};
use std::borrow::Cow;

/// A JSON object under way. Keys are the names of fields, written as they are;
/// values are escaped.
///
/// ```
/// let data = tocsin_sdk::json::Object::new().text("floor", "3号楼\"B\"").number("zone", 10).finish();
/// assert_eq!(data, r#"{"floor":"3号楼\"B\"","zone":10}"#);
/// ```
#[derive(Clone, Debug)]
pub struct Object {
    /// Each field with a comma before it; the first one becomes the brace.
    text: String,
}

impl Default for Object {
    fn default() -> Self {
        Object::new()
    }
}

impl Object {
    /// An empty object.
    pub fn new() -> Object {
        Object::with_capacity(64)
    }

    /// An empty object with room for `bytes` of text.
    pub fn with_capacity(bytes: usize) -> Object {
        Object { text: String::with_capacity(bytes) }
    }

    /// A text field, escaped.
    #[inline]
    pub fn text(mut self, key: &str, value: &str) -> Object {
        self.key(key);
        if is_plain(value.as_bytes()) {
            push_quoted(&mut self.text, value);
            return self;
        }
        self.text.push('"');
        escape(&mut self.text, value);
        self.text.push('"');
        self
    }

    /// A text field that needs no escaping: a name of a table, digits. A test of
    /// the plugin finds one that does.
    #[inline]
    pub fn plain(mut self, key: &str, value: &str) -> Object {
        debug_assert!(is_plain(value.as_bytes()), "`{value}` must be escaped");
        self.key(key);
        push_quoted(&mut self.text, value);
        self
    }

    /// Bytes as lower-case hex digits.
    #[inline]
    pub fn hex(mut self, key: &str, bytes: &[u8]) -> Object {
        self.key(key);
        self.text.push('"');
        bytes.iter().for_each(|byte| push_hex(&mut self.text, *byte));
        self.text.push('"');
        self
    }

    /// A whole number.
    #[inline]
    pub fn number(mut self, key: &str, value: impl Into<i64>) -> Object {
        self.key(key);
        push_integer(&mut self.text, value.into());
        self
    }

    /// `true` or `false`.
    #[inline]
    pub fn flag(mut self, key: &str, value: bool) -> Object {
        self.key(key);
        self.text.push_str(if value { "true" } else { "false" });
        self
    }

    /// A value that is JSON already.
    #[inline]
    pub fn raw(mut self, key: &str, json: &str) -> Object {
        self.key(key);
        self.text.push_str(json);
        self
    }

    /// Texts in order.
    pub fn texts<'a>(mut self, key: &str, values: impl IntoIterator<Item = &'a str>) -> Object {
        self.key(key);
        self.text.push('[');
        for (index, value) in values.into_iter().enumerate() {
            self.text.push_str(if index > 0 { ",\"" } else { "\"" });
            escape(&mut self.text, value);
            self.text.push('"');
        }
        self.text.push(']');
        self
    }

    /// The text of the whole object.
    #[inline]
    pub fn finish(mut self) -> String {
        // SAFETY: one ASCII character takes the place of another.
        match unsafe { self.text.as_bytes_mut() }.first_mut() {
            Some(comma) => *comma = b'{',
            None => self.text.push('{'),
        }
        self.text.push('}');
        self.text
    }

    /// Inlined always: where the name is known, so is its length, and all of it
    /// is written at once without a copy.
    #[inline(always)]
    fn key(&mut self, key: &str) {
        debug_assert!(is_plain(key.as_bytes()), "`{key}` is no name of a field");
        let (text, length) = (key.as_bytes(), key.len() + MARKS);
        // SAFETY: whole texts are appended, so all of it stays one.
        let into = unsafe { self.text.as_mut_vec() };
        into.reserve(length);
        let room = &mut into.spare_capacity_mut()[..length];
        room[..2].write_copy_of_slice(b",\"");
        room[2..2 + text.len()].write_copy_of_slice(text);
        room[2 + text.len()..].write_copy_of_slice(b"\":");
        // SAFETY: the room was written, all of it.
        unsafe { into.set_len(into.len() + length) };
    }
}

/// A comma, two quotes and a colon stand around a name.
const MARKS: usize = 4;

/// Appends `value` as the inside of a JSON string.
pub fn escape(into: &mut String, value: &str) {
    if is_plain(value.as_bytes()) {
        return push(into, value);
    }
    for letter in value.chars() {
        match letter {
            '"' => into.push_str("\\\""),
            '\\' => into.push_str("\\\\"),
            '\n' => into.push_str("\\n"),
            '\r' => into.push_str("\\r"),
            '\t' => into.push_str("\\t"),
            '\0'..' ' => {
                into.push_str("\\u00");
                crate::text::push_hex(into, letter as u8);
            }
            _ => into.push(letter),
        }
    }
}

/// JSON as it can be read: an escape of half a surrogate pair becomes that of U+FFFD.
/// Senders cut text after so many UTF-16 units, and half of an emoji is not worth an
/// alarm.
///
/// ```
/// let text = tocsin_sdk::json::sound(r#"{"title":"着火\ud83d","floor":"\ud83d\ude00"}"#);
/// assert_eq!(text, r#"{"title":"着火\ufffd","floor":"\ud83d\ude00"}"#);
/// ```
pub fn sound(text: &str) -> Cow<'_, str> {
    // Only these can be halves, and few senders escape anything so high.
    if !text.contains("\\ud") && !text.contains("\\uD") {
        return Cow::Borrowed(text);
    }
    let mut sound = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at(at);
        sound.push_str(before);
        let (keep, length) = match (unit(escape), escape.get(6..).and_then(unit)) {
            (Some(0xD800..=0xDBFF), Some(0xDC00..=0xDFFF)) => (true, 12),
            (Some(0xD800..=0xDFFF), _) => (false, 6),
            (Some(_), _) => (true, 6),
            // The letter behind the mark, whatever it is.
            (None, _) => (true, 1 + escape.chars().nth(1).map_or(0, char::len_utf8)),
        };
        let (escape, behind) = escape.split_at(length);
        sound.push_str(if keep { escape } else { "\\ufffd" });
        rest = behind;
    }
    sound.push_str(rest);
    Cow::Owned(sound)
}

/// Of an escape with four digits that `text` begins with.
fn unit(text: &str) -> Option<u16> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    digits.bytes().all(|byte| byte.is_ascii_hexdigit()).then(|| u16::from_str_radix(digits, 16).ok())?
}

/// Whether the bytes stand in a JSON string as they are. Eight at a time: a guest
/// has no wider registers.
fn is_plain(bytes: &[u8]) -> bool {
    const ONES: u64 = u64::MAX / 0xFF;
    const HIGHS: u64 = ONES << 7;
    /// Has a byte below `than`, at most 0x80; exact for whether there is any.
    const fn below(word: u64, than: u8) -> u64 {
        word.wrapping_sub(ONES * than as u64) & !word & HIGHS
    }
    let special = |word: &[u8; 8]| {
        let word = u64::from_le_bytes(*word);
        below(word, 0x20) | below(word ^ (ONES * b'"' as u64), 1) | below(word ^ (ONES * b'\\' as u64), 1)
    };
    match bytes.last_chunk::<8>() {
        // The last eight, some of them again.
        Some(last) => {
            bytes.as_chunks::<8>().0.iter().fold(special(last), |any, word| any | special(word)) == 0
        }
        None => bytes.iter().all(|byte| *byte >= 0x20 && *byte != b'"' && *byte != b'\\'),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_kind_of_field() {
        let text = Object::new()
            .text("a", "\u{1}\n\\")
            .number("n", i64::MIN)
            .flag("f", true)
            .raw("r", "[1]")
            .texts("t", ["x", "\""])
            .hex("h", &[0, 0xAB])
            .finish();
        assert_eq!(
            text,
            r#"{"a":"\u0001\n\\","n":-9223372036854775808,"f":true,"r":[1],"t":["x","\""],"h":"00ab"}"#
        );
        assert_eq!(Object::new().finish(), "{}");
    }

    #[test]
    fn halves_of_pairs_are_mended() {
        let check = |text: &str, expect: &str| assert_eq!(sound(text), expect);
        check(r#""a\ud83d""#, r#""a\ufffd""#);
        check(r#""\uDE00\uD83D\uDE00""#, r#""\ufffd\uD83D\uDE00""#);
        check(r#""\ud83d\ud83d\ude00""#, r#""\ufffd\ud83d\ude00""#);
        // An escaped backslash, and not an escape; what is none at all.
        check(r#""\\ud83d""#, r#""\\ud83d""#);
        check(r#""\ud8""#, r#""\ud8""#);
        check(r#""\ud83d\"#, r#""\ufffd\"#);
        check(r#""\ud83d\青""#, r#""\ufffd\青""#);
        assert!(matches!(sound("{\"a\":\"\\u9752\"}"), Cow::Borrowed(_)));
    }

    proptest! {
        #[test]
        fn what_is_sound_reads(units in proptest::collection::vec(any::<u16>(), 0..20)) {
            let text: String = units.iter().map(|unit| format!("\\u{unit:04x}")).collect();
            let read: String = serde_json::from_str(&sound(&format!("\"{text}\""))).unwrap();
            prop_assert_eq!(read, String::from_utf16_lossy(&units));
        }

        #[test]
        fn reads_back(value in ".*", number in any::<i64>()) {
            let text = Object::new().text("v", &value).number("n", number).finish();
            let read: serde_json::Value = serde_json::from_str(&text).unwrap();
            prop_assert_eq!(read["n"].as_i64(), Some(number));
            prop_assert_eq!(read["v"].as_str(), Some(value.as_str()));
        }

        #[test]
        fn escapes_as_serde_does(value in r#"[\x00-\x22\\\x5b-\x5e火\x7f-\x82]{0,40}"#) {
            let mut text = String::new();
            escape(&mut text, &value);
            let expect = serde_json::to_string(&value).unwrap().replace("\\b", "\\u0008").replace("\\f", "\\u000c");
            prop_assert_eq!(format!("\"{text}\""), expect);
        }
    }
}
