//! Maps and sets whose order is the same on every machine and in every call.
//!
//! The standard `HashMap` seeds itself anew in every instance, so a plugin that
//! walks one answers differently each time and is found out as impure. Where an
//! order leaves the plugin, a `BTreeMap` is still the better choice.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};

/// A `HashMap` with a fixed hasher.
pub type FixedHashMap<K, V> = HashMap<K, V, BuildHasherDefault<FixedHasher>>;
/// A `HashSet` with a fixed hasher.
pub type FixedHashSet<K> = HashSet<K, BuildHasherDefault<FixedHasher>>;

/// FNV-1a, 64 bit. Not secret: whoever chooses the keys can make them collide,
/// so give a map that a device fills a limit.
#[derive(Clone, Copy, Debug)]
pub struct FixedHasher(u64);

impl Default for FixedHasher {
    fn default() -> Self {
        FixedHasher(0xcbf2_9ce4_8422_2325)
    }
}

impl Hasher for FixedHasher {
    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }

    fn finish(&self) -> u64 {
        // FNV leaves its high bits weak for short keys, and those choose the bucket's tag.
        let mixed = (self.0 ^ (self.0 >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        mixed ^ (mixed >> 29)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_does_not_change_between_maps() {
        let walk = || {
            let mut map = FixedHashMap::default();
            for n in 0..500u32 {
                map.insert(format!("device-{n}"), n);
            }
            map.into_values().collect::<Vec<_>>()
        };
        assert_eq!(walk(), walk());
    }

    #[test]
    fn the_hash_is_the_published_one() {
        let mut hasher = FixedHasher::default();
        hasher.write(b"foobar");
        assert_eq!(hasher.0, 0x8594_4171_f739_67e8);
    }
}
