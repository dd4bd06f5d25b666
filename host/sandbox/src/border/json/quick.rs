//! The JSON that plugins really write, recognised in one look at each byte.
//!
//! What it says yes to, the strict reader says yes to as well; what it is not
//! sure of (an exponent, `\u`, a number of many digits, deep nesting) it leaves
//! to that one. A signal's `data` is most of its bytes, so this is most of what
//! the border costs.

use crate::border::block::{self, BLOCK};

/// Deeper than any schema, and far from the strict reader's 128.
const DEPTH: u32 = 32;
/// As many as an `i64` or an exact enough `f64` always holds.
const DIGITS: usize = 18;

/// True: certainly one JSON object. False: ask the strict reader.
pub(super) fn is_object(text: &str) -> bool {
    let mut scan = Scan { bytes: text.as_bytes(), at: 0 };
    scan.blanks();
    scan.object(DEPTH).is_some() && {
        scan.blanks();
        scan.at == text.len()
    }
}

struct Scan<'a> {
    bytes: &'a [u8],
    at: usize,
}

/// Each takes what it is named after from the front; `None`: not sure of it.
impl Scan<'_> {
    fn object(&mut self, depth: u32) -> Option<()> {
        self.take(b'{')?;
        self.blanks();
        if self.take(b'}').is_some() {
            return Some(());
        }
        loop {
            self.string()?;
            self.blanks();
            self.take(b':')?;
            self.blanks();
            self.value(depth)?;
            self.blanks();
            if self.take(b',').is_none() {
                return self.take(b'}');
            }
            self.blanks();
        }
    }

    fn array(&mut self, depth: u32) -> Option<()> {
        self.take(b'[')?;
        self.blanks();
        if self.take(b']').is_some() {
            return Some(());
        }
        loop {
            self.value(depth)?;
            self.blanks();
            if self.take(b',').is_none() {
                return self.take(b']');
            }
            self.blanks();
        }
    }

    fn value(&mut self, depth: u32) -> Option<()> {
        match self.peek()? {
            b'"' => self.string(),
            b'-' | b'0'..=b'9' => self.number(),
            b'{' => self.object(depth.checked_sub(1)?),
            b'[' => self.array(depth.checked_sub(1)?),
            b't' => self.word(b"true"),
            b'f' => self.word(b"false"),
            b'n' => self.word(b"null"),
            _ => None,
        }
    }

    fn string(&mut self) -> Option<()> {
        self.take(b'"')?;
        loop {
            self.at += plain(&self.bytes[self.at..]);
            match self.peek()? {
                b'"' => {
                    self.at += 1;
                    return Some(());
                }
                b'\\'
                    if matches!(
                        self.bytes.get(self.at + 1)?,
                        b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't'
                    ) =>
                {
                    self.at += 2;
                }
                _ => return None,
            }
        }
    }

    fn number(&mut self) -> Option<()> {
        let _ = self.take(b'-');
        let leading_zero = self.peek() == Some(b'0');
        let mut digits = self.digits();
        if digits == 0 || leading_zero && digits > 1 {
            return None;
        }
        if self.take(b'.').is_some() {
            let fraction = self.digits();
            if fraction == 0 {
                return None;
            }
            digits += fraction;
        }
        (digits <= DIGITS && !matches!(self.peek(), Some(b'e' | b'E'))).then_some(())
    }

    fn digits(&mut self) -> usize {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        self.at - start
    }

    fn word(&mut self, word: &[u8]) -> Option<()> {
        let found = self.bytes[self.at..].starts_with(word);
        self.at += word.len();
        found.then_some(())
    }

    fn blanks(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.peek() {
            self.at += 1;
        }
    }

    fn take(&mut self, byte: u8) -> Option<()> {
        (self.peek() == Some(byte)).then(|| self.at += 1)
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }
}

/// How many bytes at the front are neither a quote nor a backslash nor a control
/// character.
#[inline(always)]
fn plain(bytes: &[u8]) -> usize {
    let mut at = 0;
    while let Some(block) = bytes[at..].first_chunk() {
        match block::ends_of_plain(block) {
            0 => at += BLOCK,
            ends => return at + ends.trailing_zeros() as usize,
        }
    }
    let special = |byte: &u8| *byte < 0x20 || *byte == b'"' || *byte == b'\\';
    bytes[at..].iter().position(special).map_or(bytes.len(), |offset| at + offset)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sure_of_what_plugins_write() {
        for text in [
            "{}",
            r#"{"system":"火灾报警系统","system_type":1,"address":"0a000200","zone":10,"test":true}"#,
            r#" { "a" : [ ] , "b":[1,-2.5,0,0.1,"x\\\"\/\n",{"c":null,"d":false}] } "#,
            r#"{"exactly eighteen!":123456789012345678}"#,
        ] {
            assert!(is_object(text), "{text}");
        }
    }

    /// Every text that differs from one of these in one byte, or ends early: what
    /// is said yes to must be JSON for the strict reader.
    #[test]
    fn yes_only_where_the_strict_reader_says_it() {
        let texts = [
            r#"{"a":"b\"c\\","number":-10.25,"list":[true,false,null,0],"o":{"k":7}}"#,
            r#"{"值":"3号楼2层201室烟感","zone":10, "e":1e5, "u":"\u9752","deep":[[[[{}]]]]}"#,
        ];
        let strict = |text: &str| super::super::strict(text).is_ok();
        let mut sure = 0;
        for text in texts {
            for at in 0..text.len() {
                for with in (0..0x80_u8).map(|byte| [byte]).map(Vec::from).chain([vec![], b"00".to_vec()]) {
                    let mut bytes = text.as_bytes().to_vec();
                    bytes.splice(at..at + 1, with);
                    if let Ok(text) = std::str::from_utf8(&bytes)
                        && is_object(text)
                    {
                        sure += 1;
                        assert!(strict(text), "{text}");
                    }
                }
                if let Some(front) = text.get(..at) {
                    assert!(!is_object(front), "{front}");
                }
            }
        }
        assert!(sure > 1_000, "only {sure}");
    }

    #[test]
    fn unsure_is_not_yes() {
        for text in [
            "",
            " ",
            "[]",
            "1",
            "{} {}",
            "{}x",
            "{\"a\"}",
            "{\"a\":}",
            "{\"a\":1,}",
            "{\"a\":01}",
            "{\"a\":1.}",
            "{\"a\":-}",
            "{\"a\":.5}",
            "{\"a\":1e9}",
            "{\"a\":\"\\u0041\"}",
            "{\"a\":\"\\x\"}",
            "{\"a\":\"\u{1}\"}",
            "{\"a\":tru}",
            "{\"a\":1234567890123456789}",
            "{\"a\":[1,]}",
            "{'a':1}",
        ] {
            assert!(!is_object(text), "{text}");
        }
        assert!(!is_object(&format!("{{\"a\":{}{}}}", "[".repeat(1_000), "]".repeat(1_000))));
    }
}
