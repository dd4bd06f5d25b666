//! When something is, as people write it: a moment, or a whole day where nobody
//! wrote a clock.

use super::{half_width, text};
use crate::{Timestamp, time};
use serde_json::Value;

const DAY_MS: i64 = 24 * 3_600_000;

/// A moment, or a whole day in Beijing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// The moment; of a day its first millisecond.
    pub at: Timestamp,
    /// Whether a day was written without a clock.
    pub is_day: bool,
}

impl Moment {
    /// When what begins then begins.
    pub fn start(self) -> Timestamp {
        self.at
    }

    /// When what ends then is over: a day ends with its last millisecond.
    pub fn end(self) -> Timestamp {
        if self.is_day { self.at + DAY_MS - 1 } else { self.at }
    }
}

/// A moment in any of the forms of [`time::read`] or with the marks of Chinese
/// (`2026年7月12日14时30分`), or a whole day: `2026-07-12`, `2026/7/12`, `2026.7.12`,
/// `20260712`, `2026年7月12日`. Digits and marks may be of full width; without a zone
/// it is Beijing's. `None` where it is no such text or no such moment.
pub fn moment(value: &Value) -> Option<Moment> {
    let written: String = text(value)?.chars().map(half_width).collect();
    match time::read(&written) {
        Some(at) => Some(Moment { at, is_day: false }),
        None => civil(written.trim()),
    }
}

/// A date, and a clock or none.
fn civil(written: &str) -> Option<Moment> {
    let (date, clock) = match written.split_once(['日', '号']) {
        Some(parts) => parts,
        None => written.split_once([' ', 'T', 't']).unwrap_or((written, "")),
    };
    let (date, clock) = (dashed(&without_blanks(date))?, colons(&without_blanks(clock)));
    let is_day = clock.is_empty();
    let clock = if is_day { "00:00" } else { &clock };
    Some(Moment { at: time::parse(&format!("{date} {clock}"))?, is_day })
}

/// `2026.7.12` as `2026-7-12`. A year has four digits, so that `12.7.26` is no day.
fn dashed(date: &str) -> Option<String> {
    let is_compact = date.len() == 8 && date.bytes().all(|byte| byte.is_ascii_digit());
    let parts: Vec<&str> = match is_compact {
        true => vec![&date[..4], &date[4..6], &date[6..]],
        false => date.split(['-', '/', '.', '年', '月']).collect(),
    };
    (parts.len() == 3 && parts[0].len() == 4).then(|| parts.join("-"))
}

/// `14时30分` as `14:30`.
fn colons(clock: &str) -> String {
    let clock = clock.replace(['时', '点', '分'], ":");
    let clock = clock.trim_end_matches(['秒', ':']);
    let is_hour = !clock.is_empty() && !clock.contains(':');
    if is_hour { format!("{clock}:00") } else { clock.to_owned() }
}

fn without_blanks(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn check(written: impl Into<Value>, expect: Option<(Timestamp, bool)>) {
        let written = written.into();
        let read = moment(&written).map(|moment| (moment.at, moment.is_day));
        assert_eq!(read, expect, "{written}");
    }

    #[test]
    fn forms_in_the_field() {
        let day = Some((1_783_785_600_000, true));
        for written in [
            "2026-07-12",
            "2026/7/12",
            " 2026.7.12 ",
            "20260712",
            "2026年7月12日",
            "2026 年 7 月 12 号",
            "2026年7月12",
            "２０２６-７-１２",
        ] {
            check(written, day);
        }
        check(20_260_712, day);
        let at = |ms| Some((ms, false));
        for written in [
            "2026-07-12 14:30:20",
            "2026.7.12 14:30:20",
            "2026年7月12日14时30分20秒",
            "2026年7月12日 14:30:20",
            "２０２６／７／１２　１４:30:20",
            "20260712143020",
            "20260712 14:30:20",
            "2026-07-12T06:30:20Z",
            "2026年7月12日 06:30:20Z",
            "1783837820",
        ] {
            check(written, at(1_783_837_820_000));
        }
        check("2026年7月12日14时30分", at(1_783_837_800_000));
        check("2026年7月12日 14点", at(1_783_836_000_000));
        check(1_783_837_820_i64, at(1_783_837_820_000));
        for none in [
            "",
            "明天",
            "12",
            "2026-07",
            "2026年7月",
            "12.7.26",
            "2026-02-30",
            "20260230",
            "2026-07-12 25:00",
            "2026-07-12 1:2:3:4",
            "2026-07-12-13",
            "2026-07-12 上午",
            "日",
        ] {
            check(none, None);
        }
        check(json!(["2026-07-12"]), None);
        check(true, None);
    }

    #[test]
    fn a_day_ends_with_its_last_millisecond() {
        let read = |written: &str| moment(&written.into()).unwrap();
        let (day, at) = (read("2026-07-12"), read("2026-07-12 14:30:20"));
        assert_eq!((day.start(), day.end()), (1_783_785_600_000, 1_783_871_999_999));
        assert_eq!((at.start(), at.end()), (1_783_837_820_000, 1_783_837_820_000));
    }
}
