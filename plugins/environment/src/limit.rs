//! Limits of factors, and when a value is over one for good: some in a row, so that
//! a value that dances around it is one alarm.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tocsin_sdk::{Registration, Timestamp, city, memory};

/// A clock ahead of ours by more is wrong: remembered, it would make all that follow old.
const AHEAD_MS: i64 = 5 * 60_000;
/// Real-time values come every minute or so. Where none was later for so long, it is no
/// history that comes: the clock was set back.
const SET_BACK_MS: i64 = 3_600_000;
/// Below this share of an upper limit (above its inverse of a lower one) it is over.
const RELEASE: f64 = 0.95;

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limit {
    low: Option<f64>,
    high: Option<f64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Crossing {
    Over,
    Back,
}

/// How a factor stands.
#[derive(Clone, Copy, Default, Deserialize, Serialize)]
struct Standing {
    /// Time of the newest value.
    at: Timestamp,
    /// When it came.
    #[serde(default)]
    came: Timestamp,
    /// Values in a row that speak against how it stands.
    row: u32,
    is_over: bool,
}

impl Limit {
    /// The station's own, else the setting's.
    pub fn of(code: &str, station: Option<&Registration>) -> Option<Limit> {
        let own = || {
            let settings: Value = serde_json::from_str(&station?.settings).ok()?;
            Limit::read(settings.get("limits")?.get(code)?)
        };
        let set = || {
            let text = city::setting("limits")?;
            let rows = text.split([';', ';', '\n']).filter_map(|row| row.split_once('='));
            let (_, limit) = rows.into_iter().find(|(name, _)| name.trim().eq_ignore_ascii_case(code))?;
            Limit::parse(limit)
        };
        own().or_else(set)
    }

    /// `500`, `"6..9"` or `[6, 9]`.
    fn read(value: &Value) -> Option<Limit> {
        match value {
            Value::Number(high) => Some(Limit { low: None, high: high.as_f64() }),
            Value::String(text) => Limit::parse(text),
            Value::Array(pair) => Some(Limit { low: pair.first()?.as_f64(), high: pair.get(1)?.as_f64() }),
            _ => None,
        }
    }

    fn parse(text: &str) -> Option<Limit> {
        let number = |text: &str| text.trim().parse::<f64>().ok().filter(|number| number.is_finite());
        match text.split_once("..") {
            Some((low, high)) => Some(Limit { low: number(low), high: number(high) }),
            None => Some(Limit { low: None, high: Some(number(text)?) }),
        }
    }

    fn is_over(self, value: f64) -> bool {
        self.high.is_some_and(|high| value > high) || self.low.is_some_and(|low| value < low)
    }

    fn is_well(self, value: f64) -> bool {
        match self {
            Limit { low: Some(low), high } => value >= low && high.is_none_or(|high| value <= high),
            Limit { low: None, high } => high.is_none_or(|high| value <= high * RELEASE),
        }
    }

    pub fn shown(self) -> String {
        match (self.low, self.high) {
            (Some(low), Some(high)) => format!("{low}–{high}"),
            (Some(low), None) => format!("不低于 {low}"),
            (None, Some(high)) => high.to_string(),
            (None, None) => String::new(),
        }
    }

    /// What a value changes. One that is no later than the newest changes nothing: it is
    /// history, or was sent again.
    pub fn cross(
        self,
        code: &str,
        value: f64,
        at: Option<Timestamp>,
        received: Timestamp,
    ) -> Option<Crossing> {
        // Without a clock that can be believed it is over a limit all the same.
        let at = at.filter(|at| *at <= received.saturating_add(AHEAD_MS)).unwrap_or(received);
        let key = format!("over/{code}");
        let known: Option<Standing> = memory::load(&key);
        if known.is_some_and(|known| at <= known.at && received - known.came < SET_BACK_MS) {
            return None;
        }
        let before = known.unwrap_or_default();
        let speaks = if before.is_over { self.is_well(value) } else { self.is_over(value) };
        let row = if speaks { before.row + 1 } else { 0 };
        let turns = row >= city::whole("over_count", 3, 1..=100) as u32;
        let is_over = before.is_over ^ turns;
        memory::save(&key, &Standing { at, came: received, row: if turns { 0 } else { row }, is_over });
        turns.then_some(if is_over { Crossing::Over } else { Crossing::Back })
    }
}
