//! Which record it is: by its own word, by the door, by what only one has.

use crate::field;
use crate::record::{Record, shown};
use crate::refusal::Refusal;
use crate::value;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Unit,
    Danger,
    Rectification,
    Recheck,
    Inspection,
    Drill,
}

/// Parts of words by which records and doors are named; the first that is
/// contained counts, so 隐患整改 is a rectification.
const WORDS: &[(&str, Kind)] = &[
    ("recheck", Kind::Recheck),
    ("review", Kind::Recheck),
    ("复查", Kind::Recheck),
    ("销号", Kind::Recheck),
    ("rectif", Kind::Rectification),
    ("整改", Kind::Rectification),
    ("inspect", Kind::Inspection),
    ("检查", Kind::Inspection),
    ("drill", Kind::Drill),
    ("exercise", Kind::Drill),
    ("演练", Kind::Drill),
    ("danger", Kind::Danger),
    ("hazard", Kind::Danger),
    ("隐患", Kind::Danger),
    ("enterprise", Kind::Unit),
    ("compan", Kind::Unit),
    ("unit", Kind::Unit),
    ("企业", Kind::Unit),
    ("单位", Kind::Unit),
];

impl Kind {
    pub fn of(record: &mut Record, door: &str, origin: &str) -> Result<Kind, Refusal> {
        let written = record.peek(field::TYPE).and_then(value::text).and_then(|word| named(&word));
        if let Some(kind) = written {
            record.take(field::TYPE);
            return Ok(kind);
        }
        let source = origin.split_whitespace().next().unwrap_or_default().rsplit('/').next();
        let by_door = source.and_then(named).or_else(|| named(door));
        by_door.or_else(|| by_fields(record)).ok_or_else(|| {
            let word = record.peek(field::TYPE).map(shown).unwrap_or_default();
            Refusal::malformed(
                field::TYPE,
                format!(
                    "{word} is no record that is known; write enterprise, danger, rectification, recheck, inspection or drill"
                ),
            )
        })
    }
}

fn named(word: &str) -> Option<Kind> {
    let word = word.to_lowercase();
    WORDS.iter().find(|(part, _)| word.contains(part)).map(|(_, kind)| *kind)
}

fn by_fields(record: &Record) -> Option<Kind> {
    let has = |field| record.has(field);
    if has(field::DANGER) && has(field::PASSED) {
        Some(Kind::Recheck)
    } else if has(field::MEASURE) {
        Some(Kind::Rectification)
    } else if has(field::DEADLINE) || has(field::LEVEL) {
        Some(Kind::Danger)
    } else if has(field::TRADE) || has(field::HEAD) {
        Some(Kind::Unit)
    } else {
        None
    }
}
