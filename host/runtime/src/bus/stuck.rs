//! Streams that take nothing and say nothing, while the connection stands.
//!
//! A server whose volume was full once gives a stream's writers no answer any more,
//! also when there is room again, until it is started anew. Nothing else shows it: the
//! connection is up, and reading goes on.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Writes in a row without an answer: at 5 s each, a quarter of a minute. An election
/// takes less.
const IN_A_ROW: u32 = 3;

#[derive(Default)]
pub(super) struct Stuck(Mutex<HashMap<String, Silence>>);

#[derive(Clone, Copy)]
struct Silence {
    /// On which connection: a new one begins anew.
    generation: u64,
    writes: u32,
}

impl Stuck {
    fn streams(&self) -> MutexGuard<'_, HashMap<String, Silence>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn silent(&self, stream: &str, generation: u64) {
        let mut streams = self.streams();
        let none = Silence { generation, writes: 0 };
        let silence = streams.entry(stream.to_owned()).or_insert(none);
        if silence.generation != generation {
            *silence = none;
        }
        silence.writes += 1;
        if silence.writes == IN_A_ROW {
            tracing::error!(stream, "the stream gives no answer though the bus is up");
        }
    }

    pub fn answers(&self, stream: &str) {
        self.streams().remove(stream);
    }

    pub fn names(&self, generation: u64) -> Vec<String> {
        let streams = self.streams();
        let is_stuck = |silence: &Silence| silence.writes >= IN_A_ROW && silence.generation == generation;
        let stuck = streams.iter().filter(|(_, silence)| is_stuck(silence));
        let mut names: Vec<String> = stuck.map(|(stream, _)| stream.clone()).collect();
        names.sort();
        names
    }
}

#[cfg(test)]
mod tests {
    use super::Stuck;

    #[test]
    fn three_in_a_row_on_one_connection_are_stuck() {
        let stuck = Stuck::default();
        let names = |generation| stuck.names(generation).join(" ");
        (0..2).for_each(|_| stuck.silent("JOURNAL", 1));
        assert_eq!(names(1), "");
        stuck.answers("JOURNAL");
        (0..2).for_each(|_| stuck.silent("JOURNAL", 1));
        assert_eq!(names(1), "");
        (0..3).for_each(|_| stuck.silent("RAW_fire", 1));
        stuck.silent("JOURNAL", 1);
        assert_eq!((names(1).as_str(), names(2).as_str()), ("JOURNAL RAW_fire", ""));
        stuck.silent("JOURNAL", 2);
        assert_eq!(names(2), "");
    }
}
