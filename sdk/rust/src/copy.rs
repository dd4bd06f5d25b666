//! Short copies that do not leave the guest.
//!
//! A copy of unknown length is an instruction that a sandbox carries out outside
//! of the guest, and the way there costs more than a short copy. A loop would be
//! made that instruction again, so there is none: two words of each width, which
//! overlap where the length is between two of them.

/// Longer ones are worth the way.
pub(crate) const SHORT: usize = 64;

/// Copies `length` bytes, at most [`SHORT`].
///
/// # Safety
/// Both places have so many bytes and do not overlap.
#[inline]
pub(crate) unsafe fn short(from: *const u8, to: *mut u8, length: usize) {
    debug_assert!(length <= SHORT);
    // SAFETY: each word lies within the first `length` bytes, by the test before it.
    unsafe {
        if length >= 16 {
            if length > 32 {
                two::<u64>(from, to, 16);
                two::<u64>(from, to, length - 32);
            }
            two::<u64>(from, to, 0);
            two::<u64>(from, to, length - 16);
        } else if length >= 8 {
            one::<u64>(from, to, 0);
            one::<u64>(from, to, length - 8);
        } else if length >= 4 {
            one::<u32>(from, to, 0);
            one::<u32>(from, to, length - 4);
        } else if length > 0 {
            one::<u8>(from, to, 0);
            one::<u8>(from, to, length / 2);
            one::<u8>(from, to, length - 1);
        }
    }
}

/// # Safety
/// Both places have a `T` at `at`.
#[inline(always)]
unsafe fn one<T: Copy>(from: *const u8, to: *mut u8, at: usize) {
    // SAFETY: as the caller promises.
    unsafe { to.add(at).cast::<T>().write_unaligned(from.add(at).cast::<T>().read_unaligned()) };
}

/// # Safety
/// Both places have two `T` at `at`.
#[inline(always)]
unsafe fn two<T: Copy>(from: *const u8, to: *mut u8, at: usize) {
    // SAFETY: as the caller promises.
    unsafe {
        one::<T>(from, to, at);
        one::<T>(from, to, at + size_of::<T>());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_length_and_no_byte_more() {
        let from: Vec<u8> = (1..=SHORT as u8).collect();
        for length in 0..=SHORT {
            let mut to = [0_u8; SHORT + 1];
            // SAFETY: both are as long or longer.
            unsafe { short(from.as_ptr(), to.as_mut_ptr(), length) };
            assert_eq!(to[..length], from[..length]);
            assert!(to[length..].iter().all(|byte| *byte == 0), "{length}");
        }
    }
}
