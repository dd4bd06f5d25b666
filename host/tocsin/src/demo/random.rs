//! Numbers that look random and are the same every night for the same seed.

/// SplitMix64: small, well mixed, and no dependency.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    pub fn seeded(seed: u64) -> Random {
        Random(seed)
    }

    pub fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// In `from..to`; `from` where the range is empty.
    pub fn between(&mut self, from: usize, to: usize) -> usize {
        let width = to.saturating_sub(from).max(1) as u64;
        from + usize::try_from(self.number() % width).unwrap_or(0)
    }

    pub fn bytes(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|_| self.number().to_le_bytes()[0]).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_night() {
        let night = |seed| {
            let mut random = Random::seeded(seed);
            (random.bytes(16), random.between(3, 9), random.between(5, 5))
        };
        assert_eq!(night(7), night(7));
        assert_ne!(night(7), night(8));
        assert!((3..9).contains(&night(7).1));
        assert_eq!(night(7).2, 5);
    }
}
