//! Which regions of the city a message means.

use super::Place;
use super::notice::Notice;
use crate::city::Region;
use crate::place::DEGREE_M;
use crate::region::{Regions, contains};
use crate::registry::Registry;
use crate::signal::Position;
use std::collections::BTreeSet;

/// What came of a message's areas.
#[derive(Debug, Default)]
pub(super) struct Meant {
    /// Codes in the message's order, the city's before its townships.
    pub areas: Vec<String>,
    /// Some of what it names is not of the city.
    pub outside: bool,
    /// Something that it names is nothing known.
    pub unknown: bool,
}

/// Codes count; where there is none, shapes do. A message that means a place
/// nobody knows means the whole city: too many called is better than none.
pub(super) fn meant(registry: &Registry, notice: &Notice) -> Meant {
    let mut meant = Meant::default();
    let mut seen = BTreeSet::new();
    for place in &notice.places {
        one(registry, place, &mut meant, &mut seen);
    }
    if notice.places.is_empty() {
        shapes(registry, notice, &mut meant, &mut seen);
    }
    let says_where = !notice.places.is_empty() || !notice.polygons.is_empty() || !notice.circles.is_empty();
    if meant.areas.is_empty() && (meant.unknown || !says_where) {
        meant.unknown = true;
        whole(registry, &mut meant, &mut seen);
    }
    meant
}

fn one(registry: &Registry, place: &Place, meant: &mut Meant, seen: &mut BTreeSet<String>) {
    let city = registry.city();
    if place.code.is_empty() {
        return named(registry, place.name.trim(), meant, seen);
    }
    // A village counts as its township.
    let township = place.code.get(..9).map(|front| format!("{front}000")).unwrap_or_default();
    for code in [&place.code, &township] {
        if registry.regions().get(code).is_some() {
            return down(registry, code, meant, seen);
        }
    }
    match significant(&place.code) {
        Some(front) if city.code.starts_with(front) => whole(registry, meant, seen),
        // Of this county, and nothing that it has: a slip of the pen, beside which the
        // name may be right.
        _ if place.code.get(..6).is_some_and(|county| city.code.starts_with(county)) => {
            named(registry, place.name.trim(), meant, seen);
            meant.unknown = true;
        }
        _ => meant.outside = true,
    }
}

/// One text may name several (`石湖镇、城东街道`), each with what holds it before
/// (`青山市石湖镇上村`). A part that names nothing is told.
fn named(registry: &Registry, text: &str, meant: &mut Meant, seen: &mut BTreeSet<String>) {
    let city = registry.city();
    for part in text.split(['、', '，', ',', '；', ';']).map(str::trim).filter(|part| !part.is_empty()) {
        let codes = innermost(registry, part);
        match codes.is_empty() {
            false => codes.iter().for_each(|code| down(registry, code, meant, seen)),
            true if !city.name.is_empty() && part.contains(city.name.as_str()) => {
                whole(registry, meant, seen);
            }
            true => meant.unknown = true,
        }
    }
}

/// The regions that a text means by their names: no holder of another that it names,
/// no name within a longer one, and of two with one name that whose holder is named.
fn innermost(registry: &Registry, text: &str) -> Vec<String> {
    let city = registry.city();
    let names = |region: &&Region| {
        region.code != city.code && !region.name.is_empty() && text.contains(region.name.as_str())
    };
    let found: Vec<&Region> = city.regions.iter().filter(names).collect();
    let holds = |holder: &Region, region: &Region| {
        registry.regions().chain(&region.code).iter().skip(1).any(|above| above.code == holder.code)
    };
    let is_placed = |region: &Region| found.iter().any(|holder| holds(holder, region));
    let outdone = |region: &Region, other: &Region| {
        holds(region, other)
            || (other.name.len() > region.name.len() && other.name.contains(region.name.as_str()))
            || (other.name == region.name && is_placed(other) && !is_placed(region))
    };
    let meant = found.iter().filter(|region| !found.iter().any(|other| outdone(region, other)));
    meant.map(|region| region.code.clone()).collect()
}

/// The digits that say something of a code of a county or above.
fn significant(code: &str) -> Option<&str> {
    let county = code.strip_suffix("000000").filter(|front| front.len() == 6)?;
    let front = county.strip_suffix("00").unwrap_or(county);
    Some(if front.len() == 4 { front.strip_suffix("00").unwrap_or(front) } else { front })
}

fn whole(registry: &Registry, meant: &mut Meant, seen: &mut BTreeSet<String>) {
    let city = registry.city();
    put(&city.code, meant, seen);
    for region in &city.regions {
        put(&region.code, meant, seen);
    }
}

/// A region and all that lies in it.
fn down(registry: &Registry, code: &str, meant: &mut Meant, seen: &mut BTreeSet<String>) {
    if code == registry.city().code {
        return whole(registry, meant, seen);
    }
    put(code, meant, seen);
    let inside = |region: &&Region| {
        registry.regions().chain(&region.code).iter().skip(1).any(|holder| holder.code == code)
    };
    let codes: Vec<&String> =
        registry.city().regions.iter().filter(inside).map(|region| &region.code).collect();
    codes.into_iter().for_each(|code| put(code, meant, seen));
}

fn put(code: &str, meant: &mut Meant, seen: &mut BTreeSet<String>) {
    if seen.insert(code.to_owned()) {
        meant.areas.push(code.to_owned());
    }
}

fn shapes(registry: &Registry, notice: &Notice, meant: &mut Meant, seen: &mut BTreeSet<String>) {
    let city = registry.city();
    let mut any = false;
    for region in city.regions.iter().filter(|region| region.code != city.code) {
        let touched = notice.polygons.iter().any(|ring| overlap(&region.boundary, ring))
            || notice
                .circles
                .iter()
                .any(|circle| reaches(&region.boundary, circle, registry.regions(), &region.code));
        if touched {
            any = true;
            put(&region.code, meant, seen);
        }
    }
    // Nobody drew the townships: a shape says nothing then.
    let drawn = city.regions.iter().any(|region| region.boundary.len() >= 3);
    let says = !notice.polygons.is_empty() || !notice.circles.is_empty();
    meant.unknown |= says && !drawn;
    meant.outside |= says && drawn && !any;
}

fn position(point: &[f64; 2]) -> Position {
    Position { lon: point[0], lat: point[1] }
}

/// Two rings share some ground: a corner of one lies in the other, or sides cross.
fn overlap(a: &[[f64; 2]], b: &[[f64; 2]]) -> bool {
    if a.len() < 3 || b.len() < 3 || !boxes_meet(a, b) {
        return false;
    }
    a.iter().any(|point| contains(b, position(point)))
        || b.iter().any(|point| contains(a, position(point)))
        || a.windows(2).any(|side| b.windows(2).any(|other| cross(side, other)))
}

fn boxes_meet(a: &[[f64; 2]], b: &[[f64; 2]]) -> bool {
    let span = |ring: &[[f64; 2]], axis: usize| {
        ring.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(least, most), point| {
            (least.min(point[axis]), most.max(point[axis]))
        })
    };
    (0..2).all(|axis| {
        let ((from, to), (other_from, other_to)) = (span(a, axis), span(b, axis));
        from <= other_to && other_from <= to
    })
}

fn cross(a: &[[f64; 2]], b: &[[f64; 2]]) -> bool {
    let side =
        |p: [f64; 2], q: [f64; 2], r: [f64; 2]| (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0]);
    let (p, q, r, s) = (a[0], a[1], b[0], b[1]);
    side(p, q, r) * side(p, q, s) < 0.0 && side(r, s, p) * side(r, s, q) < 0.0
}

/// A circle reaches a region that holds its centre or comes as near as its radius.
fn reaches(ring: &[[f64; 2]], &[lon, lat, km]: &[f64; 3], regions: &Regions, code: &str) -> bool {
    if regions.at(Position { lon, lat }).is_some_and(|region| region.code == code) {
        return true;
    }
    let (degree_km, narrow) = (DEGREE_M / 1_000.0, lat.to_radians().cos().max(0.01));
    let flat = |point: &[f64; 2]| ((point[0] - lon) * narrow * degree_km, (point[1] - lat) * degree_km);
    ring.len() >= 3
        && (contains(ring, Position { lon, lat })
            || ring.windows(2).any(|side| {
                let ((x1, y1), (x2, y2)) = (flat(&side[0]), flat(&side[1]));
                let (dx, dy) = (x2 - x1, y2 - y1);
                let along = -(x1 * dx + y1 * dy) / (dx * dx + dy * dy).max(f64::MIN_POSITIVE);
                let along = along.clamp(0.0, 1.0);
                (x1 + along * dx).hypot(y1 + along * dy) <= km
            }))
}
