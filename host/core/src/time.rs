//! Points in time as data.

use serde::{Deserialize, Serialize};

/// Milliseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

/// As listings and events show it; the journal keeps milliseconds.
impl schemars::JsonSchema for Timestamp {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Timestamp".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "format": "date-time",
            "description": "RFC 3339 in Beijing time, `2026-07-12T14:30:20.000+08:00`."
        })
    }
}

impl Timestamp {
    /// Milliseconds from `earlier` to `self`; negative when `self` is earlier.
    pub fn since(self, earlier: Timestamp) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    pub fn plus_millis(self, millis: i64) -> Timestamp {
        Timestamp(self.0.saturating_add(millis))
    }
}

impl std::str::FromStr for Timestamp {
    type Err = NotATime;

    /// RFC 3339, with a blank for the `T` as well; without an offset Beijing time,
    /// and a day alone is its midnight there.
    fn from_str(text: &str) -> Result<Timestamp, NotATime> {
        let text = text.trim();
        if let Ok(at) = text.parse::<jiff::Timestamp>() {
            return Ok(Timestamp(at.as_millisecond()));
        }
        let beijing = jiff::tz::TimeZone::fixed(jiff::tz::offset(8));
        let civil = text.parse::<jiff::civil::DateTime>().map_err(|_| NotATime(text.to_owned()))?;
        let at = civil.to_zoned(beijing).map_err(|_| NotATime(text.to_owned()))?;
        Ok(Timestamp(at.timestamp().as_millisecond()))
    }
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("“{0}” 不是时间,请写成 2026-07-12T14:30:20+08:00 或 2026-07-12 14:30 (not a time)")]
pub struct NotATime(String);

/// Milliseconds, or a text as people write it: for what people ask.
pub fn said<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<Timestamp>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Said {
        Millis(i64),
        Text(String),
    }
    match Option::<Said>::deserialize(from)? {
        None => Ok(None),
        Some(Said::Millis(millis)) => Ok(Some(Timestamp(millis))),
        Some(Said::Text(text)) => text.parse().map(Some).map_err(serde::de::Error::custom),
    }
}

/// RFC 3339 in Beijing time (`+08:00`), the form of every listing and event.
impl std::fmt::Display for Timestamp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let beijing = jiff::tz::TimeZone::fixed(jiff::tz::offset(8));
        match jiff::Timestamp::from_millisecond(self.0) {
            Ok(at) => write!(f, "{}", at.to_zoned(beijing).strftime("%Y-%m-%dT%H:%M:%S%.3f+08:00")),
            Err(_) => write!(f, "{} ms", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_people_write_them() {
        let check = |text: &str, expect: Option<&str>| {
            let got = text.parse::<Timestamp>().ok().map(|at| at.to_string());
            assert_eq!(got.as_deref(), expect, "{text}");
        };
        check("2026-07-12T14:30:20+08:00", Some("2026-07-12T14:30:20.000+08:00"));
        check("2026-07-12T06:30:20Z", Some("2026-07-12T14:30:20.000+08:00"));
        check("2026-07-12 14:30", Some("2026-07-12T14:30:00.000+08:00"));
        check(" 2026-07-12T14:30:20.5 ", Some("2026-07-12T14:30:20.500+08:00"));
        check("2026-07-12", Some("2026-07-12T00:00:00.000+08:00"));
        check("yesterday", None);
        check("", None);
        check("2026-13-12", None);
        check("99999999-01-01", None);
    }
}
