//! Hydrants near an incident: which are dry, and which works instead.

use super::{LOW_LIMIT, Report};
use crate::city::report::Hydrants;
use crate::incident::Incident;
use crate::place::Spot;
use crate::signal::Position;
use crate::time::Timestamp;
use serde::Serialize;

/// Hydrants that an incident shows.
const SHOWN: usize = 8;
/// Farther than hoses and a second engine reach nobody looks.
const OFFER_M: f64 = 3_000.0;

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Hydrant {
    pub device: String,
    pub title: String,
    pub position: Position,
    pub distance_m: f64,
    pub pressure_kpa: f64,
    pub dry: bool,
    pub at: Timestamp,
    /// By the hydrant's own clock.
    pub observed: Option<Timestamp>,
    /// The nearest that works, where one nearby is dry.
    pub offered: bool,
}

/// Those within the city's radius of an incident that needs water, nearest first;
/// where one of them is dry, the nearest that works is offered, however far.
pub fn hydrants<'a>(
    incident: &Incident,
    reports: impl Iterator<Item = &'a Report>,
    rules: &Hydrants,
) -> Vec<Hydrant> {
    let Some(spot) = incident.position.and_then(Spot::of) else { return Vec::new() };
    if rules.code.is_empty() || !rules.hazards.contains(&incident.hazard) {
        return Vec::new();
    }
    let of = |report: &Report| {
        let position = report.position?;
        let pressure = report.value.filter(|_| report.code == rules.code && report.is_current())?;
        Some(Hydrant {
            device: report.device.clone(),
            title: if report.device_title.is_empty() {
                report.device.clone()
            } else {
                report.device_title.clone()
            },
            position,
            distance_m: spot.metres_to(Spot::of(position)?).round(),
            pressure_kpa: pressure,
            // By the city's measure and by its own: what alarms is not offered.
            dry: pressure < rules.dry_kpa.max(report.data[LOW_LIMIT].as_f64().unwrap_or_default()),
            at: report.at,
            observed: report.observed,
            offered: false,
        })
    };
    let mut known: Vec<Hydrant> =
        reports.filter_map(of).filter(|hydrant| hydrant.distance_m <= OFFER_M).collect();
    known.sort_by(|a, b| a.distance_m.total_cmp(&b.distance_m).then_with(|| a.device.cmp(&b.device)));
    let is_near = |hydrant: &Hydrant| hydrant.distance_m <= rules.radius_m;
    let is_dry = known.iter().any(|hydrant| is_near(hydrant) && hydrant.dry);
    if is_dry && let Some(works) = known.iter_mut().find(|hydrant| !hydrant.dry) {
        works.offered = true;
    }
    let mut shown: Vec<Hydrant> =
        known.into_iter().filter(|hydrant| is_near(hydrant) || hydrant.offered).collect();
    let offered = shown.iter().position(|hydrant| hydrant.offered);
    if let Some(place) = offered.filter(|place| *place >= SHOWN) {
        shown.swap(SHOWN - 1, place);
    }
    shown.truncate(SHOWN);
    shown
}
