//! The level that a plan's conditions ask for: a function of their truth, of the
//! level that holds now and of the time.

use crate::plan::Clearing;
use crate::time::Timestamp;
use std::collections::BTreeMap;

/// One level of a plan over the world as it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Truth {
    pub starts: bool,
    /// Its end condition (without one: that it no longer starts).
    pub over: bool,
    pub hold_ms: i64,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// Level that holds by the conditions; none: no response.
    pub level: Option<u8>,
    /// Those that are over and whose hold still runs.
    pub clearing: Vec<Clearing>,
}

/// `current`: the level that holds now. What starts raises it at once. A level
/// that held, and all below it, is left when it no longer starts and has been
/// over for its hold; a lower one that does not start is kept while it is not over.
pub fn of(
    truths: &BTreeMap<u8, Truth>,
    current: Option<u8>,
    clearing: &[Clearing],
    now: Timestamp,
) -> Verdict {
    let mut verdict = Verdict::default();
    let since = |level: u8| clearing.iter().find(|own| own.level == level).map_or(now, |own| own.since);
    for (&level, truth) in truths {
        let held = current.is_some_and(|current| level >= current);
        let stays = match truth {
            Truth { starts: true, .. } => true,
            Truth { over: false, .. } => held,
            Truth { hold_ms, .. } => {
                let until = since(level).plus_millis(*hold_ms);
                let waits = held && until > now;
                if waits {
                    verdict.clearing.push(Clearing { level, since: since(level) });
                }
                waits
            }
        };
        if stays && verdict.level.is_none() {
            verdict.level = Some(level);
        }
    }
    verdict
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `4s 3` : level 4 starts, level 3 is neither; `o` over, `h60` holds a minute.
    fn check(levels: &str, current: u8, clearing: &[(u8, i64)], now: i64, expect: (u8, &[u8])) {
        let truths = levels.split_whitespace().map(|word| {
            let (level, rest) = word.split_at(1);
            let (flags, hold) = rest.split_once('h').unwrap_or((rest, "0"));
            let truth = Truth {
                starts: flags.contains('s'),
                over: flags.contains('o'),
                hold_ms: hold.parse::<i64>().unwrap() * 1_000,
            };
            (level.parse().unwrap(), truth)
        });
        let clearing: Vec<_> = clearing
            .iter()
            .map(|(level, at)| Clearing { level: *level, since: Timestamp(at * 1_000) })
            .collect();
        let current = (current > 0).then_some(current);
        let verdict = of(&truths.collect(), current, &clearing, Timestamp(now * 1_000));
        let waits: Vec<u8> = verdict.clearing.iter().map(|own| own.level).collect();
        assert_eq!((verdict.level.unwrap_or(0), &waits[..]), expect, "{levels} from {current:?}");
    }

    #[test]
    fn the_highest_level_that_starts_holds() {
        check("4s 3o", 0, &[], 0, (4, &[]));
        check("4s 3s 2o 1o", 0, &[], 0, (3, &[]));
        check("4o 3o 2s", 4, &[], 0, (2, &[]));
        check("4o 3o", 0, &[], 0, (0, &[]));
    }

    #[test]
    fn what_is_neither_on_nor_over_stays_as_it_is() {
        check("4 3 2o", 3, &[], 0, (3, &[]));
        // But it does not start.
        check("4 3 2o", 0, &[], 0, (0, &[]));
        // From Ⅱ to Ⅲ, which held below it and is not over.
        check("4 3 2o", 2, &[], 0, (3, &[]));
        check("4s 3o 2o", 2, &[], 0, (4, &[]));
        check("4o 3o 2o", 2, &[], 0, (0, &[]));
    }

    #[test]
    fn a_hold_runs_from_when_it_is_over() {
        check("3oh60", 3, &[], 100, (3, &[3]));
        check("3oh60", 3, &[(3, 100)], 159, (3, &[3]));
        check("3oh60", 3, &[(3, 100)], 160, (0, &[]));
        // It starts again: the hold is forgotten.
        check("3s", 3, &[(3, 100)], 130, (3, &[]));
        check("4oh90 3oh60", 3, &[(3, 100), (4, 100)], 160, (4, &[4]));
    }
}
