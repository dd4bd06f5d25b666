//! Sixteen bytes looked at together: what makes checking text cheap.

/// So many at once.
pub(super) const BLOCK: usize = 16;

/// Which of the bytes end the plain part of a JSON string: quotes, backslashes
/// and control characters. The lowest bit is the first byte.
#[inline(always)]
pub(super) fn ends_of_plain(block: &[u8; BLOCK]) -> u32 {
    let block = Lanes::of(block);
    block.equal(b'"').or(block.equal(b'\\')).or(block.below_blank()).bits()
}

/// Whether one of the bytes can belong to an unsafe character: ASCII controls,
/// and the first bytes of U+0080 to U+00BF and of U+2000 to U+2FFF.
#[inline(always)]
pub(super) fn is_suspect(block: &[u8; BLOCK]) -> bool {
    let block = Lanes::of(block);
    let first = block.equal(0xC2).or(block.equal(0xE2));
    block.below_blank().or(block.equal(0x7F)).or(first).bits() != 0
}

/// How many of the bytes are quotes and backslashes.
#[inline(always)]
pub(super) fn escaped(block: &[u8; BLOCK]) -> usize {
    let block = Lanes::of(block);
    block.equal(b'"').or(block.equal(b'\\')).bits().count_ones() as usize
}

/// One vector register.
// SAFETY of each block: SSE2 belongs to every x86-64 processor, and only `of`
// reads memory: the sixteen bytes it was given, whose alignment does not matter.
#[cfg(target_arch = "x86_64")]
#[derive(Clone, Copy)]
struct Lanes(std::arch::x86_64::__m128i);

#[cfg(target_arch = "x86_64")]
impl Lanes {
    #[inline(always)]
    fn of(block: &[u8; BLOCK]) -> Lanes {
        Lanes(unsafe { std::arch::x86_64::_mm_loadu_si128(block.as_ptr().cast()) })
    }

    #[inline(always)]
    fn equal(self, byte: u8) -> Lanes {
        use std::arch::x86_64::{_mm_cmpeq_epi8, _mm_set1_epi8};
        Lanes(unsafe { _mm_cmpeq_epi8(self.0, _mm_set1_epi8(byte as i8)) })
    }

    #[inline(always)]
    fn below_blank(self) -> Lanes {
        use std::arch::x86_64::{_mm_cmpeq_epi8, _mm_min_epu8, _mm_set1_epi8};
        Lanes(unsafe { _mm_cmpeq_epi8(_mm_min_epu8(self.0, _mm_set1_epi8(0x1F)), self.0) })
    }

    #[inline(always)]
    fn or(self, other: Lanes) -> Lanes {
        Lanes(unsafe { std::arch::x86_64::_mm_or_si128(self.0, other.0) })
    }

    #[inline(always)]
    fn bits(self) -> u32 {
        unsafe { std::arch::x86_64::_mm_movemask_epi8(self.0) as u32 }
    }
}

/// The same byte by byte; a compiler may find vector instructions for it.
#[cfg(not(target_arch = "x86_64"))]
#[derive(Clone, Copy)]
struct Lanes([u8; BLOCK]);

#[cfg(not(target_arch = "x86_64"))]
impl Lanes {
    fn of(block: &[u8; BLOCK]) -> Lanes {
        Lanes(*block)
    }

    fn equal(self, byte: u8) -> Lanes {
        Lanes(self.0.map(|lane| u8::from(lane == byte)))
    }

    fn below_blank(self) -> Lanes {
        Lanes(self.0.map(|lane| u8::from(lane < b' ')))
    }

    fn or(mut self, other: Lanes) -> Lanes {
        self.0.iter_mut().zip(other.0).for_each(|(lane, other)| *lane |= other);
        self
    }

    fn bits(self) -> u32 {
        self.0.iter().rev().fold(0, |bits, lane| bits << 1 | u32::from(*lane))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_in_every_lane() {
        for byte in 0..=u8::MAX {
            let plain = !(byte < b' ' || matches!(byte, b'"' | b'\\'));
            let suspect = byte < b' ' || matches!(byte, 0x7F | 0xC2 | 0xE2);
            for lane in 0..BLOCK {
                let mut block = [b'x'; BLOCK];
                block[lane] = byte;
                assert_eq!(ends_of_plain(&block), u32::from(!plain) << lane, "{byte}");
                assert_eq!(is_suspect(&block), suspect, "{byte}");
                assert_eq!(escaped(&block), usize::from(matches!(byte, b'"' | b'\\')), "{byte}");
            }
        }
        assert_eq!(ends_of_plain(&[b'"'; BLOCK]), 0xFFFF);
    }
}
