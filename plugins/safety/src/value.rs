//! Values as registers write them: numbers as text, digits full width, times
//! without a zone.

use serde_json::Value;
use tocsin_sdk::Datum;
use tocsin_sdk::Timestamp;
use tocsin_sdk::time::{beijing, parse};

const DAY_MS: i64 = 24 * 3_600_000;

/// Full-width letters, digits and marks as the keyboard has them.
pub fn half_width(c: char) -> char {
    match c {
        '\u{3000}' => ' ',
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        _ => c,
    }
}

/// An identity, a number or a word: half width, trimmed.
pub fn plain(text: &str) -> String {
    let half: String = text.chars().map(half_width).collect();
    half.trim().to_owned()
}

/// Text, or a number as text; trimmed; `None` where it is neither or empty.
pub fn text(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Bool(flag) => flag.to_string(),
        _ => return None,
    };
    (!text.is_empty()).then_some(text)
}

/// A number, or text that is one; never infinite.
pub fn number(value: &Value) -> Option<f64> {
    let number = match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => plain(text).parse().ok(),
        _ => None,
    };
    number.filter(|number: &f64| number.is_finite())
}

pub fn is_absent(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(list) => list.is_empty(),
        Value::Object(map) => map.is_empty(),
        _ => false,
    }
}

/// A time, and whether it is a day.
pub fn time(value: &Value) -> Option<(Timestamp, bool)> {
    let written = plain(&text(value)?);
    let digits = written.bytes().all(|byte| byte.is_ascii_digit());
    let part = |from: usize, to: usize| written.get(from..to)?.parse::<u16>().ok();
    match (digits, written.len()) {
        (true, 8) => Some((day(part(0, 4)?, part(4, 6)?, part(6, 8)?)?, true)),
        (true, 14) => {
            let at = day(part(0, 4)?, part(4, 6)?, part(6, 8)?)?;
            clock(part(8, 10)?, part(10, 12)?, part(12, 14)?).map(|ms| (at + ms, false))
        }
        // 1973 to 2286, in seconds and in milliseconds.
        (true, 9 | 10) => Some((written.parse::<i64>().ok()? * 1000, false)),
        (true, 12 | 13) => Some((written.parse().ok()?, false)),
        (true, _) => None,
        (false, _) => civil(&written),
    }
}

/// `2026-07-12 14:30`, `2026/7/12`, `2026.7.12`, `2026年7月12日14时30分`, RFC 3339.
fn civil(written: &str) -> Option<(Timestamp, bool)> {
    if let Some(at) = parse(written) {
        return Some((at, false));
    }
    let numbers: Vec<u16> = written
        .split(|c: char| !c.is_ascii_digit())
        .filter(|part| !part.is_empty())
        .map(|part| part.parse().ok())
        .collect::<Option<_>>()?;
    let known = |c: char| c.is_ascii_digit() || c.is_whitespace() || "-/.:年月日号时点分秒T".contains(c);
    if !written.chars().all(known) {
        return None;
    }
    match numbers[..] {
        [year, month, date] => Some((day(year, month, date)?, true)),
        [year, month, date, hour] => Some((day(year, month, date)? + clock(hour, 0, 0)?, false)),
        [year, month, date, hour, minute] => Some((day(year, month, date)? + clock(hour, minute, 0)?, false)),
        [year, month, date, hour, minute, second] => {
            Some((day(year, month, date)? + clock(hour, minute, second)?, false))
        }
        _ => None,
    }
}

fn day(year: u16, month: u16, date: u16) -> Option<Timestamp> {
    beijing(year.into(), month.try_into().ok()?, date.try_into().ok()?, 0, 0, 0)
}

fn clock(hour: u16, minute: u16, second: u16) -> Option<i64> {
    let is_clock = hour < 24 && minute < 60 && second < 61;
    is_clock.then(|| (i64::from(hour) * 3600 + i64::from(minute) * 60 + i64::from(second)) * 1000)
}

/// The last millisecond in which it is still in time.
pub fn deadline(value: &Value) -> Option<Timestamp> {
    time(value).map(|(at, is_day)| if is_day { at + DAY_MS - 1 } else { at })
}

/// Whether a check was passed, in the words of those who check.
pub fn passed(value: &Value) -> Option<bool> {
    match plain(&text(value)?).to_lowercase().as_str() {
        "true" | "1" | "yes" | "y" | "pass" | "passed" | "ok" | "qualified" | "closed" => Some(true),
        "false" | "0" | "no" | "n" | "fail" | "failed" | "unqualified" | "returned" => Some(false),
        word if ["不", "未", "否", "退回"].iter().any(|front| word.starts_with(front)) => Some(false),
        word if ["不合格", "不通过", "未通过", "未整改", "不符合"].iter().any(|part| word.contains(part)) => {
            Some(false)
        }
        "是" => Some(true),
        word if ["合格", "通过", "已整改", "整改到位", "销号", "符合", "正常", "无隐患"]
            .iter()
            .any(|part| word.contains(part)) =>
        {
            Some(true)
        }
        _ => None,
    }
}

pub fn datum(name: &str) -> Option<Datum> {
    let plain: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    match plain.to_lowercase().as_str() {
        "wgs84" | "gps" | "cgcs2000" | "epsg4326" | "epsg4490" => Some(Datum::Wgs84),
        "gcj02" | "amap" | "tencent" => Some(Datum::Gcj02),
        "bd09" | "bd09ll" | "baidu" => Some(Datum::Bd09),
        _ => None,
    }
}
