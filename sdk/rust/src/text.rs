//! Short texts put together piece by piece, without the machinery of `format!`.
//!
//! What a plugin writes is names, numbers and marks of a few bytes. In a guest a
//! copy of unknown length is a call out of it, which costs more than the copy:
//! [`push`] moves eight bytes at a time instead.

/// Longer texts are worth the call.
#[cfg(target_arch = "wasm32")]
const SHORT: usize = 64;

/// Appends `text`.
#[inline]
pub fn push(into: &mut String, text: &str) {
    #[cfg(target_arch = "wasm32")]
    if text.len() <= SHORT {
        // SAFETY: what is appended is a whole text, so all of it stays one.
        let into = unsafe { into.as_mut_vec() };
        append(into, text.as_bytes());
        return;
    }
    into.push_str(text);
}

/// Appends bytes without a copy of unknown length.
#[cfg(any(target_arch = "wasm32", test))]
#[inline]
fn append(into: &mut Vec<u8>, bytes: &[u8]) {
    into.reserve(bytes.len());
    let (eights, rest) = bytes.as_chunks::<8>();
    eights.iter().for_each(|eight| into.extend_from_slice(eight));
    let (fours, rest) = rest.as_chunks::<4>();
    fours.iter().for_each(|four| into.extend_from_slice(four));
    rest.iter().for_each(|byte| into.push(*byte));
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
    into.push(digit(byte >> 4));
    into.push(digit(byte & 15));
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
        fn appended_as_it_is(before in ".{0,9}", text in ".{0,40}") {
            let mut into = before.clone();
            push(&mut into, &text);
            prop_assert_eq!(&into, &format!("{before}{text}"));
            let mut bytes = before.into_bytes();
            append(&mut bytes, text.as_bytes());
            prop_assert_eq!(bytes, into.into_bytes());
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
