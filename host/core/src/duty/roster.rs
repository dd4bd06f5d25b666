//! Who holds a post at a moment: a function of the city's data and the time alone.

use crate::city::duty::{Post, Roster, Shift};
use crate::time::Timestamp;

const DAY_MS: i64 = 86_400_000;
const MINUTE_MS: i64 = 60_000;

/// One turn at a post.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Turn<'a> {
    /// None: the post is empty.
    pub person: Option<&'a str>,
    /// None: for ever so far.
    pub since: Option<Timestamp>,
    /// None: until someone changes it.
    pub until: Option<Timestamp>,
}

/// A single shift goes before the roster, the roster before the first of the
/// post's people.
pub(crate) fn on_duty<'a>(post: &'a Post, shifts: &'a [Shift], at: Timestamp) -> Turn<'a> {
    if let Some(shift) = shifts.iter().find(|shift| shift.from <= at && at < shift.until) {
        return Turn { person: Some(&shift.person), since: Some(shift.from), until: Some(shift.until) };
    }
    let next = shifts.iter().map(|shift| shift.from).filter(|from| *from > at).min();
    let last = shifts.iter().map(|shift| shift.until).filter(|until| *until <= at).max();
    let turn = match &post.roster {
        Some(roster) if !roster.people.is_empty() && !roster.hand_over.is_empty() => rotation(roster, at),
        _ => Turn { person: post.people.first().map(String::as_str), since: None, until: None },
    };
    let until = [turn.until, next].into_iter().flatten().min();
    Turn { since: turn.since.max(last), until, ..turn }
}

fn rotation(roster: &Roster, at: Timestamp) -> Turn<'_> {
    let count = roster.people.len();
    if count == 1 {
        return Turn { person: Some(&roster.people[0]), since: None, until: None };
    }
    let turns = i64::from(roster.turns.max(1));
    let number = hand_over_at(roster, at).div_euclid(turns);
    let whose = usize::try_from(number.rem_euclid(count as i64)).unwrap_or_default();
    Turn {
        person: roster.people.get(whose).map(String::as_str),
        since: Some(begin(roster, number.saturating_mul(turns))),
        until: Some(begin(roster, number.saturating_add(1).saturating_mul(turns))),
    }
}

/// The number of the last hand-over; 0 is the first one of the roster's first day.
fn hand_over_at(roster: &Roster, at: Timestamp) -> i64 {
    let since = at.since(roster.from);
    let (day, of_day) = (since.div_euclid(DAY_MS), since.rem_euclid(DAY_MS));
    let passed =
        roster.hand_over.iter().filter(|minute| i64::from(**minute) * MINUTE_MS <= of_day).count() as i64;
    day.saturating_mul(roster.hand_over.len() as i64).saturating_add(passed - 1)
}

fn begin(roster: &Roster, number: i64) -> Timestamp {
    let count = roster.hand_over.len() as i64;
    let minute = roster.hand_over[usize::try_from(number.rem_euclid(count)).unwrap_or_default()];
    let day = number.div_euclid(count).saturating_mul(DAY_MS);
    roster.from.plus_millis(day).plus_millis(i64::from(minute) * MINUTE_MS)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Midnight of 2026-07-01 in Beijing.
    const FIRST: Timestamp = Timestamp(1_782_835_200_000);

    fn at(days: i64, hour: i64, minute: i64) -> Timestamp {
        FIRST.plus_millis(days * DAY_MS + hour * 3_600_000 + minute * MINUTE_MS)
    }

    fn post(people: &[&str], hand_over: &[u32], turns: u32) -> Post {
        let people: Vec<String> = people.iter().map(|id| (*id).to_owned()).collect();
        let roster = Roster { from: FIRST, hand_over: hand_over.to_vec(), turns, people: people.clone() };
        Post { people, roster: (!hand_over.is_empty()).then_some(roster), ..Post::default() }
    }

    #[track_caller]
    fn check(post: &Post, shifts: &[Shift], at: Timestamp, expect: (&str, Option<Timestamp>)) {
        let turn = on_duty(post, shifts, at);
        assert_eq!((turn.person.unwrap_or("-"), turn.until), expect, "{at}");
        assert!(turn.since.is_none_or(|since| since <= at), "{turn:?}");
        assert!(turn.until.is_none_or(|until| until > at), "{turn:?}");
    }

    #[test]
    fn people_take_turns() {
        let daily = post(&["a", "b", "c"], &[480], 1);
        check(&daily, &[], at(0, 8, 0), ("a", Some(at(1, 8, 0))));
        check(&daily, &[], at(1, 7, 59), ("a", Some(at(1, 8, 0))));
        check(&daily, &[], at(1, 8, 0), ("b", Some(at(2, 8, 0))));
        check(&daily, &[], at(3, 12, 0), ("a", Some(at(4, 8, 0))));
        // Before the roster's first day it runs backwards.
        check(&daily, &[], at(0, 0, 0), ("c", Some(at(0, 8, 0))));
        let twice = post(&["a", "b", "c"], &[480, 1200], 1);
        check(&twice, &[], at(0, 8, 0), ("a", Some(at(0, 20, 0))));
        check(&twice, &[], at(0, 23, 0), ("b", Some(at(1, 8, 0))));
        check(&twice, &[], at(1, 9, 0), ("c", Some(at(1, 20, 0))));
        let weekly = post(&["a", "b"], &[480], 7);
        check(&weekly, &[], at(6, 12, 0), ("a", Some(at(7, 8, 0))));
        check(&weekly, &[], at(7, 8, 0), ("b", Some(at(14, 8, 0))));
    }

    #[test]
    fn without_a_roster_the_first_one_holds_the_post() {
        check(&post(&["a", "b"], &[], 1), &[], at(5, 0, 0), ("a", None));
        check(&post(&["a"], &[480], 1), &[], at(5, 0, 0), ("a", None));
        check(&post(&[], &[], 1), &[], at(5, 0, 0), ("-", None));
        check(&post(&[], &[480], 1), &[], at(5, 0, 0), ("-", None));
    }

    #[test]
    fn a_single_shift_goes_first() {
        let shift = |from, until| Shift { person: "z".into(), from, until, ..Shift::default() };
        let shifts = [shift(at(2, 20, 0), at(3, 8, 0)), shift(at(4, 9, 0), at(4, 10, 0))];
        let daily = post(&["a", "b", "c"], &[480], 1);
        check(&daily, &shifts, at(2, 12, 0), ("c", Some(at(2, 20, 0))));
        check(&daily, &shifts, at(2, 20, 0), ("z", Some(at(3, 8, 0))));
        check(&daily, &shifts, at(3, 8, 0), ("a", Some(at(4, 8, 0))));
        check(&daily, &shifts, at(4, 8, 30), ("b", Some(at(4, 9, 0))));
        check(&daily, &shifts, at(4, 10, 0), ("b", Some(at(5, 8, 0))));
        check(&post(&["a"], &[], 1), &shifts, at(4, 12, 0), ("a", None));
    }
}
