//! Values as registers write them: numbers as text, digits full width, times
//! without a zone.

use serde_json::Value;
use tocsin_sdk::field::{Moment, half_width, moment};
use tocsin_sdk::{Datum, Timestamp};

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

/// A time; of a day its beginning.
pub fn time(value: &Value) -> Option<Timestamp> {
    moment(value).map(Moment::start)
}

/// The last millisecond in which it is still in time.
pub fn deadline(value: &Value) -> Option<Timestamp> {
    moment(value).map(Moment::end)
}

/// What stands beside a pass that is not quite one. `率` is a share.
const HEDGES: [&str; 17] = [
    "部分", "基本", "大部", "大致", "尚", "待", "但", "仍", "除", "暂", "拟", "率", "%", "?", "？", "吗",
    "限期",
];

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
        // Half of a pass closes nothing.
        word if HEDGES.iter().any(|part| word.contains(part)) => None,
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
