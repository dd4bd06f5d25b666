//! Who plays which part tonight, picked from the city's registry by what it has.

use super::gb26875::Component;
use crate::text;
use anyhow::{Result, ensure};
use tocsin_core::city::{City, Device, Unit};
use tocsin_core::signal::Position;

/// Component types of table 5 that count as a detector of fire.
const SMOKE: std::ops::RangeInclusive<u8> = 40..=44;
const MANUAL: u8 = 23;

/// A unit with its transmission device, detectors and, maybe, a camera.
#[derive(Clone, Debug)]
pub struct Place {
    pub uitd: String,
    pub title: String,
    pub unit: Unit,
    pub detectors: Vec<Part>,
    pub button: Option<Part>,
    pub camera: Option<Camera>,
}

#[derive(Clone, Debug)]
pub struct Part {
    pub component: Component,
    pub title: String,
    pub position: Option<Position>,
}

#[derive(Clone, Debug)]
pub struct Camera {
    pub id: String,
    pub title: String,
}

#[derive(Clone, Debug)]
pub struct Cast {
    /// The great fire: most detectors, and a camera.
    pub lead: Place,
    /// Its line is dirty.
    pub dirty: Place,
    /// Its panel says "in test" when it burns.
    pub tested: Place,
    /// Burns while the hostile plugin runs.
    pub late: Place,
    /// The rest: heartbeats, readings, faults.
    pub chorus: Vec<Place>,
    /// Sees the same cat all night.
    pub restless: Option<Camera>,
}

impl Cast {
    pub fn pick(city: &City) -> Result<Cast> {
        let mut places: Vec<Place> = city.devices.iter().filter_map(|device| place(city, device)).collect();
        let count = places.len();
        ensure!(count >= 6, text!(story_places, count = count));
        // Stable: among equals the order of the city file decides.
        places.sort_by_key(|place| std::cmp::Reverse((place.detectors.len(), place.camera.is_some())));
        let chorus = places.split_off(4);
        let taken: Vec<&str> = places
            .iter()
            .filter_map(|place| place.camera.as_ref())
            .map(|camera| camera.id.as_str())
            .collect();
        let free = city.devices.iter().rev().filter(|device| is_camera(device));
        let restless = free.clone().find(|device| !taken.contains(&device.id.as_str())).map(camera);
        let mut places = places.into_iter();
        let mut next =
            move || places.next().ok_or_else(|| anyhow::anyhow!(text!(story_places, count = count)));
        Ok(Cast { lead: next()?, dirty: next()?, tested: next()?, late: next()?, chorus, restless })
    }

    pub fn controllers(&self) -> usize {
        4 + self.chorus.len()
    }
}

impl Place {
    /// The `index`-th detector, or one that the registry does not know: the
    /// alarm is then that of the transmission device.
    pub fn detector(&self, index: usize) -> Part {
        self.detectors.get(index).cloned().unwrap_or_else(|| {
            let number = u16::try_from(index + 1).unwrap_or(u16::MAX);
            let text = format!("1区{number}号感烟");
            let component = Component { system: 1, address: 1, kind: 42, zone: 1, number, text };
            Part { component, title: self.unit.name.clone(), position: self.unit.position }
        })
    }

    pub fn position(&self) -> Option<Position> {
        self.detectors.first().and_then(|part| part.position).or(self.unit.position)
    }
}

fn place(city: &City, uitd: &Device) -> Option<Place> {
    let is_uitd = uitd.department == "fire" && uitd.id.len() == 12 && !uitd.id.contains('/');
    let unit = city.units.iter().find(|unit| is_uitd && unit.id == uitd.unit)?.clone();
    let parts: Vec<Part> = city.devices.iter().filter_map(|device| part(&uitd.id, device)).collect();
    let of_kind =
        |wanted: fn(u8) -> bool| parts.iter().filter(move |part| wanted(part.component.kind)).cloned();
    let detectors: Vec<Part> = of_kind(|kind| SMOKE.contains(&kind)).collect();
    let button = of_kind(|kind| kind == MANUAL).next();
    let near = detectors.first().and_then(|part| part.position).or(unit.position);
    let camera = city
        .devices
        .iter()
        .filter(|device| is_camera(device) && device.unit == unit.id)
        .min_by(|a, b| distance(a.position, near).total_cmp(&distance(b.position, near)))
        .map(camera);
    Some(Place { uitd: uitd.id.clone(), title: uitd.title.clone(), unit, detectors, button, camera })
}

/// `<uitd>/<system>.<address>/<kind>.<zone>-<number>`.
fn part(uitd: &str, device: &Device) -> Option<Part> {
    let path = device.id.strip_prefix(uitd)?.strip_prefix('/')?;
    let (facility, component) = path.split_once('/')?;
    let (system, address) = facility.split_once('.')?;
    let (kind, place) = component.split_once('.')?;
    let (zone, number) = place.split_once('-')?;
    let component = Component {
        system: system.parse().ok()?,
        address: address.parse().ok()?,
        kind: kind.parse().ok()?,
        zone: zone.parse().ok()?,
        number: number.parse().ok()?,
        text: device.title.replace(' ', ""),
    };
    Some(Part { component, title: device.title.clone(), position: device.position })
}

/// Digits 11 to 13 of the twenty are the type: 131 and 132 are cameras.
fn is_camera(device: &Device) -> bool {
    let kind = device.id.get(10..13).unwrap_or_default();
    device.department == "video" && device.id.len() == 20 && matches!(kind, "131" | "132")
}

fn camera(device: &Device) -> Camera {
    Camera { id: device.id.clone(), title: device.title.clone() }
}

/// Enough to say which camera is nearer: degrees, a longitude counting less. A
/// camera that the registry does not place stands anywhere in its unit.
fn distance(a: Option<Position>, b: Option<Position>) -> f64 {
    const LONGITUDE: f64 = 0.87; // cos 29.3°
    match (a, b) {
        (Some(a), Some(b)) => ((a.lon - b.lon) * LONGITUDE).hypot(a.lat - b.lat),
        _ => f64::MAX,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_a_component() {
        let check = |id: &str, expect: Option<(u8, u8, u16, u16)>| {
            let device: Device =
                serde_json::from_value(serde_json::json!({"id": id, "department": "fire", "title": "x"}))
                    .expect("a device");
            let got = part("000000000379", &device).map(|part| part.component);
            assert_eq!(got.map(|c| (c.system, c.kind, c.zone, c.number)), expect, "{id}");
        };
        check("000000000379/1.1/42.10-2", Some((1, 42, 10, 2)));
        check("000000000379/1.1", None);
        check("00000000037a/1.1/42.10-2", None);
        check("000000000379/1.1/420.10-2", None);
    }
}
