//! From facts to a colour, as of the room's clock. The sum is of whole numbers over a
//! set, so neither the order of events nor a repetition makes a difference.

use crate::colour::Colour;
use crate::fact::Counted;
use crate::room::Room;
use crate::rules::Rules;
use tocsin_sdk::Timestamp;

pub const DAY_MS: i64 = 24 * 3_600_000;

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Judged<'a> {
    pub colour: Colour,
    pub points: i64,
    /// What weighs most first.
    pub facts: Vec<Weighed<'a>>,
    /// Time alone may change it.
    pub ages: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Weighed<'a> {
    pub id: &'a str,
    pub title: &'a str,
    pub counted: Counted,
    pub points: i64,
    pub at_least: Option<Colour>,
    pub late_since: Option<Timestamp>,
}

/// The colour of the unit. `without`: an incident that does not count, as if it had
/// not begun.
pub fn judge<'a>(rules: &Rules, room: &'a Room, without: &str) -> Judged<'a> {
    let since = room.clock.saturating_sub(i64::from(rules.days) * DAY_MS);
    let mut judged = Judged::default();
    for (id, fact) in room.facts().filter(|(id, _)| *id != without) {
        let Some(counted) = fact.counted(room.clock) else {
            // Dated by a clock that is ahead: it will count.
            judged.ages |= fact.counted(Timestamp::MAX).is_some();
            continue;
        };
        if !counted.stands && counted.at < since {
            continue;
        }
        judged.ages = true;
        let Some(weight) = rules.weights.get(counted.kind) else { continue };
        if weight.points != 0 || weight.at_least.is_some() {
            let (title, late_since) = (fact.title(), fact.late_since());
            let (points, at_least) = (weight.points, weight.at_least);
            judged.facts.push(Weighed { id, title, counted, points, at_least, late_since });
        }
    }
    judged.facts.sort_by_key(|fact| (-fact.points, fact.counted.kind, fact.counted.at, fact.id));
    judged.points = judged.facts.iter().map(|fact| fact.points).sum::<i64>().max(0);
    let least = judged.facts.iter().filter_map(|fact| fact.at_least).max().unwrap_or_default();
    judged.colour = rules.colour(judged.points).max(least);
    judged
}
