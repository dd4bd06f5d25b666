//! Small JSON objects written straight to text, for `data`.
//!
//! A `serde_json::Value` costs an allocation a field; a signal's data is
//! written once and never read here, so it is text from the start.

/// A JSON object under way. Keys are the names of fields, written as they are;
/// values are escaped.
///
/// ```
/// let data = tocsin_sdk::json::Object::new().text("floor", "3号楼\"B\"").number("zone", 10).finish();
/// assert_eq!(data, r#"{"floor":"3号楼\"B\"","zone":10}"#);
/// ```
#[derive(Clone, Debug)]
pub struct Object {
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
        let mut text = String::with_capacity(bytes);
        text.push('{');
        Object { text }
    }

    /// A text field, escaped.
    pub fn text(mut self, key: &str, value: &str) -> Object {
        self.key(key);
        self.text.push('"');
        escape(&mut self.text, value);
        self.text.push('"');
        self
    }

    /// A whole number.
    pub fn number(mut self, key: &str, value: impl Into<i64>) -> Object {
        self.key(key);
        push_integer(&mut self.text, value.into());
        self
    }

    /// `true` or `false`.
    pub fn flag(mut self, key: &str, value: bool) -> Object {
        self.key(key);
        self.text.push_str(if value { "true" } else { "false" });
        self
    }

    /// A value that is JSON already.
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
    pub fn finish(mut self) -> String {
        self.text.push('}');
        self.text
    }

    fn key(&mut self, key: &str) {
        debug_assert!(plain(key.as_bytes()) == key.len(), "`{key}` is no name of a field");
        self.text.push_str(if self.text.len() > 1 { ",\"" } else { "\"" });
        self.text.push_str(key);
        self.text.push_str("\":");
    }
}

/// Appends `value` as the inside of a JSON string.
pub fn escape(into: &mut String, value: &str) {
    let mut rest = value;
    loop {
        // A byte that needs escaping is ASCII, so both cuts are between characters.
        let (before, behind) = rest.split_at(plain(rest.as_bytes()));
        into.push_str(before);
        let Some(&byte) = behind.as_bytes().first() else {
            return;
        };
        rest = &behind[1..];
        match byte {
            b'"' => into.push_str("\\\""),
            b'\\' => into.push_str("\\\\"),
            b'\n' => into.push_str("\\n"),
            b'\r' => into.push_str("\\r"),
            b'\t' => into.push_str("\\t"),
            _ => {
                into.push_str("\\u00");
                into.push(char::from_digit(u32::from(byte >> 4), 16).unwrap_or('0'));
                into.push(char::from_digit(u32::from(byte & 15), 16).unwrap_or('0'));
            }
        }
    }
}

/// How many bytes at the front stand in a JSON string as they are. Eight at a
/// time: a guest has no wider registers, and this is most of what a signal costs.
fn plain(bytes: &[u8]) -> usize {
    const ONES: u64 = u64::MAX / 0xFF;
    const HIGHS: u64 = ONES << 7;
    /// Has a zero byte; exact for whether there is any.
    const fn zero(word: u64) -> u64 {
        word.wrapping_sub(ONES) & !word & HIGHS
    }
    let special = |byte: &u8| *byte < 0x20 || *byte == b'"' || *byte == b'\\';
    let mut at = 0;
    while let Some(word) = bytes[at..].first_chunk::<8>().map(|word| u64::from_le_bytes(*word)) {
        let control = word.wrapping_sub(ONES * 0x20) & !word & HIGHS;
        if control | zero(word ^ (ONES * b'"' as u64)) | zero(word ^ (ONES * b'\\' as u64)) != 0 {
            break;
        }
        at += 8;
    }
    bytes[at..].iter().position(special).map_or(bytes.len(), |offset| at + offset)
}

/// Appends a whole number in decimal, without the machinery of `format!`.
pub fn push_integer(into: &mut String, value: i64) {
    if value < 0 {
        into.push('-');
    }
    // `u64::MAX` has 20 digits.
    let mut digits = [0u8; 20];
    let (mut at, mut rest) = (digits.len() - 1, value.unsigned_abs());
    while rest >= 10 {
        digits[at] = (rest % 10) as u8;
        rest /= 10;
        at -= 1;
    }
    digits[at] = rest as u8;
    for digit in &digits[at..] {
        into.push(char::from(b'0' + digit));
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
            .finish();
        assert_eq!(text, r#"{"a":"\u0001\n\\","n":-9223372036854775808,"f":true,"r":[1],"t":["x","\""]}"#);
        assert_eq!(Object::new().finish(), "{}");
    }

    proptest! {
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
