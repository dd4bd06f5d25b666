//! The allocator of a guest: free lists of a few sizes, before the standard one.
//!
//! A call makes some tens of short strings and gives all of them back. The
//! standard allocator splits and joins blocks for each, which was a quarter of
//! what a guest spent. Here a small block is taken from the list of its size and
//! put back there. Nothing is assumed about when a plugin frees, so statics and
//! caches are as safe as ever; a block is never given to another size, which
//! costs at most what was in use of each size at once.

use crate::copy;
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::ptr::null_mut;

/// Two registers: what every small block is aligned to.
const SMALLEST: usize = 16;
/// Sizes double from [`SMALLEST`] to 4 KiB: all the texts of a signal, and the
/// list of some twenty signals.
const SIZES: usize = 9;
const LARGEST: usize = SMALLEST << (SIZES - 1);
/// What small blocks are cut from. 8 of the largest.
const CHUNK: usize = 32 << 10;

struct FreeLists {
    /// The first free block of each size; its first word points to the next.
    first: [Cell<*mut u8>; SIZES],
    /// What is left of the chunk that is being cut.
    chunk: Cell<*mut u8>,
    left: Cell<usize>,
}

#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: FreeLists = FreeLists::new();

// SAFETY: a guest has one thread; the contract knows no others.
#[cfg(all(target_arch = "wasm32", not(target_feature = "atomics")))]
unsafe impl Sync for FreeLists {}

impl FreeLists {
    const fn new() -> FreeLists {
        FreeLists {
            first: [const { Cell::new(null_mut()) }; SIZES],
            chunk: Cell::new(null_mut()),
            left: Cell::new(0),
        }
    }

    /// Which list serves it, if any does.
    #[inline(always)]
    fn size(layout: Layout) -> Option<usize> {
        let small = layout.size() <= LARGEST && layout.align() <= SMALLEST;
        small.then(|| (layout.size().max(SMALLEST) - 1).ilog2() as usize + 1 - SMALLEST.ilog2() as usize)
    }

    /// A new block of a size of which none is free.
    #[cold]
    fn cut(&self, size: usize) -> *mut u8 {
        let bytes = SMALLEST << size;
        if self.left.get() < bytes {
            // SAFETY: the size is not 0, the alignment a power of two. What is
            // left of the chunk before is given up: less than one block.
            let chunk = unsafe { System.alloc(Layout::from_size_align_unchecked(CHUNK, SMALLEST)) };
            if chunk.is_null() {
                return null_mut();
            }
            self.chunk.set(chunk);
            self.left.set(CHUNK);
        }
        let block = self.chunk.get();
        // SAFETY: `left` says that the chunk reaches so far.
        self.chunk.set(unsafe { block.add(bytes) });
        self.left.set(self.left.get() - bytes);
        block
    }
}

// SAFETY: a block of a list is as large as its size says and aligned to
// SMALLEST, because chunks are and all sizes are multiples of it; it is in use
// or in its list, never both. All else is the standard allocator's.
unsafe impl GlobalAlloc for FreeLists {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let Some(size) = Self::size(layout) else {
            // SAFETY: as the caller promises.
            return unsafe { System.alloc(layout) };
        };
        let block = self.first[size].get();
        if block.is_null() {
            return self.cut(size);
        }
        // SAFETY: a free block begins with a pointer.
        self.first[size].set(unsafe { block.cast::<*mut u8>().read() });
        block
    }

    #[inline]
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        let Some(size) = Self::size(layout) else {
            // SAFETY: as the caller promises; the same layout went to the same allocator.
            return unsafe { System.dealloc(block, layout) };
        };
        // SAFETY: the block is the caller's to give, and has room for a pointer.
        unsafe { block.cast::<*mut u8>().write(self.first[size].get()) };
        self.first[size].set(block);
    }

    #[inline]
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, bytes: usize) -> *mut u8 {
        // SAFETY: the caller promises that `bytes` is no overflow with this alignment.
        let wanted = unsafe { Layout::from_size_align_unchecked(bytes, layout.align()) };
        match (Self::size(layout), Self::size(wanted)) {
            (Some(before), Some(after)) if before == after => block,
            // SAFETY: as the caller promises.
            (None, None) => unsafe { System.realloc(block, layout, bytes) },
            _ => {
                // SAFETY: both blocks hold the shorter of the two lengths, and the
                // new one is another one.
                unsafe {
                    let moved = self.alloc(wanted);
                    if !moved.is_null() {
                        match layout.size().min(bytes) {
                            length if length <= copy::SHORT => copy::short(block, moved, length),
                            length => moved.copy_from_nonoverlapping(block, length),
                        }
                        self.dealloc(block, layout);
                    }
                    moved
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout(size: usize, align: usize) -> Layout {
        Layout::from_size_align(size, align).unwrap()
    }

    #[test]
    fn lists_by_size() {
        let size = |bytes| FreeLists::size(layout(bytes, 1));
        assert_eq!([0, 1, 16, 17, 32, 33].map(size), [Some(0), Some(0), Some(0), Some(1), Some(1), Some(2)]);
        assert_eq!(
            [LARGEST / 2 + 1, LARGEST, LARGEST + 1].map(size),
            [Some(SIZES - 1), Some(SIZES - 1), None]
        );
        assert_eq!(FreeLists::size(layout(32, 64)), None);
    }

    /// Some hundred blocks of every size live at once, grow, shrink and die; none
    /// overlaps another, and what stood in one stays.
    #[test]
    fn blocks_keep_what_is_theirs() {
        let lists = FreeLists::new();
        let mut blocks: Vec<(*mut u8, Layout, u8)> = Vec::new();
        let mut random = 0x2545_F491_4F6C_DD1D_u64;
        for step in 0..20_000_u32 {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let pick = (random >> 33) as usize;
            let new = layout(1 + pick % 5_000 / (1 + pick % 7), 1 << (pick % 5));
            // SAFETY: each block is used within its layout and freed once with it.
            unsafe {
                match pick % 3 {
                    0 => {
                        let block = lists.alloc(new);
                        assert!(!block.is_null() && block.addr().is_multiple_of(new.align()));
                        block.write_bytes(step as u8, new.size());
                        blocks.push((block, new, step as u8));
                    }
                    _ if blocks.is_empty() => {}
                    kind => {
                        let at = pick % blocks.len();
                        let (block, before, mark) = blocks.swap_remove(at);
                        let kept = std::slice::from_raw_parts(block, before.size());
                        assert!(kept.iter().all(|byte| *byte == mark), "step {step}");
                        if kind == 1 && blocks.len() > 200 {
                            lists.dealloc(block, before);
                        } else {
                            let moved = lists.realloc(block, before, new.size());
                            let now = layout(new.size(), before.align());
                            let same = before.size().min(now.size());
                            let kept = std::slice::from_raw_parts(moved, same);
                            assert!(kept.iter().all(|byte| *byte == mark), "step {step}");
                            moved.write_bytes(mark, now.size());
                            blocks.push((moved, now, mark));
                        }
                    }
                }
            }
        }
        for (block, layout, _) in blocks {
            // SAFETY: as above.
            unsafe { lists.dealloc(block, layout) };
        }
    }

    #[test]
    fn what_is_freed_is_used_again() {
        let lists = FreeLists::new();
        let cut = || lists.left.get();
        for _ in 0..10_000 {
            // SAFETY: allocated and freed with the same layout.
            unsafe {
                let block = lists.alloc(layout(300, 1));
                lists.dealloc(block, layout(300, 1));
            }
        }
        assert_eq!(cut(), CHUNK - 512);
    }
}
