//! Points on the ground, exact enough to be compared and hashed.

use crate::signal::Position;
use serde::{Deserialize, Serialize};

/// Metres in a degree of latitude.
pub const DEGREE_M: f64 = 111_195.0;
const EARTH_RADIUS_M: f64 = 6_371_008.8;

/// A position in units of 1e-7 degree (about a centimetre). Positions are kept
/// so rounded because seven decimals survive JSON unchanged on every host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Spot {
    pub lon: i32,
    pub lat: i32,
}

impl Spot {
    /// `None` for what is no place on earth: plugin data may say anything.
    pub fn of(position: Position) -> Option<Spot> {
        let sane = position.lon.abs() <= 180.0 && position.lat.abs() <= 90.0;
        sane.then(|| Spot {
            lon: (position.lon * 1e7).round() as i32,
            lat: (position.lat * 1e7).round() as i32,
        })
    }

    /// A position as rows may carry it: rounded, so that it comes back from JSON as
    /// it went. `None` for what is no place on earth.
    pub fn kept(position: Option<Position>) -> Option<Position> {
        position.and_then(Spot::of).map(Spot::position)
    }

    pub fn position(self) -> Position {
        Position { lon: f64::from(self.lon) / 1e7, lat: f64::from(self.lat) / 1e7 }
    }

    /// Great-circle distance by the haversine formula.
    pub fn metres_to(self, other: Spot) -> f64 {
        if self == other {
            return 0.0;
        }
        let (a, b) = (self.position(), other.position());
        let (lat1, lat2) = (a.lat.to_radians(), b.lat.to_radians());
        let half_lat = ((lat2 - lat1) / 2.0).sin();
        let half_lon = ((b.lon - a.lon).to_radians() / 2.0).sin();
        let h = half_lat * half_lat + lat1.cos() * lat2.cos() * half_lon * half_lon;
        2.0 * EARTH_RADIUS_M * h.sqrt().min(1.0).asin()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(a: (f64, f64), b: (f64, f64), metres: f64) {
        let spot = |(lon, lat)| Spot::of(Position { lon, lat }).unwrap();
        let found = spot(a).metres_to(spot(b));
        assert!((found - metres).abs() <= metres * 0.001 + 0.02, "{found} m, expected {metres} m");
    }

    #[test]
    fn distances() {
        check((120.0, 30.0), (120.0, 30.0), 0.0);
        check((120.0, 30.0), (120.0, 30.001), 111.195);
        check((120.0, 30.0), (120.001, 30.0), 96.297);
        check((0.0, 0.0), (180.0, 0.0), 20_015_115.0);
    }

    #[test]
    fn what_is_no_place_is_none() {
        for (lon, lat) in [(f64::NAN, 0.0), (0.0, f64::INFINITY), (181.0, 0.0), (0.0, -90.1)] {
            assert_eq!(Spot::of(Position { lon, lat }), None);
        }
    }

    #[test]
    fn json_keeps_a_rounded_position() {
        for lon in [-1_799_999_999, -1, 7, 1_211_234_567, 1_199_999_993] {
            let spot = Spot { lon, lat: lon / 2 };
            let text = serde_json::to_string(&spot.position()).unwrap();
            let back: Position = serde_json::from_str(&text).unwrap();
            assert_eq!(back, spot.position(), "{text}");
            assert_eq!(Spot::of(back), Some(spot));
        }
    }
}
