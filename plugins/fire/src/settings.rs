//! What the city file may say of a device in its `settings`.

use serde::Deserialize;
use std::collections::BTreeMap;
use tocsin_sdk::{city, log};

/// Settings of one device or part; those of the longest registered prefix of
/// its path count.
#[derive(Debug, Default, Deserialize)]
pub struct Settings {
    /// Whether bit 0 (测试) of a state may turn a fire into a test.
    #[serde(default)]
    pub test_bit: TestBit,
    /// Analog types 128 to 255, such as
    /// `{"128": {"code": "current.residual", "name": "剩余电流", "unit": "mA"}}`.
    #[serde(default)]
    pub analog: BTreeMap<String, Quantity>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TestBit {
    /// A fire is a fire: devices are known to send it with bit 0 clear.
    #[default]
    Ignore,
    /// This device sets bit 0 as the standard says.
    Trust,
}

/// A quantity that a vendor defined.
#[derive(Debug, Deserialize)]
pub struct Quantity {
    pub code: String,
    /// For people; the code where it is left out.
    #[serde(default)]
    pub name: String,
    /// UCUM.
    pub unit: String,
    /// What one step on the wire is worth.
    #[serde(default = "one")]
    pub scale: f64,
}

fn one() -> f64 {
    1.0
}

impl Settings {
    /// Of the device at `path`. An import call: ask only where it matters.
    pub fn of(path: &str) -> Settings {
        let Some(registration) = city::device(path) else {
            return Settings::default();
        };
        registration.settings().unwrap_or_else(|| {
            log::warn(&format!("the settings of {} are not those of a fire device", registration.id));
            Settings::default()
        })
    }
}
