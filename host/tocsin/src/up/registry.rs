//! The city's devices as a plugin may look them up.

use std::collections::HashMap;
use std::sync::Arc;
use tocsin_core::city::{City, Device};
use tocsin_sandbox::{Registration, Registry};

/// Parts of a device path that are looked up: no protocol names parts of parts
/// deeper, and a hostile path of a thousand slashes costs no more than this.
const PARTS_MOST: usize = 16;

pub struct CityRegistry {
    city: Arc<City>,
    /// Ids and aliases, as places in `city.devices`.
    devices: HashMap<String, usize>,
    units: HashMap<String, usize>,
}

impl CityRegistry {
    pub fn new(city: Arc<City>) -> CityRegistry {
        let mut devices = HashMap::new();
        for (place, device) in city.devices.iter().enumerate() {
            for name in std::iter::once(&device.id).chain(&device.aliases) {
                devices.entry(name.clone()).or_insert(place);
            }
        }
        let units = city.units.iter().enumerate().map(|(place, unit)| (unit.id.clone(), place)).collect();
        CityRegistry { city, devices, units }
    }

    fn registration(&self, device: &Device) -> Registration {
        let unit = self.units.get(&device.unit).map(|place| &self.city.units[*place]);
        let region = match device.region.as_str() {
            "" => unit.map(|unit| unit.region.clone()).unwrap_or_default(),
            region => region.to_owned(),
        };
        Registration {
            id: device.id.clone(),
            model: device.model.clone(),
            title: device.title.clone(),
            unit: device.unit.clone(),
            region,
            position: device.position.or_else(|| unit.and_then(|unit| unit.position)),
            settings: serde_json::to_string(&device.settings).unwrap_or_default(),
        }
    }
}

impl Registry for CityRegistry {
    fn device(&self, path: &str) -> Option<Registration> {
        let prefixes =
            std::iter::successors(Some(path), |path| path.rsplit_once('/').map(|(front, _)| front));
        let place = prefixes.take(PARTS_MOST).find_map(|prefix| self.devices.get(prefix))?;
        Some(self.registration(&self.city.devices[*place]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_longest_registered_prefix_counts() {
        let device = |id: &str, unit: &str| {
            serde_json::from_value::<Device>(
                json!({"id": id, "department": "fire", "title": id, "unit": unit}),
            )
            .expect("a device")
        };
        let unit = json!({"id": "u", "name": "u", "region": "330791001000", "position": {"lon": 120.3, "lat": 29.2}});
        let city = City {
            devices: vec![device("a", "u"), device("a/1", "")],
            units: vec![serde_json::from_value(unit).expect("a unit")],
            ..City::default()
        };
        let registry = CityRegistry::new(Arc::new(city));
        let check = |path: &str, expect: Option<(&str, &str)>| {
            let got = registry.device(path);
            assert_eq!(got.as_ref().map(|r| (r.id.as_str(), r.region.as_str())), expect, "{path}");
        };
        check("a", Some(("a", "330791001000")));
        check("a/1/2/3", Some(("a/1", "")));
        check("a/2", Some(("a", "330791001000")));
        check("ab", None);
        check(&"x/".repeat(1_000), None);
    }
}
