//! An input, changed as lines, senders and attackers change it.

use super::{Given, INPUT_BYTES};
use crate::demo::Random;
use serde_json::Value;

/// Bytes that end, escape or overflow something.
const ODD: [u8; 16] =
    [0, 1, 0x0A, 0x0D, 0x22, 0x23, 0x26, 0x2D, 0x3C, 0x40, 0x5C, 0x7D, 0x7E, 0x7F, 0x80, 0xFF];
/// What stands where a number or a word is looked for.
const WORDS: [&[u8]; 16] = [
    b"",
    b"-1",
    b"0",
    b"1e308",
    b"-1e400",
    b"NaN",
    b"99999999999999999999",
    b"null",
    b"\"\"",
    b"\xEF\xBB\xBF",
    b"2026-02-30 25:61:61",
    b"9999-12-31T23:59:59Z",
    b"\xF0\x9F\x94\xA5",
    b"\xED\xA0\x80",
    b"<![CDATA[",
    b"{\"a\":[",
];

pub fn mutated(random: &mut Random, given: &Given, other: &Given) -> Given {
    match given {
        Given::Bytes(bytes) => {
            let other = if let Given::Bytes(other) = other { &other[..] } else { b"" };
            Given::Bytes(bytes_of(random, bytes, other))
        }
        Given::Tick(woken) => {
            let mut woken = woken.clone();
            woken.key = text(random, &woken.key);
            Given::Tick(woken)
        }
        Given::Event(told) => {
            let mut told = told.clone();
            match random.between(0, 4) {
                0 => told.subject = text(random, &told.subject),
                1 => told.device = text(random, &told.device),
                _ => told.data = json(random, &told.data, 3),
            }
            Given::Event(told)
        }
    }
}

/// One to eight changes.
fn bytes_of(random: &mut Random, bytes: &[u8], other: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..=random.between(0, 3).pow(2).min(7) {
        change(random, &mut bytes, other);
    }
    bytes.truncate(INPUT_BYTES);
    bytes
}

fn change(random: &mut Random, bytes: &mut Vec<u8>, other: &[u8]) {
    let length = bytes.len();
    let at = random.between(0, length.max(1)).min(length);
    let end = (at + random.between(1, 17)).min(length);
    match random.between(0, 12) {
        0 if at < length => bytes[at] ^= 1 << random.between(0, 8),
        1 if at < length => bytes[at] = ODD[random.between(0, ODD.len())],
        2 if at < length => bytes[at] = bytes[at].wrapping_add(random.number() as u8 % 9).wrapping_sub(4),
        3 => bytes.insert(at, random.number() as u8),
        4 => drop(bytes.drain(at..end)),
        5 => bytes.truncate(at),
        6 => drop(bytes.splice(at..end, WORDS[random.between(0, WORDS.len())].iter().copied())),
        7 => {
            let part = bytes[at..end].to_vec();
            drop(bytes.splice(at..at, part));
        }
        8 if !other.is_empty() => {
            let from = random.between(0, other.len());
            let to = (from + random.between(1, 65)).min(other.len());
            drop(bytes.splice(at..end, other[from..to].iter().copied()));
        }
        9 => bytes.extend_from_slice(&other[..other.len().min(4_096)]),
        // A number in text, for another.
        10 => {
            if let Some(from) = bytes.iter().skip(at).position(u8::is_ascii_digit).map(|found| at + found) {
                let digits = bytes[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
                drop(bytes.splice(
                    from..from + digits,
                    (random.number() >> random.between(0, 63)).to_string().into_bytes(),
                ));
            }
        }
        // Two of a field are an attacker's or a bad merge's.
        11 if length < INPUT_BYTES / 2 => bytes.extend_from_within(..),
        _ => {}
    }
}

fn text(random: &mut Random, text: &str) -> String {
    String::from_utf8_lossy(&bytes_of(random, text.as_bytes(), b"")).chars().take(128).collect()
}

/// Another value somewhere in it.
fn json(random: &mut Random, value: &Value, depth: usize) -> Value {
    match value {
        Value::Object(fields) if depth > 0 && !fields.is_empty() && random.between(0, 5) > 0 => {
            let mut fields = fields.clone();
            let at = random.between(0, fields.len());
            if let Some((name, field)) =
                fields.iter().nth(at).map(|(name, field)| (name.clone(), field.clone()))
            {
                match random.between(0, 5) {
                    0 => drop(fields.remove(&name)),
                    _ => drop(fields.insert(name, json(random, &field, depth - 1))),
                }
            }
            Value::Object(fields)
        }
        Value::String(said) if random.between(0, 2) == 0 => Value::String(text(random, said)),
        _ => match random.between(0, 7) {
            0 => Value::Null,
            1 => Value::Bool(true),
            2 => Value::from(random.number() as i64 >> random.between(0, 63)),
            3 => Value::from(-1.5e300),
            4 => Value::String(text(random, "x")),
            5 => Value::Array(vec![value.clone(), Value::Null]),
            _ => serde_json::json!({ "id": value, "at": 1, "device": "D", "matter": "x" }),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_and_nothing_grows_without_end() {
        let many = |seed| {
            let mut random = Random::seeded(seed);
            let mut given = Given::Bytes(b"{\"a\": 12.5}".to_vec());
            for _ in 0..3_000 {
                given = mutated(&mut random, &given, &given);
            }
            let Given::Bytes(bytes) = given else { unreachable!("bytes stay bytes") };
            bytes
        };
        assert_eq!(many(1), many(1));
        assert_ne!(many(1), many(2));
        assert!(many(3).len() <= INPUT_BYTES);
    }
}
