//! Digits packed two in a byte, and hex text.

use tocsin_sdk::Timestamp;
use tocsin_sdk::time::beijing;

/// The digits as text; `None` where a nibble is none.
pub fn digits(bytes: &[u8]) -> Option<String> {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        for nibble in [byte >> 4, byte & 15] {
            text.push(char::from_digit(nibble.into(), 10)?);
        }
    }
    Some(text)
}

/// At most nine bytes: eighteen digits fit.
pub fn number(bytes: &[u8]) -> Option<i64> {
    if bytes.len() > 9 {
        return None;
    }
    bytes.iter().try_fold(0, |sum: i64, byte| {
        let (high, low) = (i64::from(byte >> 4), i64::from(byte & 15));
        (high < 10 && low < 10).then(|| sum * 100 + high * 10 + low)
    })
}

/// `YYMMDDhhmm` or `YYMMDDhhmmss`, Beijing time of this century.
pub fn time(bytes: &[u8]) -> Option<Timestamp> {
    let part = |place: usize| number(bytes.get(place..=place)?).map(|value| value as u8);
    let second = if bytes.len() > 5 { part(5)? } else { 0 };
    beijing(2000 + i32::from(part(0)?), part(1)?, part(2)?, part(3)?, part(4)?, second)
}

/// Bytes that a gateway wrote as hex text: only where they begin as one of the
/// protocols does, so that ASCII frames are never mistaken for it.
pub fn from_hex_text(text: &[u8]) -> Option<Vec<u8>> {
    let text = text.trim_ascii();
    let begins = |mark: &[u8]| text.len() >= 4 && text[..4].eq_ignore_ascii_case(mark);
    if !(begins(b"7E7E") || begins(b"A55A")) {
        return None;
    }
    let digit = |byte: u8| char::from(byte).to_digit(16).map(|digit| digit as u8);
    let digits: Vec<u8> = text.iter().filter(|byte| !byte.is_ascii_whitespace()).copied().collect();
    let (pairs, rest) = digits.as_chunks::<2>();
    if !rest.is_empty() {
        return None;
    }
    pairs.iter().map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?)).collect()
}
