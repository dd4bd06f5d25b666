//! 物资 as files bring it: stores, lots by GB/T 38565 code, minimum stock. The
//! same shapes in the city's files and in what an operator loads at run time.

use crate::signal::Position;
use crate::time::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Supplies {
    pub stores: Vec<Store>,
    pub items: Vec<Item>,
    pub lots: Vec<Stock>,
    pub minimums: Vec<Minimum>,
}

/// 仓库.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Store {
    pub id: String,
    pub name: String,
    pub department: String,
    /// Empty: the township that the position lies in.
    #[serde(default)]
    pub region: String,
    #[serde(default)]
    pub position: Option<Position>,
    #[serde(default)]
    pub keeper: String,
    #[serde(default)]
    pub phone: String,
    /// Duty post that its tasks go to; empty: the department's.
    #[serde(default)]
    pub post: String,
    /// Days before its expiry that a lot raises a task.
    #[serde(default = "expiring_days")]
    pub expiring_days: u32,
    /// Hours that such a task may take.
    #[serde(default = "task_hours")]
    pub task_hours: u32,
}

/// 品目: what a code means here.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    pub code: String,
    pub name: String,
    #[serde(default)]
    pub unit: String,
}

/// 批次 as it comes in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stock {
    /// Empty: made of store, item and expiry.
    #[serde(default)]
    pub id: String,
    pub store: String,
    #[serde(alias = "code")]
    pub item: String,
    /// Empty: that of the item.
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    pub unit: String,
    pub quantity: u64,
    #[serde(default)]
    pub expires: Option<Day>,
}

/// 最低储备.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Minimum {
    pub store: String,
    #[serde(alias = "code")]
    pub item: String,
    pub quantity: u64,
}

fn expiring_days() -> u32 {
    30
}

fn task_hours() -> u32 {
    24
}

/// A day, from its first moment in Beijing; written `2027-05-31`, or as RFC 3339.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(pub Timestamp);

/// Why a text is no day.
#[derive(Debug, thiserror::Error)]
#[error("{0:?} is no day; write 2027-05-31")]
pub struct DayError(String);

impl std::str::FromStr for Day {
    type Err = DayError;

    fn from_str(text: &str) -> Result<Day, DayError> {
        let beijing = jiff::tz::TimeZone::fixed(jiff::tz::offset(8));
        let text = text.trim();
        let day = text.parse::<jiff::civil::Date>().ok().filter(|_| text.len() <= "2027-05-31".len());
        let at = match day {
            Some(day) => day.to_zoned(beijing).map(|zoned| zoned.timestamp()),
            None => text.parse::<jiff::Timestamp>(),
        };
        match at {
            Ok(at) => Ok(Day(Timestamp(at.as_millisecond()))),
            Err(_) => Err(DayError(text.to_owned())),
        }
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Day, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: Option<&str>) {
        let day = text.parse::<Day>().ok().map(|day| day.0.to_string());
        assert_eq!(day.as_deref(), expect, "{text}");
    }

    #[test]
    fn days_are_read() {
        check("2027-05-31", Some("2027-05-31T00:00:00.000+08:00"));
        check(" 2027-05-31 ", Some("2027-05-31T00:00:00.000+08:00"));
        check("2027-05-31T10:00:00+08:00", Some("2027-05-31T10:00:00.000+08:00"));
        check("2027-05-30T16:00:00Z", Some("2027-05-31T00:00:00.000+08:00"));
        check("2027-02-30", None);
        check("2027-05-31T10:00:00", None);
        check("31.5.2027", None);
        check("", None);
    }

    #[test]
    fn days_come_back_as_they_went() {
        let day: Day = "2027-05-31".parse().unwrap();
        let text = serde_json::to_string(&day).unwrap();
        assert_eq!(serde_json::from_str::<Day>(&text).unwrap(), day);
    }
}
