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
#[derive(Clone, Debug, Deserialize)]
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
    /// Least and most that can be, in `unit`: a value in another unit is outside.
    #[serde(default)]
    pub range: Option<(f64, f64)>,
    /// Types of components that mean it so; empty: all.
    #[serde(default)]
    pub components: Vec<u8>,
}

/// The setting `analog_types`: vendor → analog type → quantity. A device's vendor is
/// what its `model` begins with; `*` is any.
type Vendors = BTreeMap<String, BTreeMap<String, Quantity>>;

fn one() -> f64 {
    1.0
}

impl Settings {
    /// What a user-defined analog type of a component means: by the registration of
    /// the device, else by its vendor's table.
    pub fn quantity(path: &str, component: u8, kind: u8) -> Option<Quantity> {
        let kind = kind.to_string();
        let own = Settings::of(path).analog.get(&kind).cloned();
        own.or_else(|| vendors(path).remove(&kind))
            .filter(|quantity| quantity.components.is_empty() || quantity.components.contains(&component))
    }

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

/// The table of the device's vendor, over that of any.
fn vendors(path: &str) -> BTreeMap<String, Quantity> {
    let Some(text) = city::setting("analog_types").filter(|text| !text.trim().is_empty()) else {
        return BTreeMap::new();
    };
    let mut all: Vendors = serde_json::from_str(&text).unwrap_or_else(|error| {
        log::warn(&format!("setting analog_types is no table of vendors: {error}"));
        Vendors::new()
    });
    let mut table = all.remove("*").unwrap_or_default();
    let model = city::device(path).map(|registration| registration.model).unwrap_or_default();
    let named =
        all.into_iter().filter(|(vendor, _)| !vendor.is_empty() && model.starts_with(vendor.as_str()));
    // The longest name that fits goes last, and so before the others.
    let mut named: Vec<_> = named.collect();
    named.sort_by_key(|(vendor, _)| vendor.len());
    named.into_iter().for_each(|(_, own)| table.extend(own));
    table
}
