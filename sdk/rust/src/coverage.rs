//! Which edges of the code a call reached, for `cargo xtask fuzz`.
//!
//! Nothing at all unless the feature `coverage` is on: then the crate is built
//! with the compiler's edge counters (`sancov`), and after each call the numbers
//! of edges that this instance never reached before go to the log, where the
//! conformance kit reads them.

#[cfg(not(all(feature = "coverage", target_arch = "wasm32")))]
#[inline(always)]
pub(crate) fn report() {}

#[cfg(all(feature = "coverage", target_arch = "wasm32"))]
pub(crate) use counters::report;

#[cfg(all(feature = "coverage", target_arch = "wasm32"))]
mod counters {
    use crate::{Level, import::log};
    use std::cell::RefCell;
    use std::fmt::Write;

    /// The host keeps so much of a line, and 32 of them: what is left is told by
    /// the next call.
    const LINE_BYTES: usize = 4_000;
    const LINES: usize = 30;

    struct Edges {
        start: *mut u8,
        stop: *mut u8,
        told: Vec<bool>,
    }

    thread_local! {
        static EDGES: RefCell<Edges> =
            const { RefCell::new(Edges { start: std::ptr::null_mut(), stop: std::ptr::null_mut(), told: Vec::new() }) };
    }

    /// Called by what the compiler put before the first call.
    #[unsafe(no_mangle)]
    extern "C" fn __sanitizer_cov_8bit_counters_init(start: *mut u8, stop: *mut u8) {
        EDGES.with_borrow_mut(|edges| {
            edges.start = start;
            edges.stop = stop;
        });
    }

    pub(crate) fn report() {
        let lines = EDGES.with_borrow_mut(news);
        for line in lines {
            log::write(Level::Debug, &line);
        }
    }

    fn news(edges: &mut Edges) -> Vec<String> {
        let mut lines = Vec::new();
        let count = edges.stop.addr().saturating_sub(edges.start.addr());
        edges.told.resize(count, false);
        let mut line = String::from("coverage");
        for edge in 0..count {
            // SAFETY: the compiler keeps a counter for each edge from start to stop,
            // and a guest has one thread.
            let reached = unsafe { edges.start.add(edge).read_volatile() } != 0;
            if !reached || edges.told[edge] {
                continue;
            }
            edges.told[edge] = true;
            let _ = write!(line, " {edge:x}");
            if line.len() >= LINE_BYTES {
                lines.push(std::mem::replace(&mut line, String::from("coverage")));
                if lines.len() == LINES {
                    return lines;
                }
            }
        }
        if line.len() > "coverage".len() {
            lines.push(line);
        }
        lines
    }
}
