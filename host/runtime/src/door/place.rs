//! Places: how many connections a listener holds. Each is an open file, and what the
//! process may open is one number for all listeners, the bus and the views.

use super::{DoorKind, DoorSpec};
use rustix::process::{Resource, getrlimit};

/// Open files of the host itself: its threads' (three each), SQLite's, the bus's, the
/// console's readers while they are answered.
const RESERVE: u64 = 256;

/// ... and of each door: the poller of its thread, what wakes it, its listener or its
/// connection outward.
const OF_DOOR: u64 = 4;

/// The console and the HTTP door.
const HTTP_LISTENERS: usize = 2;

/// Of one listener of a host with these doors. None takes another's: a flood at one
/// leaves the others theirs.
pub fn places(doors: &[DoorSpec]) -> usize {
    let open = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
    let tcp = doors.iter().filter(|door| matches!(door.kind, DoorKind::Tcp { .. })).count();
    share(open, doors.len(), tcp + HTTP_LISTENERS)
}

/// One at least, or a door would be none.
fn share(open: u64, doors: usize, listeners: usize) -> usize {
    let left = open.saturating_sub(RESERVE + OF_DOOR * doors as u64);
    usize::try_from(left / listeners as u64).unwrap_or(usize::MAX).max(1)
}

#[cfg(test)]
mod tests {
    use super::share;

    #[test]
    fn listeners_share_what_the_host_leaves() {
        for (open, doors, listeners, expect) in [
            (65_536, 36, 7, 9_305),
            (4_096, 36, 7, 528),
            (1_024, 36, 7, 89),
            (256, 36, 7, 1),
            (u64::MAX, 0, 2, (u64::MAX - 256) as usize / 2),
        ] {
            assert_eq!(share(open, doors, listeners), expect, "{open}");
        }
    }
}
