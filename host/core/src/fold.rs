//! A hash of the state that costs as much as what changed.
//!
//! Each item of the state (an incident, a row, a device...) has a SHA-256 of its
//! own; the state's hash is that of their sum modulo 2^256. Sums do not depend
//! on order, so equal states have equal hashes whatever way they were reached.
//! It finds hosts that diverged; it is no proof against someone who forges
//! states, which the journal's own records are there for.

use crate::outcome::hex;
use crate::thing::Noun;
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::collections::HashMap;

/// Which part of the state, and which item of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Item {
    Incident(String),
    Row(String, String),
    Held(String, String),
    Provisional(String, String),
    Seen(String, String),
    Clock(String, String),
    Answer(String),
    Counter,
    Thing(Noun, String),
    Number(String),
}

#[derive(Clone, Debug, Default)]
pub struct Fold {
    sum: Number,
    known: HashMap<Item, Number>,
}

type Number = [u64; 4];

impl Fold {
    /// The item as it now is; `None`: gone.
    pub fn set<T: Serialize>(&mut self, item: Item, value: Option<&T>) {
        let new = value.map(|value| number(&item, value));
        let old = match new {
            Some(new) => self.known.insert(item, new),
            None => self.known.remove(&item),
        };
        if let Some(old) = old {
            self.sum = add(self.sum, negate(old));
        }
        if let Some(new) = new {
            self.sum = add(self.sum, new);
        }
    }

    /// An effect has no value that could change, so it is only there or not.
    pub fn gain(&mut self, department: &str, effect: (u64, u32, u32)) {
        self.sum = add(self.sum, effect_number(department, effect));
    }

    pub fn lose(&mut self, department: &str, effect: (u64, u32, u32)) {
        self.sum = add(self.sum, negate(effect_number(department, effect)));
    }

    pub fn hex(&self) -> String {
        let bytes: Vec<u8> = self.sum.iter().flat_map(|limb| limb.to_le_bytes()).collect();
        hex::encode(&Sha256::digest(bytes))
    }
}

fn number<T: Serialize>(item: &Item, value: &T) -> Number {
    let mut text = format!("{item:?}").into_bytes();
    // Writing plain data into memory cannot fail; if it did, the same on every host.
    let _ = serde_json::to_writer(&mut text, value);
    digest(&text)
}

fn effect_number(department: &str, (run, index, ordinal): (u64, u32, u32)) -> Number {
    let mut text = Vec::with_capacity(32 + department.len());
    text.extend_from_slice(b"Effect");
    text.extend_from_slice(&run.to_le_bytes());
    text.extend_from_slice(&index.to_le_bytes());
    text.extend_from_slice(&ordinal.to_le_bytes());
    text.extend_from_slice(department.as_bytes());
    digest(&text)
}

fn digest(text: &[u8]) -> Number {
    let digest = Sha256::digest(text);
    let mut number = [0; 4];
    for (limb, bytes) in number.iter_mut().zip(digest.chunks_exact(8)) {
        *limb = bytes.iter().rev().fold(0, |limb, byte| limb << 8 | u64::from(*byte));
    }
    number
}

fn add(a: Number, b: Number) -> Number {
    let mut sum = [0; 4];
    let mut carry = false;
    for place in 0..4 {
        let (part, first) = a[place].overflowing_add(b[place]);
        let (part, second) = part.overflowing_add(u64::from(carry));
        sum[place] = part;
        carry = first || second;
    }
    sum
}

fn negate(a: Number) -> Number {
    add(a.map(|limb| !limb), [1, 0, 0, 0])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_and_detours_leave_no_trace() {
        let item = |name: &str| Item::Incident(name.into());
        let mut a = Fold::default();
        a.set(item("x"), Some(&1));
        a.set(item("y"), Some(&2));
        let mut b = Fold::default();
        b.set(item("y"), Some(&9));
        b.set(item("z"), Some(&3));
        b.set(item("x"), Some(&1));
        assert_ne!(a.hex(), b.hex());
        b.set(item("y"), Some(&2));
        b.set::<u32>(item("z"), None);
        assert_eq!(a.hex(), b.hex());
        assert_ne!(a.hex(), Fold::default().hex());
    }
}
