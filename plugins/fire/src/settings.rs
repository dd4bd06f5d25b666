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
    pub analog: BTreeMap<String, Entry>,
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
#[derive(Clone, Debug)]
pub struct Quantity {
    pub code: String,
    /// For people; the code where it is left out.
    pub name: String,
    /// UCUM.
    pub unit: String,
    /// What one step on the wire is worth.
    pub scale: f64,
    /// Least and most that can be, in `unit`: a value in another unit is outside.
    pub range: Option<(f64, f64)>,
}

/// What a device or its vendor says of one analog type, as far as it says it.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Entry {
    code: Option<String>,
    name: Option<String>,
    unit: Option<String>,
    scale: Option<f64>,
    range: Option<(f64, f64)>,
    /// Types of components that mean it so; empty: all.
    #[serde(default)]
    components: Vec<u8>,
}

impl Entry {
    fn fits(&self, component: u8) -> bool {
        self.components.is_empty() || self.components.contains(&component)
    }

    /// This over `base`: what it leaves out is as there, so that a device which is
    /// named anew keeps its vendor's range.
    fn over(self, base: Entry) -> Entry {
        let is_same = |own: &Option<String>, of: &Option<String>| own.is_none() || own == of;
        // Numbers of another unit and the name of another quantity would be wrong.
        let counts = is_same(&self.unit, &base.unit);
        let name = base.name.filter(|_| is_same(&self.code, &base.code));
        Entry {
            code: self.code.or(base.code),
            name: self.name.or(name),
            unit: self.unit.or(base.unit),
            scale: self.scale.or(base.scale.filter(|_| counts)),
            range: self.range.or(base.range.filter(|_| counts)),
            components: self.components,
        }
    }

    /// None: without a code or a unit a number means nothing.
    fn quantity(self) -> Option<Quantity> {
        Some(Quantity {
            code: self.code?,
            name: self.name.unwrap_or_default(),
            unit: self.unit?,
            scale: self.scale.unwrap_or(1.0),
            range: self.range,
        })
    }
}

/// The setting `analog_types`: vendor → analog type → quantity. A device's vendor is
/// what its `model` begins with; `*` is any.
type Vendors = BTreeMap<String, BTreeMap<String, Entry>>;

impl Settings {
    /// What a user-defined analog type of a component means: by the registration of
    /// the device, and what that leaves out by its vendor's table.
    pub fn quantity(path: &str, component: u8, kind: u8) -> Option<Quantity> {
        let kind = kind.to_string();
        let own = Settings::of(path).analog.remove(&kind);
        let vendors = vendors(path).remove(&kind).filter(|entry| entry.fits(component));
        match (own, vendors) {
            // Of other components than the device says: it means nothing here.
            (Some(own), _) if !own.fits(component) => None,
            (Some(own), Some(base)) => own.over(base).quantity(),
            (own, base) => own.or(base)?.quantity(),
        }
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
fn vendors(path: &str) -> BTreeMap<String, Entry> {
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
