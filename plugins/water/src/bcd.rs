//! Digits packed two in a byte, and hex text.

use tocsin_sdk::Timestamp;
use tocsin_sdk::time::{Beijing, beijing};

/// Two hex digits a byte: the name of a station, whose address ends in BCD
/// (SL 651 table 13) or in HEX (table 14).
pub fn name(bytes: &[u8]) -> String {
    let nibbles = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    nibbles.filter_map(|nibble| char::from_digit(nibble.into(), 16)).map(|c| c.to_ascii_uppercase()).collect()
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

/// `YYMMDDhhmmss` of a moment, as digits.
pub fn moment(at: Timestamp) -> String {
    let Beijing { year, month, day, hour, minute, second, .. } = Beijing::of(at);
    format!("{:02}{month:02}{day:02}{hour:02}{minute:02}{second:02}", year.rem_euclid(100))
}

/// The bytes that hex digits stand for; `None` where the text is anything else.
pub fn bytes(digits: &[u8]) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).map(|digit| digit as u8);
    let (pairs, rest) = digits.as_chunks::<2>();
    if !rest.is_empty() {
        return None;
    }
    pairs.iter().map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?)).collect()
}

/// Bytes that a gateway wrote as hex text: only where they begin as one of the
/// protocols does, so that ASCII frames are never mistaken for it.
pub fn from_hex_text(text: &[u8]) -> Option<Vec<u8>> {
    let text = text.trim_ascii();
    let begins = |mark: &[u8]| text.len() >= 4 && text[..4].eq_ignore_ascii_case(mark);
    if !(begins(b"7E7E") || begins(b"A55A")) {
        return None;
    }
    let digits: Vec<u8> = text.iter().filter(|byte| !byte.is_ascii_whitespace()).copied().collect();
    bytes(&digits)
}
