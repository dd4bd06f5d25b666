//! One value of a report: a number, a flag or a time, in whatever form it came.

use crate::quantity::Quantity;
use serde_json_borrow::Value;
use tocsin_sdk::{Timestamp, time};

/// Of an offending value: what a person needs to find it.
const SHOWN_CHARS: usize = 40;

/// A number of this quantity; `Ok(None)` where nothing is said.
pub fn number(value: &Value<'_>, quantity: &Quantity) -> Result<Option<f64>, String> {
    let number = match value {
        Value::Null => return Ok(None),
        Value::Number(number) => number.as_f64(),
        Value::Str(text) if is_nothing(text) => return Ok(None),
        Value::Str(text) => of_text(text, quantity),
        _ => None,
    };
    match number.filter(|number| number.is_finite()) {
        None => Err(format!("{} is no number", shown(value))),
        Some(number) => match quantity.fault(number) {
            Some(fault) => Err(fault),
            None => Ok(Some(number)),
        },
    }
}

fn of_text(text: &str, quantity: &Quantity) -> Option<f64> {
    let text = text.trim();
    let is_digit = |c: char| c.is_ascii_digit() || matches!(c, '.' | '+' | '-');
    let end = text.find(|c| !is_digit(c)).unwrap_or(text.len());
    let (digits, unit) = text.split_at(end);
    match digits.parse() {
        Ok(number) => quantity.convert(number, unit),
        Err(_) => None,
    }
    // `1.2e3`
    .or_else(|| text.parse().ok())
}

/// A flag: raised or not, and the words behind it; `None` where nothing is said.
pub fn flag(value: &Value<'_>) -> Option<(bool, String)> {
    let text = match value {
        Value::Null => return None,
        Value::Bool(is_raised) => return Some((*is_raised, String::new())),
        Value::Number(number) => return Some((number.as_f64() != Some(0.0), String::new())),
        Value::Str(text) if is_nothing(text) => return None,
        Value::Str(text) => text.trim(),
        // Something stands there that nobody can read: better looked at.
        other => return Some((true, shown(other))),
    };
    // What nearly every box says.
    if let "0" | "1" = text {
        return Some((text == "1", String::new()));
    }
    let is_clear = match text.to_ascii_lowercase().as_str() {
        "false" | "no" | "off" | "n" | "normal" | "ok" | "none" | "正常" | "否" | "无" | "关" | "未报警" => {
            true
        }
        lower => lower.parse().is_ok_and(|number: f64| number == 0.0),
    };
    let is_word = text.parse::<f64>().is_err()
        && !matches!(text.to_ascii_lowercase().as_str(), "true" | "yes" | "on" | "y");
    let words = if is_clear || !is_word { String::new() } else { text.chars().take(SHOWN_CHARS).collect() };
    Some((!is_clear, words))
}

/// A time as text, or as seconds or milliseconds since 1970.
pub fn moment(value: &Value<'_>) -> Result<Option<Timestamp>, String> {
    let number = match value {
        Value::Null => return Ok(None),
        Value::Str(text) if is_nothing(text) => return Ok(None),
        Value::Str(text) => match time::parse(text) {
            Some(at) => return Ok(Some(at)),
            None => text.trim().parse().ok(),
        },
        Value::Number(number) => number.as_i64(),
        _ => None,
    };
    // 2001 to 2286 in either unit.
    match number {
        Some(seconds @ 1_000_000_000..=9_999_999_999) => Ok(Some(seconds * 1_000)),
        Some(millis @ 1_000_000_000_000..=9_999_999_999_999) => Ok(Some(millis)),
        _ => Err(format!("{} is no time", shown(value))),
    }
}

/// An id, also where it came as a number.
pub fn id(value: &Value<'_>) -> Option<String> {
    let text = match value {
        Value::Str(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    let step: String =
        text.chars().map(|c| if c == '/' || c.is_whitespace() { '-' } else { c }).take(64).collect();
    (!step.is_empty()).then_some(step)
}

/// Empty, or one of the words that programs write for it.
fn is_nothing(text: &str) -> bool {
    matches!(text.trim(), "" | "-" | "--" | "/" | "null" | "NULL" | "None" | "N/A")
}

pub fn shown(value: &Value<'_>) -> String {
    value.to_string().chars().take(SHOWN_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quantity::{CURRENT, RESIDUAL, TEMPERATURE};
    use serde_json::{Value as Owned, json};

    #[test]
    fn numbers() {
        let check = |value: Owned, quantity, expect: Result<Option<f64>, &str>| match (
            number(&(&value).into(), quantity),
            expect,
        ) {
            (Ok(got), Ok(expect)) => assert_eq!(got, expect, "{value}"),
            (Err(got), Err(expect)) => assert!(got.contains(expect), "{value}: {got}"),
            (got, _) => panic!("{value}: {got:?}"),
        };
        check(json!(352), &RESIDUAL, Ok(Some(352.0)));
        check(json!(" 352.5 "), &RESIDUAL, Ok(Some(352.5)));
        check(json!("352mA"), &RESIDUAL, Ok(Some(352.0)));
        check(json!("0.35 A"), &RESIDUAL, Ok(Some(350.0)));
        check(json!("25.5℃"), &TEMPERATURE, Ok(Some(25.5)));
        check(json!("300K"), &TEMPERATURE, Ok(Some(300.0 - 273.15)));
        check(json!("-12"), &TEMPERATURE, Ok(Some(-12.0)));
        check(json!("1.2e1"), &CURRENT, Ok(Some(12.0)));
        for nothing in [json!(null), json!(""), json!("  "), json!("--"), json!("null")] {
            check(nothing, &RESIDUAL, Ok(None));
        }
        for odd in [
            json!("abc"),
            json!("NaN"),
            json!("inf"),
            json!(true),
            json!([1]),
            json!("3 5"),
            json!("12 V"),
            json!("1e999"),
        ] {
            check(odd, &RESIDUAL, Err("is no number"));
        }
        check(json!("0.3"), &RESIDUAL, Err("单位"));
        check(json!(298.15), &TEMPERATURE, Err("单位"));
    }

    #[test]
    fn flags() {
        let check = |value: Owned, expect: Option<(bool, &str)>| {
            let got = flag(&(&value).into());
            assert_eq!(got.as_ref().map(|(raised, words)| (*raised, words.as_str())), expect, "{value}");
        };
        for (value, raised) in [
            (json!(1), true),
            (json!("1"), true),
            (json!(true), true),
            (json!("0"), false),
            (json!(0), false),
            (json!("0.0"), false),
            (json!("正常"), false),
            (json!("OFF"), false),
            (json!(7), true),
        ] {
            check(value, Some((raised, "")));
        }
        check(json!("过流报警"), Some((true, "过流报警")));
        check(json!(""), None);
        check(json!(null), None);
        check(json!([]), Some((true, "[]")));
    }

    #[test]
    fn times() {
        let at = Ok(Some(1_783_837_820_000));
        for value in [
            json!("2026-07-12 14:30:20"),
            json!("2026-07-12T06:30:20Z"),
            json!(1_783_837_820),
            json!("1783837820000"),
        ] {
            assert_eq!(moment(&(&value).into()), at, "{value}");
        }
        assert_eq!(moment(&"".into()), Ok(None));
        for odd in [json!("yesterday"), json!(7), json!("2026-02-30 00:00:00"), json!({})] {
            assert!(moment(&(&odd).into()).is_err(), "{odd}");
        }
    }
}
