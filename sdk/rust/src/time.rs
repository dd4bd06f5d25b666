//! Beijing time: between civil dates and [`Timestamp`]s, and the forms in which
//! devices and systems write them.
//!
//! China keeps one zone without summer time, so eight hours are all there is to
//! it. Nothing here reads a clock: "now" is part of every input.

use crate::Timestamp;
use std::fmt;

/// UTC+8 in milliseconds.
const OFFSET: i64 = 8 * 3_600_000;
const DAY: i64 = 86_400_000;

/// A civil date and time in Beijing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Beijing {
    pub year: i32,
    /// 1 to 12.
    pub month: u8,
    /// 1 to 31.
    pub day: u8,
    /// 0 to 23.
    pub hour: u8,
    pub minute: u8,
    pub second: u8,
    /// 0 to 999.
    pub millisecond: u16,
}

/// The timestamp of a civil time in Beijing, or `None` where there is no such
/// moment (month 0, 30 February, second 60, a year outside 1 to 9999).
pub fn beijing(year: i32, month: u8, day: u8, hour: u8, minute: u8, second: u8) -> Option<Timestamp> {
    Beijing { year, month, day, hour, minute, second, millisecond: 0 }.timestamp()
}

impl Beijing {
    /// The civil time of a timestamp.
    pub fn of(at: Timestamp) -> Beijing {
        // Saturating: a hostile timestamp gives a wrong date, not an overflow.
        let local = at.saturating_add(OFFSET);
        let (days, rest) = (local.div_euclid(DAY), local.rem_euclid(DAY));
        let (year, month, day) = civil(days);
        Beijing {
            year,
            month,
            day,
            hour: (rest / 3_600_000) as u8,
            minute: (rest / 60_000 % 60) as u8,
            second: (rest / 1_000 % 60) as u8,
            millisecond: (rest % 1_000) as u16,
        }
    }

    /// The timestamp, or `None` where there is no such moment.
    pub fn timestamp(self) -> Option<Timestamp> {
        let valid = (1..=9999).contains(&self.year)
            && (1..=12).contains(&self.month)
            && self.day >= 1
            && self.day <= days_in(self.year, self.month)
            && self.hour < 24
            && self.minute < 60
            && self.second < 60
            && self.millisecond < 1_000;
        let clock = i64::from(self.hour) * 3_600 + i64::from(self.minute) * 60 + i64::from(self.second);
        valid.then(|| {
            days(self.year, self.month, self.day) * DAY + clock * 1_000 + i64::from(self.millisecond) - OFFSET
        })
    }
}

/// RFC 3339 with `+08:00`; milliseconds only where there are some.
impl fmt::Display for Beijing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = *b"0000-00-00T00:00:00.000";
        let from = match u16::try_from(self.year) {
            Ok(year @ ..=9_999) => {
                digits(&mut text[..4], year);
                0
            }
            _ => {
                write!(f, "{:04}", self.year)?;
                4
            }
        };
        let parts = [self.month, self.day, self.hour, self.minute, self.second];
        for (place, part) in parts.into_iter().enumerate() {
            digits(&mut text[5 + 3 * place..7 + 3 * place], part.into());
        }
        digits(&mut text[20..], self.millisecond);
        let end = if self.millisecond > 0 { text.len() } else { 19 };
        f.write_str(std::str::from_utf8(&text[from..end]).unwrap_or_default())?;
        f.write_str("+08:00")
    }
}

fn digits(into: &mut [u8], number: u16) {
    into.iter_mut().rev().fold(number, |rest, digit| {
        *digit = b'0' + (rest % 10) as u8;
        rest / 10
    });
}

/// Reads `2026-07-12 14:30:20`, with `T` or a space, `/` for `-`, a fraction of
/// a second, and `Z` or an offset such as `+08:00`; without one it is Beijing
/// time. `None` where it is no such text or no such moment.
pub fn parse(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    usual(text.as_bytes()).or_else(|| other(text))
}

/// The form that nearly all sources write, `2026-07-12T14:30:20` and an offset or
/// none, read without searching. `None` also where it is another form.
fn usual(text: &[u8]) -> Option<Timestamp> {
    let (civil, zone) = text.split_first_chunk::<19>()?;
    let is_marked = matches!(
        [civil[4], civil[7], civil[10], civil[13], civil[16]],
        [b'-', b'-', b'T' | b' ', b':', b':']
    );
    let (year, mut parts) = (two(&civil[..2])?, [two(&civil[2..4])?, 0, 0, 0, 0, 0]);
    for (part, at) in parts[1..].iter_mut().zip([5, 8, 11, 14, 17]) {
        *part = two(&civil[at..at + 2])?;
    }
    let east = match zone {
        [] => OFFSET,
        b"Z" => 0,
        [sign @ (b'+' | b'-'), hours @ .., b':', _, _] if hours.len() == 2 => {
            let (hours, minutes) = (i64::from(two(hours)?), i64::from(two(&zone[4..])?));
            let east = (hours * 60 + minutes) * 60_000;
            (hours <= 18 && minutes < 60).then_some(if *sign == b'-' { -east } else { east })?
        }
        _ => return None,
    };
    let [rest, month, day, hour, minute, second] = parts;
    let year = i32::from(year) * 100 + i32::from(rest);
    Some(beijing(year, month, day, hour, minute, second).filter(|_| is_marked)? + OFFSET - east)
}

/// A number of two digits.
fn two(digits: &[u8]) -> Option<u8> {
    match digits {
        [tens @ b'0'..=b'9', ones @ b'0'..=b'9'] => Some((tens - b'0') * 10 + ones - b'0'),
        _ => None,
    }
}

fn other(text: &str) -> Option<Timestamp> {
    let (date, rest) = text.split_once(['T', 't', ' '])?;
    let mut date = date.split(['-', '/']);
    let (year, month, day) = (number(date.next()?, 4)?, number(date.next()?, 2)?, number(date.next()?, 2)?);
    if date.next().is_some() {
        return None;
    }
    let zone_at = rest.find(['Z', 'z', '+', '-']).unwrap_or(rest.len());
    let (clock, zone) = rest.split_at(zone_at);
    let (clock, fraction) = clock.trim_end().split_once('.').unwrap_or((clock.trim_end(), ""));
    let mut clock = clock.split(':');
    let (hour, minute) = (number(clock.next()?, 2)?, number(clock.next()?, 2)?);
    let second = clock.next().map_or(Some(0), |second| number(second, 2))?;
    if clock.next().is_some() {
        return None;
    }
    let moment = Beijing {
        year: year as i32,
        month: month as u8,
        day: day as u8,
        hour: hour as u8,
        minute: minute as u8,
        second: second as u8,
        millisecond: thousandths(fraction)?,
    };
    Some(moment.timestamp()? + OFFSET - offset(zone)?)
}

/// A civil time as [`parse`] reads it, `20260712143020`, or seconds or
/// milliseconds since 1970.
pub fn read(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return parse(text);
    }
    match text.len() {
        14 => compact(text),
        // 1973 to 2286, in seconds and in milliseconds.
        9 | 10 => Some(text.parse::<i64>().ok()? * 1000),
        12 | 13 => text.parse().ok(),
        _ => None,
    }
}

fn compact(text: &str) -> Option<Timestamp> {
    let part = |from: usize| text.get(from..from + 2)?.parse::<u8>().ok();
    beijing(text.get(..4)?.parse().ok()?, part(4)?, part(6)?, part(8)?, part(10)?, part(12)?)
}

/// Milliseconds east of Greenwich that a zone says; Beijing's where it is empty.
fn offset(zone: &str) -> Option<i64> {
    let (sign, rest) = match zone.as_bytes().first() {
        None => return Some(OFFSET),
        Some(b'Z' | b'z') if zone.len() == 1 => return Some(0),
        Some(b'+') => (1, &zone[1..]),
        Some(b'-') => (-1, &zone[1..]),
        Some(_) => return None,
    };
    let (hours, minutes) = match rest.split_once(':') {
        Some((hours, minutes)) => (number(hours, 2)?, number(minutes, 2)?),
        None if rest.len() == 4 && rest.is_ascii() => (number(&rest[..2], 2)?, number(&rest[2..], 2)?),
        None => (number(rest, 2)?, 0),
    };
    (hours <= 18 && minutes < 60).then(|| sign * i64::from(hours * 60 + minutes) * 60_000)
}

fn thousandths(fraction: &str) -> Option<u16> {
    if !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some(fraction.bytes().chain(*b"000").take(3).fold(0, |sum, digit| sum * 10 + u16::from(digit - b'0')))
}

/// A number of one to `most` digits.
fn number(text: &str, most: usize) -> Option<u32> {
    let digits = (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

fn days_in(year: i32, month: u8) -> u8 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

/// Days since 1970-01-01 in the proleptic Gregorian calendar, counted in years
/// that begin in March so that the leap day comes last.
fn days(year: i32, month: u8, day: u8) -> i64 {
    // In 32 bits, where a guest has a multiplication for a division by a constant.
    let year = year - i32::from(month <= 2);
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * ((i32::from(month) + 9) % 12) + 2) / 5 + i32::from(day) - 1;
    i64::from(era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468)
}

/// The other way round.
fn civil(days: i64) -> (i32, u8, u8) {
    let shifted = days + 719_468;
    let (era, of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    (year as i32, month as u8, day as u8)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(text: &str, expect: Option<&str>) {
        let read = parse(text).map(|at| Beijing::of(at).to_string());
        assert_eq!(read.as_deref(), expect, "{text}");
    }

    #[test]
    fn known_moments() {
        assert_eq!(beijing(1970, 1, 1, 8, 0, 0), Some(0));
        assert_eq!(beijing(2026, 7, 12, 14, 30, 20), Some(1_783_837_820_000));
        assert_eq!(beijing(2000, 2, 29, 0, 0, 0), Some(951_753_600_000));
        for none in [
            (2026, 0, 1, 0),
            (2026, 13, 1, 0),
            (2026, 2, 29, 0),
            (2026, 4, 31, 0),
            (2026, 1, 0, 0),
            (2026, 1, 1, 24),
        ] {
            assert_eq!(beijing(none.0, none.1, none.2, none.3, 0, 0), None, "{none:?}");
        }
    }

    #[test]
    fn forms_in_the_field() {
        check("2026-07-12 14:30:20", Some("2026-07-12T14:30:20+08:00"));
        check("2026-07-12T14:30:20.5", Some("2026-07-12T14:30:20.500+08:00"));
        check(" 2026/7/2 4:05 ", Some("2026-07-02T04:05:00+08:00"));
        check("2026-07-12T06:30:20Z", Some("2026-07-12T14:30:20+08:00"));
        check("2026-07-12T14:30:20+08:00", Some("2026-07-12T14:30:20+08:00"));
        check("2026-07-12 14:30:20 +0800", Some("2026-07-12T14:30:20+08:00"));
        check("2026-07-12T01:30:20-05:00", Some("2026-07-12T14:30:20+08:00"));
        for none in [
            "",
            "2026-07-12",
            "2026-02-30 00:00:00",
            "2026-07-12 24:00:00",
            "2026-07-12 14:30:20+99:00",
            "２０２６-07-12 14:30:20",
            "2026-07-12 14:30:20.x",
            "2026-07-12-01 14:30",
            "2026-07-12 14:30:20:1",
            "火警 火警",
        ] {
            check(none, None);
        }
    }

    #[test]
    fn far_moments_read_as_what_they_are() {
        for (at, expect) in [
            (-62_167_248_000_001, "-001-12-31T23:59:59.999+08:00"),
            (-62_167_248_000_000, "0000-01-01T00:00:00+08:00"),
            (253_402_271_999_000, "9999-12-31T23:59:59+08:00"),
            (253_402_272_000_000, "10000-01-01T00:00:00+08:00"),
        ] {
            assert_eq!(Beijing::of(at).to_string(), expect);
        }
    }

    proptest! {
        #[test]
        fn round_trip(at in -62_000_000_000_000i64..253_000_000_000_000) {
            prop_assert_eq!(Beijing::of(at).timestamp(), Some(at));
            prop_assert_eq!(parse(&Beijing::of(at).to_string()), Some(at));
        }

        /// What is read without searching is what searching finds.
        #[test]
        fn the_usual_form_is_no_other(
            text in "[0-3][0-9]{3}-[0-1][0-9]-[0-3][0-9][T ][0-2][0-9]:[0-6][0-9]:[0-6][0-9](Z|[+-][0-2][0-9]:[0-6][0-9]|[+Z.:]?[0-9:]{0,4})",
            place in 0usize..19,
            odd in prop::sample::select(vec![b'-', b':', b'x', b'0', b'/', b't']),
        ) {
            prop_assert_eq!(usual(text.as_bytes()).or_else(|| other(&text)), other(&text));
            let mut bytes = text.into_bytes();
            bytes[place] = odd;
            let text = String::from_utf8(bytes).unwrap();
            prop_assert_eq!(usual(text.as_bytes()).or_else(|| other(&text)), other(&text));
        }

        #[test]
        fn nothing_panics(text in ".{0,40}", at in any::<i64>()) {
            let _ = parse(&text);
            let _ = Beijing::of(at).to_string();
        }
    }
}
