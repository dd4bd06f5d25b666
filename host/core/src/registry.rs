//! 单位与设备登记: what the city knows of whoever speaks.

use crate::city::{City, Device, Unit};
use crate::duty::book::Book;
use crate::place::Spot;
use crate::region::Regions;
use crate::signal::Signal;
use std::collections::HashMap;
use std::sync::Arc;

/// Prefixes of a device path that are looked up, from the root: no protocol
/// names parts of parts deeper, and a hostile path of a thousand slashes costs
/// no more than this.
const MAX_PARTS: usize = 16;

/// City data prepared for lookups.
pub struct Registry {
    city: Arc<City>,
    regions: Regions,
    /// Department → device id → place in `city.devices`.
    devices: HashMap<String, HashMap<String, usize>>,
    aliases: HashMap<String, usize>,
    units: HashMap<String, usize>,
    duty: Book,
}

/// Who spoke and where, as far as the city knows.
#[derive(Clone, Debug, PartialEq)]
pub struct Speaker {
    /// Path with the registered name at its front, so that two departments
    /// that speak of one device (by alias) name it alike.
    pub device: String,
    /// The department that registered it, else the one that spoke.
    pub owner: String,
    /// Id and title of the registration; `None` for an unknown device.
    pub registered: Option<(String, String)>,
    /// Longest silence that is still normal, of the registration.
    pub heartbeat: Option<u32>,
    pub unit: String,
    pub region: String,
    pub spot: Option<Spot>,
}

impl Speaker {
    /// What stands for a place where no position is known: the unit, else the
    /// device at the root of the path (a transmitter serves one building).
    pub fn site(unit: &str, owner: &str, device: &str) -> String {
        match unit {
            "" => format!("{owner}/{}", root(device)),
            unit => unit.to_owned(),
        }
    }
}

/// What a signal without a code says of its region, in words.
fn region_name(data: &str) -> Option<String> {
    #[derive(serde::Deserialize)]
    struct Named {
        region_name: Option<String>,
    }
    // Nearly all say nothing of the kind.
    data.contains("\"region_name\"").then(|| serde_json::from_str::<Named>(data).ok()?.region_name).flatten()
}

/// The device at the front of a path.
pub fn root(path: &str) -> &str {
    path.split('/').next().unwrap_or(path)
}

impl Registry {
    pub fn new(city: Arc<City>) -> Registry {
        let mut devices: HashMap<String, HashMap<String, usize>> = HashMap::new();
        let mut aliases = HashMap::new();
        let mut units = HashMap::new();
        // The first of two equal names wins here; `city check` refuses them.
        for (place, device) in city.devices.iter().enumerate() {
            devices.entry(device.department.clone()).or_default().entry(device.id.clone()).or_insert(place);
            for alias in &device.aliases {
                aliases.entry(alias.clone()).or_insert(place);
            }
        }
        for (place, unit) in city.units.iter().enumerate() {
            units.entry(unit.id.clone()).or_insert(place);
        }
        Registry {
            regions: Regions::new(&city.regions),
            devices,
            aliases,
            units,
            duty: Book::new(&city),
            city,
        }
    }

    pub fn city(&self) -> &Arc<City> {
        &self.city
    }

    pub fn regions(&self) -> &Regions {
        &self.regions
    }

    pub(crate) fn duty(&self) -> &Book {
        &self.duty
    }

    pub fn unit(&self, id: &str) -> Option<&Unit> {
        self.units.get(id).map(|place| &self.city.units[*place])
    }

    /// The longest registered prefix of a path, and the rest of the path
    /// behind it. Ids are a department's own; aliases are known to all.
    pub fn device<'a>(&self, department: &str, path: &'a str) -> Option<(&Device, &'a str)> {
        let own = self.devices.get(department);
        let cuts = path.match_indices('/').map(|(at, _)| at).take(MAX_PARTS - 1);
        let mut ends: Vec<usize> = cuts.collect();
        ends.push(path.len());
        ends.iter().rev().find_map(|&end| {
            let front = &path[..end];
            let place = own.and_then(|ids| ids.get(front)).or_else(|| self.aliases.get(front))?;
            Some((&self.city.devices[*place], &path[end..]))
        })
    }

    pub fn speaker(&self, department: &str, signal: &Signal) -> Speaker {
        let found = self.device(department, &signal.device);
        let unit = found.map(|(device, _)| device.unit.as_str()).unwrap_or_default();
        let place = self.unit(unit);
        let registered_at =
            found.and_then(|(device, _)| device.position).or(place.and_then(|unit| unit.position));
        let spot = signal.position.and_then(Spot::of).or(registered_at.and_then(Spot::of));
        let region = found
            .map(|(device, _)| device.region.as_str())
            .filter(|code| !code.is_empty())
            .or(place.map(|unit| unit.region.as_str()))
            .filter(|code| !code.is_empty());
        Speaker {
            device: match found {
                Some((device, rest)) => format!("{}{rest}", device.id),
                None => signal.device.clone(),
            },
            owner: found.map_or(department, |(device, _)| device.department.as_str()).to_owned(),
            registered: found.map(|(device, _)| (device.id.clone(), device.title.clone())),
            heartbeat: found.and_then(|(device, _)| device.heartbeat),
            unit: unit.to_owned(),
            region: region.map_or_else(|| self.region(signal, spot), str::to_owned),
            spot,
        }
    }

    /// Of what no registration covers: what the signal states by code or by name if
    /// the city knows it, else where the point lies, else the city.
    fn region(&self, signal: &Signal, spot: Option<Spot>) -> String {
        let known = self.regions.listed(&signal.region);
        let known = known.or_else(|| self.regions.named(&region_name(&signal.data)?));
        let drawn = || spot.and_then(|spot| self.regions.at(spot.position()));
        known.or_else(drawn).map_or(self.city.code.as_str(), |region| region.code.as_str()).to_owned()
    }
}
