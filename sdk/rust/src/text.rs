//! Short texts put together piece by piece, without the machinery of `format!`.
//!
//! What a plugin writes is names, numbers and marks of a few bytes.

use crate::copy;

/// Appends `text`.
#[inline]
pub fn push(into: &mut String, text: &str) {
    // SAFETY: what is appended is a whole text, so all of it stays one.
    append(unsafe { into.as_mut_vec() }, text.as_bytes());
}

/// Appends several texts in order.
#[inline]
pub fn push_all<const N: usize>(into: &mut String, texts: [&str; N]) {
    texts.iter().for_each(|text| push(into, text));
}

/// A text of its own.
#[inline]
pub fn own(text: &str) -> String {
    let mut owned = String::with_capacity(text.len());
    push(&mut owned, text);
    owned
}

/// Appends `text` between quotes, as it is.
#[inline]
pub(crate) fn push_quoted(into: &mut String, text: &str) {
    // Room for all of it at once; what follows finds it.
    into.reserve(text.len() + 2);
    into.push('"');
    push(into, text);
    into.push('"');
}

#[inline]
fn append(into: &mut Vec<u8>, bytes: &[u8]) {
    if bytes.len() > copy::SHORT {
        into.extend_from_slice(bytes);
        return;
    }
    into.reserve(bytes.len());
    let end = into.len();
    // SAFETY: there is room for so many behind the end, and they are written
    // before they count.
    unsafe {
        copy::short(bytes.as_ptr(), into.as_mut_ptr().add(end), bytes.len());
        into.set_len(end + bytes.len());
    }
}

/// Appends a whole number in decimal.
#[inline]
pub fn push_integer(into: &mut String, value: i64) {
    match value {
        // Most numbers of a device are bytes.
        0..10 => into.push(digit(value as u8)),
        10..100 => {
            into.push(digit(value as u8 / 10));
            into.push(digit(value as u8 % 10));
        }
        _ => push_longer(into, value),
    }
}

fn push_longer(into: &mut String, value: i64) {
    if value < 0 {
        into.push('-');
    }
    // `u64::MAX` has 20 digits.
    let mut digits = ['0'; 20];
    let (mut at, mut rest) = (digits.len() - 1, value.unsigned_abs());
    while rest >= 10 {
        digits[at] = digit((rest % 10) as u8);
        rest /= 10;
        at -= 1;
    }
    digits[at] = digit(rest as u8);
    digits[at..].iter().for_each(|digit| into.push(*digit));
}

/// Appends a number as `Display` writes it. Where it has six decimals or fewer, as
/// what is measured has, without its machinery.
pub fn push_number(into: &mut String, value: f64) {
    const MILLION: f64 = 1e6;
    let millionths = (value * MILLION).round_ties_even();
    // Below that a decimal is the shortest of its number, and the division exact
    // to the last bit; a zero may have a sign.
    if value == 0.0 || millionths.abs() >= 1e15 || millionths / MILLION != value {
        use std::fmt::Write;
        let _ = write!(into, "{value}");
        return;
    }
    if value < 0.0 {
        into.push('-');
    }
    let millionths = (millionths as i64).unsigned_abs();
    push_integer(into, (millionths / 1_000_000) as i64);
    let mut rest = (millionths % 1_000_000) as u32;
    if rest > 0 {
        into.push('.');
    }
    let mut place = 100_000;
    while rest > 0 {
        into.push(digit((rest / place) as u8));
        (rest, place) = (rest % place, place / 10);
    }
}

/// Appends a byte as two lower-case hex digits, as the city file writes device ids.
#[inline]
pub fn push_hex(into: &mut String, byte: u8) {
    let digits = [digit(byte >> 4) as u8, digit(byte & 15) as u8];
    // SAFETY: two ASCII characters are appended, at once.
    unsafe { into.as_mut_vec() }.extend_from_slice(&digits);
}

/// Bytes as lower-case hex digits.
pub fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    bytes.iter().for_each(|byte| push_hex(&mut text, *byte));
    text
}

/// Computed, not looked up: so the compiler knows that it is one byte long.
#[inline(always)]
fn digit(value: u8) -> char {
    let value = value & 15;
    char::from(if value < 10 { b'0' + value } else { b'a' - 10 + value })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn appended_as_it_is(before in ".{0,9}", text in ".{0,80}") {
            let mut into = before.clone();
            push(&mut into, &text);
            push_quoted(&mut into, &text);
            prop_assert_eq!(&into, &format!("{before}{text}\"{text}\""));
            prop_assert_eq!(own(&text), text);
        }

        #[test]
        fn numbers_as_format_writes_them(value in any::<i64>(), shift in 0..64u32) {
            for value in [value, value >> shift, i64::MIN, i64::MAX] {
                let mut into = String::new();
                push_integer(&mut into, value);
                prop_assert_eq!(into, value.to_string());
            }
        }

        #[test]
        fn fractions_as_format_writes_them(value in any::<f64>(), scaled in -2_000_000_000i64..2_000_000_000, decimals in 0..9i32) {
            let decimal = scaled as f64 / 10f64.powi(decimals);
            for value in [value, decimal, decimal * 3.0, decimal.next_up(), 0.0, -0.0, 1e9, 1e15, f64::NAN, f64::INFINITY] {
                let mut into = String::new();
                push_number(&mut into, value);
                prop_assert_eq!(into, value.to_string());
            }
        }

        #[test]
        fn hex_as_format_writes_it(byte in any::<u8>()) {
            prop_assert_eq!(hex(&[byte, 0]), format!("{byte:02x}00"));
        }
    }
}
