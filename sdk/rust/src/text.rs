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
        fn hex_as_format_writes_it(byte in any::<u8>()) {
            prop_assert_eq!(hex(&[byte, 0]), format!("{byte:02x}00"));
        }
    }
}
