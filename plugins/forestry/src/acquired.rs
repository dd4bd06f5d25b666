//! When a satellite saw it, as NASA FIRMS writes it: a date and `HHMM`, both UTC.

use tocsin_sdk::Timestamp;
use tocsin_sdk::field::{Field, Fields, Name};

pub const DATE: Name = &["acq_date", "acqDate"];
pub const CLOCK: Name = &["acq_time", "acqTime"];

/// From midnight in Beijing to the same date's midnight in Greenwich.
const BEHIND_BEIJING_MS: i64 = 8 * 3_600_000;

/// `None` where no date is there: then `acq_time` may be a whole time.
pub fn pair(fields: &mut Fields) -> Option<Timestamp> {
    let date = fields.day_or_time(DATE)?;
    if !date.is_day {
        return Some(date.at);
    }
    let Some(clock) = fields.take(CLOCK) else {
        fields.defects.push(format!("{}: a day without its {}", DATE[0], CLOCK[0]));
        return None;
    };
    let since_midnight = hhmm(&clock);
    if since_midnight.is_none() {
        fields.defects.push(format!("{}: no HHMM of UTC", clock.name));
    }
    Some(date.at + BEHIND_BEIJING_MS + since_midnight?)
}

/// Milliseconds since midnight: `0620`, `06:20`, or the number 620.
fn hhmm(field: &Field) -> Option<i64> {
    let digits = field.text()?.replace(':', "");
    let is_clock = matches!(digits.len(), 1..=4) && digits.bytes().all(|byte| byte.is_ascii_digit());
    let number: i64 = digits.parse().ok().filter(|_| is_clock)?;
    let (hours, minutes) = (number / 100, number % 100);
    (hours < 24 && minutes < 60).then_some((hours * 60 + minutes) * 60_000)
}
