//! Four levels, 蓝 黄 橙 红, of displacement and of its rate.

use serde::{Deserialize, Serialize};
use tocsin_sdk::{Registration, Severity, city};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    Blue,
    Yellow,
    Orange,
    Red,
}

const ALL: [Level; 4] = [Level::Blue, Level::Yellow, Level::Orange, Level::Red];

impl Level {
    /// As a record words it.
    pub fn of(severity: Severity) -> Option<Level> {
        ALL.into_iter().find(|level| level.severity() == severity)
    }

    pub fn severity(self) -> Severity {
        match self {
            Level::Blue => Severity::Minor,
            Level::Yellow => Severity::Moderate,
            Level::Orange => Severity::Severe,
            Level::Red => Severity::Extreme,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Level::Blue => "蓝色",
            Level::Yellow => "黄色",
            Level::Orange => "橙色",
            Level::Red => "红色",
        }
    }
}

/// From which numbers on; blue first.
#[derive(Clone, Copy)]
pub struct Levels {
    pub displacement: [f64; 4],
    pub rate: [f64; 4],
}

/// What the operator said of a point.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Registered {
    displacement_mm: Option<[f64; 4]>,
    rate_mm_d: Option<[f64; 4]>,
}

impl Levels {
    /// The point's own, else the settings'.
    pub fn of(point: Option<&Registration>) -> Levels {
        let own: Registered = point.and_then(|point| point.settings()).unwrap_or_default();
        Levels {
            displacement: own
                .displacement_mm
                .unwrap_or_else(|| setting("displacement_mm", [50.0, 100.0, 200.0, 300.0])),
            rate: own.rate_mm_d.unwrap_or_else(|| setting("rate_mm_d", [5.0, 10.0, 20.0, 50.0])),
        }
    }

    /// The higher of the two; a slope moves either way.
    pub fn reached(&self, mm: f64, rate: Option<f64>) -> Option<Level> {
        let reached = |levels: &[f64; 4], value: f64| {
            ALL.into_iter().zip(levels).rev().find(|(_, from)| value.abs() >= **from).map(|(level, _)| level)
        };
        reached(&self.displacement, mm).max(rate.and_then(|rate| reached(&self.rate, rate)))
    }

    /// Well below the lowest level.
    pub fn is_calm(&self, mm: f64, rate: Option<f64>) -> bool {
        mm.abs() < self.displacement[0] * 0.9 && rate.is_none_or(|rate| rate.abs() < self.rate[0] * 0.9)
    }
}

fn setting(name: &str, default: [f64; 4]) -> [f64; 4] {
    let read = || {
        let text = city::setting(name)?;
        let numbers: Vec<f64> =
            text.split('/').map(|part| part.trim().parse().ok()).collect::<Option<_>>()?;
        numbers.try_into().ok()
    };
    read().unwrap_or(default)
}
