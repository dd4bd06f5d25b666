//! Positions of any Chinese datum, as WGS-84.

use crate::bindings::tocsin::plugin::types::{Datum, Position as Given};
use tocsin_core::signal::Position;

/// Krasovsky 1940, the ellipsoid on which GCJ-02 is defined.
const SEMI_MAJOR: f64 = 6_378_245.0;
const ECCENTRICITY_SQUARED: f64 = 0.006_693_421_622_965_943;

/// `None` where the numbers are no place on Earth.
pub(crate) fn wgs84(given: Given) -> Option<Position> {
    let given_place = place(given.lon, given.lat)?;
    let place_ = match given.datum {
        Datum::Wgs84 => given_place,
        Datum::Gcj02 => from_gcj02(given_place),
        Datum::Bd09 => from_gcj02(from_bd09(given_place)),
    };
    place(place_.lon, place_.lat)
}

fn place(lon: f64, lat: f64) -> Option<Position> {
    // NaN is in no range.
    ((-180.0..=180.0).contains(&lon) && (-90.0..=90.0).contains(&lat)).then_some(Position { lon, lat })
}

/// The box in which GCJ-02 shifts at all.
fn is_shifted(at: Position) -> bool {
    (72.004..=137.8347).contains(&at.lon) && (0.8293..=55.8271).contains(&at.lat)
}

/// WGS-84 to GCJ-02.
fn to_gcj02(at: Position) -> Position {
    use std::f64::consts::PI;
    let (x, y) = (at.lon - 105.0, at.lat - 35.0);
    let wave = |t: f64, long: f64, short: f64, a: f64, b: f64| {
        (a * (t / long * PI).sin() + b * (t / short * PI).sin()) * 2.0 / 3.0
    };
    let ripple = (20.0 * (6.0 * x * PI).sin() + 20.0 * (2.0 * x * PI).sin()) * 2.0 / 3.0;
    let north = -100.0
        + 2.0 * x
        + 3.0 * y
        + 0.2 * y * y
        + 0.1 * x * y
        + 0.2 * x.abs().sqrt()
        + ripple
        + wave(y, 1.0, 3.0, 20.0, 40.0)
        + wave(y, 12.0, 30.0, 160.0, 320.0);
    let east = 300.0
        + x
        + 2.0 * y
        + 0.1 * x * x
        + 0.1 * x * y
        + 0.1 * x.abs().sqrt()
        + ripple
        + wave(x, 1.0, 3.0, 20.0, 40.0)
        + wave(x, 12.0, 30.0, 150.0, 300.0);
    let latitude = at.lat.to_radians();
    let magic = 1.0 - ECCENTRICITY_SQUARED * latitude.sin().powi(2);
    let meridian = SEMI_MAJOR * (1.0 - ECCENTRICITY_SQUARED) / (magic * magic.sqrt());
    let parallel = SEMI_MAJOR / magic.sqrt() * latitude.cos();
    Position { lon: at.lon + (east / parallel).to_degrees(), lat: at.lat + (north / meridian).to_degrees() }
}

/// The shift changes by less than a thousandth of itself over its own length,
/// so each round gains three digits: four rounds reach 1e-9 degrees (0.1 mm).
fn from_gcj02(given: Position) -> Position {
    if !is_shifted(given) {
        return given;
    }
    let mut at = given;
    for _ in 0..4 {
        let there = to_gcj02(at);
        at = Position { lon: at.lon + given.lon - there.lon, lat: at.lat + given.lat - there.lat };
    }
    at
}

/// BD-09 to GCJ-02.
fn from_bd09(at: Position) -> Position {
    const TURN: f64 = std::f64::consts::PI * 3_000.0 / 180.0;
    let (x, y) = (at.lon - 0.006_5, at.lat - 0.006);
    let radius = x.hypot(y) - 0.000_02 * (y * TURN).sin();
    let angle = y.atan2(x) - 0.000_003 * (x * TURN).cos();
    Position { lon: radius * angle.cos(), lat: radius * angle.sin() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(lon: f64, lat: f64, datum: Datum) -> Given {
        Given { lon, lat, datum }
    }

    #[test]
    fn no_place_on_earth() {
        for (lon, lat) in [(f64::NAN, 0.0), (0.0, f64::INFINITY), (181.0, 0.0), (0.0, -90.1), (1e300, 1e300)]
        {
            for datum in [Datum::Wgs84, Datum::Gcj02, Datum::Bd09] {
                assert_eq!(wgs84(given(lon, lat, datum)), None, "{lon} {lat}");
            }
        }
    }

    #[test]
    fn there_and_back() {
        for step in 0..200 {
            let at = Position { lon: 75.0 + 0.3 * f64::from(step), lat: 20.0 + 0.15 * f64::from(step) };
            let shifted = to_gcj02(at);
            let back = wgs84(given(shifted.lon, shifted.lat, Datum::Gcj02)).expect("a place");
            assert!((back.lon - at.lon).abs() < 1e-8 && (back.lat - at.lat).abs() < 1e-8, "{at:?} {back:?}");
        }
    }

    #[test]
    fn shifts_are_some_hundred_metres_and_only_in_china() {
        let metres = |lon: f64, lat: f64, datum| {
            let at = wgs84(given(lon, lat, datum)).expect("a place");
            ((at.lon - lon) * 111_320.0 * lat.to_radians().cos()).hypot((at.lat - lat) * 110_574.0)
        };
        assert!((50.0..900.0).contains(&metres(116.404, 39.915, Datum::Gcj02)));
        assert!((500.0..2_500.0).contains(&metres(116.404, 39.915, Datum::Bd09)));
        assert_eq!(metres(116.404, 39.915, Datum::Wgs84), 0.0);
        assert_eq!(metres(2.35, 48.86, Datum::Gcj02), 0.0);
    }
}
