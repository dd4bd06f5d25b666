//! The same plugin compiled into the host, for benchmarks.

use super::request::{Reply, Work};
use crate::call::Answer;
use crate::registry::Native;

/// What a benchmark measures is stateless: a native plugin changes the room in
/// place, and its changes are not recorded.
pub(super) fn run(native: &dyn Native, work: Work<'_>) -> Reply {
    match work {
        Work::Frame(buffer) => Reply::Pieces(native.frame(buffer)),
        Work::Call(call, room) => {
            let result = native.call(call, room);
            Reply::Answer(Box::new(Answer { result, changes: Vec::new(), logs: Vec::new() }))
        }
    }
}
