//! Cutting a byte stream into frames, tested once for every protocol that has a
//! start mark and a length.

mod marked;
mod reader;

pub use marked::{Extent, Marked, any_of};
