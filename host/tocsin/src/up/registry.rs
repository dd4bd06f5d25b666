//! The city's devices as a plugin may look them up: by the rule by which the
//! core finds who speaks.

use std::sync::Arc;
use tocsin_core::city::City;
use tocsin_runtime::plugin::Registries;
use tocsin_sandbox::{Registration, Registry};

/// Ids are a department's own; aliases are known to all.
pub struct CityRegistry {
    city: Arc<tocsin_core::registry::Registry>,
    department: String,
}

pub fn of(city: Arc<City>) -> Registries {
    let city = Arc::new(tocsin_core::registry::Registry::new(city));
    Arc::new(move |department| {
        Arc::new(CityRegistry { city: city.clone(), department: department.to_owned() })
    })
}

impl Registry for CityRegistry {
    fn device(&self, path: &str) -> Option<Registration> {
        let (device, _) = self.city.device(&self.department, path)?;
        let unit = self.city.unit(&device.unit);
        let region = match device.region.as_str() {
            "" => unit.map(|unit| unit.region.clone()).unwrap_or_default(),
            region => region.to_owned(),
        };
        Some(Registration {
            id: device.id.clone(),
            model: device.model.clone(),
            title: device.title.clone(),
            unit: device.unit.clone(),
            region,
            position: device.position.or_else(|| unit.and_then(|unit| unit.position)),
            settings: serde_json::to_string(&device.settings).unwrap_or_default(),
        })
    }

    fn placed(&self, path: &str) -> Option<bool> {
        let (device, _) = self.city.device(&self.department, path)?;
        let unit = || self.city.unit(&device.unit);
        let by_unit = || unit().is_some_and(|unit| unit.position.is_some() || !unit.region.is_empty());
        Some(device.position.is_some() || !device.region.is_empty() || by_unit())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use tocsin_core::city::Device;

    #[test]
    fn the_longest_registered_prefix_of_the_department_counts() {
        let device = |id: &str, department: &str, unit: &str, aliases: &[&str]| {
            serde_json::from_value::<Device>(
                json!({"id": id, "department": department, "title": department, "unit": unit, "aliases": aliases}),
            )
            .expect("a device")
        };
        let unit = json!({"id": "u", "name": "u", "region": "330791001000", "position": {"lon": 120.3, "lat": 29.2}});
        let city = City {
            devices: vec![
                device("a", "video", "", &["camera-a"]),
                device("a", "fire", "u", &[]),
                device("a/1", "fire", "", &[]),
            ],
            units: vec![serde_json::from_value(unit).expect("a unit")],
            ..City::default()
        };
        let registries = of(Arc::new(city));
        let check = |department: &str, path: &str, expect: Option<(&str, &str, &str)>| {
            let got = registries(department).device(path);
            let got = got.as_ref().map(|r| (r.id.as_str(), r.title.as_str(), r.region.as_str()));
            assert_eq!(got, expect, "{department} {path}");
        };
        check("fire", "a", Some(("a", "fire", "330791001000")));
        check("fire", "a/1/2/3", Some(("a/1", "fire", "")));
        check("fire", "a/2", Some(("a", "fire", "330791001000")));
        check("video", "a/1", Some(("a", "video", "")));
        check("fire", "camera-a", Some(("a", "video", "")));
        check("grid", "a", None);
        check("fire", "ab", None);
        check("fire", &"x/".repeat(1_000), None);
    }
}
